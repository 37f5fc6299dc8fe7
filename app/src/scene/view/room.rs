//! How much room the picture has, and whether things may move: only the browser knows.

use leptos::{html::Div, prelude::*};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, closure::Closure};

use crate::player::Player;
use crate::scene::geometry::Room;

/// Keeps `room` at the size of the element, and tells the player when motion is unwelcome.
pub(crate) fn watch_room(place: NodeRef<Div>, room: RwSignal<Room>, player: Player) {
    Effect::new(move |_| {
        let query = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
        player.set_still(query.is_some_and(|query| query.matches()));
        player.run();
    });
    let measure = move || {
        let Some(element) = place.try_get_untracked().flatten() else { return };
        let (width, height) = (element.client_width(), element.client_height());
        let now = Room { width: f64::from(width), height: f64::from(height) };
        if width > 0 && room.get_untracked() != now {
            room.set(now);
        }
    };
    // The observer and its callback live as long as the page shows the element.
    let watcher = StoredValue::new(None);
    Effect::new(move |_| {
        let Some(element) = place.get() else { return };
        let callback = Closure::<dyn FnMut()>::new(measure);
        if let Ok(observer) = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref()) {
            observer.observe(&element);
            watcher.set_value(Some(SendWrapper::new((observer, callback))));
        }
        measure();
    });
    on_cleanup(move || {
        watcher.try_update_value(|watcher| {
            if let Some(watching) = watcher.take() {
                watching.0.disconnect();
            }
        });
    });
}
