//! Moments that the learner has marked: kept in the browser for each sandbox, drawn on the slider,
//! and one press away. And comparing: from one marked moment to whatever is shown.

use leptos::prelude::*;
use protocol::{Millis, Position};
use serde::{Deserialize, Serialize};

use super::commands::Helm;
use crate::{browser, i18n::say, words};

/// More would hide the slider.
const BOOKMARKS_MAX: usize = 20;

/// A moment to come back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    pub position: Position,
    pub at_ms: Millis,
}

/// Marks a moment, or takes its mark away.
pub(super) fn toggle(bookmarks: &mut Vec<Bookmark>, mark: Bookmark) {
    match bookmarks.iter().position(|it| it.position == mark.position) {
        Some(index) => drop(bookmarks.remove(index)),
        None if bookmarks.len() < BOOKMARKS_MAX => {
            bookmarks.push(mark);
            bookmarks.sort_by_key(|it| it.position);
        }
        None => {}
    }
}

/// Keeps the bookmarks of the sandbox that is open in the browser.
pub(super) fn keep_in_browser(helm: Helm) {
    let name = move || Some(format!("bookmarks-{}", helm.session.sandbox().get()?));
    let name = Memo::new(move |_| name());
    Effect::new(move |before: Option<Option<String>>| {
        let name = name.get();
        let bookmarks = helm.bookmarks.get();
        if before.flatten() != name {
            // Another sandbox: its own come back.
            let kept = name.as_deref().and_then(browser::recall);
            let kept = kept.and_then(|text| serde_json::from_str(&text).ok());
            helm.bookmarks.set(kept.unwrap_or_default());
        } else if let (Some(name), Ok(text)) = (&name, serde_json::to_string(&bookmarks)) {
            browser::keep(name, &text);
        }
        name
    });
}

impl Helm {
    fn here(self) -> Bookmark {
        self.face.with_untracked(|face| Bookmark { position: face.position, at_ms: face.time_ms })
    }

    pub(super) fn toggle_bookmark(self) {
        self.bookmarks.update(|all| toggle(all, self.here()));
    }

    /// From now on what is shown is compared with this moment; or no longer.
    pub(super) fn toggle_comparison(self) {
        let here = self.here();
        let player = self.player;
        let compares = player.base_untracked().is_some();
        player.compare_with((!compares).then_some((here.position, here.at_ms)));
    }
}

/// Flags over the slider; each leads to its moment.
#[component]
pub fn Flags(helm: Helm, #[prop(into)] place: Callback<Position, Option<f64>>) -> impl IntoView {
    let flag = move |mark: Bookmark| {
        let time = words::clock_time(mark.at_ms);
        let name = {
            let time = time.clone();
            move || helm.language.get().pick(format!("책갈피 {time}"), format!("Bookmark {time}"))
        };
        let at = move || place.run(mark.position);
        view! {
            <button
                type="button"
                class="timeline-flag"
                class:is-base=move || helm.player.base().is_some_and(|it| it.0 == mark.position)
                hidden=move || at().is_none()
                style=move || format!("--at:{:.4}", at().unwrap_or_default())
                aria-label=name.clone()
                title=time
                on:click=move |_| helm.player.go(mark.position)
            ></button>
        }
    };
    view! {
        <div class="timeline-flags" role="group" aria-label=say("책갈피", "Bookmarks")>
            {move || helm.bookmarks.get().into_iter().map(flag).collect_view()}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_marked_once_and_in_order() {
        let mark = |position| Bookmark { position, at_ms: 0 };
        let mut all = Vec::new();
        for position in [9, 3, 5, 3] {
            toggle(&mut all, mark(position));
        }
        assert_eq!(all, [mark(5), mark(9)]);
        for position in 100..200 {
            toggle(&mut all, mark(position));
        }
        assert_eq!(all.len(), BOOKMARKS_MAX);
    }
}
