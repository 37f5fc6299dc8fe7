//! How programs answer HTTP requests: what their real images answer.

use imbl::OrdMap;
use k8s_openapi::jiff::fmt::strtime::BrokenDownTime;
use k8s_openapi::jiff::tz::TimeZone;

use crate::network::{HttpRequest, HttpResponse};
use crate::time::{Clock, Millis};

use super::{agnhost, httpd, nginx, samples};

/// How a program answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Http {
    /// It speaks no HTTP.
    None,
    /// A scenario's own: its title and version, and the Pod's name.
    Greeter { title: String, version: String },
    /// Files below `/usr/share/nginx/html`.
    Nginx { version: String },
    /// Files below `/usr/local/apache2/htdocs`.
    Httpd { version: String },
    /// `agnhost netexec`
    Netexec,
    /// `agnhost serve-hostname`: the Pod's name, whatever the path.
    Hostname,
    /// `agnhost liveness`: 200 for so long after the start, then 500.
    Until(Millis),
    /// `http-echo`: always this text.
    Echo { text: String, version: String },
    /// `hello-app`
    Hello { version: String },
    /// `echoserver`: what it was asked.
    Echoserver { version: String },
    /// `traefik/whoami`
    Whoami,
    /// Always this text, from Apache with PHP.
    Php { text: &'static str },
    /// `ok` at these paths.
    Paths(&'static [&'static str]),
    /// `resource-consumer`: what it is asked to use is not modelled.
    Consumer,
    /// `python -m http.server`
    Python { version: String },
    /// WordPress before it is set up; whether it was told of a database.
    Wordpress { database: bool },
    /// The tutorial's application.
    Bootcamp { version: String },
    /// Always this.
    Says { status: u16, text: &'static str },
    /// The guestbook's page; the script behind it, which asks Redis, is not modelled.
    Guestbook,
    /// CoreDNS' own pages: `/health` on 8080, `/ready` on 8181, `/metrics` on 9153.
    CoreDns,
    /// An Ingress controller's: `/healthz` on 10254. Its other ports hand requests on.
    IngressNginx,
}

/// A request that reaches a program.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub request: &'a HttpRequest,
    /// Whom it takes for the client.
    pub client: &'a str,
    pub port: u16,
    pub hostname: &'a str,
    pub ip: &'a str,
    pub environment: &'a OrdMap<String, String>,
    /// A file of the container.
    pub file: &'a dyn Fn(&str) -> Option<Vec<u8>>,
    pub clock: Clock,
    /// How long the program has been listening.
    pub up_ms: Millis,
    /// A number that differs from request to request.
    pub number: u64,
}

impl std::fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked").field("request", self.request).finish_non_exhaustive()
    }
}

/// What a program does with a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    pub response: HttpResponse,
    /// What it logs.
    pub log: Vec<String>,
    /// It ends, with this code.
    pub exits: Option<i32>,
    pub takes_ms: Millis,
}

impl From<HttpResponse> for Given {
    fn from(response: HttpResponse) -> Given {
        Given { response, takes_ms: 1, ..Given::default() }
    }
}

impl Asked<'_> {
    /// The time in UTC, as `date +FORMAT` would print it.
    pub(super) fn time(&self, format: &str) -> String {
        let zoned = self.clock.timestamp_at(self.clock.now).to_zoned(TimeZone::UTC);
        BrokenDownTime::from(&zoned).to_string(format).unwrap_or_default()
    }

    /// `Mon, 05 Jan 2026 00:00:00 GMT`
    pub(super) fn date(&self) -> String {
        self.time("%a, %d %b %Y %H:%M:%S GMT")
    }

    /// The client with the port that its kernel chose.
    pub(super) fn peer(&self) -> String {
        format!("{}:{}", self.client, 32_768 + self.number % 28_232)
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.request.header(name).unwrap_or("-")
    }

    /// `GET /x HTTP/1.1`
    pub(super) fn line(&self) -> String {
        format!("{} {} HTTP/1.1", self.request.method, self.request.target)
    }

    /// The value of a parameter, decoded.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let pairs = self.request.query().split('&');
        let found = pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name);
        found.map(|(_, value)| decode(value))
    }
}

/// Undoes percent-encoding; `+` is a blank.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match (first, code.and_then(|two| u8::from_str_radix(two, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (first, _) => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A response in plain text, as Go's server sends it.
pub(super) fn plain(asked: &Asked<'_>, status: u16, text: impl Into<Vec<u8>>) -> HttpResponse {
    let body = text.into();
    HttpResponse {
        status,
        headers: vec![
            ("Date".to_owned(), asked.date()),
            ("Content-Length".to_owned(), body.len().to_string()),
            ("Content-Type".to_owned(), "text/plain; charset=utf-8".to_owned()),
        ],
        body,
    }
}

impl Http {
    /// What it does with a request. None: it does not speak HTTP.
    pub fn answer(&self, asked: &Asked<'_>) -> Option<Given> {
        let mut given = self.whole(asked)?;
        if asked.request.method == "HEAD" {
            given.response.body = Vec::new();
        }
        Some(given)
    }

    fn whole(&self, asked: &Asked<'_>) -> Option<Given> {
        Some(match self {
            Http::None => return None,
            Http::Greeter { title, version } => samples::greeter(title, version, asked),
            Http::Nginx { version } => nginx::answer(version, asked),
            Http::Httpd { version } => httpd::answer(version, asked),
            Http::Netexec => agnhost::netexec(asked),
            Http::Hostname => plain(asked, 200, asked.hostname).into(),
            Http::Until(ms) => agnhost::liveness(*ms, asked),
            Http::Echo { text, version } => samples::echo(text, version, asked),
            Http::Hello { version } => samples::hello(version, asked),
            Http::Echoserver { version } => samples::echoserver(version, asked),
            Http::Whoami => samples::whoami(asked),
            Http::Php { text } => httpd::php(text, asked),
            Http::Paths(paths) if paths.contains(&asked.request.path()) => {
                plain(asked, 200, "ok").into()
            }
            Http::Paths(_) => plain(asked, 404, "404 page not found\n").into(),
            Http::Consumer => samples::consumer(asked),
            Http::Python { version } => samples::python(version, asked),
            Http::Bootcamp { version } => samples::bootcamp(version, asked),
            Http::Says { status, text } => plain(asked, *status, *text).into(),
            Http::Guestbook => httpd::guestbook(asked),
            Http::Wordpress { database } => httpd::wordpress(*database, asked),
            Http::CoreDns => samples::core_dns(asked),
            Http::IngressNginx => nginx::controller(asked),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        for (text, expected) in [("a%20b+c", "a b c"), ("%", "%"), ("%zz", "%zz"), ("파드", "파드")]
        {
            assert_eq!(decode(text), expected);
        }
    }
}
