//! Compound commands: loops, choices, groups; and how they are left.

use std::sync::Arc;

use imbl::Vector;

use super::Shell;
use super::expand::{Expansion, Outputs, Stop};
use super::frames::{Frame, compound};
use super::run::{Done, Work};
use super::syntax::{Arm, Command, Compound, List, Word};
use crate::machine::process::Ran;

impl Shell {
    /// A compound command whose redirections hold until it ends.
    pub(super) fn compound_with(
        &mut self,
        command: &Arc<Command>,
        body: &Compound,
        outputs: &Outputs,
        saved: Vec<(u32, Option<u64>)>,
        work: &mut Work<'_, '_>,
    ) -> Result<Done, Stop> {
        let at = self.frames.len();
        let done = self.compound(command, body, outputs, work);
        if saved.is_empty() {
            return done;
        }
        match &done {
            Ok(Done::Goes) => self.frames.insert(at, Frame::Restore { saved }),
            // All is done again, or at its end.
            _ => super::redirect::restore(saved, work),
        }
        done
    }

    pub(super) fn compound(
        &mut self,
        command: &Arc<Command>,
        body: &Compound,
        outputs: &Outputs,
        work: &mut Work<'_, '_>,
    ) -> Result<Done, Stop> {
        let shared = || Arc::clone(command);
        match body {
            Compound::Group(list) => self.frames.push(Frame::list(list.clone())),
            Compound::Subshell(list) => {
                let fds = work.me.fds.clone();
                let pid = self.fork(Frame::list(list.clone()), fds, work);
                self.frames.push(Frame::Pipeline { pids: vec![pid], worst: 0 });
            }
            Compound::For { words, .. } => {
                let words = match words {
                    Some(words) => self.expand(outputs, work, |e| e.fields(words))?,
                    None => self.positional.iter().cloned().collect(),
                };
                self.status = 0;
                self.frames.push(Frame::For { command: shared(), words: words.into() });
            }
            Compound::Count { .. } => {
                self.frames.push(Frame::Count { command: shared(), begun: false });
            }
            Compound::While { condition, .. } => {
                self.frames.push(Frame::While { command: shared(), testing: true, status: 0 });
                self.frames.push(Frame::list(condition.clone()));
            }
            Compound::If { branches, .. } => {
                self.frames.push(Frame::If { command: shared(), at: 0 });
                self.frames
                    .extend(branches.first().map(|(condition, _)| Frame::list(condition.clone())));
            }
            Compound::Case { word, arms } => {
                let found = self.expand(outputs, work, |expansion| arm(expansion, word, arms))?;
                self.status = 0;
                for list in found.into_iter().rev() {
                    self.frames.push(Frame::list(list));
                }
            }
            Compound::Sum(text) => {
                let text = text.clone();
                let value = self.expand(outputs, work, |expansion| {
                    let word = super::syntax::word_of(&text)
                        .map_err(|_| Stop::Fails("arithmetic syntax error".to_owned()))?;
                    let text = expansion.text(&word)?;
                    expansion.shell.sum(&text).map_err(Stop::Fails)
                })?;
                return Ok(Done::Status(i32::from(value == 0)));
            }
            Compound::Test(test) => {
                let holds = self.expand(outputs, work, |e| super::condition::holds(e, test))?;
                return Ok(Done::Status(i32::from(!holds)));
            }
        }
        Ok(Done::Goes)
    }

    pub(super) fn turn_if(&mut self, command: &Arc<Command>, at: usize) -> Ran {
        let Some(Compound::If { branches, otherwise }) = compound(command) else {
            return Ran::Again;
        };
        let next = if self.status == 0 {
            Some(branches[at].1.clone())
        } else if let Some((condition, _)) = branches.get(at + 1) {
            let condition = condition.clone();
            self.push(Frame::If { command: Arc::clone(command), at: at + 1 });
            Some(condition)
        } else {
            self.status = 0;
            otherwise.clone()
        };
        self.frames.extend(next.map(Frame::list));
        Ran::Again
    }

