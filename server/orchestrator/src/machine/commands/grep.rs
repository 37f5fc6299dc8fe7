//! `grep`.

use regex::bytes::{Regex, RegexBuilder};

use super::Call;
use super::filters::{Memory, files_of};

/// Its flags, all letters together.
fn flags(words: &[String]) -> String {
    let is_flag =
        |word: &&String| word.len() > 1 && word.starts_with('-') && !word.starts_with("--");
    words.iter().take_while(|word| *word != "--").filter(is_flag).map(|w| &w[1..]).collect()
}

pub(super) fn is_stream(words: &[String]) -> bool {
    !flags(words).contains(['c', 'A', 'B', 'C', 'l', 'L'])
}

/// A basic regular expression in the library's spelling: `\(`, `\|`, `\+` are operators there.
pub(super) fn basic(pattern: &str) -> String {
    let mut made = String::new();
    let mut letters = pattern.chars().peekable();
    let mut in_brackets = false;
    let mut first = true;
    while let Some(letter) = letters.next() {
        match letter {
            _ if in_brackets => {
                in_brackets = letter != ']';
                if letter == '[' && letters.peek() != Some(&':') || letter == '\\' {
                    made.push('\\');
                }
                if letter == '[' && letters.peek() == Some(&':') {
                    made.push('[');
                    for inner in letters.by_ref() {
                        made.push(inner);
                        if inner == ']' {
                            break;
                        }
                    }
                    in_brackets = true;
                    continue;
                }
                made.push(letter);
            }
            '[' => {
                in_brackets = true;
                made.push('[');
                if letters.peek() == Some(&'^') {
                    made.extend(letters.next());
                }
                if letters.peek() == Some(&']') {
                    letters.next();
                    made.push_str("\\]");
                }
            }
            '\\' => match letters.next() {
                Some(other @ ('(' | ')' | '{' | '}' | '|' | '+' | '?')) => made.push(other),
                Some('<' | '>') => made.push_str("\\b"),
                Some(other) => made.extend(['\\', other]),
                None => made.push_str("\\\\"),
            },
            '(' | ')' | '{' | '}' | '|' | '+' | '?' => made.extend(['\\', letter]),
            '*' if first => made.push_str("\\*"),
            other => made.push(other),
        }
        first = false;
    }
    made
}

/// Compiles an expression. It cannot take long: the library's are linear.
pub(super) fn compile(pattern: &str, extended: bool, ignores_case: bool) -> Option<Regex> {
    let pattern = if extended { pattern.to_owned() } else { basic(pattern) };
    let mut builder = RegexBuilder::new(&pattern);
    builder.case_insensitive(ignores_case).size_limit(1 << 20).unicode(true).multi_line(false);
    builder.build().ok()
}

fn patterns(call: &Call<'_, '_>) -> (Vec<String>, usize) {
    let words = call.arguments();
    let mut given = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let ends_in_e = word.starts_with('-') && !word.starts_with("--") && word.ends_with('e');
        if ends_in_e {
            given.extend(rest.next().cloned());
        }
    }
    if !given.is_empty() {
        return (given, 0);
    }
    let first = files_of(call, "efmABC").into_iter().next();
    (
        first
            .into_iter()
            .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
            .collect(),
        1,
    )
}

fn regex(call: &mut Call<'_, '_>) -> Option<Regex> {
    let flags = flags(&call.arguments());
    let (patterns, _) = patterns(call);
    let fixed = flags.contains('F') || call.name() == "fgrep";
    let extended = flags.contains('E') || flags.contains('P') || call.name() == "egrep";
    let one = |pattern: &String| {
        let text = match (fixed, extended) {
            (true, _) => regex::escape(pattern),
            (_, true) => pattern.clone(),
            _ => basic(pattern),
        };
        format!("(?:{text})")
    };
    let mut all = patterns.iter().map(one).collect::<Vec<_>>().join("|");
    if flags.contains('w') {
        all = format!("\\b(?:{all})\\b");
    }
    if flags.contains('x') {
        all = format!("^(?:{all})$");
    }
    compile(&all, true, flags.contains('i'))
}

