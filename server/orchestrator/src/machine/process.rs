//! The processes of a container: what runs, what it waits for, and what connects it.
//!
//! A process is a shell, a command or the image's own program. It runs until it waits
//! ([`Wait`]); [`Table::run`] lets all run that can. `process/streams.rs` has their files, pipes and
//! terminals, `process/signals.rs` what happens to them, `process/server.rs` programs that serve.

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::OrdMap;

use super::commands::{self, Tool};
use super::files::{Files, Mount, Tree};
use super::inside::Inside;
use super::shell::Shell;
use super::user::{Names, User};
use crate::images::Image;
use crate::network::DialResult;
use crate::session::SessionId;
use crate::time::{Millis, Time};

mod ending;
mod server;
mod sessions;
mod signals;
mod start;
mod streams;
mod terminals;

pub(super) use self::server::Serving;
pub(super) use signals::{OnStop, signal_name, signal_number};
pub(super) use streams::{Open, TakeUntil, Taken, Terminal, Way, Wrote};

/// How many steps are taken before a busy loop is left alone for a while.
const STEPS_MAX: usize = 4000;
/// How many steps a process takes before the next one's turn.
const SLICE: usize = 100;
/// How long a busy loop is left alone.
const BUSY_MS: Millis = 1000;
/// How many processes a container may have.
const PROCESSES_MAX: usize = 256;

/// The processes of a container, and all that they share.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) processes: OrdMap<u32, Process>,
    last_pid: u32,
    /// Those that have ended and that their parents have not asked for: parent and exit code.
    ended: OrdMap<u32, (u32, i32)>,
    opens: OrdMap<u64, Open>,
    pipes: OrdMap<u64, Arc<Vec<u8>>>,
    last_open: u64,
    /// What the running process has open.
    held: Vec<u64>,
    pub(super) terminals: OrdMap<SessionId, Terminal>,
    /// The process of each session.
    sessions: OrdMap<SessionId, u32>,
    /// Those that listen to the first process.
    attached: Vec<SessionId>,
    pub(super) root: Tree,
    pub(super) mounts: Vec<Mount>,
    pub(super) read_only_root: bool,
    pub(super) user: User,
    /// Standard input ends with the first who attaches.
    pub(super) stdin_once: bool,
    pub(super) image: Arc<Image>,
    pub(super) environment: OrdMap<String, String>,
    pub(super) folder: String,
    /// What has been written of a line of the log: of standard output and of standard error.
    partial: [Vec<u8>; 2],
    /// Answers of the network, by token.
    answers: OrdMap<u64, DialResult>,
    last_token: u64,
    /// Whose exit code somebody asks for who is no process.
    watched: Option<u32>,
    /// The end of a pipe that is read from outside, for what a probe prints.
    reader: Option<u64>,
    /// Only that one runs, and what comes from it.
    alone: bool,
    /// Whether it went on for as long as it was let.
    busy: bool,
    /// When the container's next turn is due.
    pub(super) next_turn: Option<Time>,
}

/// A process.
#[derive(Clone, Debug)]
pub(super) struct Process {
    pub(super) body: Body,
    pub(super) parent: u32,
    pub(super) program: Program,
    wait: Wait,
    pub(super) started: Time,
    signals: Vec<i32>,
}

/// What a process has, whatever it runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Body {
    pub(super) pid: u32,
    pub(super) arguments: Vec<String>,
    /// Where it is.
    pub(super) folder: String,
    pub(super) environment: OrdMap<String, String>,
    /// Its file descriptors.
    pub(super) fds: BTreeMap<u32, u64>,
}

/// What a process runs.
#[derive(Clone, Debug)]
pub(super) enum Program {
    Shell(Box<Shell>),
    Tool(Box<Tool>),
    Server(Serving),
    /// A program that would do something which is not modelled: it runs, and says nothing.
    Idles,
}

