//! Commands that ask the network: the process waits for what comes of it.

use super::downloads::{curl, wget};
use super::filters::{files_of, operands};
use super::replies::{dig, host, nc, nslookup};
use super::{Call, Came};
use crate::network::curl::{self as curls, Curl};
use crate::network::http::Url;
use crate::network::{Dial, DialResult, HttpRequest, Origin, Payload, Question, RecordType};
use crate::time::Millis;

/// What was asked, for when the answer comes.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) url: Option<Url>,
    /// How often it was sent elsewhere.
    pub(super) hops: u32,
    /// Where it is `curl` that asks.
    pub(super) curl: Option<Box<Curl>>,
}

fn dial(call: &Call<'_, '_>, asked: &Asked, payload: Payload, timeout_ms: Option<Millis>) -> Dial {
    let from = Origin::Pod { uid: std::sync::Arc::clone(&call.inside.uid) };
    Dial { from, host: asked.host.clone(), port: asked.port, payload, timeout_ms }
}

/// The value of a flag: `-T 3`, `-T3`, `--timeout=3`.
pub(super) fn value(words: &[String], names: &[&str]) -> Option<String> {
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        for name in names {
            match word.strip_prefix(name) {
                Some("") => return rest.next().cloned(),
                Some(after) if name.starts_with("--") => {
                    if let Some(after) = after.strip_prefix('=') {
                        return Some(after.to_owned());
                    }
                }
                Some(after) => return Some(after.to_owned()),
                None => {}
            }
        }
    }
    None
}

/// Whether a flag without a value is given, alone or among others.
pub(super) fn has(words: &[String], letter: char, long: &str) -> bool {
    words.iter().any(|word| {
        word == long || (word.starts_with('-') && !word.starts_with("--") && word.contains(letter))
    })
}

pub(super) fn begin(name: &str, call: &mut Call<'_, '_>) -> Came {
    match name {
        "wget" => wget_begins(call),
        "curl" => curl_begins(call),
        "nslookup" | "dig" | "host" => lookup(name, call),
        "ping" => {
            call.complain("permission denied (are you root?)");
            Came::Exits(1)
        }
        _ => connect(call),
    }
}

fn curl_begins(call: &mut Call<'_, '_>) -> Came {
    let words = call.arguments();
    match curls::read(&words, &mut |path| call.content(path).ok()) {
        Ok(curl) => ask(call, Box::new(curl)),
        Err(shown) => {
            call.write(2, shown.err.as_bytes());
            Came::Exits(shown.exit.unwrap_or_default())
        }
    }
}

/// Sends curl's next request.
pub(super) fn ask(call: &Call<'_, '_>, curl: Box<Curl>) -> Came {
    let curls::Asked { host, port, request, timeout_ms } = curl.ask();
    let asked = Asked { host, port, url: None, hops: 0, curl: Some(curl) };
    let dial = dial(call, &asked, Payload::Http(request), timeout_ms);
    Came::Dials(asked, dial)
}

fn wget_begins(call: &mut Call<'_, '_>) -> Came {
    let words = call.arguments();
    let skipped = ["--post-data", "--header", "--timeout"];
    let mut plain = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if skipped.contains(&word.as_str()) {
            rest.next();
        } else {
            plain.push(word.clone());
        }
    }
    let target = operands(&plain, "OTYPo").into_iter().next();
    let Some(url) = target.as_deref().and_then(Url::parse) else {
        call.complain("bad address");
        return Came::Exits(1);
    };
    request(call, url, 0)
}

