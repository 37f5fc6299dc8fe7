//! The first process of a container: a script that runs until it sleeps, serves or ends.

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::{OrdMap, Vector};

use crate::images::Image;
use crate::images::application::{OnTerm, Server};
use crate::network::rules::Protocol;
use crate::time::{Millis, Time};

use super::commands::{self, Effect};
use super::inside::Inside;
use super::shell::{Code, Op, Output, Part, Unreadable, Word, command, compile};

/// How many steps a script takes before it is taken for a busy loop.
const STEPS_MAX: usize = 1000;
/// How long a busy loop is left alone.
const BUSY_MS: Millis = 1000;

/// A process.
#[derive(Clone, Debug)]
pub(super) struct Process {
    code: Code,
    at: usize,
    pub(super) status: i32,
    pub(super) variables: OrdMap<String, String>,
    pub(super) files: OrdMap<String, String>,
    each: OrdMap<usize, Vector<String>>,
    pub(super) on_signal: OnSignal,
    serving: Option<Serving>,
    /// Whether a server runs in the container that this process is a guest of.
    beside: bool,
    /// Whether it went on for as long as it was let.
    busy: bool,
    image: Arc<Image>,
}

/// What a shell does on SIGTERM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OnSignal {
    /// Nothing: it is its container's first process.
    Nothing,
    /// `trap '…' TERM`: runs this when the command in hand is done.
    Runs(Code),
}

#[derive(Clone, Debug)]
struct Serving {
    server: Arc<Server>,
    /// None while it starts.
    since: Option<Time>,
}

/// What a process does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nothing for so long.
    Sleeps(Millis),
    /// Nothing, until it is told to stop.
    Stays,
    Exits(i32),
}

/// What comes of SIGTERM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnStop {
    Ignored,
    ExitsAfter {
        ms: Millis,
        code: i32,
    },
    /// The handler runs when what is being done is done.
    Handled,
}

impl Process {
    /// A process with a command line that is taken as it is.
    pub(super) fn new(
        arguments: &[String],
        environment: &BTreeMap<String, String>,
        files: &BTreeMap<String, String>,
        image: Arc<Image>,
    ) -> Process {
        let variables = environment.iter().map(|(name, value)| (name.clone(), value.clone()));
        Process {
            code: command(arguments),
            at: 0,
            status: 0,
            variables: variables.collect(),
            files: files.iter().map(|(path, text)| (path.clone(), text.clone())).collect(),
            each: OrdMap::new(),
            on_signal: OnSignal::Nothing,
            serving: None,
            beside: false,
            busy: false,
            image,
        }
    }

    pub(super) fn image(&self) -> &Image {
        &self.image
    }

    /// Runs until it sleeps, serves or ends.
    pub(super) fn run(&mut self, inside: &mut Inside<'_>) -> Turn {
        if let Some(serving) = &mut self.serving {
            if serving.since.is_none() {
                serving.since = Some(inside.clock.now);
                let server = Arc::clone(&serving.server);
                inside.write_all(&server.ready);
            }
            return Turn::Stays;
        }
        self.busy = false;
        for _ in 0..STEPS_MAX {
            let Some(op) = self.code.get(self.at).cloned() else { return Turn::Exits(self.status) };
            self.at += 1;
            if let Some(turn) = self.step(op, inside) {
                return turn;
            }
        }
        self.busy = true;
        Turn::Sleeps(BUSY_MS)
    }

    fn step(&mut self, op: Op, inside: &mut Inside<'_>) -> Option<Turn> {
        match op {
            Op::Run { words, output } => return self.run_command(&words, &output, inside),
            Op::Assign { name, value } => {
                let value = self.text(&value, inside);
                self.variables.insert(name, value);
                self.status = 0;
            }
            Op::Jump(to) => self.at = to,
            Op::JumpIfFailed(to) if self.status != 0 => self.at = to,
            Op::JumpIfSucceeded(to) if self.status == 0 => self.at = to,
            Op::JumpIfFailed(_) | Op::JumpIfSucceeded(_) => {}
            Op::Negate => self.status = i32::from(self.status == 0),
            Op::Succeed => self.status = 0,
            Op::Each { slot, words } => {
                let words = self.expand(&words, inside).into_iter().collect();
                self.each.insert(slot, words);
                self.status = 0;
            }
            Op::Next { slot, name, done } => {
                match self.each.get_mut(&slot).and_then(Vector::pop_front) {
                    Some(word) => {
                        self.variables.insert(name, word);
                    }
                    None => self.at = done,
                }
            }
        }
        None
    }

