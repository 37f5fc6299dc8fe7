//! Web servers and other programs that are not databases.

use super::{Http, OnTerm, Server, Start, Starting, lines};

const NGINX_BANNER: &str = "\
/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration
/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/
/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh
10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf
10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf
/docker-entrypoint.sh: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh
/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh
/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh
/docker-entrypoint.sh: Configuration complete; ready for start up";

const NGINX_READY: &str = "\
{time:%Y/%m/%d %H:%M:%S} [notice] 1#1: using the \"epoll\" event method
{time:%Y/%m/%d %H:%M:%S} [notice] 1#1: nginx/{version}
{time:%Y/%m/%d %H:%M:%S} [notice] 1#1: OS: Linux 6.12.57+deb13-amd64
{time:%Y/%m/%d %H:%M:%S} [notice] 1#1: start worker processes
{time:%Y/%m/%d %H:%M:%S} [notice] 1#1: start worker process 29
{time:%Y/%m/%d %H:%M:%S} [notice] 1#1: start worker process 30";

const NGINX_END: &str = "\
{time:%Y/%m/%d %H:%M:%S} [notice] 1#1: signal 3 (SIGQUIT) received, shutting down
{time:%Y/%m/%d %H:%M:%S} [notice] 29#29: gracefully shutting down
{time:%Y/%m/%d %H:%M:%S} [notice] 30#30: gracefully shutting down
{time:%Y/%m/%d %H:%M:%S} [notice] 1#1: exit";

/// A scenario's application: told its port by the image, stops when asked, after a moment.
pub(super) fn greeter(title: &str, port: i32, starting: Starting<'_>) -> Start {
    let Ok(port) = u16::try_from(port) else { return Start::Idles };
    let version = starting.version;
    Start::Serves(Server {
        starts_ms: 300,
        banner: vec![format!("{{time:%Y-%m-%dT%H:%M:%SZ}} {title} {version} starting")],
        ready: vec![format!("{{time:%Y-%m-%dT%H:%M:%SZ}} listening on :{port}")],
        on_term: OnTerm::Exits {
            code: 0,
            after_ms: 100,
            lines: vec!["{time:%Y-%m-%dT%H:%M:%SZ} SIGTERM received, shutting down".to_owned()],
        },
        ..Server::quiet(
            port,
            Http::Greeter { title: title.to_owned(), version: version.to_owned() },
        )
    })
}

pub(super) fn nginx(starting: Starting<'_>) -> Start {
    let ran_by_entrypoint = starting.arguments.first().is_some_and(|name| name.ends_with(".sh"));
    let started = starting.arguments.iter().any(|argument| argument.starts_with("nginx"));
    if !started {
        return Start::Idles;
    }
    let banner = if ran_by_entrypoint { NGINX_BANNER } else { "" };
    Start::Serves(Server {
        starts_ms: 80,
        banner: lines(banner, starting.version),
        ready: lines(NGINX_READY, starting.version),
        // The image's STOPSIGNAL is SIGQUIT.
        on_term: OnTerm::Exits { code: 0, after_ms: 120, lines: lines(NGINX_END, "") },
        ..Server::quiet(80, Http::Nginx { version: starting.version.to_owned() })
    })
}

pub(super) fn httpd(starting: Starting<'_>) -> Start {
    let banner = "\
AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using {ip}. Set the 'ServerName' directive globally to suppress this message
AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using {ip}. Set the 'ServerName' directive globally to suppress this message
[{time:%a %b %d %H:%M:%S.%6f %Y}] [mpm_event:notice] [pid 1:tid 1] AH00489: Apache/{version} (Unix) configured -- resuming normal operations
[{time:%a %b %d %H:%M:%S.%6f %Y}] [core:notice] [pid 1:tid 1] AH00094: Command line: 'httpd -D FOREGROUND'";
    let end = "[{time:%a %b %d %H:%M:%S.%6f %Y}] [mpm_event:notice] [pid 1:tid 1] AH00492: caught SIGWINCH, shutting down gracefully";
    Start::Serves(Server {
        banner: lines(banner, starting.version),
        on_term: OnTerm::Exits { code: 0, after_ms: 120, lines: lines(end, "") },
        ..Server::quiet(80, Http::Httpd { version: starting.version.to_owned() })
    })
}

pub(super) fn pause() -> Start {
    Start::Serves(Server {
        ports: Vec::new(),
        starts_ms: 5,
        on_term: OnTerm::Exits {
            code: 0,
            after_ms: 5,
            lines: vec!["Shutting down, got signal: Terminated".to_owned()],
        },
        ..Server::quiet(0, Http::None)
    })
}

