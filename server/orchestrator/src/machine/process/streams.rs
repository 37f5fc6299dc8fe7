//! What processes read from and write to.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::terminals::say;
use super::{Process, Program, Table};
use crate::machine::files::{Content, Device, Errno};
use crate::machine::inside::Inside;
use crate::session::{Channel, SessionId};

/// How much a pipe holds before who writes into it without end has to wait.
const PIPE_BYTES: usize = 64 << 10;
/// How many open files are kept before those that nobody has are looked for.
pub(super) const OPENS_MAX: usize = 64;
/// How long a line of the log may be.
pub(super) const LINE_MAX: usize = 16 << 10;

/// Something that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::machine) enum Open {
    Null,
    Zero,
    Random,
    Full,
    /// The container's log.
    Log {
        error: bool,
    },
    /// A session's client.
    Client {
        session: SessionId,
        channel: Channel,
    },
    /// What a session's client sends; session 0 is the container's own input.
    Input(SessionId),
    Terminal(SessionId),
    PipeRead(u64),
    PipeWrite(u64),
    Text {
        bytes: Arc<Vec<u8>>,
        at: usize,
    },
    File {
        path: Vec<String>,
        at: usize,
        way: Way,
    },
}

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::machine) enum Way {
    Read,
    Write,
    Append,
    ReadWrite,
}

/// How much is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::machine) struct TakeUntil {
    line: bool,
}

impl TakeUntil {
    /// At most to the end of a line.
    pub(in crate::machine) const LINE: TakeUntil = TakeUntil { line: true };
    /// All there is.
    pub(in crate::machine) const END: TakeUntil = TakeUntil { line: false };
}

/// What came of reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::machine) enum Taken {
    Bytes(Vec<u8>),
    End,
    /// There may be more later.
    Blocked,
}

/// What came of writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::machine) enum Wrote {
    Done,
    /// Nobody reads any more.
    Broken,
    Failed(Errno),
}

/// What a client has sent, and its window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::machine) struct Terminal {
    pub(in crate::machine) is_terminal: bool,
    /// What can be read.
    pub(in crate::machine) ready: Vec<u8>,
    /// The line that is being typed.
    pub(in crate::machine) line: Vec<u8>,
    /// The end has been reached after `ready`.
    pub(in crate::machine) ended: bool,
    pub(in crate::machine) columns: u16,
    pub(in crate::machine) rows: u16,
}

impl Table {
    pub(super) fn add(&mut self, open: Open) -> u64 {
        self.last_open += 1;
        self.opens.insert(self.last_open, open);
        self.held.push(self.last_open);
        self.last_open
    }

    pub(in crate::machine) fn open_null(&mut self) -> u64 {
        self.add(Open::Null)
    }

    pub(in crate::machine) fn open_text(&mut self, text: &[u8]) -> u64 {
        self.add(Open::Text { bytes: Arc::new(text.to_vec()), at: 0 })
    }

    /// Its ends: to read, to write.
    pub(in crate::machine) fn pipe(&mut self) -> (u64, u64) {
        let id = self.last_open + 1;
        self.pipes.insert(id, Arc::default());
        (self.add(Open::PipeRead(id)), self.add(Open::PipeWrite(id)))
    }

    /// Opens a file.
    ///
    /// # Errors
    /// It is not there, is a folder, or may not be written.
    pub(in crate::machine) fn open(
        &mut self,
        fds: &BTreeMap<u32, u64>,
        folder: &str,
        path: &str,
        way: Way,
        inside: &mut Inside<'_>,
    ) -> Result<u64, Errno> {
        if let Some(fd) = path.strip_prefix("/proc/1/fd/") {
            let first = self.processes.get(&1);
            let open = first.and_then(|first| first.body.fds.get(&fd.parse().ok()?).copied());
            return open.ok_or(Errno::NoEntry);
        }
        let mut files = self.files(inside);
        let path = files.resolve(folder, path, true)?;
        if let Some(node) = files.at(&path)
            && let Content::Device(device) = node.content
        {
            return self.open_device(device, fds);
        }
        match way {
            Way::Read => {
                files.at(&path).ok_or(Errno::NoEntry)?;
                files.unreadable(&path).map_or(Ok(()), Err)?;
            }
            Way::Write => files.create(&path)?,
            Way::Append | Way::ReadWrite => match files.at(&path) {
                Some(node) if node.is_folder() => return Err(Errno::IsFolder),
                Some(_) => files.refusal(&path).map_or(Ok(()), Err)?,
                None => files.create(&path)?,
            },
        }
        Ok(self.add(Open::File { path, at: 0, way }))
    }

