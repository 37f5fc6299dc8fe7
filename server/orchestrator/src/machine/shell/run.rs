//! The evaluator: one step at a time.

use std::sync::Arc;

use super::expand::{Outputs, Stop};
use super::frames::Frame;
use super::prompt::Prompt;
use super::syntax::{AndOr, Command, Item, List, Pipeline, parse};
use super::{Begins, Options, Shell, Unreadable};
use crate::machine::inside::Inside;
use crate::machine::process::{Body, Program, Ran, Table};

/// How deep functions, traps and sources may call each other.
const FRAMES_MAX: usize = 1000;

/// What a simple command came to.
pub(super) enum Done {
    Status(i32),
    /// A frame on the stack goes on with it.
    Goes,
    /// The shell leaves.
    Leaves(i32),
    Becomes(Program),
}

/// What the shell works with.
pub(super) struct Work<'a, 'i> {
    pub(super) me: &'a mut Body,
    pub(super) table: &'a mut Table,
    pub(super) inside: &'a mut Inside<'i>,
}

impl Work<'_, '_> {
    /// Writes on a file descriptor of the shell's own.
    pub(super) fn put(&mut self, fd: u32, text: &str) {
        if let Some(open) = self.me.fds.get(&fd).copied() {
            let _ = self.table.write(open, text.as_bytes(), self.inside);
        }
    }
}

impl Shell {
    /// Goes one step on.
    pub(in crate::machine) fn step(
        &mut self,
        me: &mut Body,
        table: &mut Table,
        inside: &mut Inside<'_>,
    ) -> Ran {
        let mut work = Work { me, table, inside };
        if self.begins != Begins::Running {
            return self.begin(&mut work);
        }
        if self.may_trap() && !self.pending.is_empty() {
            let signal = self.pending.remove(0);
            self.trap(&signal);
            return Ran::Again;
        }
        let Some(frame) = self.frames.pop() else { return self.idle(&mut work) };
        if self.frames.len() > FRAMES_MAX {
            let text = self.complaint("too much recursion");
            work.put(2, &text);
            return self.leave(2);
        }
        self.frame(frame, &mut work)
    }

    fn begin(&mut self, work: &mut Work<'_, '_>) -> Ran {
        match std::mem::take(&mut self.begins) {
            Begins::Running => {}
            Begins::Unreadable(why) => {
                let text = self.complaint(&why);
                work.put(2, &text);
                return self.leave(2);
            }
            Begins::File(path) => {
                let folder = work.me.folder.clone();
                let files = work.table.files(work.inside);
                let found = files.find(&folder, &path, true).ok();
                let Some(bytes) = found.and_then(|(_, node)| node.bytes().cloned()) else {
                    let name = if self.flavour == super::Flavour::Bash { "bash" } else { "sh" };
                    let text = match self.flavour {
                        super::Flavour::Ash => {
                            format!("{name}: can't open '{path}': No such file or directory\n")
                        }
                        super::Flavour::Dash => {
                            format!("{name}: 0: cannot open {path}: No such file\n")
                        }
                        super::Flavour::Bash => {
                            format!("{name}: {path}: No such file or directory\n")
                        }
                    };
                    work.put(2, &text);
                    return self.leave(if self.flavour == super::Flavour::Bash { 127 } else { 2 });
                };
                match parse(&String::from_utf8_lossy(&bytes)) {
                    Ok(list) => self.frames.push(Frame::list(list)),
                    Err(why) => self.begins = Begins::Unreadable(why.to_string()),
                }
            }
            Begins::Input => {
                let terminal =
                    work.me.fds.get(&0).is_some_and(|open| work.table.is_terminal(*open));
                self.prompt = Some(Prompt::new(terminal));
            }
        }
        Ran::Again
    }

    /// Whether a trap's action may run now: not while a command is waited for.
    fn may_trap(&self) -> bool {
        !matches!(
            self.frames.last(),
            Some(Frame::Pipeline { .. } | Frame::Substitution { .. } | Frame::Command { .. })
        )
    }

    /// Nothing is left to do.
    fn idle(&mut self, work: &mut Work<'_, '_>) -> Ran {
        if let Some(code) = self.leaving {
            return Ran::Exits(code);
        }
        if self.prompt.is_some() {
            return self.read_command(work);
        }
        self.leave(self.status)
    }