/// Kubernetes' own test image. Its first argument says what it is to do.
pub(super) fn agnhost(starting: Starting<'_>) -> Start {
    let port = |default| {
        let flag = starting.flag("http-port").or_else(|| starting.flag("port"));
        flag.and_then(|port| port.parse().ok()).unwrap_or(default)
    };
    let server = match starting.arguments.get(1).map_or("pause", String::as_str) {
        "pause" => return Start::Serves(agnhost_pause()),
        "netexec" => Server {
            banner: vec![
                format!("{{time:%Y/%m/%d %H:%M:%S}} Started HTTP server on port {}", port(8080)),
                "{time:%Y/%m/%d %H:%M:%S} Started UDP server on port  8081".to_owned(),
            ],
            udp_ports: vec![8081],
            ..Server::quiet(port(8080), Http::Netexec)
        },
        "serve-hostname" => Server {
            banner: vec![format!("{{time:%Y/%m/%d %H:%M:%S}} Serving on port {}.", port(9376))],
            ..Server::quiet(port(9376), Http::Hostname)
        },
        "liveness" => Server::quiet(8080, Http::Until(10_000)),
        _ => return Start::Idles,
    };
    // The Go runtime ends a program without a handler with 2 where the kernel spares it.
    Start::Serves(Server { on_term: OnTerm::exits(2), ..server })
}

fn agnhost_pause() -> Server {
    Server {
        ports: Vec::new(),
        banner: vec!["Paused".to_owned()],
        on_term: OnTerm::exits(2),
        ..Server::quiet(0, Http::None)
    }
}

pub(super) fn http_echo(starting: Starting<'_>) -> Start {
    let listen = starting.flag("listen").unwrap_or(":5678");
    let port = listen.rsplit(':').next().and_then(|port| port.parse().ok());
    let told = starting.environment.get("ECHO_TEXT").filter(|text| !text.is_empty());
    let Some(text) = starting.flag("text").or(told.map(String::as_str)) else {
        return Start::Exits {
            code: 127,
            lines: vec!["Missing -text option or ECHO_TEXT env var!".to_owned()],
        };
    };
    let http = Http::Echo { text: text.to_owned(), version: starting.version.to_owned() };
    let end = "{time:%Y/%m/%d %H:%M:%S} [INFO] server is shutting down";
    Start::Serves(Server {
        starts_ms: 20,
        banner: vec![format!("{{time:%Y/%m/%d %H:%M:%S}} [INFO] server is listening on {listen}")],
        on_term: OnTerm::Exits { code: 0, after_ms: 30, lines: lines(end, "") },
        ..Server::quiet(port.unwrap_or(5678), http)
    })
}

pub(super) fn hello_app(starting: Starting<'_>) -> Start {
    let port = starting.environment.get("PORT").and_then(|port| port.parse().ok());
    let port = port.unwrap_or(8080);
    // It tells its version with all three numbers.
    let version = format!("{}.0", starting.version);
    Start::Serves(Server {
        starts_ms: 20,
        banner: vec![format!("{{time:%Y/%m/%d %H:%M:%S}} Server listening on port {port}")],
        on_term: OnTerm::exits(2),
        ..Server::quiet(port, Http::Hello { version })
    })
}

pub(super) fn echoserver(starting: Starting<'_>) -> Start {
    Start::Serves(Server {
        banner: vec!["Generating self-signed cert".to_owned()],
        ready: vec!["Starting nginx".to_owned()],
        starts_ms: 600,
        ports: vec![8080, 8443],
        // Its first process is a shell without a handler.
        on_term: OnTerm::Ignores,
        ..Server::quiet(8080, Http::Echoserver { version: starting.version.to_owned() })
    })
}

pub(super) fn whoami(starting: Starting<'_>) -> Start {
    let port = starting
        .flag("port")
        .or_else(|| starting.environment.get("WHOAMI_PORT_NUMBER").map(String::as_str));
    let port = port.and_then(|port| port.parse().ok()).unwrap_or(80);
    Start::Serves(Server {
        starts_ms: 20,
        banner: vec![format!("{{time:%Y/%m/%d %H:%M:%S}} Starting up on port {port}")],
        on_term: OnTerm::exits(2),
        ..Server::quiet(port, Http::Whoami)
    })
}

