//! The WebSocket itself, and the patience to open it again.

use std::time::Duration;

use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*, task::spawn_local};
use protocol::{Down, Up};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use super::{Link, Session};
use crate::browser::{self, Fetched};

const PING_EVERY: Duration = Duration::from_secs(20);

/// How long to wait before attempt `failures + 1`: half a second at first, then twice as long each
/// time, eight seconds at most.
fn patience_ms(failures: u32) -> u32 {
    (500_u32 << failures.min(4)).min(8_000)
}

/// An open or opening connection. Letting go of it closes it, and none of its events is heard.
pub(super) struct Socket {
    socket: WebSocket,
    ping: Option<IntervalHandle>,
    /// The browser calls them as long as the connection lives.
    _opened: Closure<dyn FnMut()>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut(CloseEvent)>,
}

impl Socket {
    pub(super) fn send(&self, up: &Up) {
        if let Ok(text) = serde_json::to_string(up) {
            // It fails only when the connection just broke: then `closed` follows.
            self.socket.send_with_str(&text).unwrap_or_default();
        }
    }
}

impl Drop for Socket {
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

/// Opens the connection that the session's state describes.
pub(super) fn connect(session: Session) {
    let Some(path) = session.state.try_with_value(super::State::path) else { return };
    // `http://…` becomes `ws://…`, and `https://…` becomes `wss://…`.
    let address = format!("{}{path}", browser::origin().replacen("http", "ws", 1));
    let Ok(socket) = WebSocket::new(&address) else { return };
    let opened = Closure::<dyn FnMut()>::new(move || opened(session));
    let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let down = event.data().as_string().and_then(|text| parse(&text));
        if let Some(down) = down {
            session.receive(down);
        }
    });
    let closed = Closure::<dyn FnMut(CloseEvent)>::new(move |_| closed(session));
    socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
    socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
    socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
    let ping = set_interval_with_handle(move || ping(session), PING_EVERY).ok();
    let socket = Socket { socket, ping, _opened: opened, _message: message, _closed: closed };
    session.state.update_value(|state| state.socket = Some(SendWrapper::new(socket)));
}

fn parse(text: &str) -> Option<Down> {
    serde_json::from_str(text)
        .inspect_err(|error| leptos::logging::error!("unreadable message: {error}"))
        .ok()
}

fn opened(session: Session) {
    session.link.set(Link::Open);
    session.state.update_value(super::State::flush);
}

fn ping(session: Session) {
    if session.link.get_untracked() == Link::Open {
        session.state.with_value(|state| {
            if let Some(socket) = &state.socket {
                socket.send(&Up::Ping);
            }
        });
    }
}

/// The connection broke, or could not be made: try again until the server says that there is no such
/// sandbox.
fn closed(session: Session) {
    let Some((sandbox, failures)) = session.state.try_update_value(|state| {
        state.disconnect();
        state.failures += 1;
        (state.sandbox.clone(), state.failures)
    }) else {
        return;
    };
    if session.link.get_untracked() == Link::Open || failures > 1 {
        session.link.set(Link::Lost);
    }
    spawn_local(async move {
        browser::sleep_ms(patience_ms(failures - 1)).await;
        let gone = matches!(
            browser::get(&format!("/sandboxes/{sandbox}/clock")).await,
            Fetched::Refused(404 | 410, _)
        );
        let current = session
            .state
            .try_with_value(|state| state.sandbox == sandbox && state.socket.is_none());
        match current {
            Some(true) if gone => session.link.set(Link::Gone),
            Some(true) => connect(session),
            _ => {}
        }
    });
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
