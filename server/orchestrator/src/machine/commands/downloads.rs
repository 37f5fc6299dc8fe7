//! `wget` and `curl`: how they show a response.

use super::network::{self, Asked, has, request};
use super::{Call, Came};
use crate::machine::process::Way;
use crate::network::http::Url;
use crate::network::{DialResult, Outcome};

/// How often a client follows where it is sent.
const HOPS_MAX: u32 = 10;

/// Where a response sends the client.
pub(super) fn elsewhere(asked: &Asked, status: u16, location: Option<&str>) -> Option<Url> {
    let old = asked.url.as_ref()?;
    let location = location.filter(|_| (301..=308).contains(&status) && asked.hops < HOPS_MAX)?;
    old.follow(location)
}

pub(super) fn location(headers: &[(String, String)]) -> Option<&str> {
    headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("location"))
        .map(|(_, value)| value.as_str())
}

pub(super) fn reason(status: u16) -> &'static str {
    let status = ::http::StatusCode::from_u16(status).ok();
    status.and_then(|status| status.canonical_reason()).unwrap_or_default()
}

pub(super) fn wget(call: &mut Call<'_, '_>, asked: &Asked, result: &DialResult) -> Came {
    let words = call.arguments();
    let quiet = has(&words, 'q', "--quiet");
    let busybox = call.is_busybox();
    let place = format!("{} ({}:{})", asked.host, result.address, asked.port);
    let shown =
        if asked.host == result.address { format!("{}:{}", asked.host, asked.port) } else { place };
    if !quiet && busybox && !result.address.is_empty() {
        call.write(2, format!("Connecting to {shown}\n").as_bytes());
    }
    let response = match &result.outcome {
        Outcome::Http(response) => response,
        other => {
            let text = cannot_download(asked, other, result, busybox);
            call.complain(&text);
            return Came::Exits(if busybox { 1 } else { 4 });
        }
    };
    if let Some(url) = elsewhere(asked, response.status, location(&response.headers)) {
        return request(call, url, asked.hops + 1);
    }
    if response.status >= 400 {
        let status = format!("{} {}", response.status, reason(response.status));
        let text = match busybox {
            true => format!("server returned error: HTTP/1.1 {status}"),
            false => format!("ERROR {status}."),
        };
        call.complain(&text);
        return Came::Exits(if busybox { 1 } else { 8 });
    }
    if has(&words, '\0', "--spider") {
        if !quiet {
            call.write(2, b"remote file exists\n");
        }
        return Came::Exits(0);
    }
    let out = output_of(&words, asked);
    if out == "-" {
        call.put(&response.body);
        if !quiet {
            progress(call, "-", response.body.len());
        }
        return Came::Exits(0);
    }
    let folder = call.body.folder.clone();
    match call.table.open(&call.body.fds, &folder, &out, Way::Write, call.inside) {
        Ok(open) => {
            call.table.write(open, &response.body, call.inside);
            if !quiet {
                call.write(2, format!("saving to '{out}'\n").as_bytes());
                progress(call, &out, response.body.len());
                call.write(2, format!("'{out}' saved\n").as_bytes());
            }
            Came::Exits(0)
        }
        Err(why) => {
            call.complain(&format!("can't open '{out}': {why}"));
            Came::Exits(1)
        }
    }
}

pub(super) fn progress(call: &mut Call<'_, '_>, name: &str, size: usize) {
    let bar = "*".repeat(32);
    let line = format!("{name:<20} 100% |{bar}| {size:>5}  0:00:00 ETA\n");
    call.write(2, line.as_bytes());
}

pub(super) fn curl(call: &mut Call<'_, '_>, asked: &Asked, result: &DialResult) -> Came {
    let Some(mut curl) = asked.curl.clone() else { return Came::Exits(2) };
    let shown = curl.answered(result);
    call.write(2, shown.err.as_bytes());
    if let Some((path, bytes)) = &shown.file {
        let folder = call.body.folder.clone();
        match call.table.open(&call.body.fds, &folder, path, Way::Write, call.inside) {
            Ok(open) => _ = call.table.write(open, bytes, call.inside),
            Err(_) => {
                call.complain("(23) Failure writing output to destination");
                return Came::Exits(23);
            }
        }
    }
    call.put(shown.out);
    match shown.exit {
        Some(code) => Came::Exits(code),
        None => network::ask(call, curl),
    }
}

/// Why nothing can be downloaded, in the words of `wget`.
fn cannot_download(asked: &Asked, outcome: &Outcome, result: &DialResult, busybox: bool) -> String {
    match outcome {
        Outcome::NoSuchHost | Outcome::NoNameServer if busybox => {
            format!("bad address '{}'", asked.host)
        }
        Outcome::NoSuchHost | Outcome::NoNameServer => {
            format!("unable to resolve host address \u{2018}{}\u{2019}", asked.host)
        }
        Outcome::TimedOut if busybox => "download timed out".to_owned(),
        Outcome::TimedOut => "Connection timed out.".to_owned(),
        Outcome::Refused => {
            format!("can't connect to remote host ({}): Connection refused", result.address)
        }
        Outcome::Unreachable => {
            format!("can't connect to remote host ({}): No route to host", result.address)
        }
        _ => "error getting response: Connection reset by peer".to_owned(),
    }
}

/// Where `wget` writes.
fn output_of(words: &[String], asked: &Asked) -> String {
    let target = asked.url.as_ref().map(|url| url.target.clone()).unwrap_or_default();
    let named = target.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let named = if named.is_empty() { "index.html" } else { named };
    let out =
        words.iter().position(|w| w.starts_with('-') && !w.starts_with("--") && w.contains('O'));
    let out = match out {
        Some(at) if words[at].ends_with('O') => words.get(at + 1).cloned(),
        Some(at) => words[at].split_once('O').map(|(_, path)| path.to_owned()),
        None => Some(named.to_owned()),
    };
    out.unwrap_or_else(|| "-".to_owned())
}