    /// Leaves, after the trap on `EXIT`.
    pub(super) fn leave(&mut self, code: i32) -> Ran {
        self.frames.clear();
        self.prompt = None;
        match self.traps.remove("EXIT") {
            Some(action) if !action.is_empty() && self.leaving.is_none() => {
                self.leaving = Some(code);
                self.status = code;
                if let Ok(list) = parse(&action) {
                    self.frames.push(Frame::list(list));
                }
                Ran::Again
            }
            _ => Ran::Exits(self.leaving.unwrap_or(code)),
        }
    }

    fn trap(&mut self, signal: &str) {
        let action = self.traps.get(signal).cloned().unwrap_or_default();
        if let Some(Frame::Jobs { .. }) = self.frames.last() {
            self.frames.pop();
            self.status = 143;
        }
        if let Ok(list) = parse(&action) {
            self.frames.push(Frame::Trap { status: self.status });
            self.frames.push(Frame::list(list));
        }
    }

    fn frame(&mut self, frame: Frame, work: &mut Work<'_, '_>) -> Ran {
        match frame {
            Frame::List { list, at } => self.list(&list, at, work),
            Frame::AndOr { and_or, at } => self.and_or(and_or, at, work),
            Frame::Command { command, outputs } => self.command(&command, outputs, work),
            Frame::Substitution { pid, from, text } => self.substitution(pid, from, text, work),
            Frame::Pipeline { pids, worst } => self.await_pipeline(pids, worst, work),
            Frame::Negate => {
                self.status = i32::from(self.status == 0);
                Ran::Again
            }
            Frame::While { command, testing, status } => self.turn_while(command, testing, status),
            Frame::For { command, words } => self.turn_for(command, words),
            Frame::Count { command, begun } => self.turn_count(command, begun, work),
            Frame::If { command, at } => self.turn_if(&command, at),
            Frame::Restore { saved } => {
                super::redirect::restore(saved, work);
                Ran::Again
            }
            Frame::Call { positional, locals } => {
                self.positional = positional;
                for (name, old) in locals.into_iter().rev() {
                    match old {
                        Some(old) => self.variables.insert(name, old),
                        None => self.variables.remove(&name),
                    };
                }
                Ran::Again
            }
            Frame::Source => Ran::Again,
            Frame::Trap { status } => {
                self.status = status;
                Ran::Again
            }
            Frame::Jobs { pids } => self.await_jobs(pids, work),
            Frame::Read { names, raw, line, until } => self.read_on(names, raw, line, until, work),
        }
    }

    /// The next pipeline that `&&` and `||` let run.
    fn and_or(&mut self, and_or: Arc<AndOr>, at: usize, work: &mut Work<'_, '_>) -> Ran {
        let next = if at == 0 {
            0
        } else {
            let wanted = |(and, _): &(bool, Arc<Pipeline>)| *and == (self.status == 0);
            match and_or.rest.iter().skip(at - 1).position(wanted) {
                Some(skipped) => at + skipped,
                None => return Ran::Again,
            }
        };
        let pipeline = match next {
            0 => Arc::clone(&and_or.first),
            next => Arc::clone(&and_or.rest[next - 1].1),
        };
        if !and_or.rest.is_empty() {
            self.frames.push(Frame::AndOr { and_or, at: next + 1 });
        }
        self.pipeline(&pipeline, work)
    }

    fn list(&mut self, list: &List, at: usize, work: &mut Work<'_, '_>) -> Ran {
        let Some(Item { and_or, background }) = list.0.get(at) else { return Ran::Again };
        if at + 1 < list.0.len() {
            self.frames.push(Frame::List { list: list.clone(), at: at + 1 });
        }
        let frame = Frame::AndOr { and_or: Arc::clone(and_or), at: 0 };
        if !background {
            self.frames.push(frame);
            return Ran::Again;
        }
        let mut fds = work.me.fds.clone();
        if self.prompt.is_none() {
            let nothing = work.table.open_null();
            fds.insert(0, nothing);
        }
        let pid = self.fork(frame, fds, work);
        self.last_background = Some(pid);
        self.jobs.push(pid);
        self.status = 0;
        if self.prompt.as_ref().is_some_and(|prompt| prompt.terminal) {
            let text = format!("[{}] {pid}\n", self.jobs.len());
            work.put(2, &text);
        }
        Ran::Again
    }