    fn open_device(&mut self, device: Device, fds: &BTreeMap<u32, u64>) -> Result<u64, Errno> {
        let open = match device {
            Device::Null => Open::Null,
            Device::Zero => Open::Zero,
            Device::Random => Open::Random,
            Device::Full => Open::Full,
            Device::Stdin | Device::Terminal => return fds.get(&0).copied().ok_or(Errno::NoEntry),
            Device::Stdout => return fds.get(&1).copied().ok_or(Errno::NoEntry),
            Device::Stderr => return fds.get(&2).copied().ok_or(Errno::NoEntry),
        };
        Ok(self.add(open))
    }

    pub(in crate::machine) fn is_terminal(&self, open: u64) -> bool {
        matches!(self.opens.get(&open), Some(Open::Terminal(_)))
    }

    /// The terminal's columns.
    pub(in crate::machine) fn columns(&self, open: u64) -> Option<u16> {
        match self.opens.get(&open)? {
            Open::Terminal(session) => Some(self.terminals.get(session)?.columns),
            _ => None,
        }
    }

    /// Takes what can be read.
    pub(in crate::machine) fn take(
        &mut self,
        open: u64,
        until: TakeUntil,
        inside: &mut Inside<'_>,
    ) -> Taken {
        let cut = |bytes: &[u8]| match bytes.iter().position(|byte| *byte == b'\n') {
            Some(end) if until.line => end + 1,
            _ => bytes.len(),
        };
        match self.opens.get(&open).cloned() {
            None
            | Some(Open::Null | Open::Log { .. } | Open::Client { .. } | Open::PipeWrite(_)) => {
                Taken::End
            }
            Some(Open::Zero | Open::Full) => Taken::Bytes(vec![0; 4096]),
            Some(Open::Random) => {
                let bytes = (0..1024).flat_map(|_| inside.chance().to_le_bytes());
                Taken::Bytes(bytes.collect())
            }
            Some(Open::Text { bytes, at }) => {
                let end = at + cut(&bytes[at..]);
                let taken = bytes[at..end].to_vec();
                self.opens.insert(open, Open::Text { bytes, at: end });
                if taken.is_empty() { Taken::End } else { Taken::Bytes(taken) }
            }
            Some(Open::File { path, at, way }) => {
                let bytes = self.files(inside).read(&path).unwrap_or_default();
                let at = at.min(bytes.len());
                let end = at + cut(&bytes[at..]);
                self.opens.insert(open, Open::File { path, at: end, way });
                let taken = bytes[at..end].to_vec();
                if taken.is_empty() { Taken::End } else { Taken::Bytes(taken) }
            }
            Some(Open::PipeRead(id)) => {
                let ended = !self.has_writer(open);
                let Some(pipe) = self.pipes.get_mut(&id) else { return Taken::End };
                let end = cut(pipe);
                let pipe = Arc::make_mut(pipe);
                let rest = pipe.split_off(end);
                let taken = std::mem::replace(pipe, rest);
                match taken.is_empty() {
                    false => Taken::Bytes(taken),
                    true if ended => Taken::End,
                    true => Taken::Blocked,
                }
            }
            Some(Open::Input(session) | Open::Terminal(session)) => {
                let Some(terminal) = self.terminals.get_mut(&session) else { return Taken::End };
                let end = cut(&terminal.ready);
                let rest = terminal.ready.split_off(end);
                let taken = std::mem::replace(&mut terminal.ready, rest);
                if !taken.is_empty() {
                    return Taken::Bytes(taken);
                }
                if terminal.ended {
                    // ^D ends one reading; a client that has closed its side ends all.
                    terminal.ended = !terminal.is_terminal;
                    return Taken::End;
                }
                Taken::Blocked
            }
        }
    }

    pub(super) fn has_input(&self, open: u64) -> bool {
        match self.opens.get(&open) {
            Some(Open::PipeRead(_)) => self.has_bytes(open) || !self.has_writer(open),
            Some(Open::Input(session) | Open::Terminal(session)) => {
                let terminal = self.terminals.get(session);
                terminal.is_none_or(|terminal| terminal.ended || !terminal.ready.is_empty())
            }
            _ => true,
        }
    }

