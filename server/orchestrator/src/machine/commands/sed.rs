//! A part of `sed` (`s`, `d`, `p`, `q`, addresses) and of `awk` (fields of lines that fit a pattern).

use regex::bytes::Regex;

use super::Call;
use super::filters::{Memory, files_of};
use super::grep;

struct Command {
    from: Option<Address>,
    to: Option<Address>,
    negated: bool,
    what: What,
}

enum Address {
    Line(u64),
    Last,
    Fits(Regex),
}

enum What {
    Substitute { regex: Regex, by: String, all: bool, prints: bool },
    Delete,
    Print,
    Quit,
}

fn flags(words: &[String]) -> String {
    words
        .iter()
        .filter(|w| w.len() > 1 && w.starts_with('-') && !w.starts_with("--"))
        .map(|w| &w[1..])
        .collect()
}

/// Whether it can write as it reads: not with `$`, nor into files.
pub(super) fn is_stream(words: &[String]) -> bool {
    !words.iter().any(|word| word.contains('$') || word.starts_with("-i"))
        && !flags(words).contains('f')
}

fn script(call: &Call<'_, '_>) -> (Vec<String>, usize) {
    let words = call.arguments();
    let mut given = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if word.starts_with('-') && !word.starts_with("--") && word.ends_with('e') && word.len() > 1
        {
            given.extend(rest.next().cloned());
        }
    }
    if given.is_empty() {
        return (files_of(call, "ef").into_iter().take(1).collect(), 1);
    }
    (given, 0)
}

fn parse(call: &Call<'_, '_>) -> Option<Vec<Command>> {
    let extended = flags(&call.arguments()).contains(['E', 'r']);
    let mut commands = Vec::new();
    for text in script(call).0 {
        let mut rest = text.as_str();
        loop {
            rest = rest.trim_start_matches([' ', ';', '\n', '\t']);
            if rest.is_empty() {
                break;
            }
            let (command, after) = one(rest, extended)?;
            commands.push(command);
            rest = after;
        }
    }
    Some(commands)
}

fn address(text: &str, extended: bool) -> Option<(Option<Address>, &str)> {
    if let Some(rest) = text.strip_prefix('$') {
        return Some((Some(Address::Last), rest));
    }
    if let Some(rest) = text.strip_prefix('/') {
        let (pattern, rest) = until(rest, '/')?;
        return Some((Some(Address::Fits(grep::compile(&pattern, extended, false)?)), rest));
    }
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    match text[..end].parse() {
        Ok(line) => Some((Some(Address::Line(line)), &text[end..])),
        Err(_) => Some((None, text)),
    }
}

/// The text up to a delimiter that is not escaped.
pub(super) fn until(text: &str, delimiter: char) -> Option<(String, &str)> {
    let mut made = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter == delimiter {
            return Some((made, &text[at + delimiter.len_utf8()..]));
        }
        if letter == '\\' {
            let (_, next) = letters.next()?;
            if next != delimiter {
                made.push('\\');
            }
            made.push(next);
        } else {
            made.push(letter);
        }
    }
    None
}

fn one(text: &str, extended: bool) -> Option<(Command, &str)> {
    let (from, mut rest) = address(text, extended)?;
    let mut to = None;
    if let Some(after) = rest.strip_prefix(',') {
        (to, rest) = address(after, extended)?;
    }
    rest = rest.trim_start();
    let negated = rest.starts_with('!');
    rest = rest.trim_start_matches(['!', ' ']);
    let letter = rest.chars().next()?;
    rest = &rest[letter.len_utf8()..];
    let what = match letter {
        'd' => What::Delete,
        'p' => What::Print,
        'q' => What::Quit,
        's' => {
            let delimiter = rest.chars().next()?;
            let (pattern, after) = until(&rest[delimiter.len_utf8()..], delimiter)?;
            let (by, after) = until(after, delimiter)?;
            let end = after.find([';', '\n', ' ']).unwrap_or(after.len());
            let flags = &after[..end];
            rest = &after[end..];
            let regex = grep::compile(&pattern, extended, flags.contains(['i', 'I']))?;
            What::Substitute { regex, by, all: flags.contains('g'), prints: flags.contains('p') }
        }
        _ => return None,
    };
    Some((Command { from, to, negated, what }, rest))
}

impl Address {
    fn fits(&self, line: &[u8], number: u64, last: bool) -> bool {
        match self {
            Address::Line(wanted) => *wanted == number,
            Address::Last => last,
            Address::Fits(regex) => regex.is_match(line),
        }
    }
}

