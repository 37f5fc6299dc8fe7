//! The one place that speaks to the browser. Everything here is for effects and event handlers,
//! which never run while the server renders. What the browser refuses (storage switched off, no
//! clipboard) is not an error: the page goes on without.

use leptos::{leptos_dom::helpers::set_timeout_with_handle, prelude::*};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// All that the page keeps in the browser stands under names that begin so.
const PREFIX: &str = "wheelhouse.";

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// What the page's address says after `?name=`.
pub fn query(name: &str) -> Option<String> {
    let search = window().location().search().ok()?;
    web_sys::UrlSearchParams::new_with_str(&search).ok()?.get(name)
}

/// What was kept under a name in this browser.
pub fn recall(name: &str) -> Option<String> {
    storage()?.get_item(&format!("{PREFIX}{name}")).ok().flatten()
}

/// Keeps something under a name in this browser.
pub fn keep(name: &str, value: &str) {
    if let Some(storage) = storage() {
        // A full or forbidden storage costs the learner only convenience.
        storage.set_item(&format!("{PREFIX}{name}"), value).unwrap_or_default();
    }
}

/// Forgets what was kept under a name.
pub fn forget(name: &str) {
    if let Some(storage) = storage() {
        storage.remove_item(&format!("{PREFIX}{name}")).unwrap_or_default();
    }
}

/// As [`recall`], read as JSON; none also where it cannot be read any more.
pub fn recall_as<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_str(&recall(name)?).ok()
}

/// As [`keep`], as JSON.
pub fn keep_as<T: Serialize>(name: &str, value: &T) {
    if let Ok(text) = serde_json::to_string(value) {
        keep(name, &text);
    }
}

/// The names that begin so, of what is kept in this browser, without that beginning.
pub fn kept_names(prefix: &str) -> Vec<String> {
    let Some(storage) = storage() else { return Vec::new() };
    let prefix = format!("{PREFIX}{prefix}");
    let keys = (0..storage.length().unwrap_or(0)).filter_map(|n| storage.key(n).ok().flatten());
    keys.filter_map(|key| key.strip_prefix(&prefix).map(str::to_owned)).collect()
}

/// What the page's address says after `#`, which no server is told.
pub fn fragment() -> String {
    window().location().hash().unwrap_or_default().trim_start_matches('#').to_owned()
}

/// Leaves this page for another.
pub fn go(address: &str) {
    window().location().set_href(address).unwrap_or_default();
}

/// Takes what stands after `#` out of the address, and out of what the browser remembers.
pub fn drop_fragment() {
    let path = window().location().pathname().unwrap_or_default();
    if let Ok(history) = window().history() {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&path)).unwrap_or_default();
    }
}

/// Thirty-two random hexadecimal digits.
pub fn random_id() -> String {
    (0..32).map(|_| format!("{:x}", (js_sys::Math::random() * 16.0) as u8)).collect()
}

/// Days since 1970, by this machine's clock.
pub fn today() -> i64 {
    (js_sys::Date::now() / 86_400_000.0) as i64
}

/// Seconds since 1970, by this machine's clock.
pub fn now_s() -> i64 {
    (js_sys::Date::now() / 1_000.0) as i64
}

/// `http://127.0.0.1:3000`
pub fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Puts a text into the clipboard; false where the browser does not allow it.
pub async fn copy(text: &str) -> bool {
    // `clipboard` is undefined where the page did not come over HTTPS or from this machine.
    let navigator: JsValue = window().navigator().into();
    let clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into());
    let Some(clipboard) = clipboard.ok().and_then(|c| c.dyn_into::<web_sys::Clipboard>().ok())
    else {
        return false;
    };
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// Offers a text as a file to keep.
pub fn download(name: &str, text: &str) {
    let Ok(link) = document().create_element("a") else { return };
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    let file = web_sys::Blob::new_with_str_sequence(&parts);
    let address = file.and_then(|file| web_sys::Url::create_object_url_with_blob(&file));
    let Ok(address) = address else { return };
    link.set_attribute("href", &address)
        .and_then(|()| link.set_attribute("download", name))
        .unwrap_or_default();
    if let Ok(link) = link.dyn_into::<web_sys::HtmlElement>() {
        link.click();
    }
    // Whoever saves it may ask where to first.
    let forget = move || web_sys::Url::revoke_object_url(&address).unwrap_or_default();
    set_timeout(forget, std::time::Duration::from_secs(60));
}

/// The text of a file of the learner's disk; none where it cannot be read.
pub async fn text_of(file: &web_sys::File) -> Option<String> {
    JsFuture::from(file.text()).await.ok()?.as_string()
}

/// Waits for wall-clock time.
pub async fn sleep_ms(ms: u32) {
    let (sender, receiver) = futures::channel::oneshot::channel::<()>();
    let wake = move || sender.send(()).unwrap_or_default();
    let handle =
        set_timeout_with_handle(wake, std::time::Duration::from_millis(u64::from(ms))).ok();
    if handle.is_some() {
        receiver.await.unwrap_or_default();
    }
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Fetched {
    /// Status 2xx, with the body's text.
    Ok(String),
    /// Any other status, with the body's text.
    Refused(u16, String),
    /// No answer came.
    Unreachable,
}

/// `GET`.
pub async fn get(path: &str) -> Fetched {
    let init = web_sys::RequestInit::new();
    init.set_method("GET");
    fetch(path, &init).await
}

/// `DELETE`.
pub async fn delete(path: &str) -> Fetched {
    let init = web_sys::RequestInit::new();
    init.set_method("DELETE");
    fetch(path, &init).await
}

/// `POST` of JSON.
pub async fn post<T: Serialize>(path: &str, body: &T) -> Fetched {
    let init = web_sys::RequestInit::new();
    init.set_method("POST");
    let Ok(text) = serde_json::to_string(body) else { return Fetched::Unreachable };
    init.set_body(&JsValue::from_str(&text));
    if let Ok(headers) = web_sys::Headers::new() {
        headers.set("content-type", "application/json").unwrap_or_default();
        init.set_headers(&headers);
    }
    fetch(path, &init).await
}

async fn fetch(path: &str, init: &web_sys::RequestInit) -> Fetched {
    let asked = window().fetch_with_str_and_init(path, init);
    let Some(response) =
        JsFuture::from(asked).await.ok().and_then(|r| r.dyn_into::<web_sys::Response>().ok())
    else {
        return Fetched::Unreachable;
    };
    let text = match response.text() {
        Ok(promise) => JsFuture::from(promise).await.ok().and_then(|text| text.as_string()),
        Err(_) => None,
    };
    match (response.ok(), text) {
        (true, Some(text)) => Fetched::Ok(text),
        (false, text) => Fetched::Refused(response.status(), text.unwrap_or_default()),
        (true, None) => Fetched::Unreachable,
    }
}
