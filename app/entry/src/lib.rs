//! Starts hydration of the page in the browser.

// The page's types are deep.
#![recursion_limit = "512"]

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the script of the page's head, once.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
    say_hydrated();
}

/// Marks `<html data-hydrated>`: from now on the page answers, and tests may click.
fn say_hydrated() {
    let root = web_sys::window().and_then(|w| w.document()).and_then(|d| d.document_element());
    if let Some(root) = root {
        // It cannot fail: the name is a valid attribute's.
        root.set_attribute("data-hydrated", "").unwrap_or_default();
    }
}
