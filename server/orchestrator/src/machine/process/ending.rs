//! How processes end.

use imbl::OrdMap;

use super::{Process, Program, Table};
use crate::machine::inside::Inside;
use crate::session::{Ending, Saying, SessionId};

impl Table {
    pub(in crate::machine) fn exited(
        &mut self,
        process: &Process,
        code: i32,
        inside: &mut Inside<'_>,
    ) -> Option<i32> {
        let pid = process.body.pid;
        self.processes.remove(&pid);
        if pid == 1 {
            self.end_all(inside);
            return Some(code);
        }
        let has_shell = |parent: &Process| matches!(parent.program, Program::Shell(_));
        let parent = self.processes.get(&process.parent);
        if self.watched == Some(pid) || parent.is_some_and(has_shell) {
            self.ended.insert(pid, (process.parent, code));
        }
        let orphans: Vec<u32> =
            self.ended.iter().filter(|(_, e)| e.0 == pid).map(|e| *e.0).collect();
        for orphan in orphans {
            self.ended.remove(&orphan);
        }
        let children: Vec<u32> =
            self.processes.iter().filter(|(_, p)| p.parent == pid).map(|(pid, _)| *pid).collect();
        for child in children {
            if let Some(child) = self.processes.get_mut(&child) {
                child.parent = 1;
            }
        }
        if let Some(session) = self.session_of(pid) {
            self.sessions.remove(&session);
            self.terminals.remove(&session);
            inside.say(session, Saying::Ends(Ending::Exited(code)));
        }
        None
    }

    /// The container ends, and with it all that still runs.
    pub(in crate::machine) fn end_all(&mut self, inside: &mut Inside<'_>) {
        for (session, _) in std::mem::take(&mut self.sessions) {
            inside.say(session, Saying::Ends(Ending::Exited(137)));
        }
        for session in std::mem::take(&mut self.attached) {
            // Who only listened hears that it is over, not how.
            inside.say(session, Saying::Ends(Ending::Exited(0)));
        }
        for partial in std::mem::take(&mut self.partial) {
            if !partial.is_empty() {
                inside.log.push(String::from_utf8_lossy(&partial).into_owned());
            }
        }
        self.processes = OrdMap::new();
        self.opens = OrdMap::new();
        self.pipes = OrdMap::new();
        self.terminals = OrdMap::new();
    }

    pub(in crate::machine) fn session_of(&self, pid: u32) -> Option<SessionId> {
        self.sessions.iter().find(|(_, of)| **of == pid).map(|(session, _)| *session)
    }

    /// The exit code of a child that has ended; it is forgotten. None while it runs.
    pub(in crate::machine) fn reap(&mut self, pid: u32) -> Option<i32> {
        match self.ended.remove(&pid) {
            Some((_, code)) => Some(code),
            None if self.processes.contains_key(&pid) => None,
            None => Some(127),
        }
    }

    pub(in crate::machine) fn has_ended(&self, pid: u32) -> bool {
        !self.processes.contains_key(&pid)
    }

    /// How a process is shown.
    pub(in crate::machine) fn command_of(&self, pid: u32) -> String {
        let process = self.processes.get(&pid);
        process.map(|process| process.body.arguments.join(" ")).unwrap_or_default()
    }
}
