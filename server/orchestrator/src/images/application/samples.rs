//! The small servers of tutorials.

use crate::network::HttpResponse;

use super::http::{Asked, Given, plain};

/// A scenario's own application.
pub(super) fn greeter(title: &str, version: &str, asked: &Asked<'_>) -> Given {
    let text = format!("{title} {version}\nHostname: {}\n", asked.hostname);
    let log = format!("{} {} 200", asked.time("%Y/%m/%d %H:%M:%S"), asked.line());
    Given { log: vec![log], ..plain(asked, 200, text).into() }
}

pub(super) fn bootcamp(version: &str, asked: &Asked<'_>) -> Given {
    let (host, version) = (asked.hostname, version.trim_start_matches('v'));
    let text = format!("Hello Kubernetes bootcamp! | Running on: {host} | v={version}\n");
    let log = format!(
        "Running On: {host} | Total Requests: {} | App Uptime: {} seconds | Log Time: {}",
        asked.number,
        asked.up_ms as f64 / 1000.0,
        asked.time("%Y-%m-%dT%H:%M:%S.%3fZ"),
    );
    Given { log: vec![log], ..plain(asked, 200, text).into() }
}

pub(super) fn hello(version: &str, asked: &Asked<'_>) -> Given {
    let text = format!("Hello, world!\nVersion: {version}\nHostname: {}\n", asked.hostname);
    let log =
        format!("{} Serving request: {}", asked.time("%Y/%m/%d %H:%M:%S"), asked.request.path());
    Given { log: vec![log], ..plain(asked, 200, text).into() }
}

pub(super) fn echo(text: &str, version: &str, asked: &Asked<'_>) -> Given {
    let mut response = plain(asked, 200, format!("{text}\n"));
    if asked.request.path() == "/health" {
        response = plain(asked, 200, "{\"status\":\"ok\"}\n");
    }
    let own = [("X-App-Name", "http-echo"), ("X-App-Version", version)];
    let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
    response.headers.splice(0..0, own);
    let log = format!(
        "{} {} {} \"{}\" 200 {} \"{}\" {}µs",
        asked.time("%Y/%m/%d %H:%M:%S"),
        asked.header("host"),
        asked.peer(),
        asked.line(),
        response.body.len(),
        asked.header("user-agent"),
        12 + asked.number % 40,
    );
    Given { log: vec![log], ..response.into() }
}

pub(super) fn whoami(asked: &Asked<'_>) -> Given {
    let request = asked.request;
    let mut text = format!(
        "Hostname: {}\nIP: 127.0.0.1\nIP: ::1\nIP: {}\nRemoteAddr: {}\n{} {} HTTP/1.1\n",
        asked.hostname,
        asked.ip,
        asked.peer(),
        request.method,
        request.target,
    );
    if let Some(name) = asked.environment.get("WHOAMI_NAME").filter(|name| !name.is_empty()) {
        text.insert_str(0, &format!("Name: {name}\n"));
    }
    text.push_str(&format!("Host: {}\n", asked.header("host")));
    for (name, value) in sorted_headers(asked, false) {
        text.push_str(&format!("{name}: {value}\n"));
    }
    text.push('\n');
    match request.path() {
        "/health" => plain(asked, 200, "").into(),
        "/bench" => plain(asked, 200, "1").into(),
        _ => plain(asked, 200, text).into(),
    }
}

/// The headers but for `Host`, sorted by name.
fn sorted_headers(asked: &Asked<'_>, lower: bool) -> Vec<(String, String)> {
    let others = asked.request.headers.iter();
    let others = others.filter(|(name, _)| lower || !name.eq_ignore_ascii_case("host"));
    let mut headers: Vec<(String, String)> = others
        .map(|(name, value)| {
            let name = if lower { name.to_ascii_lowercase() } else { name.clone() };
            (name, value.clone())
        })
        .collect();
    headers.sort();
    headers
}

pub(super) fn echoserver(version: &str, asked: &Asked<'_>) -> Given {
    let is_old = version == "1.4";
    let server = if is_old { "nginx: 1.10.0 - lua: 10001" } else { "nginx: 1.13.3 - lua: 10008" };
    let text = if is_old { old_echo(asked, server) } else { new_echo(asked, server) };
    let mut response = HttpResponse::new(200, "text/plain", text);
    let server = server.replace(": ", "/").split(' ').next().unwrap_or_default().to_owned();
    response
        .headers
        .splice(0..0, [("Date".to_owned(), asked.date()), ("Server".to_owned(), server)]);
    let log = format!(
        "{} - - [{}] \"{}\" 200 {} \"-\" \"{}\"",
        asked.client,
        asked.time("%d/%b/%Y:%H:%M:%S +0000"),
        asked.line(),
        response.body.len(),
        asked.header("user-agent"),
    );
    Given { log: vec![log], ..response.into() }
}

fn body_of(asked: &Asked<'_>) -> String {
    match String::from_utf8_lossy(&asked.request.body).into_owned() {
        text if text.is_empty() => "-no body in request-".to_owned(),
        text => text,
    }
}