impl Command {
    /// `within` tells whether a range has begun.
    fn applies(&self, line: &[u8], number: u64, last: bool, within: &mut bool) -> bool {
        let fits = match (&self.from, &self.to) {
            (None, _) => true,
            (Some(from), None) => from.fits(line, number, last),
            (Some(from), Some(to)) => {
                if *within {
                    *within = !to.fits(line, number, last)
                        && !matches!(to, Address::Line(end) if *end <= number);
                    true
                } else if from.fits(line, number, last) {
                    *within = !matches!(to, Address::Line(end) if *end <= number);
                    true
                } else {
                    false
                }
            }
        };
        fits != self.negated
    }
}

fn substitute(line: &[u8], regex: &Regex, by: &str, all: bool) -> Option<Vec<u8>> {
    let mut made = Vec::new();
    let mut at = 0;
    for found in regex.captures_iter(line).take(if all { usize::MAX } else { 1 }) {
        let whole = found.get(0)?;
        made.extend_from_slice(&line[at..whole.start()]);
        let mut letters = by.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '&' => made.extend_from_slice(whole.as_bytes()),
                '\\' => match letters.next() {
                    Some(digit) if digit.is_ascii_digit() => {
                        let group = digit.to_digit(10).unwrap_or_default() as usize;
                        made.extend_from_slice(found.get(group).map_or(&b""[..], |m| m.as_bytes()));
                    }
                    Some('n') => made.push(b'\n'),
                    Some('t') => made.push(b'\t'),
                    Some(other) => {
                        made.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes())
                    }
                    None => {}
                },
                other => made.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        at = whole.end();
    }
    if at == 0 && made.is_empty() && !regex.is_match(line) {
        return None;
    }
    made.extend_from_slice(&line[at..]);
    Some(made)
}

/// The lines that come of some lines; true if it shall end.
fn edit(commands: &[Command], bytes: &[u8], quiet: bool, number: &mut u64) -> (Vec<u8>, bool) {
    let mut out = Vec::new();
    let mut within = vec![false; commands.len()];
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    'lines: for (index, raw) in lines.iter().enumerate() {
        *number += 1;
        let last = index + 1 == lines.len();
        let ends = raw.ends_with(b"\n");
        let mut line = raw.strip_suffix(b"\n").unwrap_or(raw).to_vec();
        let mut put = |line: &[u8]| {
            out.extend_from_slice(line);
            if ends {
                out.push(b'\n');
            }
        };
        let mut quits = false;
        for (command, within) in commands.iter().zip(&mut within) {
            if !command.applies(&line, *number, last, within) {
                continue;
            }
            match &command.what {
                What::Delete => continue 'lines,
                What::Print => put(&line),
                What::Quit => {
                    quits = true;
                    break;
                }
                What::Substitute { regex, by, all, prints } => {
                    if let Some(made) = substitute(&line, regex, by, *all) {
                        line = made;
                        if *prints {
                            put(&line);
                        }
                    }
                }
            }
        }
        if !quiet {
            put(&line);
        }
        if quits {
            return (out, true);
        }
    }
    (out, false)
}

pub(super) fn some(call: &mut Call<'_, '_>, memory: &mut Memory) -> Option<i32> {
    let Some(commands) = parse(call) else {
        call.complain("unsupported command");
        return Some(1);
    };
    let quiet = flags(&call.arguments()).contains('n');
    let bytes = call.input.take().unwrap_or_default();
    let (out, quits) = edit(&commands, &bytes, quiet, &mut memory.lines);
    call.put(out);
    quits.then_some(0)
}

pub(super) fn sed(call: &mut Call<'_, '_>) -> i32 {
    let Some(commands) = parse(call) else {
        call.complain("unsupported command");
        return 1;
    };
    let words = call.arguments();
    let quiet = flags(&words).contains('n');
    let in_place = words.iter().any(|word| word.starts_with("-i"));
    let skipped = script(call).1;
    let paths: Vec<String> = files_of(call, "ef").into_iter().skip(skipped).collect();
    let (contents, status) = call.contents(&paths);
    let mut number = 0;
    for (path, bytes) in contents {
        if in_place {
            number = 0;
        }
        let (out, _) = edit(&commands, &bytes, quiet, &mut number);
        if !in_place {
            call.put(out);
            continue;
        }
        let folder = call.body.folder.clone();
        let mut files = call.files();
        let written = files.resolve(&folder, &path, true).and_then(|place| {
            files.create(&place)?;
            files.write(&place, 0, &out)
        });
        if let Err(why) = written {
            call.complain(&format!("couldn't open temporary file {path}: {why}"));
            return 4;
        }
    }
    status
}
