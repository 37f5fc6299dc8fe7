//! Signals.

use super::{Process, Program, Table, Turn};
use crate::images::application::OnTerm;
use crate::machine::inside::Inside;
use crate::time::Millis;

const SIGNALS: &[(i32, &str)] = &[
    (0, "EXIT"),
    (1, "HUP"),
    (2, "INT"),
    (3, "QUIT"),
    (6, "ABRT"),
    (9, "KILL"),
    (10, "USR1"),
    (12, "USR2"),
    (13, "PIPE"),
    (14, "ALRM"),
    (15, "TERM"),
    (17, "CHLD"),
    (18, "CONT"),
    (19, "STOP"),
    (28, "WINCH"),
];

const KILL: i32 = 9;
pub(in crate::machine) const INT: i32 = 2;
pub(in crate::machine) const HUP: i32 = 1;
const TERM: i32 = 15;

/// `TERM` for `15`, `SIGTERM` and `term`.
pub(in crate::machine) fn signal_name(text: &str) -> String {
    let upper = text.to_uppercase();
    let bare = upper.strip_prefix("SIG").unwrap_or(&upper);
    let known = SIGNALS.iter().find(|(number, _)| bare.parse() == Ok(*number));
    known.map_or(bare, |(_, name)| name).to_owned()
}

pub(in crate::machine) fn signal_number(text: &str) -> Option<i32> {
    let name = signal_name(text);
    SIGNALS.iter().find(|(_, known)| *known == name).map(|(number, _)| *number)
}

/// What comes of SIGTERM to a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::machine) enum OnStop {
    ExitsAfter {
        ms: Millis,
        code: i32,
    },
    /// What the processes do next.
    Turns(Turn),
}

impl Table {
    /// SIGTERM, or the image's own stop signal, from outside.
    pub(in crate::machine) fn stop(&mut self, inside: &mut Inside<'_>) -> OnStop {
        if let Some(Process { program: Program::Server(serving), .. }) = self.first()
            && let OnTerm::Exits { code, after_ms, lines } = serving.server.on_term.clone()
        {
            inside.write_all(&lines);
            return OnStop::ExitsAfter { ms: after_ms, code };
        }
        self.send(1, TERM, false);
        OnStop::Turns(self.run(inside))
    }

    /// Whether it ends when it is told to stop.
    pub(in crate::machine) fn heeds_stop(&self) -> bool {
        match self.first().map(|first| &first.program) {
            Some(Program::Server(serving)) => serving.server.on_term != OnTerm::Ignores,
            Some(Program::Shell(shell)) => {
                shell.traps_signal("TERM").is_some_and(|action| !action.is_empty())
            }
            _ => false,
        }
    }

    /// Sends a signal. False if there is no such process. The first process is spared what it does
    /// not handle, even SIGKILL, by all but the node.
    pub(in crate::machine) fn send(&mut self, pid: u32, signal: i32, from_node: bool) -> bool {
        let Some(process) = self.processes.get_mut(&pid) else { return false };
        if signal != 0 && !(pid == 1 && signal == KILL && !from_node) {
            process.signals.push(signal);
        }
        true
    }

    /// The exit code if the signal ends the process.
    pub(super) fn signalled(
        process: &mut Process,
        signal: i32,
        inside: &mut Inside<'_>,
    ) -> Option<i32> {
        let is_first = process.body.pid == 1;
        if signal == KILL {
            return Some(137);
        }
        if matches!(signal, 17 | 18 | 19 | 28) {
            return None;
        }
        match &mut process.program {
            Program::Shell(shell) => {
                let name = signal_name(&signal.to_string());
                match shell.traps_signal(&name) {
                    Some("") => None,
                    Some(_) => {
                        if shell.pending.len() < 16 {
                            shell.pending.push(name);
                        }
                        None
                    }
                    None if shell.is_interactive() => {
                        if signal == INT {
                            shell.interrupt();
                        }
                        (signal == HUP).then_some(129)
                    }
                    None => (!is_first).then_some(128 + signal),
                }
            }
            Program::Server(serving) => {
                if signal == HUP {
                    let lines = serving.on_reload();
                    inside.write_all(&lines);
                    return None;
                }
                match serving.server.on_term.clone() {
                    OnTerm::Ignores => (!is_first).then_some(128 + signal),
                    OnTerm::Exits { code, lines, .. } => {
                        inside.write_all(&lines);
                        Some(code)
                    }
                }
            }
            Program::Tool(_) | Program::Idles => (!is_first).then_some(128 + signal),
        }
    }
}
