//! `v4.channel.k8s.io` and `v5.channel.k8s.io`: messages whose first byte names a channel.
//!
//! <https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/streaming> has the
//! numbers; version 5 adds the close of a single channel, without which the end of the standard
//! input cannot be told.

use bytes::Bytes;
use orchestrator::session::{Channel, Frame, SessionAct};
use serde::Deserialize;

/// The protocols of exec and attach, the best first.
pub(super) const PROTOCOLS: [&str; 2] = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

const STDIN: u8 = 0;
const RESIZE: u8 = 4;
const CLOSE: u8 = 255;

/// A client's window, as kubectl writes it.
#[derive(Deserialize)]
struct Window {
    #[serde(rename = "Width")]
    width: u16,
    #[serde(rename = "Height")]
    height: u16,
}

/// The channels that a request asks to hear of, and that on which it hears how it ended.
pub(super) fn awaited(query: &str) -> Vec<Channel> {
    let flag = |name: &str| {
        let values = query.split('&').filter_map(|pair| pair.split_once('='));
        let mut values = values.filter(|(key, _)| *key == name).map(|(_, value)| value);
        values.next().is_some_and(|value| value != "0" && !value.eq_ignore_ascii_case("false"))
    };
    let mut awaited = vec![Channel::Error];
    awaited.extend(flag("stdout").then_some(Channel::Stdout));
    awaited.extend((flag("stderr") && !flag("tty")).then_some(Channel::Stderr));
    awaited
}

/// What a message of a client asks for; nothing when it is none of the protocol's.
pub(super) fn act(message: &[u8]) -> Option<SessionAct> {
    let (channel, content) = message.split_first()?;
    match *channel {
        STDIN if content.is_empty() => None,
        STDIN => Some(SessionAct::Stdin(content.to_vec())),
        RESIZE => resize(content),
        CLOSE if content == [STDIN] => Some(SessionAct::CloseStdin),
        _ => None,
    }
}

/// A client's window, if its description is whole.
pub(super) fn resize(content: &[u8]) -> Option<SessionAct> {
    let window: Window = serde_json::from_slice(content).ok()?;
    Some(SessionAct::Resize { columns: window.width, rows: window.height })
}

/// A piece of what a session said, as a message.
pub(super) fn message(frame: &Frame) -> Bytes {
    let mut message = Vec::with_capacity(frame.bytes.len() + 1);
    message.push(frame.channel.number());
    message.extend_from_slice(&frame.bytes);
    message.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_send() {
        let check = |message: &[u8], expect: Option<SessionAct>| {
            assert_eq!(act(message), expect, "{message:?}");
        };
        check(b"\x00abc\n", Some(SessionAct::Stdin(b"abc\n".to_vec())));
        check(b"\xff\x00", Some(SessionAct::CloseStdin));
        check(
            b"\x04{\"Width\":99,\"Height\":33}\n",
            Some(SessionAct::Resize { columns: 99, rows: 33 }),
        );
        check(b"", None);
        check(b"\x00", None);
        check(b"\x01out", None);
        check(b"\xff\x01", None);
        check(b"\x04{", None);
    }

    #[test]
    fn what_a_request_wants_to_hear() {
        let check = |query: &str, expect: &[Channel]| {
            assert_eq!(awaited(query), expect, "{query}");
        };
        check("", &[Channel::Error]);
        check(
            "command=x&stdout=true&stderr=1",
            &[Channel::Error, Channel::Stdout, Channel::Stderr],
        );
        check("stdin=true&stdout=true&stderr=true&tty=true", &[Channel::Error, Channel::Stdout]);
        check("stdout=False&stderr=0", &[Channel::Error]);
    }

    #[test]
    fn what_is_sent() {
        let frame = Frame { channel: Channel::Stderr, bytes: Bytes::from_static(b"no\n") };
        assert_eq!(&message(&frame)[..], b"\x02no\n");
    }
}
