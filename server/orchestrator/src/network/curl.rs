//! `curl`: what a command line asks for, and how it shows what comes of it. Containers, the page's
//! terminal and lessons all have this one; each carries the requests out in its own way.

mod options;
mod shown;
#[cfg(test)]
mod tests;

use super::http::Url;
use super::{DialResult, HttpRequest, HttpResponse, Outcome};
use crate::time::Millis;

use options::Options;
pub use options::read;

/// Of Debian 13 and of the images built on it.
const AGENT: &str = "curl/8.14.1";

/// A command that runs: it asks ([`Curl::ask`]), and takes the answer ([`Curl::answered`]) until it
/// exits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curl {
    options: Options,
    url: Url,
    method: String,
    /// How often it was sent elsewhere.
    hops: u32,
    /// All its requests together.
    spent_ms: Millis,
}

/// A request of curl's, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// A name or an address.
    pub host: String,
    pub port: u16,
    pub request: HttpRequest,
    /// None: for as long as the kernel tries to connect.
    pub timeout_ms: Option<Millis>,
}

/// What curl prints, and what it does then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub out: Vec<u8>,
    /// `-o FILE`: its name and what it gets.
    pub file: Option<(String, Vec<u8>)>,
    /// In whole lines.
    pub err: String,
    /// None: it was sent elsewhere and asks again.
    pub exit: Option<i32>,
}

impl Shown {
    /// An exit with curl's own complaint.
    fn failed(code: i32, text: &str) -> Shown {
        let err = format!("curl: {text}\n");
        Shown { err, exit: Some(code), ..Shown::default() }
    }
}

impl Curl {
    /// Its next request.
    pub fn ask(&self) -> Asked {
        let Options { resolve, timeout_ms, .. } = &self.options;
        let (host, port) = (&self.url.host, self.url.port);
        let place = resolve.iter().find(|(name, at, _)| name == host && *at == port);
        let host = place.map_or(host, |(_, _, address)| address).clone();
        Asked { host, port, request: self.request(), timeout_ms: *timeout_ms }
    }

    fn request(&self) -> HttpRequest {
        let Options { headers, data, agent, json, .. } = &self.options;
        let body = data.clone().filter(|_| self.sends_data());
        let mut all = vec![
            ("Host".to_owned(), self.url.authority()),
            ("User-Agent".to_owned(), agent.clone().unwrap_or_else(|| AGENT.to_owned())),
            ("Accept".to_owned(), if *json { "application/json" } else { "*/*" }.to_owned()),
        ];
        if let Some(body) = &body {
            let form = "application/x-www-form-urlencoded";
            let content = if *json { "application/json" } else { form };
            all.push(("Content-Length".to_owned(), body.len().to_string()));
            all.push(("Content-Type".to_owned(), content.to_owned()));
        }
        for (name, value) in headers {
            // A host of one's own is for the server that was named.
            if self.hops > 0 && name.eq_ignore_ascii_case("host") {
                continue;
            }
            all.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            all.extend(value.clone().map(|value| (name.clone(), value)));
        }
        HttpRequest {
            method: self.method.clone(),
            target: self.url.target.clone(),
            headers: all,
            body: body.unwrap_or_default(),
            tls: self.url.tls,
        }
    }

    fn sends_data(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD") || self.options.method.is_some()
    }

    /// Takes what came of the request.
    pub fn answered(&mut self, result: &DialResult) -> Shown {
        self.spent_ms = self.spent_ms.saturating_add(result.latency_ms);
        let mut shown = Shown::default();
        if self.options.verbose {
            shown.err = shown::connected(self, result);
        }
        match &result.outcome {
            Outcome::Http(response) => self.take(response, result, &mut shown),
            other => {
                let (code, text) = shown::why_not(self, other, result.latency_ms);
                self.fail(code, &text, None, result, &mut shown);
            }
        }
        shown
    }

    fn take(&mut self, response: &HttpResponse, result: &DialResult, shown: &mut Shown) {
        if self.options.verbose {
            shown.err += &shown::exchanged(&self.request(), response);
        }
        let refuses = self.options.fails && response.status >= 400;
        if !refuses || self.options.fails_with_body {
            self.show(response, shown);
        }
        if refuses {
            let text = format!("The requested URL returned error: {}", response.status);
            return self.fail(22, &text, Some(response), result, shown);
        }
        match self.elsewhere(response) {
            Some(_) if self.hops >= self.options.hops_max => {
                let text = format!("Maximum ({}) redirects followed", self.options.hops_max);
                self.fail(47, &text, Some(response), result, shown);
            }
            Some(url) => self.go(url, response.status),
            None => {
                shown.out.extend(shown::write_out(self, Some(response), result, 0));
                shown.exit = Some(0);
            }
        }
    }

    /// What of an answer goes to the output, or into the file.
    fn show(&self, response: &HttpResponse, shown: &mut Shown) {
        let Options { head_only, include, follows, .. } = &self.options;
        let mut bytes = Vec::new();
        if *head_only || *include {
            bytes.extend(shown::head(response).into_bytes());
        }
        let is_passed = *follows && self.elsewhere(response).is_some();
        if !head_only && !is_passed {
            bytes.extend_from_slice(&response.body);
        }
        match &self.options.output {
            Some(name) => shown.file = Some((name.clone(), bytes)),
            None => shown.out.extend(bytes),
        }
    }

    /// Where it is sent, if it goes where it is sent.
    fn elsewhere(&self, response: &HttpResponse) -> Option<Url> {
        let sent = self.options.follows && matches!(response.status, 301..=303 | 307 | 308);
        sent.then(|| self.url.follow(response.header("location")?)).flatten()
    }

    fn go(&mut self, url: Url, status: u16) {
        let asks_anew = matches!(status, 301..=303) && self.method == "POST";
        if asks_anew && self.options.method.is_none() {
            "GET".clone_into(&mut self.method);
        }
        self.url = url;
        self.hops += 1;
    }

    fn fail(
        &self,
        code: i32,
        text: &str,
        response: Option<&HttpResponse>,
        result: &DialResult,
        shown: &mut Shown,
    ) {
        if !self.options.is_silent() {
            shown.err += &format!("curl: ({code}) {text}\n");
        }
        shown.out.extend(shown::write_out(self, response, result, code));
        shown.exit = Some(code);
    }
}
