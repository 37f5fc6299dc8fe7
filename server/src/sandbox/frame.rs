//! What all who watch a sandbox get: encoded once, shared by all.

use axum::extract::ws::Utf8Bytes;
use orchestrator::World;
use protocol::{Down, LessonState, Position};

use crate::translate;

/// One message to everybody.
#[derive(Clone, Debug)]
pub(crate) enum Frame {
    /// The moments from one position to the next.
    Moments { first: Position, next: Position, text: Utf8Bytes },
    /// The clock, as it is now.
    Clock { text: Utf8Bytes },
    /// How the requests of loads fare.
    Traffic { text: Utf8Bytes },
    /// The state of the lesson, in the languages of the pages.
    Lesson { korean: Utf8Bytes, english: Utf8Bytes },
}

/// How many moments one message holds at most.
pub(crate) const MOMENTS_MAX: usize = 512;

/// The moments of a trace from a position on, in messages.
pub(crate) fn moments(world: &World, since: Position) -> Vec<Frame> {
    let moments: Vec<_> = translate::moments(world, since).collect();
    let mut frames = Vec::new();
    for chunk in moments.chunks(MOMENTS_MAX) {
        let (Some(first), Some(last)) = (chunk.first(), chunk.last()) else { continue };
        let (first, next) = (first.position, last.position + 1);
        let text = encode(&Down::Moments { moments: chunk.to_vec() });
        frames.push(Frame::Moments { first, next, text });
    }
    frames
}

pub(crate) fn clock(clock: protocol::Clock) -> Frame {
    Frame::Clock { text: encode(&Down::Clock { clock }) }
}

/// How loads have fared from a second on; none if there are no loads.
pub(crate) fn traffic(world: &World, since_second: i64) -> Option<Frame> {
    let loads = translate::loads_since(world, since_second);
    (!loads.is_empty()).then(|| Frame::Traffic { text: encode(&Down::Traffic { loads }) })
}

pub(crate) fn lesson(korean: LessonState, english: LessonState) -> Frame {
    Frame::Lesson {
        korean: encode(&Down::Lesson { state: korean }),
        english: encode(&Down::Lesson { state: english }),
    }
}

/// Any message as a frame of the WebSocket.
pub(crate) fn encode(message: &Down) -> Utf8Bytes {
    // A map with keys that are no text, the only thing that fails, does not occur in `Down`.
    serde_json::to_string(message).unwrap_or_default().into()
}
