//! Sentences for the notes that components attach to their decisions.

use protocol::Note;

use super::argument;
use crate::i18n::Language;

/// A sentence for a note; the note's own English where no other is known.
pub fn note(note: &Note, language: Language) -> String {
    let text = language.pick(korean(&note.reason), english(&note.reason));
    text.and_then(|text| fill(text, note)).unwrap_or_else(|| note.message.clone())
}

/// Puts the note's arguments in the places that name them; none if one is missing.
fn fill(template: &str, note: &Note) -> Option<String> {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        text.push_str(before);
        text.push_str(argument(note, name)?);
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

fn korean(_reason: &str) -> Option<&'static str> {
    None
}

fn english(_reason: &str) -> Option<&'static str> {
    None
}
