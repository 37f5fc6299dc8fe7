//! What the ordinary commands do.

use imbl::OrdMap;

use crate::machine::inside::Inside;
use crate::machine::process::Process;
use crate::time::Millis;

use super::{Effect, done};

/// Runs a command that the image has.
pub(super) fn ordinary(
    process: &mut Process,
    arguments: &[String],
    inside: &mut Inside<'_>,
) -> Effect {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let bare = words[0].rsplit('/').next().unwrap_or_default();
    match (bare, &words[1..]) {
        ("sh" | "ash" | "bash", rest) => shell(rest),
        ("true" | "sync" | "chmod" | "chown" | "mkdir", _) => done(""),
        ("false", _) => Effect::Done { status: 1, output: String::new() },
        ("echo", ["-n" | "-e" | "-ne" | "-en", rest @ ..]) => done(rest.join(" ")),
        ("echo", rest) => done(rest.join(" ") + "\n"),
        ("printf", [format, rest @ ..]) => done(printf(format, rest)),
        ("sleep", [time, ..]) => sleep(time),
        ("date", rest) => done(date(rest, inside) + "\n"),
        ("hostname", []) => done(format!("{}\n", inside.hostname)),
        ("hostname", ["-i"]) => done(format!("{}\n", inside.ip)),
        ("whoami", _) => done("root\n"),
        ("pwd", _) => done("/\n"),
        ("env" | "printenv", []) => done(environment(process, inside)),
        ("printenv", [name]) => match process.variables.get(*name) {
            Some(value) => done(format!("{value}\n")),
            None => Effect::Done { status: 1, output: String::new() },
        },
        ("seq", numbers) => seq(numbers),
        ("cat", paths) if !paths.is_empty() => cat(process, paths, inside),
        ("tail", ["-f" | "-F", "/dev/null"]) | ("cat", []) => tail_or_empty(bare),
        ("touch", paths) => {
            for path in paths {
                process.files.entry((*path).to_owned()).or_default();
            }
            done("")
        }
        ("rm", paths) => {
            for path in paths {
                process.files.remove(*path);
            }
            done("")
        }
        ("test", rest) | ("[", [rest @ .., "]"]) => test(process, rest),
        _ => Effect::Stays,
    }
}

/// A shell without a terminal or a script reads an empty standard input, and ends.
fn shell(rest: &[&str]) -> Effect {
    let script = rest.iter().position(|word| word.starts_with('-') && word.ends_with('c'));
    match script.and_then(|at| rest.get(at + 1)) {
        Some(script) => Effect::Script((*script).to_owned()),
        None if rest.iter().all(|word| word.starts_with('-')) => done(""),
        None => {
            let message = format!("sh: can't open '{}': No such file or directory", rest[0]);
            Effect::Done { status: 2, output: message }
        }
    }
}

fn tail_or_empty(name: &str) -> Effect {
    if name == "tail" { Effect::Stays } else { done("") }
}

fn sleep(time: &str) -> Effect {
    if time == "infinity" || time == "inf" {
        return Effect::Stays;
    }
    let (number, factor) = match time.chars().last() {
        Some('s') => (&time[..time.len() - 1], 1.0),
        Some('m') => (&time[..time.len() - 1], 60.0),
        Some('h') => (&time[..time.len() - 1], 3600.0),
        Some('d') => (&time[..time.len() - 1], 86400.0),
        _ => (time, 1.0),
    };
    match number.parse::<f64>() {
        Ok(seconds) if seconds >= 0.0 => {
            Effect::Sleeps((seconds * factor * 1000.0).min(1e15) as Millis)
        }
        _ => Effect::Done { status: 1, output: format!("sleep: invalid number '{time}'") },
    }
}

fn date(rest: &[&str], inside: &Inside<'_>) -> String {
    let format = rest.iter().find_map(|word| word.strip_prefix('+'));
    inside.time(format.unwrap_or("%a %b %e %H:%M:%S UTC %Y"))
}

fn environment(process: &Process, inside: &Inside<'_>) -> String {
    let hostname = format!("HOSTNAME={}\n", inside.hostname);
    let others = process.variables.iter().map(|(name, value)| format!("{name}={value}\n"));
    others.chain(std::iter::once(hostname)).collect()
}

