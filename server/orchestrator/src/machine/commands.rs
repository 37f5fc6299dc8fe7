//! The commands that scripts and containers run.

use std::collections::BTreeMap;

use imbl::OrdMap;

use crate::images::application::{Server, Start, Starting};
use crate::images::{Image, Userland};
use crate::time::Millis;

use super::process::{Inside, OnSignal, Process};
use super::shell::compile;

/// What comes of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Done {
        status: i32,
        output: String,
    },
    Sleeps(Millis),
    Stays,
    Exits(i32),
    Serves(Server),
    /// `sh -c`
    Script(String),
}

/// What a name stands for in an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    Application,
    /// Asks the application next to it whether it is there: `redis-cli ping`, `pg_isready`.
    Client,
    /// An ordinary command, by its bare name.
    Command,
    Missing,
}

/// What both BusyBox and Debian have. What [`ordinary`] does not run stays silent.
const COMMANDS: &[&str] = &[
    "[",
    "ash",
    "awk",
    "base64",
    "basename",
    "bash",
    "cat",
    "chmod",
    "chown",
    "cp",
    "cut",
    "date",
    "dd",
    "df",
    "diff",
    "dirname",
    "du",
    "echo",
    "env",
    "expr",
    "false",
    "find",
    "grep",
    "gzip",
    "head",
    "hostname",
    "id",
    "kill",
    "ln",
    "ls",
    "md5sum",
    "mkdir",
    "mktemp",
    "mv",
    "nproc",
    "od",
    "printenv",
    "printf",
    "ps",
    "pwd",
    "readlink",
    "rm",
    "rmdir",
    "sed",
    "seq",
    "sh",
    "sha256sum",
    "sleep",
    "sort",
    "stat",
    "sync",
    "tail",
    "tar",
    "tee",
    "test",
    "timeout",
    "touch",
    "tr",
    "true",
    "uname",
    "uniq",
    "wc",
    "which",
    "whoami",
    "xargs",
    "yes",
];
/// What only BusyBox has.
const BUSYBOX: &[&str] = &[
    "arping",
    "crond",
    "ftpget",
    "httpd",
    "ifconfig",
    "ip",
    "less",
    "nc",
    "netstat",
    "nslookup",
    "ping",
    "route",
    "telnet",
    "top",
    "traceroute",
    "unzip",
    "vi",
    "watch",
    "wget",
];
/// What only Debian has.
const DEBIAN: &[&str] = &["apt", "apt-get", "dpkg", "perl"];
/// What the shell itself does.
const BUILTINS: &[&str] = &[
    ":", "cd", "exec", "exit", "export", "read", "set", "trap", "umask", "ulimit", "unset", "wait",
    "local", "shift", "eval", "source", ".",
];

/// Looks a name up as the runtime and a shell do.
pub(super) fn find(image: &Image, name: &str) -> Program {
    let is_entrypoint = image.entrypoint.first().is_some_and(|first| first == name);
    let bare = name.rsplit('/').next().unwrap_or(name);
    let own = image.application.programs();
    let is_own = own.contains(&name)
        || (name.starts_with('/') && own.contains(&bare) && !is_userland(image.userland, bare));
    if is_own || is_entrypoint {
        return Program::Application;
    }
    if image.application.clients().contains(&bare) {
        return Program::Client;
    }
    let in_path = !name.contains('/')
        || ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/", "/usr/local/bin/"]
            .iter()
            .any(|folder| name.strip_prefix(folder) == Some(bare));
    let is_curl = bare == "curl" && image.name.path == "curlimages/curl";
    let found = in_path && (is_userland(image.userland, bare) || is_curl);
    if found { Program::Command } else { Program::Missing }
}

fn is_userland(userland: Userland, name: &str) -> bool {
    match userland {
        Userland::None => false,
        Userland::Busybox => {
            name != "bash" && (COMMANDS.contains(&name) || BUSYBOX.contains(&name))
        }
        Userland::Debian => name != "ash" && (COMMANDS.contains(&name) || DEBIAN.contains(&name)),
    }
}

