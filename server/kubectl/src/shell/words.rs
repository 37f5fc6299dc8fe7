//! The shell's own commands. They read the editor's files and change nothing.

use crate::{Files, Terminal};

/// Runs one of them; None when there is none of that name.
pub(super) fn run(
    name: &str,
    words: &[String],
    files: &dyn Files,
    terminal: &dyn Terminal,
) -> Option<i32> {
    Some(match name {
        "ls" => ls(words, files, terminal),
        "cat" => cat(words, files, terminal),
        "echo" => echo(words, terminal),
        "grep" => grep(words, files, terminal),
        "head" | "tail" => ends(name, words, files, terminal),
        "wc" => wc(words, files, terminal),
        "sort" => sort(words, files, terminal),
        // The page clears its screen and keeps the history; both are for people only.
        "clear" => {
            terminal.out("\u{1b}[H\u{1b}[2J");
            0
        }
        "true" | "history" => 0,
        "false" => 1,
        "help" => {
            terminal.out(HELP);
            0
        }
        _ => return None,
    })
}

const HELP: &str = "\
This terminal runs kubectl against the cluster that you see.

  kubectl get pods           what there is
  kubectl apply -f FILE      make it so; FILE is a file of the editor
  kubectl describe pod NAME  everything about one object
  kubectl --help             all that kubectl can do
  curl http://NODE:PORT/     a client outside of the cluster asks

Besides kubectl (or k) and curl it knows ls, cat, echo, grep, head, tail, wc, sort, clear and
history, pipes (|), &&, ||, ;, redirections (> FILE, >>, 2>&1, < FILE) and here-documents (<<EOF).
";

fn ls(words: &[String], files: &dyn Files, terminal: &dyn Terminal) -> i32 {
    let names = files.names();
    let wanted: Vec<&String> = words.iter().filter(|word| !word.starts_with('-')).collect();
    let mut code = 0;
    for name in &wanted {
        if names.contains(name) || *name == "." {
            continue;
        }
        terminal.err(&format!("ls: {name}: No such file or directory\n"));
        code = 1;
    }
    let all = wanted.is_empty() || wanted.iter().any(|name| *name == ".");
    for name in names.iter().filter(|name| all || wanted.contains(name)) {
        terminal.out(&format!("{name}\n"));
    }
    code
}

/// The text of the named files one after the other, or standard input; and whether all were there.
fn read(
    command: &str,
    names: &[String],
    files: &dyn Files,
    terminal: &dyn Terminal,
) -> (String, i32) {
    if names.is_empty() {
        return (files.read("-").unwrap_or_default(), 0);
    }
    let mut text = String::new();
    let mut code = 0;
    for name in names {
        match files.read(name) {
            Some(content) => text.push_str(&content),
            None => {
                terminal.err(&format!("{command}: {name}: No such file or directory\n"));
                code = 1;
            }
        }
    }
    (text, code)
}

fn cat(words: &[String], files: &dyn Files, terminal: &dyn Terminal) -> i32 {
    let (text, code) = read("cat", words, files, terminal);
    terminal.out(&text);
    code
}

fn echo(words: &[String], terminal: &dyn Terminal) -> i32 {
    let (words, end) = match words.split_first() {
        Some((first, rest)) if first == "-n" => (rest, ""),
        _ => (words, "\n"),
    };
    terminal.out(&(words.join(" ") + end));
    0
}

fn grep(words: &[String], files: &dyn Files, terminal: &dyn Terminal) -> i32 {
    let (flags, words): (Vec<&String>, Vec<&String>) =
        words.iter().partition(|word| word.len() > 1 && word.starts_with('-'));
    let has = |letter: char| flags.iter().any(|flag| flag.contains(letter));
    if let Some(flag) = flags.iter().find(|flag| flag.chars().any(|c| !"-ivcFE".contains(c))) {
        terminal.err(&format!("grep: {flag}: this terminal's grep knows -i, -v and -c\n"));
        return 2;
    }
    let Some((pattern, names)) = words.split_first() else {
        terminal.err("usage: grep [-civ] TEXT [FILE...]\n");
        return 2;
    };
    let fold = |text: &str| if has('i') { text.to_lowercase() } else { text.to_owned() };
    let alternatives: Vec<String> = pattern.split("\\|").map(fold).collect();
    let names: Vec<String> = names.iter().map(|name| (*name).clone()).collect();
    let (text, _) = read("grep", &names, files, terminal);
    let hits: Vec<&str> = text
        .lines()
        .filter(|line| {
            let line = fold(line);
            alternatives.iter().any(|text| line.contains(text.as_str())) != has('v')
        })
        .collect();
    if has('c') {
        terminal.out(&format!("{}\n", hits.len()));
    } else {
        hits.iter().for_each(|line| terminal.out(&format!("{line}\n")));
    }
    i32::from(hits.is_empty())
}

