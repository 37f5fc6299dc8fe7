//! `wget` and `curl`: how they show a response.

use super::network::{Asked, has, request, value};
use super::{Call, Came};
use crate::machine::process::Way;
use crate::network::http::Url;
use crate::network::{DialResult, Outcome};
use crate::time::Millis;

/// How often a client follows where it is sent.
const HOPS_MAX: u32 = 10;

/// Where a response sends the client.
pub(super) fn elsewhere(asked: &Asked, status: u16, location: Option<&str>) -> Option<Url> {
    let old = asked.url.as_ref()?;
    let location = location.filter(|_| (301..=308).contains(&status) && asked.hops < HOPS_MAX)?;
    if location.starts_with('/') {
        return Some(Url { target: location.to_owned(), ..old.clone() });
    }
    Url::parse(location)
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
        return request("wget", call, url, asked.hops + 1);
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
    let words = call.arguments();
    let silent = has(&words, 's', "--silent") && !has(&words, 'S', "--show-error");
    let after = result.latency_ms;
    let response = match &result.outcome {
        Outcome::Http(response) => response,
        other => {
            let (code, text) = cannot_transfer(asked, other, after);
            if !silent {
                call.complain(&format!("({code}) {text}"));
            }
            write_out(call, &words, 0);
            return Came::Exits(code);
        }
    };
    if has(&words, 'L', "--location")
        && let Some(url) = elsewhere(asked, response.status, location(&response.headers))
    {
        return request("curl", call, url, asked.hops + 1);
    }
    let status = response.status;
    if has(&words, 'f', "--fail") && status >= 400 {
        if !silent {
            call.complain(&format!("(22) The requested URL returned error: {status}"));
        }
        write_out(call, &words, status);
        return Came::Exits(22);
    }
    let mut text = Vec::new();
    if has(&words, 'i', "--include") || has(&words, 'I', "--head") {
        text.extend(format!("HTTP/1.1 {status} {}\r\n", reason(status)).into_bytes());
        for (name, value) in &response.headers {
            text.extend(format!("{name}: {value}\r\n").into_bytes());
        }
        text.extend(b"\r\n");
    }
    if !has(&words, 'I', "--head") {
        text.extend_from_slice(&response.body);
    }
    match value(&words, &["-o", "--output"]) {
        None => call.put(text),
        Some(path) => {
            let folder = call.body.folder.clone();
            match call.table.open(&call.body.fds, &folder, &path, Way::Write, call.inside) {
                Ok(open) => {
                    call.table.write(open, &text, call.inside);
                }
                Err(_) => {
                    call.complain("(23) Failure writing output to destination");
                    return Came::Exits(23);
                }
            }
        }
    }
    write_out(call, &words, status);
    Came::Exits(0)
}

/// `-w '%{http_code}'`
pub(super) fn write_out(call: &mut Call<'_, '_>, words: &[String], status: u16) {
    if let Some(format) = value(words, &["-w", "--write-out"]) {
        let text = format.replace("%{http_code}", &format!("{status:03}"));
        let bytes = super::unescape(&text, false).0;
        call.put(bytes);
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

/// Why nothing can be transferred: the exit code and the words of `curl`.
fn cannot_transfer(asked: &Asked, outcome: &Outcome, after: Millis) -> (i32, String) {
    let (host, port) = (&asked.host, asked.port);
    match outcome {
        Outcome::NoSuchHost | Outcome::NoNameServer => {
            (6, format!("Could not resolve host: {host}"))
        }
        Outcome::TimedOut => (28, format!("Connection timed out after {after} milliseconds")),
        Outcome::Reset => (56, "Recv failure: Connection reset by peer".to_owned()),
        Outcome::Unreachable => (
            7,
            format!("Failed to connect to {host} port {port} after {after} ms: No route to host"),
        ),
        _ => (
            7,
            format!(
                "Failed to connect to {host} port {port} after {after} ms: Couldn't connect to server"
            ),
        ),
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