/// Runs a command line.
pub(super) fn run(process: &mut Process, arguments: &[String], inside: &mut Inside<'_>) -> Effect {
    let Some(name) = arguments.first() else { return done("") };
    if BUILTINS.contains(&name.as_str()) {
        return builtin(process, arguments, inside);
    }
    match find(process.image(), name) {
        Program::Application => application(process, arguments, inside),
        Program::Client => {
            Effect::Done { status: i32::from(!process.is_serving()), output: String::new() }
        }
        Program::Command => ordinary(process, arguments, inside),
        Program::Missing => {
            inside.log.push(format!("sh: {name}: not found"));
            Effect::Done { status: 127, output: String::new() }
        }
    }
}

fn done(output: impl Into<String>) -> Effect {
    Effect::Done { status: 0, output: output.into() }
}

/// Starts the image's application. An entry point hands other commands on.
fn application(process: &mut Process, arguments: &[String], inside: &mut Inside<'_>) -> Effect {
    let image = process.image();
    let own = image.application.programs();
    let is_script = arguments[0].ends_with("entrypoint.sh");
    let mut line = arguments.to_vec();
    if is_script {
        match arguments.get(1) {
            Some(next) if next.starts_with('-') => {
                line.splice(1..1, image.command.first().cloned());
            }
            Some(next) if !own.contains(&next.as_str()) => {
                return run(process, &arguments[1..], inside);
            }
            Some(_) => {}
            None => return done(""),
        }
    }
    let environment: BTreeMap<String, String> =
        process.variables.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let starting =
        Starting { arguments: &line, environment: &environment, version: &image.version };
    match image.application.start(starting) {
        Start::Serves(server) => Effect::Serves(server),
        Start::Exits { code, lines } => {
            Effect::Done { status: code, output: inside_lines(inside, &lines) }
        }
        Start::Idles => Effect::Stays,
    }
}

fn inside_lines(inside: &mut Inside<'_>, lines: &[String]) -> String {
    let filled: Vec<String> = lines.iter().map(|line| inside.fill(line)).collect();
    filled.join("\n")
}

fn builtin(process: &mut Process, arguments: &[String], inside: &mut Inside<'_>) -> Effect {
    match arguments[0].as_str() {
        "exit" => {
            let code = arguments.get(1).and_then(|code| code.parse::<i32>().ok());
            Effect::Exits(code.map_or(process.status, |code| code & 0xff))
        }
        "exec" if arguments.len() > 1 => match run(process, &arguments[1..], inside) {
            Effect::Done { status, output } => {
                inside.log.extend(output.lines().map(str::to_owned));
                Effect::Exits(status)
            }
            other => other,
        },
        "export" | "local" => {
            for assignment in &arguments[1..] {
                if let Some((name, value)) = assignment.split_once('=') {
                    process.variables.insert(name.to_owned(), value.to_owned());
                }
            }
            done("")
        }
        "unset" => {
            for name in &arguments[1..] {
                process.variables.remove(name);
            }
            done("")
        }
        "trap" => {
            let is_term = |signal: &String| matches!(signal.as_str(), "TERM" | "SIGTERM" | "15");
            let handler = arguments.get(1).and_then(|script| compile(script).ok());
            if let Some(code) = handler.filter(|_| arguments.iter().skip(2).any(is_term)) {
                process.on_signal = OnSignal::Runs(code);
            }
            done("")
        }
        ":" | "cd" | "exec" | "set" | "umask" | "ulimit" | "wait" => done(""),
        _ => Effect::Stays,
    }
}

fn ordinary(process: &mut Process, arguments: &[String], inside: &mut Inside<'_>) -> Effect {
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
        ("test", rest) => test(process, rest),
        ("[", [rest @ .., "]"]) => test(process, rest),
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
                Some('%') => output.push('%'),
                Some(other) => output.extend(['%', other]),
                None => output.push('%'),
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
pub(super) fn sum(text: &str, variables: &OrdMap<String, String>) -> i64 {
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
