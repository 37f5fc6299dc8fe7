//! What the page and the server say to each other: serde types, no logic.
//!
//! Down the one WebSocket come [`Down`] messages, numbered by their [`Position`] in the sandbox's
//! trace; up go [`Command`]s with an id, and the [`Answer`] with that id names the position the
//! command produced. Times are milliseconds of model time since the sandbox's start.
//! No message carries words of a human language, except lesson text and what Kubernetes printed.

mod command;
mod learner;
mod lesson;
mod message;
mod moment;
mod object;
mod reference;
mod room;
mod sandbox;
mod traffic;
mod workload;

pub use command::*;
pub use learner::*;
pub use lesson::*;
pub use message::*;
pub use moment::*;
pub use object::*;
pub use reference::*;
pub use room::*;
pub use sandbox::*;
pub use traffic::*;
pub use workload::*;

/// A place in a sandbox's trace: the number of moments before it.
pub type Position = u64;

/// Milliseconds of model time since the sandbox's start.
pub type Millis = i64;