/// It starts without a database, and answers with an error page until it reaches one.
pub(super) fn wordpress(starting: Starting<'_>) -> Start {
    let banner = "\
WordPress not found in /var/www/html - copying now...
Complete! WordPress has been successfully copied to /var/www/html
No 'wp-config.php' found in /var/www/html, but 'WORDPRESS_...' variables supplied; copying 'wp-config-docker.php' (WORDPRESS_DB_HOST WORDPRESS_DB_PASSWORD)";
    let ready = "\
[{time:%a %b %d %H:%M:%S.%6f %Y}] [mpm_prefork:notice] [pid 1:tid 1] AH00163: Apache/2.4.65 (Debian) PHP/8.3.26 configured -- resuming normal operations
[{time:%a %b %d %H:%M:%S.%6f %Y}] [core:notice] [pid 1:tid 1] AH00094: Command line: 'apache2 -D FOREGROUND'";
    let supplied = starting.has("WORDPRESS_DB_HOST");
    let banner = if supplied { lines(banner, "") } else { lines(banner, "")[..2].to_vec() };
    Start::Serves(Server {
        starts_ms: 1500,
        banner,
        ready: lines(ready, ""),
        // The image's STOPSIGNAL is SIGWINCH.
        on_term: OnTerm::exits(0),
        ..Server::quiet(80, Http::Wordpress { database: supplied })
    })
}

pub(super) fn says(port: u16, status: u16, text: &'static str) -> Start {
    Start::Serves(Server {
        on_term: OnTerm::exits(2),
        ..Server::quiet(port, Http::Says { status, text })
    })
}

pub(super) fn bootcamp(starting: Starting<'_>) -> Start {
    let ready = "Kubernetes Bootcamp App Started At: {time:%Y-%m-%dT%H:%M:%S.%3fZ} | Running On:  {hostname} ";
    Start::Serves(Server {
        starts_ms: 300,
        ready: vec![ready.to_owned(), String::new()],
        // Node, as a shell's child, has no handler.
        on_term: OnTerm::Ignores,
        ..Server::quiet(8080, Http::Bootcamp { version: starting.version.to_owned() })
    })
}

pub(super) fn guestbook() -> Start {
    let banner = "\
AH00558: apache2: Could not reliably determine the server's fully qualified domain name, using {ip}. Set the 'ServerName' directive globally to suppress this message
[{time:%a %b %d %H:%M:%S.%6f %Y}] [mpm_prefork:notice] [pid 1] AH00163: Apache/2.4.38 (Debian) PHP/7.4.5 configured -- resuming normal operations
[{time:%a %b %d %H:%M:%S.%6f %Y}] [core:notice] [pid 1] AH00094: Command line: 'apache2 -D FOREGROUND'";
    Start::Serves(Server {
        starts_ms: 150,
        banner: lines(banner, ""),
        // The image's STOPSIGNAL is SIGWINCH.
        on_term: OnTerm::exits(0),
        ..Server::quiet(80, Http::Guestbook)
    })
}

/// `python` alone ends at once: it reads an empty standard input. `-m http.server` serves.
pub(super) fn python(starting: Starting<'_>) -> Start {
    let arguments: Vec<&str> = starting.arguments.iter().skip(1).map(String::as_str).collect();
    match arguments.as_slice() {
        [] => Start::Exits { code: 0, lines: Vec::new() },
        ["--version" | "-V"] => {
            Start::Exits { code: 0, lines: vec![format!("Python {}", starting.version)] }
        }
        ["-m", "http.server", rest @ ..] => {
            let port = rest.first().and_then(|port| port.parse().ok()).unwrap_or(8000);
            Start::Serves(Server {
                starts_ms: 200,
                // Standard output is no terminal: what it would print stays in its buffer.
                on_term: OnTerm::Ignores,
                ..Server::quiet(port, Http::Python { version: starting.version.to_owned() })
            })
        }
        [script] if script.ends_with(".py") => no_such_script(script),
        _ => Start::Idles,
    }
}

fn no_such_script(script: &str) -> Start {
    let line = format!(
        "python: can't open file '/{}': [Errno 2] No such file or directory",
        script.trim_start_matches('/')
    );
    Start::Exits { code: 2, lines: vec![line] }
}

pub(super) fn node(starting: Starting<'_>) -> Start {
    let script = starting.arguments.iter().find(|argument| argument.ends_with(".js"));
    let Some(script) = script else {
        let alone = !starting.arguments.iter().any(|argument| argument.starts_with('-'));
        return if alone { Start::Exits { code: 0, lines: Vec::new() } } else { Start::Idles };
    };
    let path = format!("/{}", script.trim_start_matches('/'));
    let error = format!(
        "\
node:internal/modules/cjs/loader:1386
  throw err;
  ^

Error: Cannot find module '{path}'
    at node:internal/main/run_main_module:36:49 {{
  code: 'MODULE_NOT_FOUND',
  requireStack: []
}}

Node.js v{}",
        starting.version
    );
    Start::Exits { code: 1, lines: lines(&error, "") }
}
