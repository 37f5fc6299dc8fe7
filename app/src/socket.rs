//! A WebSocket to this server, and the patience to open it again. What is said over it is others'.

use std::time::Duration;

use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*};
use send_wrapper::SendWrapper;
use serde::Serialize;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use crate::browser;

const PING_EVERY: Duration = Duration::from_secs(20);

/// How long to wait before attempt `failures + 1`: half a second at first, then twice as long each
/// time, eight seconds at most.
pub(crate) fn patience_ms(failures: u32) -> u32 {
    (500_u32 << failures.min(4)).min(8_000)
}

/// An open or opening connection. Letting go of it closes it, and none of its events is heard.
pub(crate) struct Socket(SendWrapper<Inner>);

struct Inner {
    socket: WebSocket,
    ping: Option<IntervalHandle>,
    /// The browser calls them as long as the connection lives.
    _opened: Closure<dyn FnMut()>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut(CloseEvent)>,
}

impl Socket {
    /// Connects to a path of this server; none where the browser refuses. `message` hears each text,
    /// `closed` the code with which it ended; `ping` is called now and then.
    pub(crate) fn open(
        path: &str,
        opened: impl FnMut() + 'static,
        mut message: impl FnMut(&str) + 'static,
        mut closed: impl FnMut(u16) + 'static,
        ping: impl Fn() + 'static,
    ) -> Option<Socket> {
        // `http://…` becomes `ws://…`, and `https://…` becomes `wss://…`.
        let address = format!("{}{path}", browser::origin().replacen("http", "ws", 1));
        let socket = WebSocket::new(&address).ok()?;
        let opened = Closure::<dyn FnMut()>::new(opened);
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(text) = event.data().as_string() {
                message(&text);
            }
        });
        let closed =
            Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| closed(event.code()));
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        let ping = set_interval_with_handle(ping, PING_EVERY).ok();
        let inner = Inner { socket, ping, _opened: opened, _message: message, _closed: closed };
        Some(Socket(SendWrapper::new(inner)))
    }

    /// Sends a message as JSON.
    pub(crate) fn send(&self, message: &impl Serialize) {
        if let Ok(text) = serde_json::to_string(message) {
            // It fails only when the connection just broke: then `closed` follows.
            self.0.socket.send_with_str(&text).unwrap_or_default();
        }
    }
}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Socket").finish_non_exhaustive()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        if let Some(ping) = self.ping {
            ping.clear();
        }
        self.socket.close().unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::patience_ms;

    #[test]
    fn patience_grows_to_eight_seconds() {
        let waits: Vec<u32> = (0..7).map(patience_ms).collect();
        assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
        assert_eq!(patience_ms(u32::MAX), 8_000);
    }
}
