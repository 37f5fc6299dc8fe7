//! Which commands an image has.

use crate::images::{Image, Userland};

/// What a name stands for in an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::machine) enum Program {
    Application,
    /// Asks the application next to it whether it is there: `redis-cli ping`, `pg_isready`.
    Client,
    /// An ordinary command, by its bare name.
    Command,
    Missing,
}

/// What both BusyBox and Debian have. What is not modelled says so, and fails.
const COMMANDS: &[&str] = &[
    "[",
    "ash",
    "awk",
    "base64",
    "basename",
    "bash",
    "cat",
    "chmod",
    "chown",
    "cp",
    "cut",
    "date",
    "dd",
    "df",
    "diff",
    "dirname",
    "du",
    "echo",
    "env",
    "expr",
    "false",
    "find",
    "grep",
    "gzip",
    "head",
    "hostname",
    "id",
    "kill",
    "ln",
    "ls",
    "md5sum",
    "mkdir",
    "mktemp",
    "mv",
    "nproc",
    "od",
    "printenv",
    "printf",
    "pwd",
    "readlink",
    "rm",
    "rmdir",
    "sed",
    "seq",
    "sh",
    "sha256sum",
    "sleep",
    "sort",
    "stat",
    "sync",
    "tail",
    "tar",
    "tee",
    "test",
    "timeout",
    "touch",
    "tr",
    "true",
    "uname",
    "uniq",
    "wc",
    "which",
    "whoami",
    "xargs",
    "egrep",
    "fgrep",
    "nl",
    "nice",
    "nohup",
    "realpath",
    "tac",
    "truncate",
    "tty",
    "yes",
];
/// What only BusyBox has.
const BUSYBOX: &[&str] = &[
    "arping",
    "crond",
    "ftpget",
    "httpd",
    "ifconfig",
    "ip",
    "less",
    "busybox",
    "free",
    "mount",
    "nc",
    "netstat",
    "nslookup",
    "ping",
    "ps",
    "rev",
    "time",
    "uptime",
    "route",
    "telnet",
    "top",
    "traceroute",
    "unzip",
    "vi",
    "watch",
    "wget",
];
/// What only Debian has.
const DEBIAN: &[&str] = &["apt", "apt-get", "dash", "dpkg", "mount", "perl", "rev"];

/// Looks a name up as the runtime and a shell do.
pub(in crate::machine) fn find(image: &Image, name: &str) -> Program {
    let is_entrypoint = image.entrypoint.first().is_some_and(|first| first == name);
    let bare = name.rsplit('/').next().unwrap_or(name);
    let own = image.application.programs();
    let is_own = own.contains(&name)
        || (name.starts_with('/') && own.contains(&bare) && !is_userland(image.userland, bare));
    if is_own || is_entrypoint {
        return Program::Application;
    }
    if image.application.clients().contains(&bare) {
        return Program::Client;
    }
    let in_path = !name.contains('/')
        || ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/", "/usr/local/bin/"]
            .iter()
            .any(|folder| name.strip_prefix(folder) == Some(bare));
    let found = in_path && (is_userland(image.userland, bare) || extra(image).contains(&bare));
    if found { Program::Command } else { Program::Missing }
}

fn is_userland(userland: Userland, name: &str) -> bool {
    match userland {
        Userland::None => false,
        Userland::Busybox => {
            name != "bash" && (COMMANDS.contains(&name) || BUSYBOX.contains(&name))
        }
        Userland::Debian => name != "ash" && (COMMANDS.contains(&name) || DEBIAN.contains(&name)),
    }
}

/// What some images have beyond their userland.
fn extra(image: &Image) -> &'static [&'static str] {
    match image.name.path.as_str() {
        "curlimages/curl" | "library/nginx" | "nginx-slim" => &["curl"],
        "library/ubuntu" => &["ps", "free", "top", "uptime", "watch"],
        "nicolaka/netshoot" => &["curl", "dig", "host", "bash", "nslookup"],
        path if path.ends_with("e2e-test-images/jessie-dnsutils")
            || path.ends_with("e2e-test-images/agnhost")
            || path.ends_with("jessie-dnsutils") =>
        {
            &["curl", "dig", "host", "nslookup", "ps", "wget", "nc"]
        }
        path if path.contains("busyboxplus") || path.ends_with("kubernetes-bootcamp") => &["curl"],
        _ => &[],
    }
}

/// The names of an image's commands.
pub(in crate::machine) fn userland(image: &Image) -> Vec<&'static str> {
    let all = COMMANDS.iter().chain(BUSYBOX).chain(DEBIAN).chain(extra(image)).copied();
    all.filter(|name| is_userland(image.userland, name) || extra(image).contains(name)).collect()
}
