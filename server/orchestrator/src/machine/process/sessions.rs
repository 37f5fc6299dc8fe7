//! Sessions: what `exec` starts, and what clients type.

use super::{Open, Table, Terminal, Turn};
use crate::machine::inside::Inside;
use crate::session::{Channel, Ending, Opening, Saying, SessionAct, SessionId};

impl Table {
    /// Opens a session: starts its program, or listens to the first one.
    pub(in crate::machine) fn open_session(
        &mut self,
        id: SessionId,
        opening: &Opening,
        inside: &mut Inside<'_>,
    ) -> Turn {
        let crate::session::Opened::Exec(line) = &opening.what else {
            self.attached.push(id);
            return self.run(inside);
        };
        if let Some(why) = self.cannot_start(line, inside) {
            let why = format!(
                "error executing command in container: failed to exec in container: failed to \
                 start exec \"{}\": OCI runtime exec failed: exec failed: unable to start container \
                 process: {why}",
                crate::digest::Digest::of([inside.uid.as_bytes(), &id.to_le_bytes()])
            );
            inside.say(id, Saying::Ends(Ending::Failed(why)));
            return self.run(inside);
        }
        let is_terminal = opening.tty;
        let terminal = Terminal {
            is_terminal,
            columns: 80,
            rows: 24,
            ended: !opening.stdin && !is_terminal,
            ..Terminal::default()
        };
        self.terminals.insert(id, terminal);
        let client = |channel| Open::Client { session: id, channel };
        let opens = match is_terminal {
            true => [Open::Terminal(id), Open::Terminal(id), Open::Terminal(id)],
            false => [Open::Input(id), client(Channel::Stdout), client(Channel::Stderr)],
        };
        let body = self.body(line, opens, is_terminal);
        match self.program(line, &body.environment, &body.folder, inside) {
            Ok(program) => {
                let pid = self.spawn(0, body, program, inside);
                self.sessions.insert(id, pid);
            }
            Err((code, _)) => inside.say(id, Saying::Ends(Ending::Exited(code))),
        }
        self.run(inside)
    }

    /// What a session's client sends.
    pub(in crate::machine) fn session_input(
        &mut self,
        id: SessionId,
        act: &SessionAct,
        inside: &mut Inside<'_>,
    ) -> Turn {
        // Who is attached types into the container's own input.
        let is_attached = self.attached.contains(&id);
        let to = if is_attached { 0 } else { id };
        match act {
            SessionAct::Stdin(bytes) => self.typed(to, bytes, inside),
            // What stays open for others, one of them cannot end.
            SessionAct::CloseStdin if is_attached && !self.stdin_once => {}
            SessionAct::CloseStdin => self.end_input(to),
            SessionAct::Resize { columns, rows } => {
                if let Some(terminal) = self.terminals.get_mut(&to) {
                    (terminal.columns, terminal.rows) = (*columns, *rows);
                }
            }
            SessionAct::Hangup => {
                self.attached.retain(|attached| *attached != id);
                if is_attached && self.stdin_once {
                    self.end_input(to);
                }
                if let Some(pid) = self.sessions.remove(&id) {
                    let is_terminal = self.terminals.get(&id).is_some_and(|t| t.is_terminal);
                    if is_terminal {
                        self.hang_up(pid);
                    }
                    if let Some(terminal) = self.terminals.get_mut(&id) {
                        terminal.ended = true;
                        terminal.is_terminal = false;
                    }
                }
            }
        }
        self.run(inside)
    }

    fn end_input(&mut self, of: SessionId) {
        if let Some(terminal) = self.terminals.get_mut(&of) {
            terminal.ended = true;
        }
    }

    pub(super) fn hang_up(&mut self, pid: u32) {
        for one in self.family(pid) {
            self.send(one, super::signals::HUP, false);
        }
    }

    /// A process and all that come from it.
    pub(super) fn family(&self, pid: u32) -> Vec<u32> {
        let mut all = vec![pid];
        let mut at = 0;
        while let Some(parent) = all.get(at).copied() {
            let children = self.processes.iter().filter(|(_, process)| process.parent == parent);
            all.extend(children.map(|(pid, _)| *pid));
            at += 1;
        }
        all
    }

    /// Keys, as the terminal's line discipline takes them: echo, erase, ^C, ^D.
    pub(super) fn typed(&mut self, id: SessionId, bytes: &[u8], inside: &mut Inside<'_>) {
        let Some(terminal) = self.terminals.get_mut(&id) else { return };
        if !terminal.is_terminal {
            terminal.ready.extend_from_slice(bytes);
            return;
        }
        let mut echo: Vec<u8> = Vec::new();
        let mut interrupted = false;
        for byte in bytes {
            match byte {
                b'\r' | b'\n' => {
                    echo.push(b'\n');
                    terminal.line.push(b'\n');
                    terminal.ready.append(&mut terminal.line);
                }
                0x7f | 0x08 => {
                    let text = String::from_utf8_lossy(&terminal.line).into_owned();
                    let mut letters = text.chars();
                    if letters.next_back().is_some() {
                        terminal.line = letters.as_str().as_bytes().to_vec();
                        echo.extend(b"\x08 \x08");
                    }
                }
                0x15 => {
                    let count = String::from_utf8_lossy(&terminal.line).chars().count();
                    echo.extend(b"\x08 \x08".repeat(count));
                    terminal.line.clear();
                }
                0x03 => {
                    echo.extend(b"^C\n");
                    terminal.line.clear();
                    terminal.ready.clear();
                    interrupted = true;
                }
                0x04 if terminal.line.is_empty() => terminal.ended = true,
                0x04 => terminal.ready.append(&mut terminal.line),
                // Escape sequences of arrow keys and the like are shown as terminals show them.
                0x1b => echo.extend(b"^["),
                byte => {
                    terminal.line.push(*byte);
                    echo.push(*byte);
                }
            }
        }
        self.show(id, &echo, inside);
        if interrupted {
            let pid = if id == 0 { 1 } else { self.sessions.get(&id).copied().unwrap_or_default() };
            for one in self.family(pid) {
                self.send(one, super::signals::INT, false);
            }
        }
    }
}