    fn run_command(
        &mut self,
        words: &[Word],
        output: &Output,
        inside: &mut Inside<'_>,
    ) -> Option<Turn> {
        let arguments = self.expand(words, inside);
        match commands::run(self, &arguments, inside) {
            Effect::Done { status, output: text } => {
                self.status = status;
                self.write(&text, output, inside);
                None
            }
            Effect::Sleeps(ms) => {
                self.status = 0;
                Some(Turn::Sleeps(ms))
            }
            Effect::Exits(code) => Some(Turn::Exits(code)),
            Effect::Stays => Some(Turn::Stays),
            Effect::Serves(server) => {
                inside.write_all(&server.banner);
                let ms = server.starts_ms;
                self.serving = Some(Serving { server: Arc::new(server), since: None });
                Some(Turn::Sleeps(ms))
            }
            Effect::Script(script) => self.enter(&script, inside),
        }
    }

    /// `sh -c`: goes on with the script in this one's place, as far as it was the last command.
    fn enter(&mut self, script: &str, inside: &mut Inside<'_>) -> Option<Turn> {
        match compile(script) {
            Ok(code) => {
                self.code = code;
                self.at = 0;
                None
            }
            Err(Unreadable::Syntax(message)) => {
                inside.log.push(format!("sh: syntax error: {message}"));
                Some(Turn::Exits(2))
            }
            Err(Unreadable::NotModelled(_)) => Some(Turn::Stays),
        }
    }

    fn write(&mut self, text: &str, output: &Output, inside: &mut Inside<'_>) {
        match output {
            Output::Log => inside.log.extend(text.lines().map(str::to_owned)),
            Output::Nowhere => {}
            Output::File { path, append } => {
                let path = self.text(path, inside);
                let before = self.files.get(&path).filter(|_| *append).cloned();
                self.files.insert(path, before.unwrap_or_default() + text);
            }
        }
    }

    /// Whether it goes round without waiting for anything: it uses a whole CPU.
    pub(super) fn is_busy(&self) -> bool {
        self.busy
    }

    /// Whether it is a server that has started.
    pub(super) fn is_serving(&self) -> bool {
        self.beside || self.serving.as_ref().is_some_and(|serving| serving.since.is_some())
    }

    /// Whether it is a server that is about to listen.
    pub(super) fn is_starting(&self) -> bool {
        self.serving.as_ref().is_some_and(|serving| serving.since.is_none())
    }

    /// Whether it goes round for ever, as far as one can tell.
    pub(super) fn is_loop(&self) -> bool {
        self.code.iter().enumerate().any(|(at, op)| match op {
            Op::Jump(to) if *to < at => !matches!(self.code[*to], Op::Next { .. }),
            _ => false,
        })
    }

    /// Runs another command beside it, in the same container. None if it takes time.
    pub(super) fn beside(&self, arguments: &[String], inside: &mut Inside<'_>) -> Option<i32> {
        let mut other = Process { code: command(arguments), at: 0, ..self.clone() };
        let listening = other.serving.take();
        other.beside = listening.is_some_and(|serving| serving.since.is_some());
        match other.run(inside) {
            Turn::Exits(code) => Some(code),
            Turn::Sleeps(_) | Turn::Stays => None,
        }
    }

    /// How long a command beside it takes: what a `preStop` hook costs.
    pub(super) fn takes(
        &self,
        arguments: &[String],
        limit: Millis,
        inside: &mut Inside<'_>,
    ) -> Millis {
        let mut other = Process { code: command(arguments), at: 0, ..self.clone() };
        other.serving = None;
        let mut taken = 0;
        while taken < limit {
            match other.run(inside) {
                Turn::Exits(_) => return taken,
                Turn::Sleeps(ms) => taken += ms.max(1),
                Turn::Stays => return limit,
            }
        }
        limit
    }

