//! What the programs of a container see beyond their own: the time, the Pod's name and address, the
//! volumes; and what they do to the world outside.

use std::sync::Arc;

use imbl::OrdMap;
use k8s_openapi::jiff::fmt::strtime::BrokenDownTime;
use k8s_openapi::jiff::tz::TimeZone;

use super::files::Tree;
use crate::network::Dial;
use crate::session::{Said, Saying, SessionId};
use crate::time::Clock;

/// What programs see and do while they run.
#[derive(Debug)]
pub(super) struct Inside<'a> {
    pub(super) clock: Clock,
    pub(super) hostname: &'a str,
    pub(super) uid: Arc<str>,
    pub(super) ip: &'a str,
    /// The Pod's volumes, by name.
    pub(super) volumes: &'a mut OrdMap<String, Tree>,
    /// The node's own files.
    pub(super) host: &'a mut Tree,
    /// Persistent volumes, by name.
    pub(super) disks: &'a mut OrdMap<Arc<str>, Tree>,
    /// Lines for the container's log.
    pub(super) log: Vec<String>,
    /// What sessions tell their clients.
    pub(super) said: Vec<Said>,
    /// What is asked of the network, by token.
    pub(super) dials: Vec<(u64, Dial)>,
    /// Where the Pod's other containers listen.
    pub(super) ports_taken: Vec<u16>,
    /// How often chance has been asked for.
    pub(super) draws: u32,
}

impl Inside<'_> {
    pub(super) fn write_all(&mut self, lines: &[String]) {
        for line in lines {
            let line = self.fill(line);
            self.log.push(line);
        }
    }

    pub(super) fn say(&mut self, session: SessionId, what: Saying) {
        self.said.push(Said { session, what });
    }

    /// Fills `{hostname}`, `{ip}` and `{time:…}` in.
    pub(super) fn fill(&self, line: &str) -> String {
        let mut filled = line.replace("{hostname}", self.hostname).replace("{ip}", self.ip);
        while let Some(start) = filled.find("{time:") {
            let Some(length) = filled[start..].find('}') else { break };
            let time = self.time(&filled[start + "{time:".len()..start + length]);
            filled.replace_range(start..=start + length, &time);
        }
        filled
    }

    /// The time in UTC, as `date +FORMAT` would print it.
    pub(super) fn time(&self, format: &str) -> String {
        self.time_at(self.clock.now, format)
    }

    pub(super) fn time_at(&self, at: crate::time::Time, format: &str) -> String {
        let zoned = self.clock.timestamp_at(at).to_zoned(TimeZone::UTC);
        BrokenDownTime::from(&zoned).to_string(format).unwrap_or_default()
    }

    /// A number that nobody could have known: of the Pod, the time and how often it was asked.
    pub(super) fn chance(&mut self) -> u32 {
        self.draws = self.draws.wrapping_add(1);
        let now = self.clock.now.0.to_le_bytes();
        let bytes = self.uid.bytes().chain(now).chain(self.draws.to_le_bytes());
        bytes.fold(0x811c_9dc5, |sum: u32, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    }
}