    /// Starts a copy of the shell beside it.
    pub(super) fn fork(
        &mut self,
        frame: Frame,
        fds: std::collections::BTreeMap<u32, u64>,
        work: &mut Work<'_, '_>,
    ) -> u32 {
        let child = self.subshell(frame);
        let body = Body { fds, ..work.me.clone() };
        work.table.spawn(work.me.pid, body, Program::Shell(Box::new(child)), work.inside)
    }

    /// `set -e`: leaves if a command has failed where that decides nothing.
    pub(super) fn checked(&mut self) -> Ran {
        let decides = self.frames.iter().any(Frame::is_condition);
        if self.status != 0 && self.options.errexit && !decides {
            return self.leave(self.status);
        }
        Ran::Again
    }

    fn command(
        &mut self,
        command: &Arc<Command>,
        outputs: Outputs,
        work: &mut Work<'_, '_>,
    ) -> Ran {
        let result = match &**command {
            Command::Simple(simple) => self.simple(command, simple, outputs, work),
            Command::Function(name, body) => {
                self.functions.insert(name.clone(), body.clone());
                Ok(Done::Status(0))
            }
            Command::Compound(body, redirects) => {
                match self.redirected(redirects, &outputs, work) {
                    Err(stop) => Err((stop, outputs)),
                    Ok(Err(())) => Ok(Done::Status(1)),
                    Ok(Ok(saved)) => {
                        let used = super::redirect::substitutions(redirects);
                        let rest = outputs.iter().skip(used).cloned().collect();
                        self.compound_with(command, body, &rest, saved, work)
                            .map_err(|stop| (stop, outputs))
                    }
                }
            }
        };
        match result {
            Ok(Done::Status(status)) => {
                self.status = status;
                self.checked()
            }
            Ok(Done::Goes) => Ran::Again,
            Ok(Done::Leaves(code)) => self.leave(code),
            Ok(Done::Becomes(program)) => Ran::Becomes(Box::new(program)),
            Err((Stop::Needs(script), outputs)) => self.substitute(command, &script, outputs, work),
            Err((Stop::Fails(message), _)) => {
                let text = self.complaint(&message);
                work.put(2, &text);
                self.fail_expansion()
            }
        }
    }

    /// A shell that is not spoken to leaves when an expansion fails.
    fn fail_expansion(&mut self) -> Ran {
        self.status = if self.flavour == super::Flavour::Bash { 1 } else { 2 };
        if self.prompt.as_ref().is_some_and(|prompt| prompt.terminal) {
            self.frames.clear();
            return Ran::Again;
        }
        self.leave(self.status)
    }

    /// A text as commands, now: `eval`, `.`.
    pub(super) fn run_text(&mut self, text: &str, work: &mut Work<'_, '_>) -> Done {
        match parse(text) {
            Ok(list) => {
                self.status = 0;
                self.frames.push(Frame::Source);
                self.frames.push(Frame::list(list));
                Done::Goes
            }
            Err(unreadable) => {
                let text = self.complaint(&unreadable.to_string());
                work.put(2, &text);
                match unreadable {
                    Unreadable::NotModelled(_) => Done::Status(2),
                    _ => Done::Leaves(2),
                }
            }
        }
    }

    pub(super) fn push(&mut self, frame: Frame) {
        self.frames.push(frame);
    }

    pub(super) fn top_call(&mut self) -> Option<&mut Frame> {
        self.frames.iter_mut().rev().find(|frame| matches!(frame, Frame::Call { .. }))
    }

    pub(super) fn drop_frames(&mut self) {
        self.frames.clear();
    }

    /// `$-`
    pub(super) fn flags(&self) -> String {
        let Options { errexit, nounset, xtrace, noglob, .. } = self.options;
        let set = [(errexit, 'e'), (nounset, 'u'), (xtrace, 'x'), (noglob, 'f')];
        set.iter().filter(|(on, _)| *on).map(|(_, letter)| *letter).collect()
    }
}
