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

/// What the API server warns of whoever asks for the kind, in its own words.
pub fn warning(kind: &str) -> Option<&'static str> {
    match kind {
        "Endpoints" => {
            Some("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice")
        }
        _ => None,
    }
}

/// What a restart does to a container's files, and what it leaves.
pub fn began_anew(language: Language) -> &'static str {
    language.pick(
        "다시 시작한 컨테이너의 파일은 이미지대로다: 볼륨 밖에 쓴 것은 사라졌다",
        "a restarted container has the files of its image: what it wrote outside volumes is gone",
    )
}

/// The program behind a user agent: `kubectl` of `kubectl/v1.36.0 (linux/amd64)`.
pub fn program(agent: &str) -> &str {
    let name = agent.split(['/', ' ']).next().unwrap_or_default();
    if name.is_empty() { "client" } else { name }
}

fn argument<'a>(note: &'a Note, name: &str) -> Option<&'a str> {
    note.arguments.get(name).map(String::as_str)
}
