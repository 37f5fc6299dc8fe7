//! What a container's output and its sessions' clients get to see.

use std::sync::Arc;

use super::streams::{LINE_MAX, OPENS_MAX};
use super::{Open, Table};
use crate::machine::inside::Inside;
use crate::session::{Channel, Frame, Saying, SessionId};

impl Table {
    /// What a terminal shows.
    pub(in crate::machine) fn show(
        &mut self,
        session: SessionId,
        bytes: &[u8],
        inside: &mut Inside<'_>,
    ) {
        let mut raw = Vec::with_capacity(bytes.len() + 8);
        for byte in bytes {
            if *byte == b'\n' {
                raw.push(b'\r');
            }
            raw.push(*byte);
        }
        if session == 0 {
            self.log(false, &raw, inside);
        } else {
            say(session, Channel::Stdout, &raw, inside);
        }
    }

    /// The container's own output: into the log, and to those that are attached.
    pub(super) fn log(&mut self, error: bool, bytes: &[u8], inside: &mut Inside<'_>) {
        for session in self.attached.clone() {
            let channel = if error { Channel::Stderr } else { Channel::Stdout };
            say(session, channel, bytes, inside);
        }
        let partial = &mut self.partial[usize::from(error)];
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            partial.extend_from_slice(part);
            if partial.ends_with(b"\n") || partial.len() > LINE_MAX {
                let line = String::from_utf8_lossy(partial);
                inside.log.push(line.strip_suffix('\n').unwrap_or(&line).to_owned());
                partial.clear();
            }
        }
    }

    /// Forgets what nobody has open.
    pub(super) fn collect(&mut self) {
        if self.opens.len() < OPENS_MAX {
            return;
        }
        let held: std::collections::BTreeSet<u64> =
            self.processes.values().flat_map(Table::held_by).chain(self.reader).collect();
        self.opens = self
            .opens
            .iter()
            .filter(|(id, _)| held.contains(id))
            .map(|(i, o)| (*i, o.clone()))
            .collect();
        let pipes: std::collections::BTreeSet<u64> = self
            .opens
            .values()
            .filter_map(|open| match open {
                Open::PipeRead(id) | Open::PipeWrite(id) => Some(*id),
                _ => None,
            })
            .collect();
        self.pipes = self
            .pipes
            .iter()
            .filter(|(id, _)| pipes.contains(id))
            .map(|(i, p)| (*i, Arc::clone(p)))
            .collect();
    }
}

pub(super) fn say(session: SessionId, channel: Channel, bytes: &[u8], inside: &mut Inside<'_>) {
    let bytes = bytes::Bytes::copy_from_slice(bytes);
    inside.say(session, Saying::Frame(Frame { channel, bytes }));
}