/// What a process waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    Nothing,
    Until(Time),
    Forever,
    Child(u32),
    /// Something to read.
    Input(u64),
    InputUntil(u64, Time),
    /// The output or the end of a process.
    Output {
        pid: u32,
        open: u64,
    },
    /// Room in a pipe.
    Room(u64),
    Dial(u64),
}

/// What a step came to.
pub(super) enum Ran {
    Again,
    Waits(Wait),
    Exits(i32),
    Becomes(Box<Program>),
}

/// What a container does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nothing for so long.
    Sleeps(Millis),
    /// Nothing, until something comes from outside.
    Stays,
    Exits(i32),
}

impl Table {
    pub(super) fn new(image: Arc<Image>, environment: OrdMap<String, String>) -> Table {
        Table {
            processes: OrdMap::new(),
            last_pid: 0,
            ended: OrdMap::new(),
            opens: OrdMap::new(),
            pipes: OrdMap::new(),
            last_open: 0,
            held: Vec::new(),
            terminals: OrdMap::new(),
            sessions: OrdMap::new(),
            attached: Vec::new(),
            root: super::files::layer(&image),
            mounts: Vec::new(),
            read_only_root: false,
            user: User::default(),
            stdin_once: false,
            image,
            environment,
            folder: "/".to_owned(),
            partial: [Vec::new(), Vec::new()],
            answers: OrdMap::new(),
            last_token: 0,
            watched: None,
            reader: None,
            alone: false,
            busy: false,
            next_turn: None,
        }
    }

