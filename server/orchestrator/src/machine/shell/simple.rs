//! Simple commands: words, then a function, a builtin or a program.

use std::sync::Arc;

use imbl::Vector;

use super::Shell;
use super::expand::{Expansion, Outputs, Stop};
use super::frames::Frame;
use super::run::{Done, Work};
use super::syntax::{Command, Function, Simple, parse};
use crate::machine::process::{Body, Ran, Wait};

impl Shell {
    /// Runs what a word substitutes, then looks at the command again.
    pub(super) fn substitute(
        &mut self,
        command: &Arc<Command>,
        script: &str,
        outputs: Outputs,
        work: &mut Work<'_, '_>,
    ) -> Ran {
        self.frames.push(Frame::Command { command: Arc::clone(command), outputs });
        let list = match parse(script) {
            Ok(list) => list,
            Err(unreadable) => {
                let text = self.complaint(&unreadable.to_string());
                work.put(2, &text);
                if let Some(Frame::Command { outputs, .. }) = self.frames.last_mut() {
                    outputs.push(String::new());
                }
                self.status = 2;
                return Ran::Again;
            }
        };
        let (from, to) = work.table.pipe();
        let mut fds = work.me.fds.clone();
        fds.insert(1, to);
        let pid = self.fork(Frame::list(list), fds, work);
        self.frames.push(Frame::Substitution { pid, from, text: Vec::new() });
        Ran::Again
    }

    pub(super) fn substitution(
        &mut self,
        pid: u32,
        from: u64,
        mut text: Vec<u8>,
        work: &mut Work<'_, '_>,
    ) -> Ran {
        work.table.drain(from, &mut text);
        let ended = work.table.has_ended(pid) && !work.table.has_writer(from);
        if !ended {
            self.frames.push(Frame::Substitution { pid, from, text });
            return Ran::Waits(Wait::Output { pid, open: from });
        }
        work.table.drain(from, &mut text);
        work.table.close(from);
        self.status = work.table.reap(pid).unwrap_or_default();
        text.retain(|byte| *byte != 0);
        let text = String::from_utf8_lossy(&text).trim_end_matches('\n').to_owned();
        if let Some(Frame::Command { outputs, .. }) = self.frames.last_mut() {
            outputs.push(text);
        }
        Ran::Again
    }

    /// Expands with what is known; what the expansion assigns, the shell keeps.
    pub(super) fn expand<T>(
        &mut self,
        outputs: &Outputs,
        work: &mut Work<'_, '_>,
        some: impl FnOnce(&mut Expansion<'_>) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let random = work.inside.chance();
        let folder = work.me.folder.clone();
        let files = work.table.files(work.inside);
        let mut expansion = Expansion::new(self, &files, &folder, outputs, random);
        let result = some(&mut expansion)?;
        self.variables = expansion.into_variables();
        Ok(result)
    }

    pub(super) fn simple(
        &mut self,
        command: &Arc<Command>,
        simple: &Simple,
        outputs: Outputs,
        work: &mut Work<'_, '_>,
    ) -> Result<Done, (Stop, Outputs)> {
        let expanded = self.expand(&outputs, work, |expansion| {
            let words = expansion.fields(&simple.words)?;
            let mut assignments = Vec::new();
            for one in &simple.assignments {
                for (name, value) in expansion.assigned(one)? {
                    if simple.words.is_empty() && !expansion.shell.set(&name, value.clone()) {
                        return Err(Stop::Fails(format!("{name}: is read only")));
                    }
                    assignments.push((name, value));
                }
            }
            Ok((words, assignments, expansion.used))
        });
        let (words, assignments, used) = match expanded {
            Ok(expanded) => expanded,
            Err(stop) => return Err((stop, outputs)),
        };
        let rest: Outputs = outputs.iter().skip(used).cloned().collect();
        let saved = match self.redirected(&simple.redirects, &rest, work) {
            Ok(Ok(saved)) => saved,
            Ok(Err(())) => return Ok(Done::Status(1)),
            Err(stop) => return Err((stop, outputs)),
        };
        self.trace(&words, &assignments, work);
        let substituted = outputs.is_empty();
        drop(outputs);
        let _ = command;
        let Some(name) = words.first() else {
            super::redirect::restore(saved, work);
            return Ok(Done::Status(if substituted { 0 } else { self.status }));
        };
        if let Some(function) = self.functions.get(name).cloned() {
            return Ok(self.call(&function, &words, assignments, saved));
        }
        if super::builtins::is_builtin(name, self.flavour) {
            return Ok(self.builtin(&words, assignments, saved, work));
        }
        Ok(self.external(&words, &assignments, saved, work))
    }

    pub(super) fn trace(
        &self,
        words: &[String],
        assignments: &[(String, String)],
        work: &mut Work<'_, '_>,
    ) {
        if !self.options.xtrace {
            return;
        }
        let set = assignments.iter().map(|(name, value)| format!("{name}={}", quoted(value)));
        let said = words.iter().map(|word| quoted(word));
        let all: Vec<String> = set.chain(said).collect();
        let text = format!("{}{}\n", self.value("PS4").unwrap_or("+ "), all.join(" "));
        work.put(2, &text);
    }

    pub(super) fn call(
        &mut self,
        function: &Function,
        words: &[String],
        assignments: Vec<(String, String)>,
        saved: Vec<(u32, Option<u64>)>,
    ) -> Done {
        if !saved.is_empty() {
            self.frames.push(Frame::Restore { saved });
        }
        let arguments: Vector<String> = words[1..].iter().cloned().collect();
        let positional = std::mem::replace(&mut self.positional, arguments);
        let mut locals = Vec::new();
        for (name, value) in assignments {
            locals.push((name.clone(), self.variables.get(&name).cloned()));
            self.set(&name, value);
        }
        self.frames.push(Frame::Call { positional, locals });
        self.frames.push(Frame::command(&function.0));
        Done::Goes
    }

    /// A program: in the place of the shell if nothing is left for it to do.
    pub(super) fn external(
        &mut self,
        words: &[String],
        assignments: &[(String, String)],
        saved: Vec<(u32, Option<u64>)>,
        work: &mut Work<'_, '_>,
    ) -> Done {
        let mut environment = self.exported();
        environment.extend(assignments.iter().cloned());
        let program = work.table.program(words, &environment, &work.me.folder, work.inside);
        let program = match program {
            Ok(program) => program,
            Err((code, why)) => {
                let text = self.complaint(&why);
                work.put(2, &text);
                super::redirect::restore(saved, work);
                return Done::Status(code);
            }
        };
        let body = Body { arguments: words.to_vec(), environment, ..work.me.clone() };
        let is_last = self.frames.is_empty() && self.prompt.is_none() && self.leaving.is_none();
        if is_last && self.traps.values().all(String::is_empty) {
            *work.me = body;
            return Done::Becomes(program);
        }
        let pid = work.table.spawn(work.me.pid, body, program, work.inside);
        super::redirect::restore(saved, work);
        self.frames.push(Frame::Pipeline { pids: vec![pid], worst: 0 });
        Done::Goes
    }
}

/// As `set -x` shows it.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "_-./:=,+@%".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