/// One file. How many lines were chosen.
fn look(
    call: &mut Call<'_, '_>,
    regex: &Regex,
    label: Option<&str>,
    bytes: &[u8],
    memory: &mut Memory,
) -> u64 {
    let flags = flags(&call.arguments());
    let quiet = flags.contains(['q', 'l', 'L', 'c']);
    let most: u64 = super::grep::number(call, 'm').unwrap_or(u64::MAX);
    let after = number(call, 'A').or_else(|| number(call, 'C')).unwrap_or(0);
    let before = number(call, 'B').or_else(|| number(call, 'C')).unwrap_or(0);
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let bare = |line: &[u8]| line.strip_suffix(b"\n").unwrap_or(line).to_vec();
    let chosen = |line: &[u8]| regex.is_match(&bare(line)) != flags.contains('v');
    let mut hits = 0;
    let (mut shown_to, mut until) = (0_usize, 0_usize);
    let prefix = |number: u64, separator: char| {
        let mut text = label.map(|label| format!("{label}{separator}")).unwrap_or_default();
        if flags.contains('n') {
            text += &format!("{number}{separator}");
        }
        text
    };
    for (at, line) in lines.iter().enumerate() {
        memory.lines += 1;
        let number = memory.lines;
        if !chosen(line) {
            if at < until && !quiet {
                let text = prefix(number, '-');
                call.put(text);
                call.put([&bare(line)[..], b"\n"].concat());
                shown_to = at + 1;
            }
            continue;
        }
        hits += 1;
        memory.hits += 1;
        if !quiet && flags.contains('o') {
            for found in regex.find_iter(&bare(line)) {
                let text = prefix(number, ':');
                call.put(text);
                call.put([found.as_bytes(), b"\n"].concat());
            }
        } else if !quiet {
            let from = at.saturating_sub(before as usize).max(shown_to);
            if (after > 0 || before > 0) && shown_to > 0 && from > shown_to {
                call.put("--\n");
            }
            for (earlier, line) in lines.iter().enumerate().take(at).skip(from) {
                let text = prefix(number - (at - earlier) as u64, '-');
                call.put(text);
                call.put([&bare(line)[..], b"\n"].concat());
            }
            let text = prefix(number, ':');
            call.put(text);
            call.put([&bare(line)[..], b"\n"].concat());
            shown_to = at + 1;
        }
        until = at + 1 + after as usize;
        if memory.hits >= most {
            break;
        }
    }
    hits
}

fn number(call: &Call<'_, '_>, letter: char) -> Option<u64> {
    let words = call.arguments();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if let Some(value) = word.strip_prefix('-').and_then(|word| word.strip_prefix(letter)) {
            return if value.is_empty() { rest.next()?.parse().ok() } else { value.parse().ok() };
        }
    }
    None
}

/// A piece of the input.
pub(super) fn some(call: &mut Call<'_, '_>, memory: &mut Memory) -> Option<i32> {
    let Some(regex) = regex(call) else {
        call.complain("bad regex");
        return Some(2);
    };
    let bytes = call.input.take().unwrap_or_default();
    look(call, &regex, None, &bytes, memory);
    let quiet = flags(&call.arguments()).contains('q');
    let most = number(call, 'm').unwrap_or(u64::MAX);
    ((quiet && memory.hits > 0) || memory.hits >= most).then_some(0)
}

pub(super) fn grep(call: &mut Call<'_, '_>) -> i32 {
    let Some(regex) = regex(call) else {
        call.complain("bad regex");
        return 2;
    };
    let flags = flags(&call.arguments());
    let skipped = patterns(call).1;
    let mut paths: Vec<String> = files_of(call, "efmABC").into_iter().skip(skipped).collect();
    let recursive = flags.contains(['r', 'R']);
    let roots = if recursive && paths.is_empty() { vec![".".to_owned()] } else { paths.clone() };
    if recursive {
        paths = roots.iter().flat_map(|root| super::search::files_below(call, root)).collect();
    }
    let below = recursive && paths != roots;
    let labelled = (paths.len() > 1 || below || flags.contains('H')) && !flags.contains('h');
    let (contents, mut status) = call.contents(&paths);
    status *= 2;
    let silent = flags.contains('s');
    let mut any = false;
    for (name, bytes) in contents {
        let label = labelled.then_some(name.as_str());
        let hits = look(call, &regex, label, &bytes, &mut Memory::default());
        any |= hits > 0;
        if flags.contains('c') {
            let label = label.map(|label| format!("{label}:")).unwrap_or_default();
            call.put(format!("{label}{hits}\n"));
        } else if (flags.contains('l') && hits > 0) || (flags.contains('L') && hits == 0) {
            call.put(format!("{name}\n"));
        }
    }
    let _ = silent;
    if any && (status == 0 || flags.contains('q')) { 0 } else { status.max(i32::from(!any)) }
}