/// `head` and `tail`.
fn ends(name: &str, words: &[String], files: &dyn Files, terminal: &dyn Terminal) -> i32 {
    let mut count = 10;
    let mut names = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let digits = match word.strip_prefix('-') {
            Some("n") => rest.next().map(String::as_str).unwrap_or_default(),
            Some(digits) => digits.trim_start_matches('n'),
            None => {
                names.push(word.clone());
                continue;
            }
        };
        let Ok(number) = digits.parse() else {
            terminal.err(&format!("{name}: invalid number of lines: {digits:?}\n"));
            return 1;
        };
        count = number;
    }
    let (text, code) = read(name, &names, files, terminal);
    let lines: Vec<&str> = text.lines().collect();
    let start = if name == "tail" { lines.len().saturating_sub(count) } else { 0 };
    for line in lines.iter().skip(start).take(count) {
        terminal.out(&format!("{line}\n"));
    }
    code
}

fn wc(words: &[String], files: &dyn Files, terminal: &dyn Terminal) -> i32 {
    let (flags, names): (Vec<String>, Vec<String>) =
        words.iter().cloned().partition(|word| word.starts_with('-'));
    let (text, code) = read("wc", &names, files, terminal);
    let counts = [
        ('l', text.matches('\n').count()),
        ('w', text.split_whitespace().count()),
        ('c', text.len()),
    ];
    let wanted = |letter: char| flags.is_empty() || flags.iter().any(|f| f.contains(letter));
    let shown: Vec<String> =
        counts.iter().filter(|(l, _)| wanted(*l)).map(|(_, n)| n.to_string()).collect();
    terminal.out(&(shown.join(" ") + "\n"));
    code
}

fn sort(words: &[String], files: &dyn Files, terminal: &dyn Terminal) -> i32 {
    let (flags, names): (Vec<String>, Vec<String>) =
        words.iter().cloned().partition(|word| word.starts_with('-'));
    let (text, code) = read("sort", &names, files, terminal);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    if flags.iter().any(|flag| flag.contains('u')) {
        lines.dedup();
    }
    if flags.iter().any(|flag| flag.contains('r')) {
        lines.reverse();
    }
    lines.iter().for_each(|line| terminal.out(&format!("{line}\n")));
    code
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::Paper;

    fn check(line: &str, expect: &str) {
        let files = BTreeMap::from([
            ("a.yaml".to_owned(), "kind: Pod\nname: b\nname: a\n".to_owned()),
            ("-".to_owned(), "x\n".to_owned()),
        ]);
        let words = crate::split(line).expect(line);
        let paper = Paper::default();
        let code = run(&words[0], &words[1..], &files, &paper);
        let code = code.map_or_else(|| "none".to_owned(), |code| code.to_string());
        assert_eq!(format!("{}{code}", paper.seen()), expect, "{line}");
    }

    #[test]
    fn small_commands() {
        check("ls", "a.yaml\n0");
        check("ls b", "ls: b: No such file or directory\n1");
        check("cat a.yaml", "kind: Pod\nname: b\nname: a\n0");
        check("cat", "x\n0");
        check("echo a  'b  c'", "a b  c\n0");
        check("grep -i POD a.yaml", "kind: Pod\n0");
        check("grep -v name a.yaml", "kind: Pod\n0");
        check("grep -c name a.yaml", "2\n0");
        check("grep nothing a.yaml", "1");
        check("head -n 1 a.yaml", "kind: Pod\n0");
        check("tail -1 a.yaml", "name: a\n0");
        check("wc -l a.yaml", "3\n0");
        check("sort a.yaml", "kind: Pod\nname: a\nname: b\n0");
        check("vim a.yaml", "none");
    }
}