/// wget's request.
pub(super) fn request(call: &Call<'_, '_>, url: Url, hops: u32) -> Came {
    let words = call.arguments();
    let data = value(&words, &["--post-data"]);
    let method = match &data {
        Some(_) => "POST",
        None if has(&words, '\0', "--spider") => "HEAD",
        None => "GET",
    };
    let agent = if call.is_busybox() { "Wget" } else { "Wget/1.21.4" };
    let mut headers =
        vec![("Host".to_owned(), url.authority()), ("User-Agent".to_owned(), agent.to_owned())];
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let header = match word.as_str() {
            "--header" => rest.next().cloned(),
            word => word.strip_prefix("--header=").map(str::to_owned),
        };
        if let Some((key, value)) = header.as_deref().and_then(|header| header.split_once(':')) {
            headers.retain(|(known, _)| !known.eq_ignore_ascii_case(key));
            headers.push((key.to_owned(), value.trim().to_owned()));
        }
    }
    let seconds = value(&words, &["-T", "--timeout"]).and_then(|text| text.parse::<f64>().ok());
    let timeout_ms = seconds.map(|seconds| (seconds * 1000.0).clamp(1.0, 1e9) as Millis);
    let body = data.unwrap_or_default().into_bytes();
    let method = method.to_owned();
    let request = HttpRequest { method, target: url.target.clone(), headers, body, tls: url.tls };
    let (host, port) = (url.host.clone(), url.port);
    let asked = Asked { host, port, url: Some(url), hops, curl: None };
    let dial = dial(call, &asked, Payload::Http(request), timeout_ms);
    Came::Dials(asked, dial)
}

fn lookup(name: &str, call: &mut Call<'_, '_>) -> Came {
    let words: Vec<String> =
        call.arguments().into_iter().filter(|word| !word.starts_with(['+', '-'])).collect();
    let at = |word: &&String| word.starts_with('@');
    let is_type = |word: &&String| matches!(word.as_str(), "A" | "AAAA" | "SRV" | "CNAME" | "PTR");
    let server = match name {
        "dig" => words.iter().find(at).map(|word| word[1..].to_owned()),
        _ => words.get(1).cloned(),
    };
    let given = value(&call.arguments(), &["-type", "-t"])
        .map(|text| text.trim_start_matches('=').to_uppercase());
    let kind = given.or_else(|| words.iter().find(is_type).cloned());
    let record = match kind.as_deref() {
        Some("AAAA") => RecordType::Aaaa,
        Some("SRV") => RecordType::Srv,
        Some("CNAME") => RecordType::Cname,
        Some("PTR") => RecordType::Ptr,
        _ => RecordType::A,
    };
    let Some(target) = words.iter().find(|word| !at(word) && !is_type(word)) else {
        call.complain("missing host");
        return Came::Exits(1);
    };
    // `dig` and BusyBox' `nslookup` of old take names as they are; the others try the domains.
    let search = name != "dig" || call.arguments().iter().any(|word| word == "+search");
    let question = Question { name: target.clone(), record, search };
    let asked =
        Asked { host: server.unwrap_or_default(), port: 53, url: None, hops: 0, curl: None };
    let dial = dial(call, &asked, Payload::Dns(question), None);
    Came::Dials(asked, dial)
}

fn connect(call: &mut Call<'_, '_>) -> Came {
    let words = call.arguments();
    let operands = files_of(call, "wpi");
    let [host, port, ..] = operands.as_slice() else {
        if has(&words, 'l', "--listen") {
            return Came::Stays;
        }
        call.complain("missing host or port");
        return Came::Exits(1);
    };
    let Ok(port) = port.parse() else {
        call.complain(&format!("bad port '{port}'"));
        return Came::Exits(1);
    };
    let seconds = value(&words, &["-w"]).and_then(|text| text.parse::<i64>().ok());
    let bytes = call.input.take().unwrap_or_default();
    let payload = if has(&words, 'u', "--udp") { Payload::Udp(bytes) } else { Payload::Tcp(bytes) };
    let asked = Asked { host: host.clone(), port, url: None, hops: 0, curl: None };
    let dial = dial(call, &asked, payload, seconds.map(|seconds| seconds * 1000));
    Came::Dials(asked, dial)
}

/// The answer has come.
pub(super) fn answered(call: &mut Call<'_, '_>, asked: &Asked, result: &DialResult) -> Came {
    match call.name().to_owned().as_str() {
        "wget" => wget(call, asked, result),
        "curl" => curl(call, asked, result),
        "nslookup" => Came::Exits(nslookup(call, asked, result)),
        "dig" => Came::Exits(dig(call, result)),
        "host" => Came::Exits(host(call, result)),
        _ => Came::Exits(nc(call, asked, result)),
    }
}
