//! What this device knows of its learner, carried to the server and back under a personal link. It
//! begins when the learner asks for a link, or opens one; from then on each change is carried.

use std::{cell::Cell, collections::BTreeMap};

use leptos::task::spawn_local;
use protocol::{Carried, Learned};

use crate::{backend, browser, i18n::Language};

/// Where the browser keeps the secret of the link.
const LINK: &str = "link";
/// Changes that come close together are carried together.
const WAIT_MS: u32 = 2_000;

/// The secret of this device's link, if it has one.
pub type Kept = Option<String>;

/// What became of a wish to carry.
#[derive(Clone, Debug, PartialEq)]
pub enum Carrying {
    Done(Carried),
    /// Nothing is kept under that link, or not any more.
    Unknown,
    Failed,
}

/// The secret of this device's link, if it has one.
pub fn kept() -> Kept {
    browser::recall(LINK)
}

/// All that this device knows.
pub fn gather() -> Learned {
    Learned {
        progress: all("progress."),
        scores: all("scores."),
        reviews: all("review."),
        sandboxes: sandboxes(),
        latest: browser::recall("lesson"),
    }
}

fn all<T: serde::de::DeserializeOwned>(prefix: &str) -> BTreeMap<String, T> {
    let names = browser::kept_names(prefix).into_iter();
    names
        .filter_map(|name| Some((name.clone(), browser::recall_as(&format!("{prefix}{name}"))?)))
        .collect()
}

fn sandboxes() -> BTreeMap<String, String> {
    let names = browser::kept_names("sandbox.lesson.").into_iter();
    names
        .filter_map(|slug| {
            Some((slug.clone(), browser::recall(&format!("sandbox.lesson.{slug}"))?))
        })
        .collect()
}

/// From now on this device knows it as well.
fn adopt(learned: &Learned) {
    for (slug, done) in &learned.progress {
        browser::keep_as(&format!("progress.{slug}"), done);
    }
    for (slug, scores) in &learned.scores {
        browser::keep_as(&format!("scores.{slug}"), scores);
    }
    for (question, card) in &learned.reviews {
        browser::keep_as(&format!("review.{question}"), card);
    }
    for (slug, sandbox) in &learned.sandboxes {
        browser::keep(&format!("sandbox.lesson.{slug}"), sandbox);
    }
    if let Some(latest) = &learned.latest {
        browser::keep("lesson", latest);
    }
}

/// Where the link leads, without its secret.
pub fn address(language: Language) -> String {
    format!("{}/{}/progress", browser::origin(), language.code())
}

/// Makes a link for this device, and carries all that it knows.
pub async fn begin(language: Language) -> Carrying {
    carry(kept(), language).await
}

/// Takes over the link of another device: what both know is theirs from now on.
pub async fn take(secret: String, language: Language) -> Carrying {
    carry(Some(secret), language).await
}

async fn carry(secret: Kept, language: Language) -> Carrying {
    match backend::carry(secret, gather(), address(language)).await {
        Ok(Some(carried)) => {
            adopt(&carried.learned);
            browser::keep(LINK, &carried.secret);
            Carrying::Done(carried)
        }
        Ok(None) => Carrying::Unknown,
        Err(_) => Carrying::Failed,
    }
}

/// Deletes what the server keeps; what this device knows stays. Whether it is deleted.
pub async fn forget() -> bool {
    let Some(secret) = kept() else { return true };
    let done = backend::forget(secret).await.is_ok();
    if done {
        browser::forget(LINK);
    }
    done
}

thread_local! {
    /// How many changes there were. A page has one thread.
    static CHANGES: Cell<u32> = const { Cell::new(0) };
}

/// Carries a change soon, if this device has a link.
pub fn carry_on_change(language: Language) {
    let Some(secret) = kept() else { return };
    let mine = CHANGES.with(|changes| {
        changes.set(changes.get().wrapping_add(1));
        changes.get()
    });
    spawn_local(async move {
        browser::sleep_ms(WAIT_MS).await;
        if CHANGES.with(Cell::get) == mine {
            // A link that was deleted elsewhere is no link any more.
            if carry(Some(secret), language).await == Carrying::Unknown {
                browser::forget(LINK);
            }
        }
    });
}
