//! Links of an embedded page leave it: what they lead to stands in a tab of its own, because the
//! site's other pages may not be framed.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{AddEventListenerOptions, Element, Event};

/// Gives each link that is followed a tab of its own, before the router sees the click.
pub(super) fn open_in_tabs() {
    Effect::new(move |_| {
        let followed = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let link = target.and_then(|target| target.closest("a[href]").ok().flatten());
            if let Some(link) = link.filter(|link| !link.has_attribute("download")) {
                link.set_attribute("target", "_blank").unwrap_or_default();
                link.set_attribute("rel", "noopener").unwrap_or_default();
            }
        });
        let listener = followed.as_ref().unchecked_ref::<js_sys::Function>().clone();
        let options = AddEventListenerOptions::new();
        options.set_capture(true);
        document()
            .add_event_listener_with_callback_and_add_event_listener_options(
                "click", &listener, &options,
            )
            .unwrap_or_default();
        let followed = send_wrapper::SendWrapper::new((followed, listener));
        on_cleanup(move || {
            let (_followed, listener) = followed.take();
            document()
                .remove_event_listener_with_callback_and_bool("click", &listener, true)
                .unwrap_or_default();
        });
    });
}