    /// The files as programs see them.
    pub(super) fn files<'a>(&'a mut self, inside: &'a mut Inside<'_>) -> Files<'a> {
        Files {
            root: &mut self.root,
            mounts: &mut self.mounts,
            read_only_root: self.read_only_root,
            volumes: inside.volumes,
            host: inside.host,
            disks: inside.disks,
            now: inside.clock.now,
            user: &self.user,
        }
    }

    /// The names of users and groups, as the container's files have them.
    pub(super) fn names(&self) -> Names {
        Names::of(&self.root)
    }

    /// Starts a process. Where there are too many, it has failed at once.
    pub(super) fn spawn(
        &mut self,
        parent: u32,
        body: Body,
        mut program: Program,
        inside: &Inside<'_>,
    ) -> u32 {
        self.last_pid += 1;
        let pid = self.last_pid;
        if self.processes.len() >= PROCESSES_MAX {
            self.ended.insert(pid, (parent, 254));
            return pid;
        }
        if let Program::Shell(shell) = &mut program
            && shell.pid == 0
        {
            shell.pid = pid;
        }
        let process = Process {
            body: Body { pid, ..body },
            parent,
            program,
            wait: Wait::Nothing,
            started: inside.clock.now,
            signals: Vec::new(),
        };
        self.processes.insert(pid, process);
        pid
    }

    /// Lets all run that can.
    pub(super) fn run(&mut self, inside: &mut Inside<'_>) -> Turn {
        let mut steps = 0;
        self.busy = false;
        while steps < STEPS_MAX {
            let ready: Vec<u32> = self
                .processes
                .iter()
                .filter(|(pid, process)| {
                    self.may_run(**pid) && self.is_ready(process, inside.clock.now)
                })
                .map(|(pid, _)| *pid)
                .collect();
            if ready.is_empty() {
                return self.rest(inside.clock.now);
            }
            for pid in ready {
                steps += 1;
                if let Some(code) = self.slice(pid, &mut steps, inside) {
                    return Turn::Exits(code);
                }
            }
            self.collect();
        }
        self.busy = true;
        Turn::Sleeps(BUSY_MS)
    }

    /// Whether a process may run now: all may, but beside one that is hurried through.
    fn may_run(&self, pid: u32) -> bool {
        !self.alone || self.watched.is_none_or(|watched| self.family(watched).contains(&pid))
    }

    fn rest(&self, now: Time) -> Turn {
        let until = |process: &Process| match process.wait {
            Wait::Until(time) | Wait::InputUntil(_, time) => Some(time),
            _ => None,
        };
        let may_run = self.processes.iter().filter(|(pid, _)| self.may_run(**pid));
        match may_run.filter_map(|(_, process)| until(process)).min() {
            Some(time) => Turn::Sleeps((time - now).max(1)),
            None => Turn::Stays,
        }
    }

    fn is_ready(&self, process: &Process, now: Time) -> bool {
        let input = |open: u64| self.has_input(open);
        !process.signals.is_empty()
            || match process.wait {
                Wait::Nothing => true,
                Wait::Forever => false,
                Wait::Until(time) => now >= time,
                Wait::Child(pid) => self.has_ended(pid),
                Wait::Input(open) => input(open),
                Wait::InputUntil(open, time) => now >= time || input(open),
                Wait::Output { pid, open } => {
                    self.has_bytes(open) || (self.has_ended(pid) && !self.has_writer(open))
                }
                Wait::Room(open) => self.has_room(open),
                Wait::Dial(token) => self.answers.contains_key(&token),
            }
    }

    /// Lets a process take some steps. The exit code if it is the first and ends.
    fn slice(&mut self, pid: u32, steps: &mut usize, inside: &mut Inside<'_>) -> Option<i32> {
        let known = self.processes.get_mut(&pid)?;
        let mut process = known.clone();
        known.signals.clear();
        self.held = Table::held_by(&process);
        for _ in 0..SLICE {
            let signals = std::mem::take(&mut process.signals);
            let signalled =
                signals.into_iter().find_map(|one| Table::signalled(&mut process, one, inside));
            let ran = match signalled {
                Some(code) => Ran::Exits(code),
                None => self.step(&mut process, inside),
            };
            *steps += 1;
            match ran {
                Ran::Again => process.wait = Wait::Nothing,
                Ran::Becomes(program) => process.program = *program,
                Ran::Exits(code) => {
                    self.held.clear();
                    // `kill $$` as the last thing that it does.
                    let sent = self.processes.get(&pid).map(|known| known.signals.clone());
                    let mut sent = sent.unwrap_or_default().into_iter();
                    let code = sent
                        .find_map(|one| Table::signalled(&mut process, one, inside))
                        .unwrap_or(code);
                    return self.exited(&process, code, inside);
                }
                Ran::Waits(wait) => {
                    process.wait = wait;
                    if !self.is_ready(&process, inside.clock.now) {
                        break;
                    }
                }
            }
            if let Some(sent) = self.processes.get_mut(&pid) {
                process.signals.append(&mut sent.signals);
            }
        }
        self.held.clear();
        self.processes.insert(pid, process);
        None
    }

    fn step(&mut self, process: &mut Process, inside: &mut Inside<'_>) -> Ran {
        let Process { body, program, .. } = process;
        match program {
            Program::Shell(shell) => shell.step(body, self, inside),
            Program::Tool(tool) => commands::step(tool, body, self, inside),
            Program::Server(serving) => self.serve(serving, body, inside),
            Program::Idles => Ran::Waits(Wait::Forever),
        }
    }

    /// A number by which an answer of the network will be known.
    pub(super) fn token(&mut self) -> u64 {
        self.last_token += 1;
        self.last_token
    }

    pub(super) fn answer(&mut self, token: u64, result: DialResult) {
        self.answers.insert(token, result);
    }

    pub(super) fn take_answer(&mut self, token: u64) -> Option<DialResult> {
        self.answers.remove(&token)
    }

    /// Whether something in it goes round and round: nobody waits for that to end.
    pub(super) fn is_loop(&self) -> bool {
        self.processes.values().any(|process| match &process.program {
            Program::Shell(shell) => shell.is_looping(),
            Program::Tool(tool) => tool.polls(),
            Program::Server(_) | Program::Idles => false,
        })
    }

    /// Whether it goes round without waiting for anything: it uses a whole CPU.
    pub(super) fn is_busy(&self) -> bool {
        self.busy
    }

    pub(super) fn image(&self) -> &Image {
        &self.image
    }

    pub(super) fn first(&self) -> Option<&Process> {
        self.processes.get(&1)
    }
}
