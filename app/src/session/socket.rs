//! How the session's connection is opened, and opened again when it broke.

use leptos::{prelude::*, task::spawn_local};
use protocol::{Down, Up};

use super::{Link, Session};
use crate::{
    browser::{self, Fetched},
    socket::{Socket, patience_ms},
};

/// Opens the connection that the session's state describes.
pub(super) fn connect(session: Session) {
    let Some(path) = session.state.try_with_value(super::State::path) else { return };
    let receive = move |text: &str| {
        if let Some(down) = parse(text) {
            session.receive(down);
        }
    };
    let socket = Socket::open(
        &path,
        move || opened(session),
        receive,
        move |_| closed(session),
        move || ping(session),
    );
    session.state.update_value(|state| state.socket = socket);
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
