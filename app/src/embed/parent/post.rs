//! The window around this one, and how high this one wants to be.

use leptos::prelude::*;
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageEvent, Url, Window};

/// The page around this one.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// Its origin; none where nobody says so. Then it is told, but not listened to.
    origin: Option<String>,
    framed: bool,
    seq: u32,
}

impl Frame {
    /// The page around is known by what it says in our address, else by where we were called from.
    pub(super) fn around(named: Option<&str>) -> Frame {
        let referrer = document().referrer();
        let origin_of = |address: &str| Url::new(address).ok().map(|url| url.origin());
        let origin = named.and_then(origin_of).or_else(|| origin_of(&referrer));
        let framed = parent().is_some();
        Frame { origin: origin.filter(|origin| origin != "null"), framed, seq: 0 }
    }

    /// The number of the next message.
    pub(super) fn next(&mut self) -> u32 {
        self.seq += 1;
        self.seq
    }

    pub(super) fn post(&self, message: &Value) {
        let message = js_sys::JSON::parse(&message.to_string());
        if let Ok(message) = message {
            self.send(&message);
        }
    }

    pub(super) fn post_text(&self, message: &str) {
        self.send(&JsValue::from_str(message));
    }

    fn send(&self, message: &JsValue) {
        if !self.framed {
            return;
        }
        // Nothing that is said here is a secret: who may frame the page may know.
        let target = self.origin.as_deref().unwrap_or("*");
        if let Some(parent) = parent() {
            parent.post_message(message, target).unwrap_or_default();
        }
    }

    /// Whether a message comes from the page around, and whether from the origin it is known by.
    pub(super) fn sent(&self, event: &MessageEvent) -> (bool, bool) {
        let source = event.source().map(JsValue::from);
        let from_parent = self.framed && source == parent().map(JsValue::from);
        (from_parent, self.origin.as_deref() == Some(event.origin().as_str()))
    }
}

/// The window around this one, if there is one.
fn parent() -> Option<Window> {
    let own = window();
    let parent = own.parent().ok().flatten()?;
    (JsValue::from(&parent) != JsValue::from(&own)).then_some(parent)
}

/// A message as JSON; none if it is none, or long.
pub(super) fn read(event: &MessageEvent) -> Option<Value> {
    let text = match event.data().as_string() {
        Some(text) => text,
        None => js_sys::JSON::stringify(&event.data()).ok()?.as_string()?,
    };
    serde_json::from_str(&text).ok().filter(Value::is_object)
}

/// How high the page is, and whether the page around speaks H5P's dialect.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Height {
    pub(super) px: u32,
    pub(super) dialect: bool,
}

impl Height {
    /// Whether this is news.
    pub(super) fn take(&mut self, px: u32) -> bool {
        std::mem::replace(&mut self.px, px) != px
    }
}

/// How high the frame is now.
pub(super) fn frame_height() -> u32 {
    document().document_element().map_or(0, |root| u32::try_from(root.client_height()).unwrap_or(0))
}

/// Calls `told` with the height of what is in the page, now and at each change.
pub(super) fn on_height(told: impl Fn(u32) + 'static) {
    let measure = Closure::<dyn FnMut()>::new(move || {
        // The document is never less high than the frame; its body is.
        let Some(body) = document().body() else { return };
        told(body.get_bounding_client_rect().height().ceil() as u32);
    });
    let observer = web_sys::ResizeObserver::new(measure.as_ref().unchecked_ref());
    let (Ok(observer), Some(body)) = (observer, document().body()) else { return };
    observer.observe(&body);
    let kept = send_wrapper::SendWrapper::new((observer, measure));
    on_cleanup(move || kept.take().0.disconnect());
}
