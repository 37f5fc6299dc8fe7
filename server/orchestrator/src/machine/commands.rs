//! The commands that scripts and containers run: the shell's own here, which there are in
//! `commands/find.rs`, the others in `commands/ordinary.rs`.

use std::collections::BTreeMap;

use crate::images::application::{Server, Start, Starting};
use crate::time::Millis;

use super::inside::Inside;
use super::process::{OnSignal, Process};
use super::shell::compile;

mod find;
mod ordinary;

pub(super) use find::{Program, find};
use ordinary::ordinary;
pub(super) use ordinary::sum;

/// What the shell itself does.
const BUILTINS: &[&str] = &[
    ":", "cd", "exec", "exit", "export", "read", "set", "trap", "umask", "ulimit", "unset", "wait",
    "local", "shift", "eval", "source", ".",
];

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