fn cat(process: &Process, paths: &[&str], inside: &Inside<'_>) -> Effect {
    let (mut status, mut output) = (0, String::new());
    for path in paths {
        match (*path, process.files.get(*path)) {
            ("/etc/hostname", _) => output += &format!("{}\n", inside.hostname),
            (_, Some(text)) => output += text,
            (path, None) => {
                status = 1;
                output += &format!("cat: can't open '{path}': No such file or directory\n");
            }
        }
    }
    Effect::Done { status, output }
}

fn printf(format: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let mut output = String::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n') => output.push('\n'),
                Some('t') => output.push('\t'),
                Some(other) => output.push(other),
                None => output.push('\\'),
            },
            '%' => match letters.next() {
                Some('s' | 'd' | 'i') => output += values.next().copied().unwrap_or_default(),
                Some('%') | None => output.push('%'),
                Some(other) => output.extend(['%', other]),
            },
            letter => output.push(letter),
        }
    }
    output
}

/// At most this many numbers: nobody reads more.
const SEQ_MAX: usize = 10_000;

fn seq(numbers: &[&str]) -> Effect {
    let parsed: Vec<i64> = numbers.iter().filter_map(|number| number.parse().ok()).collect();
    let (first, step, last) = match parsed.as_slice() {
        [last] => (1, 1, *last),
        [first, last] => (*first, 1, *last),
        [first, step, last] if *step > 0 => (*first, *step, *last),
        _ => return Effect::Done { status: 1, output: "seq: invalid argument\n".to_owned() },
    };
    let step = usize::try_from(step).unwrap_or(1);
    done((first..=last).step_by(step).take(SEQ_MAX).map(|n| format!("{n}\n")).collect::<String>())
}

fn test(process: &Process, words: &[&str]) -> Effect {
    let number = |text: &str| text.parse::<i64>().ok();
    let exists = |path: &str| process.files.contains_key(path);
    let holds = match words {
        ["!", rest @ ..] => match test(process, rest) {
            Effect::Done { status, .. } => status != 0,
            _ => return Effect::Stays,
        },
        [] => false,
        ["-f" | "-e" | "-s" | "-r", path] => exists(path),
        ["-d", path] => matches!(*path, "/" | "/tmp" | "/etc" | "/var" | "/usr"),
        ["-z", text] => text.is_empty(),
        ["-n", text] | [text] => !text.is_empty(),
        [left, "=" | "==", right] => left == right,
        [left, "!=", right] => left != right,
        [left, "-eq", right] => number(left) == number(right),
        [left, "-ne", right] => number(left) != number(right),
        [left, "-lt", right] => number(left) < number(right),
        [left, "-le", right] => number(left) <= number(right),
        [left, "-gt", right] => number(left) > number(right),
        [left, "-ge", right] => number(left) >= number(right),
        _ => return Effect::Stays,
    };
    Effect::Done { status: i32::from(!holds), output: String::new() }
}

/// `$((…))`: numbers and variables joined by `+ - * / %`, no brackets.
pub(in crate::machine) fn sum(text: &str, variables: &OrdMap<String, String>) -> i64 {
    let value = |term: &str| {
        let name = term.trim_start_matches('$');
        let text = variables.get(name).map_or(name, String::as_str);
        text.trim().parse::<i64>().unwrap_or_default()
    };
    let (mut total, mut product, mut sign) = (0_i64, None::<i64>, 1);
    let mut operator = '*';
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(['+', '-', '*', '/', '%']).unwrap_or(rest.len());
        let right = value(rest[..end].trim());
        product = Some(match (product, operator) {
            (None, _) => right,
            (Some(left), '*') => left.saturating_mul(right),
            (Some(left), '/') => left.checked_div(right).unwrap_or_default(),
            (Some(left), _) => left.checked_rem(right).unwrap_or_default(),
        });
        operator = rest[end..].chars().next().unwrap_or('+');
        rest = rest.get(end + 1..).unwrap_or_default().trim_start();
        if operator == '+' || operator == '-' || rest.is_empty() {
            total = total.saturating_add(sign * product.take().unwrap_or_default());
            sign = if operator == '-' { -1 } else { 1 };
        }
    }
    total
}
