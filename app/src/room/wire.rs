//! The connection to a room. What comes down is the state as it is, so that one that broke is just
//! made again.

use std::{collections::BTreeMap, time::Duration};

use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*, task::spawn_local};
use protocol::{
    Closing, HostAct, Lead, LearnerDeed, LearnerRow, RoomDown, RoomRefusal, RoomUp, RoomView, You,
};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use crate::browser::{self, Fetched};

const PING_EVERY: Duration = Duration::from_secs(20);
const RETRY_MS: u32 = 2_000;
/// The server does not want this page.
const POLICY: u16 = 1008;

/// A handle to the page's one connection to a room.
#[derive(Clone, Copy, Debug)]
pub struct Wire {
    socket: StoredValue<Option<SendWrapper<Socket>>>,
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

struct Socket {
    socket: WebSocket,
    ping: Option<IntervalHandle>,
    /// The browser calls them as long as the connection lives.
    _opened: Closure<dyn FnMut()>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut(CloseEvent)>,
}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Socket").finish_non_exhaustive()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        if let Some(ping) = self.ping {
            ping.clear();
        }
        self.socket.close().unwrap_or_default();
    }
}

impl Wire {
    /// No connection yet; the one that will be made ends with the component that made this.
    pub fn new() -> Wire {
        let wire = Wire {
            socket: StoredValue::new(None),
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
        let Ok(text) = serde_json::to_string(up) else { return };
        self.socket.with_value(|socket| {
            if let Some(socket) = socket {
                // It fails only when the connection just broke.
                socket.socket.send_with_str(&text).unwrap_or_default();
            }
        });
    }

    fn hang_up(self) {
        self.socket.try_update_value(|socket| *socket = None);
        self.open.try_set(false);
    }

    fn dial(self) {
        let Some((room, secret)) = self.door.try_get_value() else { return };
        let origin = browser::origin().replacen("http", "ws", 1);
        let Ok(socket) = WebSocket::new(&format!("{origin}/rooms/{room}/socket")) else { return };
        let opened = Closure::<dyn FnMut()>::new(move || {
            self.say(&RoomUp::Hello { secret: secret.clone() });
            self.learners.set(BTreeMap::new());
            self.open.set(true);
        });
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let down = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok());
            if let Some(down) = down {
                self.receive(down);
            }
        });
        let closed = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            self.lost(event.code());
        });
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        let ping = set_interval_with_handle(move || self.say(&RoomUp::Ping), PING_EVERY).ok();
        let socket = Socket { socket, ping, _opened: opened, _message: message, _closed: closed };
        self.socket.set_value(Some(SendWrapper::new(socket)));
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
        spawn_local(async move {
            browser::sleep_ms(RETRY_MS).await;
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
