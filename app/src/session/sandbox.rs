//! Which sandbox a page opens: the one that its address names, else the one that this browser used
//! there last, else a new one.

use protocol::{NewSandbox, SandboxCreated};

use super::Wish;
use crate::{
    browser::{self, Fetched},
    embed::Embed,
    own, room, share,
};

/// Where a sandbox is used; each place remembers its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Playground,
    Lesson { slug: String },
}

impl Place {
    /// The lesson's name in addresses.
    pub fn slug(&self) -> Option<String> {
        match self {
            Place::Playground => None,
            Place::Lesson { slug } => Some(slug.clone()),
        }
    }

    /// The name under which the browser remembers the place's sandbox. What is embedded somewhere
    /// is a place of its own.
    fn key(&self, embed: Option<&Embed>) -> String {
        match (self, embed) {
            (_, Some(embed)) => format!("sandbox.{}", embed.key),
            (Place::Playground, None) => "sandbox.play".to_owned(),
            (Place::Lesson { slug }, None) => format!("sandbox.lesson.{slug}"),
        }
    }

    fn new_sandbox(&self, embed: Option<&Embed>, wish: &Wish) -> NewSandbox {
        let new = match self {
            Place::Playground => wish.new_sandbox(),
            Place::Lesson { slug } => {
                NewSandbox { lesson: Some(slug.clone()), ..NewSandbox::default() }
            }
        };
        let rate = embed.and_then(|embed| embed.speed).or(new.rate);
        NewSandbox { learner: Some(learner()), rate, ..new }
    }

    /// From now on the place opens with this sandbox, unless it is a room's or only shared.
    pub fn remember(&self, embed: Option<&Embed>, sandbox: &str) {
        if room::is_of_room(sandbox) || share::is_shared(sandbox) {
            return;
        }
        browser::keep(&self.key(embed), sandbox);
        own::opened(sandbox, &self.slug().unwrap_or_default());
    }

    /// From now on the place opens with a new sandbox.
    pub fn forget(&self, embed: Option<&Embed>) {
        browser::forget(&self.key(embed));
    }
}

/// The random id under which this browser's progress is kept.
fn learner() -> String {
    browser::recall("learner").unwrap_or_else(|| {
        let id = browser::random_id();
        browser::keep("learner", &id);
        id
    })
}

/// What became of looking for a sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// The one that was wanted, or a new one where none was.
    Ready {
        id: String,
    },
    /// The one that was wanted is unknown to the server: this one is new.
    Replaced {
        id: String,
    },
    /// What was shared is not there any more: this one is new.
    Unshared {
        id: String,
    },
    /// The server made none, and says why.
    Refused {
        message: String,
    },
    Unreachable,
}

/// Finds or makes the sandbox of a place. `wanted` is what the address names; where it names a new
/// one, that is made as `wish` says.
pub async fn settle(
    place: &Place,
    embed: Option<&Embed>,
    wanted: Option<String>,
    wish: &Wish,
) -> Opened {
    let usual = || wish.is_usual().then(|| browser::recall(&place.key(embed))).flatten();
    let wanted = wanted.or_else(usual);
    let shared = wanted.as_deref().is_some_and(share::is_shared);
    let mut replaced = false;
    if let Some(id) = wanted.filter(|id| is_id(id)) {
        match browser::get(&format!("/sandboxes/{id}/clock")).await {
            Fetched::Ok(_) => return Opened::Ready { id },
            // Nobody looks any more: what the page opens with else is no replacement.
            Fetched::Refused(404 | 410, _) if room::is_look(&id) => {}
            Fetched::Refused(404 | 410, _) => replaced = true,
            Fetched::Refused(_, _) | Fetched::Unreachable => return Opened::Unreachable,
        }
    }
    match browser::post("/sandboxes", &place.new_sandbox(embed, wish)).await {
        Fetched::Ok(text) => match serde_json::from_str::<SandboxCreated>(&text) {
            Ok(made) if replaced && shared => Opened::Unshared { id: made.id },
            Ok(made) if replaced => Opened::Replaced { id: made.id },
            Ok(made) => Opened::Ready { id: made.id },
            Err(_) => Opened::Unreachable,
        },
        Fetched::Refused(_, text) => Opened::Refused { message: problem(&text) },
        Fetched::Unreachable => Opened::Unreachable,
    }
}

/// Whether it can be one step of a path.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// The words of an `application/problem+json`.
fn problem(text: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let words = value["detail"].as_str().or_else(|| value["title"].as_str());
    words.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{is_id, problem};

    #[test]
    fn an_id_stays_one_step_of_a_path() {
        for (id, expected) in
            [("k3J_x-9", true), ("", false), ("a/b", false), ("..", false), ("a?b", false)]
        {
            assert_eq!(is_id(id), expected, "{id:?}");
        }
    }

    #[test]
    fn a_problem_tells_its_detail() {
        let cases = [
            (r#"{"title":"Too many","detail":"4 sandboxes at most"}"#, "4 sandboxes at most"),
            (r#"{"title":"Too many"}"#, "Too many"),
            ("<html>", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(problem(text), expected, "{text}");
        }
    }
}
