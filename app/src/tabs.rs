//! Tabs as the ARIA Authoring Practices describe them: one stop of the Tab key, arrows in between.
//! See <https://www.w3.org/WAI/ARIA/apg/patterns/tabs/>.

use leptos::{ev::KeyboardEvent, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Handles a key on a `role=tablist`: the arrows, Home and End go to another tab and show it.
pub fn move_by_arrows(event: &KeyboardEvent) {
    let list = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let Some(tabs) = list.and_then(|list| list.query_selector_all("[role=tab]").ok()) else {
        return;
    };
    let focused = document().active_element();
    let tabs: Vec<HtmlElement> =
        (0..tabs.length()).filter_map(|n| tabs.get(n)?.dyn_into().ok()).collect();
    let Some(now) = tabs.iter().position(|tab| Some(tab.as_ref()) == focused.as_ref()) else {
        return;
    };
    let Some(next) = next_tab(&event.key(), now, tabs.len()) else { return };
    event.prevent_default();
    tabs[next].click();
    tabs[next].focus().unwrap_or_default();
}

/// Where a key leads from tab `now` of `count`.
fn next_tab(key: &str, now: usize, count: usize) -> Option<usize> {
    match key {
        "ArrowRight" => Some((now + 1) % count),
        "ArrowLeft" => Some((now + count - 1) % count),
        "Home" => Some(0),
        "End" => Some(count - 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::next_tab;

    #[test]
    fn arrows_go_round() {
        let cases = [
            ("ArrowRight", 2, Some(0)),
            ("ArrowLeft", 0, Some(2)),
            ("Home", 1, Some(0)),
            ("End", 1, Some(2)),
            ("a", 1, None),
        ];
        for (key, now, expected) in cases {
            assert_eq!(next_tab(key, now, 3), expected, "{key} at {now}");
        }
    }
}