fn listed(asked: &Asked<'_>, indent: &str) -> String {
    let headers = sorted_headers(asked, true);
    headers.iter().map(|(name, value)| format!("{indent}{name}={value}  \n")).collect()
}

fn old_echo(asked: &Asked<'_>, server: &str) -> String {
    let request = asked.request;
    let query = if request.query().is_empty() { "nil" } else { request.query() };
    format!(
        "CLIENT VALUES:\nclient_address={}\ncommand={}\nreal path={}\nquery={query}\n\
         request_version=1.1\nrequest_uri=http://{}:8080{}\n\nSERVER VALUES:\n\
         server_version={server}\n\nHEADERS RECEIVED:\n{}BODY:\n{}",
        asked.client,
        request.method,
        request.target,
        host_name(asked),
        request.path(),
        listed(asked, "").replace("  \n", "\n"),
        body_of(asked),
    )
}

fn new_echo(asked: &Asked<'_>, server: &str) -> String {
    let request = asked.request;
    format!(
        "\n\nHostname: {}\n\nPod Information:\n\t-no pod information available-\n\n\
         Server values:\n\tserver_version={server}\n\nRequest Information:\n\
         \tclient_address={}\n\tmethod={}\n\treal path={}\n\tquery={}\n\trequest_version=1.1\n\
         \trequest_scheme=http\n\trequest_uri=http://{}:8080{}\n\nRequest Headers:\n{}\n\
         Request Body:\n\t{}\n\n",
        asked.hostname,
        asked.client,
        request.method,
        request.target,
        request.query(),
        host_name(asked),
        request.path(),
        listed(asked, "\t"),
        body_of(asked),
    )
}

fn host_name<'a>(asked: &'a Asked<'_>) -> &'a str {
    asked.header("host").split(':').next().unwrap_or_default()
}

/// `python -m http.server` lists the directory that it was started in.
pub(super) fn python(version: &str, asked: &Asked<'_>) -> Given {
    let path = asked.request.path();
    let own = (asked.file)(path).filter(|_| path != "/");
    let (status, media, body) = match own {
        Some(body) => (200, "application/octet-stream", body),
        None if path == "/" => (200, "text/html; charset=utf-8", listing().into_bytes()),
        None => (404, "text/html;charset=utf-8", not_found().into_bytes()),
    };
    let mut response = HttpResponse::new(status, media, body);
    let server = format!("SimpleHTTP/0.6 Python/{version}");
    response
        .headers
        .splice(0..0, [("Server".to_owned(), server), ("Date".to_owned(), asked.date())]);
    let log = format!(
        "{} - - [{}] \"{}\" {status} -",
        asked.client,
        asked.time("%d/%b/%Y %H:%M:%S"),
        asked.line()
    );
    Given { log: vec![log], ..response.into() }
}

fn listing() -> String {
    let names = ["bin/", "boot/", "dev/", "etc/", "home/", "lib/", "opt/", "proc/", "root/"];
    let others = ["run/", "sbin/", "srv/", "sys/", "tmp/", "usr/", "var/"];
    let items = names.iter().chain(&others);
    let items: String =
        items.map(|name| format!("<li><a href=\"{name}\">{name}</a></li>\n")).collect();
    let title = "Directory listing for /";
    format!(
        "<!DOCTYPE HTML>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         </head>\n<body>\n<h1>{title}</h1>\n<hr>\n<ul>\n{items}</ul>\n<hr>\n</body>\n</html>\n"
    )
}

fn not_found() -> String {
    "<!DOCTYPE HTML>\n<html lang=\"en\">\n    <head>\n        <meta charset=\"utf-8\">\n        \
     <title>Error response</title>\n    </head>\n    <body>\n        <h1>Error response</h1>\n        \
     <p>Error code: 404</p>\n        <p>Message: File not found.</p>\n        <p>Error code \
     explanation: 404 - Nothing matches the given URI.</p>\n    </body>\n</html>\n"
        .to_owned()
}

/// `resource-consumer`: it takes orders by POST alone.
pub(super) fn consumer(asked: &Asked<'_>) -> Given {
    let path = asked.request.path().to_owned();
    let known = ["/ConsumeCPU", "/ConsumeMem", "/BumpMetric", "/GetCurrentStatus"];
    match (asked.request.method.as_str(), known.contains(&&*path)) {
        ("POST", true) => plain(asked, 501, "not modelled\n").into(),
        ("POST", false) => plain(asked, 404, "unknown function\n").into(),
        _ => plain(asked, 404, "not a POST\n").into(),
    }
}

/// CoreDNS' pages for its probes, and what Prometheus would read.
pub(super) fn core_dns(asked: &Asked<'_>) -> Given {
    match (asked.port, asked.request.path()) {
        (8080, "/health") | (8181, "/ready") => plain(asked, 200, "OK").into(),
        (9153, "/metrics") => {
            let text = "# HELP coredns_build_info A metric with a constant '1' value labeled by \
                        version, revision, and goversion from which CoreDNS was built.\n\
                        # TYPE coredns_build_info gauge\ncoredns_build_info{version=\"1.13.1\"} 1\n";
            plain(asked, 200, text).into()
        }
        _ => plain(asked, 404, "404 page not found\n").into(),
    }
}
