//! A room that is open: what is true of it, and who has to be told. What all see is encoded once for
//! all; a connection that is slow misses states in between, never the last one, and nothing piles up.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::extract::ws::Utf8Bytes;
use protocol::{Closing, RoomDown};
use tokio::sync::watch;

use super::state::{Plan, Room};

/// Seconds since 1970.
pub(crate) fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// One message to a page.
pub(super) fn encode(message: &RoomDown) -> Utf8Bytes {
    // A map with keys that are no text, the only thing that fails, does not occur in it.
    serde_json::to_string(message).unwrap_or_default().into()
}

#[derive(Debug)]
pub(crate) struct Handle {
    room: Mutex<Room>,
    /// What all see.
    common: watch::Sender<Utf8Bytes>,
    /// There is something new for hosts: of learners, and of what only hosts see.
    rows: watch::Sender<()>,
    lead: watch::Sender<()>,
    /// What single learners see, while they are connected.
    own: Mutex<HashMap<u32, watch::Sender<Utf8Bytes>>>,
    closing: watch::Sender<Option<Closing>>,
    /// The clocks that stand still because of a hold, each with its rate before.
    pub(super) rates: Mutex<HashMap<String, f64>>,
}

impl Handle {
    pub(super) fn new(room: Room) -> Self {
        let common = encode(&RoomDown::Room { room: room.view() });
        Self {
            room: Mutex::new(room),
            common: watch::Sender::new(common),
            rows: watch::Sender::new(()),
            lead: watch::Sender::new(()),
            own: Mutex::default(),
            closing: watch::Sender::new(None),
            rates: Mutex::default(),
        }
    }

    pub(super) fn plan(&self) -> Plan {
        self.read(|room| room.plan.clone())
    }

    pub(crate) fn read<T>(&self, read: impl FnOnce(&Room) -> T) -> T {
        read(&self.room.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes what is true, and tells those who see it. They are told in the order of the changes,
    /// because the lock is held meanwhile.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Room) -> T) -> T {
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut room);
        let stir = room.take_stir();
        if stir.room {
            self.common.send_replace(encode(&RoomDown::Room { room: room.view() }));
        }
        if stir.rows {
            self.rows.send_replace(());
        }
        if stir.lead {
            self.lead.send_replace(());
        }
        if !stir.own.is_empty() || !stir.gone.is_empty() {
            let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
            // Dropping it tells the learner's connections that it is over.
            stir.gone.iter().for_each(|number| drop(own.remove(number)));
            for number in &stir.own {
                let (Some(told), Some(you)) = (own.get(number), room.you(*number)) else {
                    continue;
                };
                told.send_replace(encode(&RoomDown::You { you }));
            }
        }
        result
    }

    /// What all see, from now on.
    pub(super) fn common(&self) -> watch::Receiver<Utf8Bytes> {
        let mut common = self.common.subscribe();
        common.mark_changed();
        common
    }

    /// What a learner sees, from now on; none for one who is not in the room.
    pub(super) fn own(&self, number: u32) -> Option<watch::Receiver<Utf8Bytes>> {
        let room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let you = room.you(number)?;
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.retain(|known, told| *known == number || told.receiver_count() > 0);
        let told = own.entry(number).or_insert_with(|| watch::Sender::new(Utf8Bytes::default()));
        told.send_replace(encode(&RoomDown::You { you }));
        let mut own = told.subscribe();
        own.mark_changed();
        Some(own)
    }

    pub(super) fn rows(&self) -> watch::Receiver<()> {
        let mut rows = self.rows.subscribe();
        rows.mark_changed();
        rows
    }

    pub(super) fn lead(&self) -> watch::Receiver<()> {
        let mut lead = self.lead.subscribe();
        lead.mark_changed();
        lead
    }

    pub(super) fn closing(&self) -> watch::Receiver<Option<Closing>> {
        self.closing.subscribe()
    }

    /// Tells all that it is over.
    pub(super) fn announce(&self, why: Closing) {
        self.closing.send_replace(Some(why));
    }
}
