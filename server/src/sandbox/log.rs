//! One line of a sandbox's log: what was done, and when.

use orchestrator::session::{SessionAct, SessionInput};
use orchestrator::{ApiRequest, Fault, Input};
use serde::{Deserialize, Serialize};

/// What was done to a sandbox. The cluster ran up to `begin_ms` first; then the deed was done, and
/// left it at `end_ms`. Only deeds that move time end later than they began.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) begin_ms: i64,
    pub(crate) end_ms: i64,
    pub(crate) deed: Deed,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub(crate) enum Deed {
    Input(Input),
    /// The clock was moved to where something is so, and not merely to a time.
    Run {
        goal: Goal,
        limit_ms: i64,
    },
}

/// Where a run stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Goal {
    Write,
    Turn,
    Visible,
    Quiet,
    Next,
}

impl Deed {
    /// What it weighs in the log, in bytes.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Input(Input::Request(request)) => {
                let headers = request.headers.iter().map(|(name, value)| name.len() + value.len());
                request.body.len() + request.uri.len() + headers.sum::<usize>()
            }
            Self::Input(Input::Session(SessionInput { act: SessionAct::Stdin(bytes), .. })) => {
                64 + bytes.len()
            }
            Self::Input(Input::Outside { request, .. }) => {
                let headers = request.headers.iter().map(|(name, value)| name.len() + value.len());
                request.body.len() + request.target.len() + headers.sum::<usize>()
            }
            Self::Input(Input::Forward { bytes, .. }) => 64 + bytes.len(),
            Self::Input(Input::Traffic(_)) => 256,
            Self::Input(Input::Fault(_) | Input::Session(_)) | Self::Run { .. } => 64,
        }
    }
}

/// A deed as JSON: a request's body is text wherever it can be, so that a log can be read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Written {
    Request {
        method: String,
        uri: String,
        headers: Vec<(String, String)>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        bytes: Vec<u8>,
    },
    Fault(Fault),
    Session(SessionInput),
    /// What is written as the model has it.
    Other(Input),
    Run {
        goal: Goal,
        limit_ms: i64,
    },
}

impl From<Deed> for Written {
    fn from(deed: Deed) -> Self {
        match deed {
            Deed::Input(Input::Request(ApiRequest { method, uri, headers, body })) => {
                let (text, bytes) = match String::from_utf8(body) {
                    Ok(text) => (Some(text).filter(|text| !text.is_empty()), Vec::new()),
                    Err(not_text) => (None, not_text.into_bytes()),
                };
                Self::Request { method, uri, headers, text, bytes }
            }
            Deed::Input(Input::Fault(fault)) => Self::Fault(fault),
            Deed::Input(Input::Session(input)) => Self::Session(input),
            Deed::Input(
                other @ (Input::Traffic(_) | Input::Outside { .. } | Input::Forward { .. }),
            ) => Self::Other(other),
            Deed::Run { goal, limit_ms } => Self::Run { goal, limit_ms },
        }
    }
}

impl From<Written> for Deed {
    fn from(written: Written) -> Self {
        match written {
            Written::Request { method, uri, headers, text, bytes } => {
                let body = text.map_or(bytes, String::into_bytes);
                Self::Input(Input::Request(ApiRequest { method, uri, headers, body }))
            }
            Written::Fault(fault) => Self::Input(Input::Fault(fault)),
            Written::Session(input) => Self::Input(Input::Session(input)),
            Written::Other(input) => Self::Input(input),
            Written::Run { goal, limit_ms } => Self::Run { goal, limit_ms },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deed_is_read_back_as_it_was_written() {
        let request = |body: &[u8]| {
            let mut request = ApiRequest::new("POST", "/api/v1/x", "application/json", body);
            request.headers.push(("user-agent".to_owned(), "kubectl".to_owned()));
            Deed::Input(Input::Request(request))
        };
        let deeds = [
            request(b"{\"kind\":\"Pod\"}"),
            request(b""),
            request(&[0x6b, 0x38, 0x73, 0, 0xff, 0xfe]),
            Deed::Input(Input::Fault(Fault::NodeOff { node: "node-1".to_owned() })),
            Deed::Input(Input::Session(SessionInput {
                session: 3,
                act: SessionAct::Stdin(b"ls\n".to_vec()),
            })),
            Deed::Input(Input::Forward {
                namespace: "default".to_owned(),
                pod: "web".to_owned(),
                uid: String::new(),
                port: 80,
                bytes: vec![0, 0xff],
            }),
            Deed::Run { goal: Goal::Next, limit_ms: 300_000 },
        ];
        for deed in deeds {
            let json = serde_json::to_string(&deed).expect("JSON");
            assert_eq!(serde_json::from_str::<Deed>(&json).expect(&json), deed);
        }
    }
}
