//! Study jams, as the page sees them: the connection to a room, what this device knows of the room
//! it is in, and the learner's bar above a cluster.

mod bar;
mod stuck;
mod wire;

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{browser, i18n::Language, session::Place};

pub use bar::{RoomBar, held};
pub use stuck::{Trouble, trouble};
pub use wire::Wire;

/// Where the browser keeps its seat.
const SEAT: &str = "room";
/// How the name of a look at somebody's cluster begins.
const LOOK: &str = "look-";

/// The room where this device is a learner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    pub room: String,
    pub secret: String,
    /// The clusters that were made there, by lesson.
    #[serde(default)]
    pub sandboxes: BTreeMap<String, String>,
}

/// The seat that this device has, if it is in a room.
pub fn seat() -> Option<Seat> {
    browser::recall_as(SEAT)
}

pub fn sit(seat: &Seat) {
    browser::keep_as(SEAT, seat);
}

pub fn stand_up() {
    browser::forget(SEAT);
}

/// Keeps this device's seat to what the room says. When the room is over there is none any more, and
/// clusters that were kept are those of this device.
pub fn keep_seat(wire: Wire) {
    Effect::new(move |_| {
        let Some(you) = wire.you.get() else { return };
        if let Some(seat) = seat().filter(|seat| seat.sandboxes != you.sandboxes) {
            sit(&Seat { sandboxes: you.sandboxes, ..seat });
        }
    });
    Effect::new(move |_| {
        if wire.closed.get().is_none() {
            return;
        }
        stand_up();
        let kept = wire.you.get_untracked().filter(|you| you.kept);
        for (lesson, sandbox) in kept.map(|you| you.sandboxes).unwrap_or_default() {
            let place =
                if lesson.is_empty() { Place::Playground } else { Place::Lesson { slug: lesson } };
            place.remember(None, &sandbox);
        }
    });
}

/// Whether a page looks at somebody else's cluster by this name.
pub fn is_look(sandbox: &str) -> bool {
    sandbox.starts_with(LOOK)
}

/// Whether a cluster belongs to a room, so that it goes with it.
pub fn is_of_room(sandbox: &str) -> bool {
    is_look(sandbox) || seat().is_some_and(|seat| seat.sandboxes.values().any(|own| own == sandbox))
}

/// The page of a lesson (empty: the playground), behind the language.
fn page_of(lesson: &str) -> String {
    if lesson.is_empty() { "play".to_owned() } else { format!("lessons/{lesson}") }
}

/// The address of the page of a lesson with a cluster of it.
pub fn address(language: Language, lesson: &str, sandbox: &str) -> String {
    format!("/{}/{}?sandbox={sandbox}", language.code(), page_of(lesson))
}