    pub(super) fn has_bytes(&self, open: u64) -> bool {
        match self.opens.get(&open) {
            Some(Open::PipeRead(id)) => self.pipes.get(id).is_some_and(|pipe| !pipe.is_empty()),
            _ => false,
        }
    }

    /// All that is in a pipe.
    pub(in crate::machine) fn drain(&mut self, open: u64, into: &mut Vec<u8>) {
        if let Some(Open::PipeRead(id)) = self.opens.get(&open)
            && let Some(pipe) = self.pipes.get_mut(id)
        {
            into.append(Arc::make_mut(pipe));
        }
    }

    /// Writes.
    pub(in crate::machine) fn write(
        &mut self,
        open: u64,
        bytes: &[u8],
        inside: &mut Inside<'_>,
    ) -> Wrote {
        match self.opens.get(&open).cloned() {
            Some(Open::Full) => Wrote::Failed(Errno::NoSpace),
            Some(Open::Null | Open::Zero | Open::Random | Open::Text { .. }) => Wrote::Done,
            Some(Open::Log { error }) => {
                self.log(error, bytes, inside);
                Wrote::Done
            }
            Some(Open::Client { session, channel }) => {
                say(session, channel, bytes, inside);
                Wrote::Done
            }
            None | Some(Open::Input(_) | Open::PipeRead(_)) => Wrote::Failed(Errno::Invalid),
            Some(Open::Terminal(session)) => {
                self.show(session, bytes, inside);
                Wrote::Done
            }
            Some(Open::PipeWrite(id)) => {
                if !self.is_held(|open| *open == Open::PipeRead(id)) {
                    return Wrote::Broken;
                }
                if let Some(pipe) = self.pipes.get_mut(&id) {
                    Arc::make_mut(pipe).extend_from_slice(bytes);
                }
                Wrote::Done
            }
            Some(Open::File { path, at, way }) => {
                let mut files = self.files(inside);
                let size = files.at(&path).map_or(0, crate::machine::files::Node::size);
                let at = if way == Way::Append { size } else { at };
                if way == Way::Read {
                    return Wrote::Failed(Errno::Invalid);
                }
                match files.write(&path, at, bytes) {
                    // It has been removed: what is written is lost.
                    Ok(()) | Err(Errno::NoEntry) => {
                        self.opens.insert(open, Open::File { path, at: at + bytes.len(), way });
                        Wrote::Done
                    }
                    Err(why) => Wrote::Failed(why),
                }
            }
        }
    }

    /// Whether a pipe can take more.
    pub(in crate::machine) fn has_room(&self, open: u64) -> bool {
        match self.opens.get(&open) {
            Some(Open::PipeWrite(id)) => {
                let full = self.pipes.get(id).is_some_and(|pipe| pipe.len() >= PIPE_BYTES);
                !full || !self.is_held(|open| *open == Open::PipeRead(*id))
            }
            _ => true,
        }
    }

    /// Whether anybody may still write into the pipe that this reads.
    pub(in crate::machine) fn has_writer(&self, open: u64) -> bool {
        match self.opens.get(&open) {
            Some(Open::PipeRead(id)) => self.is_held(|open| *open == Open::PipeWrite(*id)),
            _ => false,
        }
    }

    fn is_held(&self, wanted: impl Fn(&Open) -> bool) -> bool {
        let is_wanted = |open: u64| self.opens.get(&open).is_some_and(&wanted);
        self.held.iter().chain(&self.reader).any(|open| is_wanted(*open))
            || self.processes.values().any(|process| Table::holds(process, &is_wanted))
    }

    fn holds(process: &Process, is_wanted: &impl Fn(u64) -> bool) -> bool {
        // The one that runs has what it has now.
        process.body.fds.values().any(|open| is_wanted(*open))
            || matches!(&process.program, Program::Shell(shell) if shell.kept().any(is_wanted))
    }

    pub(super) fn held_by(process: &Process) -> Vec<u64> {
        let kept: Vec<u64> = match &process.program {
            Program::Shell(shell) => shell.kept().collect(),
            _ => Vec::new(),
        };
        process.body.fds.values().copied().chain(kept).collect()
    }

    pub(in crate::machine) fn close(&mut self, open: u64) {
        self.held.retain(|held| *held != open);
        self.opens.remove(&open);
    }
}
