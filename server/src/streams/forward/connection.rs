//! One connection to a port of a Pod.

use bytes::{Bytes, BytesMut};
use orchestrator::{Forwarded, Input, Reply};

use super::Target;

/// Bytes of a request that may wait for its rest.
const PENDING_MAX: usize = 1 << 20;
/// Letters of a head that are looked at.
const HEAD_MAX: usize = 16 << 10;

/// One connection: requests go in, answers come out.
#[derive(Debug)]
pub(crate) struct Connection {
    port: u16,
    /// What was sent and is not answered yet.
    pending: BytesMut,
}

/// What there is to tell a client of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Data(Bytes),
    /// The application has closed the connection.
    End,
    /// The kubelet's words; the connection is over.
    Error(String),
}

impl Connection {
    pub(crate) fn new(port: u16) -> Self {
        Self { port, pending: BytesMut::new() }
    }

    pub(super) const fn port(&self) -> u16 {
        self.port
    }

    /// Gives the Pod what has come, and returns what came of it. After [`Told::End`] or
    /// [`Told::Error`] there is nothing more to send.
    pub(crate) async fn take(&mut self, target: &Target, bytes: &[u8]) -> Vec<Told> {
        self.pending.extend_from_slice(bytes);
        let mut told = Vec::new();
        while !self.pending.is_empty() {
            match self.ask(target).await {
                Ok(Forwarded::Answered { consumed, bytes }) => {
                    let asked = self.pending.split_to(consumed.clamp(1, self.pending.len()));
                    let ends = is_last(&asked, &bytes);
                    told.push(Told::Data(bytes));
                    if ends {
                        self.pending.clear();
                        told.push(Told::End);
                    }
                }
                Ok(Forwarded::Incomplete) if self.pending.len() <= PENDING_MAX => break,
                Ok(Forwarded::Incomplete) => {
                    told.push(self.failed("the request is too long".to_owned()));
                }
                Ok(Forwarded::Failed(why)) | Err(why) => told.push(self.failed(why)),
            }
        }
        told
    }

    async fn ask(&self, target: &Target) -> Result<Forwarded, String> {
        let input = Input::Forward {
            namespace: target.namespace.clone(),
            pod: target.pod.clone(),
            uid: target.uid.clone(),
            port: self.port,
            bytes: self.pending.to_vec(),
        };
        match target.sandbox.submit(input).await {
            Ok(Reply::Forwarded(forwarded)) => Ok(forwarded),
            Ok(_) => Err("no answer".to_owned()),
            Err(refused) => Err(refused.to_string()),
        }
    }

    fn failed(&mut self, why: String) -> Told {
        self.pending.clear();
        Told::Error(why)
    }
}

/// Whether an application closes the connection after an answer: if one of both says so, or if it is
/// HTTP/1.0 and nobody wants it otherwise.
fn is_last(asked: &[u8], answer: &[u8]) -> bool {
    let (asked, answer) = (head(asked), head(answer));
    let says = |head: &str, word: &str| {
        head.lines().filter_map(|line| line.split_once(':')).any(|(name, value)| {
            name.trim() == "connection" && value.split(',').any(|one| one.trim() == word)
        })
    };
    let old = asked.lines().next().is_some_and(|line| line.ends_with("http/1.0"));
    says(&asked, "close") || says(&answer, "close") || (old && !says(&asked, "keep-alive"))
}

/// The lines before the body, in lower case.
fn head(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(HEAD_MAX)];
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::is_last;

    #[test]
    fn when_an_application_hangs_up() {
        let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nclose";
        let cases = [
            ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", ok, false),
            ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", ok, true),
            ("GET / HTTP/1.1\r\nCONNECTION: Upgrade, Close\r\n\r\n", ok, true),
            (
                "GET / HTTP/1.1\r\n\r\n",
                "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
                true,
            ),
            ("GET / HTTP/1.0\r\n\r\n", ok, true),
            ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", ok, false),
            ("PING\r\n", "+PONG\r\n", false),
        ];
        for (asked, answer, expected) in cases {
            assert_eq!(is_last(asked.as_bytes(), answer.as_bytes()), expected, "{asked:?}");
        }
    }
}
