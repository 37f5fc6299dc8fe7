//! Command lines, what they ask, and what is printed of the answers.

use super::*;

fn begin(line: &str) -> Result<Curl, Shown> {
    let words = shlex_like(line);
    let mut file = |name: &str| (name == "body.json").then(|| b"{\n}\n".to_vec());
    read(&words, &mut file)
}

/// Words, some in single quotes.
fn shlex_like(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate().flat_map(|(at, part)| match at % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    parts.collect()
}

fn asks(line: &str, host: &str, head: &str) {
    let asked = begin(line).unwrap_or_else(|shown| panic!("{line}: {shown:?}")).ask();
    let HttpRequest { method, target, headers, body, .. } = asked.request;
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}|")).collect();
    let body = String::from_utf8_lossy(&body).into_owned();
    assert_eq!(format!("{}:{}", asked.host, asked.port), host, "{line}");
    assert_eq!(format!("{method} {target}|{headers}{body}"), head, "{line}");
}

#[test]
fn a_command_line_is_a_request() {
    let agent = "User-Agent: curl/8.14.1|Accept: */*|";
    let plain = |host: &str| format!("GET /|Host: {host}|{agent}");
    asks("web", "web:80", &plain("web"));
    asks("-sS http://10.0.0.11:30080", "10.0.0.11:30080", &plain("10.0.0.11:30080"));
    asks("-m2 -o /dev/null https://web", "web:443", &plain("web"));
    asks("--resolve shop:80:1.2.3.4 http://shop/", "1.2.3.4:80", &plain("shop"));
    asks("-H 'Host: shop' -H Accept: web", "web:80", "GET /|User-Agent: curl/8.14.1|Host: shop|");
    asks("-I web/a?b", "web:80", &format!("HEAD /a?b|Host: web|{agent}"));
    let form = "Content-Type: application/x-www-form-urlencoded|";
    asks(
        "-d a=1 -d b=2 web",
        "web:80",
        &format!("POST /|Host: web|{agent}Content-Length: 7|{form}a=1&b=2"),
    );
    asks(
        "-G -d a=1 --data-urlencode 'b=x y' web/q",
        "web:80",
        &format!("GET /q?a=1&b=x%20y|Host: web|{agent}"),
    );
    asks("-X DELETE web", "web:80", &format!("DELETE /|Host: web|{agent}"));
    asks(
        "-d @body.json -A me web",
        "web:80",
        &format!("POST /|Host: web|User-Agent: me|Accept: */*|Content-Length: 2|{form}{{}}"),
    );
    asks(
        "--json '{}' web",
        "web:80",
        "POST /|Host: web|User-Agent: curl/8.14.1|Accept: application/json|Content-Length: 2|\
         Content-Type: application/json|{}",
    );
}

#[test]
fn what_is_no_request_is_refused_in_curls_words() {
    let help = "curl: try 'curl --help' or 'curl --manual' for more information\n";
    let refused = |line: &str| {
        let shown = begin(line).expect_err(line);
        (shown.exit.unwrap_or(-1), shown.err)
    };
    let cases = [
        ("", 2, help.to_owned()),
        ("-s", 2, format!("curl: (2) no URL specified\n{help}")),
        ("--nonsense web", 2, format!("curl: option --nonsense: is unknown\n{help}")),
        ("--retry 3 web", 2, format!("curl: option --retry: is not modelled\n{help}")),
        ("web -m", 2, format!("curl: option -m: requires parameter\n{help}")),
        (
            "-m soon web",
            2,
            format!("curl: option -m: expected a proper numerical parameter\n{help}"),
        ),
        (
            "-d @none web",
            26,
            format!(
                "curl: Failed to open none\ncurl: option -d: error encountered when reading a file\n{help}"
            ),
        ),
        ("ftp://web", 1, "curl: (1) Protocol \"ftp\" not supported\n".to_owned()),
        ("http:///x", 3, "curl: (3) URL rejected: No host part in the URL\n".to_owned()),
        ("'a b'", 3, "curl: (3) URL rejected: Malformed input to a URL function\n".to_owned()),
        ("-s 'a b'", 3, String::new()),
        (
            "web:99999",
            3,
            "curl: (3) URL rejected: Port number was not a decimal number between 0 and 65535\n"
                .to_owned(),
        ),
    ];
    for (line, code, words) in cases {
        assert_eq!(refused(line), (code, words), "{line}");
    }
}

fn answer(outcome: Outcome) -> DialResult {
    DialResult { address: "10.96.0.7".to_owned(), outcome, latency_ms: 3 }
}

