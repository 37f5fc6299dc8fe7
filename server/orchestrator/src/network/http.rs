//! HTTP messages, as programs of the model exchange them.

use ::http::header::{CONNECTION, CONTENT_LENGTH};
use ::http::{HeaderName, HeaderValue, StatusCode};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpRequest {
    /// `GET`, `POST`, …
    pub method: String,
    /// Path and query: `/hostname?x=1`.
    pub target: String,
    /// As they were sent, `Host` among them.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Whether it is sent through TLS (`https`).
    #[serde(default)]
    pub tls: bool,
}

/// An address in the web, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    pub host: String,
    pub port: u16,
    /// Path and query.
    pub target: String,
    pub tls: bool,
}

impl Url {
    /// Reads `http://web.default:8080/path?query`; the scheme may be missing.
    pub fn parse(text: &str) -> Option<Url> {
        let (tls, rest) = match text.split_once("://") {
            Some(("http", rest)) => (false, rest),
            Some(("https", rest)) => (true, rest),
            Some(_) => return None,
            None => (false, text),
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (authority, if tls { 443 } else { 80 }),
        };
        let slash = if target.starts_with('/') { "" } else { "/" };
        let target = format!("{slash}{target}");
        (!host.is_empty()).then(|| Url { host: host.to_owned(), port, target, tls })
    }

    /// Where `Location` sends a client that was here.
    pub fn follow(&self, location: &str) -> Option<Url> {
        let scheme = if self.tls { "https" } else { "http" };
        if let Some(rest) = location.strip_prefix("//") {
            return Url::parse(&format!("{scheme}://{rest}"));
        }
        if location.contains("://") {
            return Url::parse(location);
        }
        let path = self.target.split('?').next().unwrap_or_default();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let target = match location.starts_with('/') {
            true => location.to_owned(),
            false => format!("{folder}/{location}"),
        };
        Some(Url { target, ..self.clone() })
    }

    /// As it stands in the header `Host`.
    pub fn authority(&self) -> String {
        match (self.port, self.tls) {
            (80, false) | (443, true) => self.host.clone(),
            (port, _) => format!("{}:{port}", self.host),
        }
    }
}

/// A response.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpResponse {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// `GET` of a target at a host.
    pub fn get(host: &str, target: &str) -> HttpRequest {
        HttpRequest {
            method: "GET".to_owned(),
            target: if target.is_empty() { "/".to_owned() } else { target.to_owned() },
            headers: vec![("Host".to_owned(), host.to_owned())],
            body: Vec::new(),
            tls: false,
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The query, without its question mark.
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }
}

impl HttpResponse {
    /// A response with a body, its type and length.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> HttpResponse {
        let body = body.into();
        let headers = vec![
            ("Content-Type".to_owned(), content_type.to_owned()),
            ("Content-Length".to_owned(), body.len().to_string()),
        ];
        HttpResponse { status, headers, body }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// `OK`, `Not Found`, …
    pub fn reason(&self) -> &'static str {
        let status = StatusCode::from_u16(self.status).ok();
        status.and_then(|status| status.canonical_reason()).unwrap_or_default()
    }

    /// The message as it stands on the wire.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, self.reason());
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// As a server sends it on.
impl From<HttpResponse> for ::http::Response<Bytes> {
    fn from(response: HttpResponse) -> Self {
        let mut sent = ::http::Response::new(Bytes::from(response.body));
        *sent.status_mut() =
            StatusCode::from_u16(response.status).unwrap_or(StatusCode::BAD_GATEWAY);
        for (name, value) in &response.headers {
            let name = HeaderName::from_bytes(name.as_bytes());
            let value = HeaderValue::from_str(value);
            // How long it is and how it is sent are matters of each connection.
            let own = |name: &HeaderName| *name == CONNECTION || *name == CONTENT_LENGTH;
            if let (Ok(name), Ok(value)) = (name, value)
                && !own(&name)
            {
                sent.headers_mut().append(name, value);
            }
        }
        sent
    }
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}
