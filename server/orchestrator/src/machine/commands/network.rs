//! Commands that ask the network: the process waits for what comes of it.

use super::downloads::{curl, wget};
use super::filters::files_of;
use super::replies::{dig, host, nc, nslookup};
use super::{Call, Came};
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
        "wget" | "curl" => get(name, call),
        "nslookup" | "dig" | "host" => lookup(name, call),
        "ping" => {
            call.complain("permission denied (are you root?)");
            Came::Exits(1)
        }
        _ => connect(call),
    }
}

fn get(name: &str, call: &mut Call<'_, '_>) -> Came {
    let words = call.arguments();
    let with_value = if name == "wget" { "OTYPo" } else { "oHXdmwAu" };
    let skipped = [
        "--connect-timeout",
        "--max-time",
        "--post-data",
        "--header",
        "--timeout",
        "--request",
        "--data",
    ];
    let mut plain = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if skipped.contains(&word.as_str()) {
            rest.next();
        } else {
            plain.push(word.clone());
        }
    }
    call.words.truncate(1);
    call.words.extend(plain);
    let target = files_of(call, with_value).into_iter().next();
    call.words.truncate(1);
    call.words.extend(words.iter().cloned());
    let Some(url) = target.as_deref().and_then(Url::parse) else {
        let text = match (name, target.as_deref()) {
            ("curl", None) => "try 'curl --help' or 'curl --manual' for more information",
            ("curl", _) => "(3) URL rejected: Malformed input to a URL function",
            _ => "bad address",
        };
        call.complain(text);
        return Came::Exits(if name == "curl" { 3 } else { 1 });
    };
    request(name, call, url, 0)
}

pub(super) fn request(name: &str, call: &mut Call<'_, '_>, url: Url, hops: u32) -> Came {
    let words = call.arguments();
    let data = value(&words, if name == "curl" { &["-d", "--data"] } else { &["--post-data"] });
    let method = match value(&words, &["-X", "--request"]) {
        Some(method) if name == "curl" => method,
        _ if data.is_some() => "POST".to_owned(),
        _ if name == "curl" && has(&words, 'I', "--head") => "HEAD".to_owned(),
        _ if name == "wget" && has(&words, '\0', "--spider") => "HEAD".to_owned(),
        _ => "GET".to_owned(),
    };
    let agent = match (name, call.is_busybox()) {
        ("curl", _) => "curl/8.5.0",
        (_, true) => "Wget",
        (_, false) => "Wget/1.21.4",
    };
    let mut headers =
        vec![("Host".to_owned(), url.authority()), ("User-Agent".to_owned(), agent.to_owned())];
    if name == "curl" {
        headers.push(("Accept".to_owned(), "*/*".to_owned()));
    }
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let header = match word.as_str() {
            "-H" | "--header" => rest.next().cloned(),
            word => word.strip_prefix("--header=").map(str::to_owned),
        };
        if let Some((key, value)) = header.as_deref().and_then(|header| header.split_once(':')) {
            headers.retain(|(known, _)| !known.eq_ignore_ascii_case(key));
            headers.push((key.to_owned(), value.trim().to_owned()));
        }
    }
    let names: &[&str] = if name == "curl" {
        &["--connect-timeout", "-m", "--max-time"]
    } else {
        &["-T", "--timeout"]
    };
    let seconds = value(&words, names).and_then(|text| text.parse::<f64>().ok());
    let timeout_ms = seconds.map(|seconds| (seconds * 1000.0).clamp(1.0, 1e9) as Millis);
    let body = data.unwrap_or_default().into_bytes();
    let request = HttpRequest { method, target: url.target.clone(), headers, body, tls: url.tls };
    let asked = Asked { host: url.host.clone(), port: url.port, url: Some(url), hops };
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
    let asked = Asked { host: server.unwrap_or_default(), port: 53, url: None, hops: 0 };
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
    let asked = Asked { host: host.clone(), port, url: None, hops: 0 };
    let dial = dial(call, &asked, payload, seconds.map(|seconds| seconds * 1000));
    Came::Dials(asked, dial)
}

/// The answer has come.
pub(super) fn answered(call: &mut Call<'_, '_>, asked: &Asked, result: &DialResult) -> Came {
    match call.name().to_owned().as_str() {
        "wget" => wget(call, asked, result),
        "curl" => curl(call, asked, result),
        "nslookup" => Came::Exits(nslookup(call, result)),
        "dig" => Came::Exits(dig(call, result)),
        "host" => Came::Exits(host(call, result)),
        _ => Came::Exits(nc(call, asked, result)),
    }
}
