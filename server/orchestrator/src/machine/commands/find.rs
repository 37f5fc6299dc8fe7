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

/// What both BusyBox and Debian have. What [`ordinary`] does not run stays silent.
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
    "ps",
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
    "nc",
    "netstat",
    "nslookup",
    "ping",
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
const DEBIAN: &[&str] = &["apt", "apt-get", "dpkg", "perl"];
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
    let is_curl = bare == "curl" && image.name.path == "curlimages/curl";
    let found = in_path && (is_userland(image.userland, bare) || is_curl);
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
