//! What curl prints of an exchange.

use super::Curl;
use crate::network::{DialResult, HttpRequest, HttpResponse, Outcome};
use crate::time::Millis;

/// The head of an answer, as it came.
pub(super) fn head(response: &HttpResponse) -> String {
    let headers = response.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    let headers: String = headers.collect();
    format!("HTTP/1.1 {} {}\r\n{headers}\r\n", response.status, response.reason())
}

/// Why nothing was transferred: the exit code and curl's words.
pub(super) fn why_not(curl: &Curl, outcome: &Outcome, after_ms: Millis) -> (i32, String) {
    let (host, port) = (&curl.url.host, curl.url.port);
    let text = match outcome {
        Outcome::NoSuchHost | Outcome::NoNameServer => {
            return (6, format!("Could not resolve host: {host}"));
        }
        Outcome::Reset => return (56, "Recv failure: Connection reset by peer".to_owned()),
        Outcome::Tcp(bytes) if bytes.is_empty() => {
            return (52, "Empty reply from server".to_owned());
        }
        Outcome::Tcp(_) => return (1, "Received HTTP/0.9 when not allowed".to_owned()),
        Outcome::TimedOut if curl.options.timeout_ms.is_some() => {
            return (28, format!("Connection timed out after {after_ms} milliseconds"));
        }
        _ => format!("Failed to connect to {host} port {port} after {after_ms} ms"),
    };
    let code = if *outcome == Outcome::TimedOut { 28 } else { 7 };
    (code, format!("{text}: Could not connect to server"))
}

/// `-v`: how it came to a connection, or did not.
pub(super) fn connected(curl: &Curl, result: &DialResult) -> String {
    let (host, port, ip) = (&curl.url.host, curl.url.port, &result.address);
    let mut lines = String::new();
    if !ip.is_empty() && ip != host {
        lines += &format!("* Host {host}:{port} was resolved.\n* IPv6: (none)\n* IPv4: {ip}\n");
    }
    if !ip.is_empty() {
        lines += &format!("*   Trying {ip}:{port}...\n");
    }
    match &result.outcome {
        Outcome::Http(_) | Outcome::Tcp(_) | Outcome::Reset => {
            lines += &format!("* Connected to {host} ({ip}) port {port}\n* using HTTP/1.x\n");
        }
        other => {
            let (_, why) = why_not(curl, other, result.latency_ms);
            lines += &format!("* {why}\n* closing connection #{}\n", curl.hops);
        }
    }
    lines
}

/// `-v`: what was sent, and the head of what came.
pub(super) fn exchanged(request: &HttpRequest, response: &HttpResponse) -> String {
    let mut sent = format!("{} {} HTTP/1.1\n", request.method, request.target);
    for (name, value) in &request.headers {
        sent += &format!("{name}: {value}\n");
    }
    let each = |mark: char, text: &str| {
        let lines = text.lines().map(|line| format!("{mark} {line}\n"));
        lines.collect::<String>() + &format!("{mark} \n")
    };
    let came = head(response).replace("\r\n", "\n");
    let (sent, came) = (each('>', &sent), each('<', came.trim_end()));
    format!("{sent}* Request completely sent off\n{came}")
}

/// `-w FORMAT`
pub(super) fn write_out(
    curl: &Curl,
    response: Option<&HttpResponse>,
    result: &DialResult,
    code: i32,
) -> Vec<u8> {
    let Some(format) = &curl.options.write_out else { return Vec::new() };
    let format = format.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r");
    let mut text = String::new();
    let mut rest = format.as_str();
    while let Some((before, after)) = rest.split_once("%{") {
        text += before;
        let Some((name, after)) = after.split_once('}') else {
            text += "%{";
            rest = after;
            continue;
        };
        text += &variable(name, curl, response, result, code).unwrap_or_default();
        rest = after;
    }
    (text + rest).replace("%%", "%").into_bytes()
}

fn variable(
    name: &str,
    curl: &Curl,
    response: Option<&HttpResponse>,
    result: &DialResult,
    code: i32,
) -> Option<String> {
    let header = |name: &str| response.and_then(|response| response.header(name)).unwrap_or("");
    let seconds = |ms: Millis| format!("{}.{:03}000", ms / 1000, ms % 1000);
    Some(match name {
        "http_code" | "response_code" => {
            format!("{:03}", response.map_or(0, |response| response.status))
        }
        "http_version" => if response.is_some() { "1.1" } else { "0" }.to_owned(),
        "method" => curl.method.clone(),
        "scheme" => if curl.url.tls { "https" } else { "http" }.to_owned(),
        "content_type" => header("content-type").to_owned(),
        "size_download" => response.map_or(0, |response| response.body.len()).to_string(),
        "time_total" => seconds(curl.spent_ms),
        "time_starttransfer" => seconds(response.map_or(0, |_| curl.spent_ms)),
        "remote_ip" => result.address.clone(),
        "remote_port" => curl.url.port.to_string(),
        "num_redirects" => curl.hops.to_string(),
        "num_connects" => (curl.hops + 1).to_string(),
        "url" | "url_effective" => {
            let scheme = if curl.url.tls { "https" } else { "http" };
            format!("{scheme}://{}{}", curl.url.authority(), curl.url.target)
        }
        "redirect_url" => match curl.url.follow(header("location")) {
            Some(url) if !header("location").is_empty() => {
                let scheme = if url.tls { "https" } else { "http" };
                format!("{scheme}://{}{}", url.authority(), url.target)
            }
            _ => String::new(),
        },
        "exitcode" => code.to_string(),
        _ => return None,
    })
}
