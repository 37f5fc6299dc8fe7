//! Why a program that serves cannot start, and what it says then: its port is taken by another
//! container of the Pod, or it may not write where it has to.

use super::Application;

/// What it says, and its exit code.
pub(crate) type LastWords = (i32, Vec<String>);

const NGINX_STAMP: &str = "{time:%Y/%m/%d %H:%M:%S}";

impl Application {
    /// Another program listens on a port already (`EADDRINUSE`).
    pub(crate) fn port_taken(&self, port: u16) -> LastWords {
        match self {
            Application::Nginx => (1, nginx_port_taken(port)),
            Application::Httpd
            | Application::Wordpress
            | Application::Guestbook
            | Application::HpaExample => {
                let failed = |address: &str| {
                    format!(
                        "(98)Address already in use: AH00072: make_sock: could not bind to address \
                         {address}:{port}"
                    )
                };
                let end = [
                    "no listening sockets available, shutting down",
                    "AH00015: Unable to open logs",
                ];
                let first = [failed("[::]"), failed("0.0.0.0")].into_iter();
                (1, first.chain(end.map(str::to_owned)).collect())
            }
            Application::Redis => {
                let stamp = "1:M {time:%d %b %Y %H:%M:%S}.000 #";
                let warning = "Warning: Could not create server TCP listening socket";
                (
                    1,
                    vec![
                        format!("{stamp} {warning} *:{port}: bind: Address already in use"),
                        format!("{stamp} Failed listening on port {port} (tcp), aborting."),
                    ],
                )
            }
            _ => (1, vec![format!("listen tcp :{port}: bind: address already in use")]),
        }
    }

    /// Where it has to write before it can serve, and what it then wants to do there.
    pub(crate) fn writes(&self) -> &'static [(&'static str, &'static str)] {
        match self {
            Application::Nginx => {
                &[("/var/cache/nginx/client_temp", "mkdir()"), ("/run/nginx.pid", "open()")]
            }
            _ => &[],
        }
    }
}

/// Who has to write somewhere may not: the number of the error and its words.
pub(crate) fn may_not_write(
    (path, call): (&str, &str),
    (number, words): (u32, &str),
    is_root: bool,
) -> LastWords {
    let failed = format!("{call} \"{path}\" failed ({number}: {words})");
    let user = "the \"user\" directive makes sense only if the master process runs with \
                super-user privileges, ignored in /etc/nginx/nginx.conf:2";
    let mut lines = Vec::new();
    if !is_root {
        lines.extend(nginx_says("warn", user));
    }
    lines.extend(nginx_says("emerg", &failed));
    (1, lines)
}

/// nginx says it twice: into its log and, before that is open, to its starter.
fn nginx_says(level: &str, what: &str) -> [String; 2] {
    [format!("{NGINX_STAMP} [{level}] 1#1: {what}"), format!("nginx: [{level}] {what}")]
}

/// It tries five times.
fn nginx_port_taken(port: u16) -> Vec<String> {
    let mut lines = Vec::new();
    for _ in 0..5 {
        for address in ["0.0.0.0", "[::]"] {
            let failed = format!("bind() to {address}:{port} failed (98: Address already in use)");
            lines.extend(nginx_says("emerg", &failed));
        }
        lines.push(format!("{NGINX_STAMP} [notice] 1#1: try again to bind() after 500ms"));
    }
    lines.extend(nginx_says("emerg", "still could not bind()"));
    lines
}

/// What nginx' entry point says where it cannot have it listen on IPv6: in place of its usual lines.
pub(crate) fn unmodified(banner: &[String]) -> Vec<String> {
    let said = "10-listen-on-ipv6-by-default.sh: info: can not modify \
                /etc/nginx/conf.d/default.conf (read-only file system?)";
    let of_it = |line: &&String| line.starts_with("10-listen-on-ipv6-by-default.sh: info: ");
    let first = banner.iter().position(|line| of_it(&line));
    let mut lines: Vec<String> = banner.iter().filter(|line| !of_it(line)).cloned().collect();
    if let Some(first) = first {
        lines.insert(first, said.to_owned());
    }
    lines
}
