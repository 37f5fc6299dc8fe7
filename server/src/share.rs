//! Experiments that are shared by a link: names under which a copy of somebody's cluster, as it was at
//! a model time, may be seen and forked by whoever has them. Nothing of a link is ever run: the copy
//! was made here from a log that is here, and all that strangers write is the note, which is text.

mod commands;

use orchestrator::ENGINE_VERSION;
use protocol::Shared;

pub(crate) use self::commands::commands;
use crate::{id::SandboxId, problem::Problem, rest, sandbox::OpenError, state::AppState};

/// How the name of something shared begins; pages know it by that.
pub(crate) const SHARED: &str = "shared-";
/// Letters of a note.
const NOTE_MAX: usize = 1_000;

/// What is seen under a name: the copy's id, and what there is to say about it.
pub(crate) async fn find(
    state: &AppState,
    name: &str,
) -> Result<Option<(String, Shared)>, Problem> {
    let Some(name) = name.strip_prefix(SHARED).and_then(SandboxId::parse) else { return Ok(None) };
    let found = state.sandboxes.shared(&name).await.map_err(OpenError::from)?;
    Ok(found.map(|row| {
        let shared = Shared { note: row.note, same_engine: row.engine == ENGINE_VERSION };
        (row.sandbox, shared)
    }))
}

/// The sandbox that is seen under any name: a look in a room, something shared, or a sandbox's own.
pub(crate) async fn sandbox(
    state: &AppState,
    name: &str,
) -> Result<crate::sandbox::Sandbox, Problem> {
    if let Some((copy, _)) = find(state, name).await? {
        return rest::open(state, &copy).await;
    }
    let look = state.rooms.of_look(name).and_then(|room| room.read(|room| room.seen_by(name)));
    rest::open(state, look.as_ref().map_or(name, |(sandbox, _)| sandbox)).await
}

/// Words as they may stand above a cluster: without what cannot be seen or turns the direction of
/// others; none if there is too much.
pub(crate) fn note(text: &str) -> Option<String> {
    let unseen = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let text: String = text.chars().filter(|c| !unseen(*c)).collect();
    let text = text.trim();
    (text.chars().count() <= NOTE_MAX).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_plain_text_of_a_bounded_length() {
        assert_eq!(note("  왜 Pending일까?\nwhy?\r\n ").as_deref(), Some("왜 Pending일까?\nwhy?"));
        assert_eq!(note("a\u{0}b\u{202e}c\u{feff}").as_deref(), Some("abc"));
        // What looks like markup stays what it is: text.
        assert_eq!(note("<b>x</b>").as_deref(), Some("<b>x</b>"));
        assert!(note(&"가".repeat(NOTE_MAX)).is_some());
        assert_eq!(note(&"가".repeat(NOTE_MAX + 1)), None);
    }
}
