//! What happened, as a sentence in the learner's language. STATUS words, field names and names of
//! programs stay as Kubernetes writes them; the sentence stands beside them.

mod english;
mod faults;
mod hops;
mod korean;
mod notes;
mod particle;
mod quantity;
mod status;

#[cfg(test)]
mod tests;

use protocol::{Actor, Moment, Note, ObjectRef};

use crate::i18n::Language;

pub use faults::fault;
pub use hops::hop;
pub use notes::note;
pub use particle::{Particle, with_particle};
pub use quantity::{clock_time, cpu, memory, span};
pub use status::{status, status_short};

/// A sentence for a moment.
pub fn sentence(moment: &Moment, language: Language) -> String {
    match language {
        Language::Korean => korean::sentence(moment),
        Language::English => english::sentence(moment),
    }
}

/// Who acted, as a name in a sentence.
pub fn actor(actor: &Actor, language: Language) -> String {
    match language {
        Language::Korean => korean::actor(actor),
        Language::English => english::actor(actor),
    }
}

/// An object, as a name in a sentence: `파드 web-1`, `Pod web-1`.
pub fn object(object: &ObjectRef, language: Language) -> String {
    match language {
        Language::Korean => korean::object(object),
        Language::English => english::object(object),
    }
}

/// A kind, as the language calls it: `파드`, `Pod`.
pub fn kind(kind: &str, language: Language) -> &str {
    match language {
        Language::Korean => korean::kind(kind),
        Language::English => kind,
    }
}

/// The program behind a user agent: `kubectl` of `kubectl/v1.36.0 (linux/amd64)`.
pub fn program(agent: &str) -> &str {
    let name = agent.split(['/', ' ']).next().unwrap_or_default();
    if name.is_empty() { "client" } else { name }
}

fn argument<'a>(note: &'a Note, name: &str) -> Option<&'a str> {
    note.arguments.get(name).map(String::as_str)
}
