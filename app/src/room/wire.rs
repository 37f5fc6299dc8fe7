//! The connection to a room. What comes down is the state as it is, so that one that broke is just
//! made again.

use std::collections::BTreeMap;

use leptos::{prelude::*, task::spawn_local};
use protocol::{
    Closing, HostAct, Lead, LearnerDeed, LearnerRow, RoomDown, RoomRefusal, RoomUp, RoomView, You,
};

use crate::{
    browser::{self, Fetched},
    socket::{Socket, patience_ms},
};

/// The server does not want this page.
const POLICY: u16 = 1008;

/// A handle to the page's one connection to a room.
#[derive(Clone, Copy, Debug)]
pub struct Wire {
    socket: StoredValue<Option<Socket>>,
    /// Connections that failed since the last one that stood.
    failures: StoredValue<u32>,
    door: StoredValue<(String, String)>,
    pub open: RwSignal<bool>,
    pub room: RwSignal<Option<RoomView>>,
    pub you: RwSignal<Option<You>>,
    pub lead: RwSignal<Lead>,
    pub learners: RwSignal<BTreeMap<u32, LearnerRow>>,
    /// Seconds by which the server's clock is ahead of this machine's.
    ahead_s: RwSignal<i64>,
    /// The last answer to something that this page wanted.
    pub answer: RwSignal<Option<RoomDown>>,
    pub refused: RwSignal<Option<RoomRefusal>>,
    /// Nothing more comes.
    pub closed: RwSignal<Option<Closing>>,
}

impl Wire {
    /// No connection yet; the one that will be made ends with the component that made this.
    pub fn new() -> Wire {
        let wire = Wire {
            socket: StoredValue::new(None),
            failures: StoredValue::new(0),
            door: StoredValue::default(),
            open: RwSignal::new(false),
            room: RwSignal::new(None),
            you: RwSignal::new(None),
            lead: RwSignal::new(Lead::default()),
            learners: RwSignal::new(BTreeMap::new()),
            ahead_s: RwSignal::new(0),
            answer: RwSignal::new(None),
            refused: RwSignal::new(None),
            closed: RwSignal::new(None),
        };
        on_cleanup(move || wire.hang_up());
        wire
    }

    /// Connects to a room as whoever has the secret.
    pub fn connect(self, room: &str, secret: &str) {
        self.door.set_value((room.to_owned(), secret.to_owned()));
        self.dial();
    }

    pub fn learn(self, deed: LearnerDeed) {
        self.say(&RoomUp::Learn { deed });
    }

    pub fn lead(self, act: HostAct) {
        self.refused.set(None);
        self.say(&RoomUp::Lead { act });
    }

    /// Seconds since 1970, by the server's clock.
    pub fn now_s(self) -> i64 {
        browser::now_s() + self.ahead_s.get()
    }

    fn say(self, up: &RoomUp) {
        self.socket.with_value(|socket| {
            if let Some(socket) = socket {
                socket.send(up);
            }
        });
    }

    fn hang_up(self) {
        self.socket.try_update_value(|socket| *socket = None);
        self.open.try_set(false);
    }

    fn dial(self) {
        let Some((room, secret)) = self.door.try_get_value() else { return };
        let opened = move || {
            self.failures.try_set_value(0);
            self.say(&RoomUp::Hello { secret: secret.clone() });
            self.learners.set(BTreeMap::new());
            self.open.set(true);
        };
        let message = move |text: &str| {
            if let Ok(down) = serde_json::from_str(text) {
                self.receive(down);
            }
        };
        let path = format!("/rooms/{room}/socket");
        let ping = move || self.say(&RoomUp::Ping);
        let socket = Socket::open(&path, opened, message, move |code| self.lost(code), ping);
        self.socket.set_value(socket);
    }

    fn receive(self, down: RoomDown) {
        match down {
            RoomDown::Room { room } => self.room.set(Some(room)),
            RoomDown::You { you } => self.you.set(Some(you)),
            RoomDown::Lead { lead } => self.lead.set(lead),
            RoomDown::Learners { now_s, learners, gone } => {
                self.ahead_s.set(now_s - browser::now_s());
                self.learners.update(|known| {
                    known.extend(learners.into_iter().map(|row| (row.number, row)));
                    known.retain(|number, _| !gone.contains(number));
                });
            }
            RoomDown::Refused { reason } => self.refused.set(Some(reason)),
            RoomDown::Closed { why } => self.closed.set(Some(why)),
            answer => self.answer.set(Some(answer)),
        }
    }

    /// The connection broke: it is made again, unless there is no room any more.
    fn lost(self, code: u16) {
        self.hang_up();
        if self.closed.try_get_untracked().is_none_or(|closed| closed.is_some()) {
            return;
        }
        if code == POLICY {
            return self.closed.set(Some(Closing::Removed));
        }
        let Some((room, _)) = self.door.try_get_value() else { return };
        let failures = self.failures.try_get_value().unwrap_or_default();
        self.failures.try_set_value(failures + 1);
        spawn_local(async move {
            browser::sleep_ms(patience_ms(failures)).await;
            match browser::get(&format!("/rooms/{room}")).await {
                Fetched::Refused(404, _) => drop(self.closed.try_set(Some(Closing::Time))),
                _ => self.dial(),
            }
        });
    }
}

impl Default for Wire {
    fn default() -> Wire {
        Wire::new()
    }
}