    /// The server that listens on a port, and since when.
    pub(super) fn listening(&self, port: u16, protocol: Protocol) -> Option<(Arc<Server>, Time)> {
        let serving = self.serving.as_ref()?;
        let server = &serving.server;
        let ports = if protocol == Protocol::Udp { &server.udp_ports } else { &server.ports };
        Some((Arc::clone(server), serving.since?)).filter(|_| ports.contains(&port))
    }

    /// Whether it listens on a port.
    pub(super) fn listens(&self, port: u16) -> bool {
        self.listening(port, Protocol::Tcp).is_some()
    }

    pub(super) fn environment(&self) -> &OrdMap<String, String> {
        &self.variables
    }

    /// A file that it sees.
    pub(super) fn file(&self, path: &str) -> Option<Vec<u8>> {
        self.files.get(path).map(|text| text.clone().into_bytes())
    }

    /// Whether it ends when it is told to stop.
    pub(super) fn heeds_stop(&self) -> bool {
        match &self.serving {
            Some(serving) => serving.server.on_term != OnTerm::Ignores,
            None => self.on_signal != OnSignal::Nothing,
        }
    }

    /// What SIGTERM, or the image's own stop signal, does to it.
    pub(super) fn stop(&mut self, inside: &mut Inside<'_>) -> OnStop {
        if let Some(serving) = &self.serving {
            let server = Arc::clone(&serving.server);
            return match &server.on_term {
                OnTerm::Ignores => OnStop::Ignored,
                OnTerm::Exits { code, after_ms, lines } => {
                    inside.write_all(lines);
                    OnStop::ExitsAfter { ms: *after_ms, code: *code }
                }
            };
        }
        match std::mem::replace(&mut self.on_signal, OnSignal::Nothing) {
            OnSignal::Nothing => OnStop::Ignored,
            OnSignal::Runs(code) => {
                self.code = code;
                self.at = 0;
                OnStop::Handled
            }
        }
    }

    fn expand(&mut self, words: &[Word], inside: &mut Inside<'_>) -> Vec<String> {
        let mut expanded = Vec::new();
        for word in words {
            if let [part] = word.parts.as_slice()
                && is_split(part)
            {
                let text = self.part(part, inside);
                expanded.extend(text.split_whitespace().map(str::to_owned));
            } else {
                expanded.push(self.text(word, inside));
            }
        }
        expanded
    }

    fn text(&mut self, word: &Word, inside: &mut Inside<'_>) -> String {
        word.parts.iter().map(|part| self.part(part, inside)).collect()
    }

    fn part(&mut self, part: &Part, inside: &mut Inside<'_>) -> String {
        match part {
            Part::Text(text) => text.clone(),
            Part::Variable { name, default, .. } => {
                let value = self.variable(name, inside).filter(|value| !value.is_empty());
                value.or_else(|| default.clone()).unwrap_or_default()
            }
            Part::Output { script, .. } => self.output(script, inside),
            Part::Sum(sum) => commands::sum(sum, &self.variables).to_string(),
        }
    }

    fn variable(&self, name: &str, inside: &mut Inside<'_>) -> Option<String> {
        match name {
            "?" => Some(self.status.to_string()),
            "$" => Some("1".to_owned()),
            "HOSTNAME" => Some(inside.hostname.to_owned()),
            "RANDOM" => {
                let purpose = crate::random::Purpose::Runtime;
                Some(inside.random.between(purpose, 0, 32767).to_string())
            }
            name => self.variables.get(name).cloned(),
        }
    }

    /// The output of a script that takes no time; of another, what it wrote until it slept.
    fn output(&mut self, script: &str, inside: &mut Inside<'_>) -> String {
        let Ok(code) = compile(script) else { return String::new() };
        let mut child = Process { code, at: 0, each: OrdMap::new(), ..self.clone() };
        let before = std::mem::take(&mut inside.log);
        let turn = child.run(inside);
        let output = std::mem::replace(&mut inside.log, before).join("\n");
        self.status = if let Turn::Exits(code) = turn { code } else { 0 };
        output
    }
}

/// Whether a part alone in its word is split at blanks.
fn is_split(part: &Part) -> bool {
    matches!(part, Part::Variable { quoted: false, .. } | Part::Output { quoted: false, .. })
}
