//! A shell that reads its commands: from a terminal, a pipe or a file.

use super::frames::Frame;
use super::run::Work;
use super::syntax::{Unreadable, parse};
use super::{Flavour, Shell};
use crate::machine::process::{Ran, Taken, Wait};

/// Where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::machine) struct Prompt {
    /// Whether somebody is spoken to.
    pub(super) terminal: bool,
    /// Lines that are not yet a whole command.
    begun: String,
    /// Whether the prompt has been written for the line that is waited for.
    shown: bool,
}

impl Prompt {
    pub(super) fn new(terminal: bool) -> Prompt {
        Prompt { terminal, begun: String::new(), shown: false }
    }
}

impl Shell {
    /// Reads on until there is a whole command.
    pub(super) fn read_command(&mut self, work: &mut Work<'_, '_>) -> Ran {
        let Some(prompt) = self.prompt.clone() else { return Ran::Exits(self.status) };
        if prompt.terminal && !prompt.shown {
            let text = if prompt.begun.is_empty() { self.ps1(work) } else { "> ".to_owned() };
            work.put(2, &text);
            self.with_prompt(|prompt| prompt.shown = true);
        }
        let Some(input) = work.me.fds.get(&0).copied() else { return self.leave(self.status) };
        let line = match self.take_line(input, work) {
            Taken::Blocked => return Ran::Waits(Wait::Input(input)),
            Taken::End if prompt.begun.is_empty() => {
                if prompt.terminal && self.flavour != Flavour::Dash {
                    let text = if self.flavour == Flavour::Bash { "exit\n" } else { "" };
                    work.put(2, text);
                }
                return self.leave(self.status);
            }
            Taken::End => {
                let text = self.complaint(&Unreadable::Unfinished.to_string());
                work.put(2, &text);
                return self.leave(2);
            }
            Taken::Bytes(line) => String::from_utf8_lossy(&line).into_owned(),
        };
        let text = prompt.begun + &line;
        self.with_prompt(|prompt| {
            prompt.begun.clear();
            prompt.shown = false;
        });
        match parse(&text) {
            Ok(list) => self.push(Frame::list(list)),
            Err(Unreadable::Unfinished) => self.with_prompt(|prompt| prompt.begun = text),
            Err(unreadable) => {
                let complaint = self.complaint(&unreadable.to_string());
                work.put(2, &complaint);
                self.status = 2;
            }
        }
        Ran::Again
    }

    fn with_prompt(&mut self, change: impl FnOnce(&mut Prompt)) {
        if let Some(prompt) = &mut self.prompt {
            change(prompt);
        }
    }

    /// Somebody has pressed ^C: the line is given up, and what runs.
    pub(in crate::machine) fn interrupt(&mut self) {
        self.drop_frames();
        self.status = 130;
        self.with_prompt(|prompt| {
            prompt.begun.clear();
            prompt.shown = false;
        });
    }

    fn ps1(&self, work: &Work<'_, '_>) -> String {
        let mark = if work.table.user.is_root() { "#" } else { "$" };
        let user = work.table.names().user(work.table.user.uid).map(|known| known.name.clone());
        let user = user.unwrap_or_else(|| "I have no name!".to_owned());
        let folder = work.me.folder.as_str();
        let home = self.value("HOME").unwrap_or("/root");
        let tilde = match folder.strip_prefix(home) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("~{rest}"),
            _ => folder.to_owned(),
        };
        match (self.value("PS1"), self.flavour) {
            (Some(ps1), Flavour::Dash) => ps1.to_owned(),
            (Some(ps1), _) => {
                let host = work.inside.hostname;
                ps1.replace("\\u", &user)
                    .replace("\\h", host)
                    .replace("\\w", &tilde)
                    .replace("\\$", mark)
            }
            (None, Flavour::Ash) => format!("{tilde} {mark} "),
            (None, Flavour::Dash) => format!("{mark} "),
            (None, Flavour::Bash) => format!("{user}@{}:{tilde}{mark} ", work.inside.hostname),
        }
    }

    /// The next line of the input, with its end. Only so much is taken: what follows is for the
    /// programs that the shell starts.
    pub(super) fn take_line(&mut self, input: u64, work: &mut Work<'_, '_>) -> Taken {
        loop {
            if self.rest.ends_with(b"\n") {
                return Taken::Bytes(std::mem::take(&mut self.rest));
            }
            match work.table.take(input, TakeUntil::LINE, work.inside) {
                Taken::Bytes(bytes) => self.rest.extend(bytes),
                Taken::End if self.rest.is_empty() => return Taken::End,
                Taken::End => return Taken::Bytes(std::mem::take(&mut self.rest)),
                Taken::Blocked => return Taken::Blocked,
            }
        }
    }
}

use crate::machine::process::TakeUntil;