/// All that is printed, standard error first, and the exit code.
fn prints(line: &str, outcome: Outcome, expect: &str) {
    let mut curl = begin(line).expect(line);
    let shown = curl.answered(&answer(outcome));
    let out = String::from_utf8_lossy(&shown.out).replace("\r\n", "\n");
    let file = shown.file.map(|(name, bytes)| format!("[{name}: {} bytes]", bytes.len()));
    let exit = shown.exit.map_or_else(|| "asks again".to_owned(), |code| code.to_string());
    assert_eq!(format!("{}{out}{}{exit}", shown.err, file.unwrap_or_default()), expect, "{line}");
}

#[test]
fn answers_are_shown() {
    let ok = || Outcome::Http(HttpResponse::new(200, "text/plain", "hello\n"));
    let gone = || Outcome::Http(HttpResponse::new(404, "text/plain", "no\n"));
    prints("web", ok(), "hello\n0");
    prints("web", gone(), "no\n0");
    prints("-f web", gone(), "curl: (22) The requested URL returned error: 404\n22");
    prints("--fail-with-body -s web", gone(), "no\n22");
    let head = "HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 6\n\n";
    prints("-i web", ok(), &format!("{head}hello\n0"));
    prints("-I web", ok(), &format!("{head}0"));
    prints(
        "-so /dev/null -w '%{http_code} %{time_total}\\n' web",
        ok(),
        "200 0.003000\n[/dev/null: 6 bytes]0",
    );
    prints("-O web/a/page.html", ok(), "[page.html: 6 bytes]0");
    prints(
        "-v http://web/",
        ok(),
        &format!(
            "* Host web:80 was resolved.\n* IPv6: (none)\n* IPv4: 10.96.0.7\n*   Trying 10.96.0.7:80...\n\
         * Connected to web (10.96.0.7) port 80\n* using HTTP/1.x\n> GET / HTTP/1.1\n> Host: web\n\
         > User-Agent: curl/8.14.1\n> Accept: */*\n> \n* Request completely sent off\n\
         < {}\n< \nhello\n0",
            head.trim_end().replace('\n', "\n< ")
        ),
    );
}

#[test]
fn who_is_sent_elsewhere_goes_there_with_l() {
    let moved = |to: &str| {
        let mut response = HttpResponse::new(302, "text/plain", "moved\n");
        response.headers.push(("Location".to_owned(), to.to_owned()));
        Outcome::Http(response)
    };
    prints("web", moved("/b"), "moved\n0");
    prints("-L web", moved("/b"), "asks again");
    prints("-L --max-redirs 0 web", moved("/b"), "curl: (47) Maximum (0) redirects followed\n47");
    let mut curl = begin("-L -d x -H 'Host: shop' web/a/b").expect("a request");
    curl.answered(&answer(moved("c?d")));
    let Asked { host, request, .. } = curl.ask();
    assert_eq!(
        (host.as_str(), request.method.as_str(), request.target.as_str()),
        ("web", "GET", "/a/c?d")
    );
    assert_eq!((request.header("host"), request.body.len()), (Some("web"), 0));
}

#[test]
fn what_is_lost_is_said_in_curls_words() {
    let cannot = "Failed to connect to web port 80 after 3 ms: Could not connect to server\n";
    let cases = [
        ("web", Outcome::Refused, format!("curl: (7) {cannot}7")),
        ("web", Outcome::Unreachable, format!("curl: (7) {cannot}7")),
        ("web", Outcome::TimedOut, format!("curl: (28) {cannot}28")),
        (
            "-m 1 web",
            Outcome::TimedOut,
            "curl: (28) Connection timed out after 3 milliseconds\n28".to_owned(),
        ),
        ("web", Outcome::NoSuchHost, "curl: (6) Could not resolve host: web\n6".to_owned()),
        ("web", Outcome::Reset, "curl: (56) Recv failure: Connection reset by peer\n56".to_owned()),
        ("web", Outcome::Tcp(Vec::new()), "curl: (52) Empty reply from server\n52".to_owned()),
        (
            "web",
            Outcome::Tcp(vec![1]),
            "curl: (1) Received HTTP/0.9 when not allowed\n1".to_owned(),
        ),
        ("-s web", Outcome::Refused, "7".to_owned()),
        ("-sS web", Outcome::Refused, format!("curl: (7) {cannot}7")),
        ("-sw %{http_code} web", Outcome::Refused, "0007".to_owned()),
    ];
    for (line, outcome, expect) in cases {
        prints(line, outcome, &expect);
    }
}