    pub(super) fn turn_for(&mut self, command: Arc<Command>, mut words: Vector<String>) -> Ran {
        if let (Some(word), Some(Compound::For { name, body, .. })) =
            (words.pop_front(), compound(&command))
        {
            self.set(name, word);
            let body = body.clone();
            self.frames.push(Frame::For { command, words });
            self.frames.push(Frame::list(body));
        }
        Ran::Again
    }

    pub(super) fn turn_while(&mut self, command: Arc<Command>, testing: bool, status: i32) -> Ran {
        let Some(Compound::While { until, condition, body }) = compound(&command) else {
            return Ran::Again;
        };
        if !testing {
            let (condition, status) = (condition.clone(), self.status);
            self.frames.push(Frame::While { command, testing: true, status });
            self.frames.push(Frame::list(condition));
        } else if (self.status == 0) == *until {
            self.status = status;
        } else {
            let body = body.clone();
            self.frames.push(Frame::While { command, testing: false, status: 0 });
            self.frames.push(Frame::list(body));
        }
        Ran::Again
    }

    pub(super) fn turn_count(
        &mut self,
        command: Arc<Command>,
        begun: bool,
        work: &mut Work<'_, '_>,
    ) -> Ran {
        let Some(Compound::Count { start, condition, update, body }) = compound(&command) else {
            return Ran::Again;
        };
        let first = if begun { update } else { start };
        let value = self
            .sum(first)
            .and_then(|_| if condition.trim().is_empty() { Ok(1) } else { self.sum(condition) });
        match value {
            Ok(0) => self.status = 0,
            Ok(_) => {
                let body = body.clone();
                self.frames.push(Frame::Count { command, begun: true });
                self.frames.push(Frame::list(body));
            }
            Err(message) => {
                let text = self.complaint(&message);
                work.put(2, &text);
                self.status = 1;
            }
        }
        Ran::Again
    }

    /// Leaves loops: `break` and `continue`.
    pub(super) fn leave_loops(&mut self, count: usize, again: bool, work: &mut Work<'_, '_>) {
        let loops = self.frames.iter().rev().take_while(|f| !matches!(f, Frame::Call { .. }));
        let mut left = count.clamp(1, loops.filter(|frame| frame.is_loop()).count().max(1));
        if !self.frames.iter().any(Frame::is_loop) {
            return;
        }
        while let Some(frame) = self.frames.pop() {
            if let Frame::Restore { saved } = frame {
                super::redirect::restore(saved, work);
                continue;
            }
            if !frame.is_loop() {
                continue;
            }
            left -= 1;
            if left == 0 {
                if again {
                    let frame = match frame {
                        Frame::While { command, .. } => {
                            Frame::While { command, testing: false, status: 0 }
                        }
                        other => other,
                    };
                    self.frames.push(frame);
                }
                return;
            }
        }
    }

    /// Leaves a function or a sourced file: `return`. False if there is none.
    pub(super) fn leave_function(&mut self, work: &mut Work<'_, '_>) -> bool {
        let inside = |frame: &Frame| matches!(frame, Frame::Call { .. } | Frame::Source);
        if !self.frames.iter().any(inside) {
            return false;
        }
        while let Some(frame) = self.frames.last() {
            if inside(frame) {
                return true;
            }
            if let Some(Frame::Restore { saved }) = self.frames.pop() {
                super::redirect::restore(saved, work);
            }
        }
        true
    }
}

/// The bodies to run of the first arm that fits.
fn arm(expansion: &mut Expansion<'_>, word: &Word, arms: &[Arm]) -> Result<Vec<List>, Stop> {
    let value = expansion.text(word)?;
    let mut found = Vec::new();
    let mut falls = false;
    for arm in arms {
        let mut fits = falls;
        for pattern in &arm.patterns {
            fits = fits || super::pattern::matches(&expansion.pattern(pattern)?, &value);
        }
        if fits {
            found.extend(arm.body.clone());
            falls = arm.falls_through;
            if !falls {
                break;
            }
        }
    }
    Ok(found)
}
