//! Commands on processes and the machine.

use super::Call;
use super::filters::files_of;
use crate::images::application::Application;
use crate::machine::user::{Numbered, User};
use crate::time::Millis;

/// None if the command is not modelled.
pub(super) fn run(name: &str, call: &mut Call<'_, '_>) -> Option<i32> {
    Some(match name {
        "ps" => ps(call),
        "top" => top(call),
        "kill" => kill(call),
        "printenv" => printenv(call),
        "hostname" => hostname(call),
        "date" => date(call),
        "id" => id(call),
        "whoami" => whoami(call),
        "pwd" => {
            let folder = call.body.folder.clone() + "\n";
            call.put(folder);
            0
        }
        "uname" => uname(call),
        "free" => free(call),
        "nproc" => {
            call.put("2\n");
            0
        }
        "uptime" => uptime(call),
        "tty" => {
            let terminal = super::is_terminal(call, 0);
            call.put(if terminal { "/dev/pts/0\n" } else { "not a tty\n" });
            i32::from(!terminal)
        }
        "which" => which(call),
        "nginx" => nginx(call),
        "ip" | "ifconfig" => addresses(name, call),
        _ => return None,
    })
}

/// How a program is shown: servers say what they are.
fn title(arguments: &[String], application: &Application, pid: u32) -> String {
    match (application, arguments.first().map(String::as_str)) {
        (Application::Nginx, Some(first)) if pid == 1 && first.contains("docker-entrypoint") => {
            format!("nginx: master process {}", arguments[1..].join(" "))
        }
        _ => arguments.join(" "),
    }
}

fn rows(call: &Call<'_, '_>) -> Vec<(u32, u32, String, Millis)> {
    let application = &call.table.image.application;
    let now = call.inside.clock.now;
    let mut rows: Vec<(u32, u32, String, Millis)> = call
        .table
        .processes
        .values()
        .map(|process| {
            let pid = process.body.pid;
            // The one that runs this is not what it was in the table.
            let own = pid == call.body.pid;
            let arguments = if own { &call.body.arguments } else { &process.body.arguments };
            (pid, process.parent, title(arguments, application, pid), now - process.started)
        })
        .collect();
    rows.sort();
    rows
}

fn ps(call: &mut Call<'_, '_>) -> i32 {
    let flags = call.arguments().concat();
    let rows = rows(call);
    let user = call.table.names().of_user(call.table.user.uid);
    if call.is_busybox() {
        call.put("PID   USER     TIME  COMMAND\n");
        for (pid, _, command, _) in rows {
            call.put(format!("{pid:5} {user:<8}  0:00 {command}\n"));
        }
        return 0;
    }
    let started = call.inside.time("%H:%M");
    if flags.contains('u') && !flags.contains('e') {
        call.put("USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n");
        for (pid, _, command, _) in rows {
            call.put(format!(
                "{user:<8} {pid:>7}  0.0  0.0   4624  3456 ?        Ss   {started}   0:00 {command}\n"
            ));
        }
    } else if flags.contains('f') {
        call.put("UID          PID    PPID  C STIME TTY          TIME CMD\n");
        for (pid, parent, command, _) in rows {
            call.put(format!(
                "{user:<8} {pid:>7} {parent:>7}  0 {started} ?        00:00:00 {command}\n"
            ));
        }
    } else {
        call.put("    PID TTY          TIME CMD\n");
        for (pid, _, command, _) in rows {
            let name = command.split(' ').next().unwrap_or_default();
            let name = name.rsplit('/').next().unwrap_or(name);
            call.put(format!("{pid:7} ?        00:00:00 {name}\n"));
        }
    }
    0
}

fn top(call: &mut Call<'_, '_>) -> i32 {
    let rows = rows(call);
    call.put("Mem: 1204384K used, 2789916K free, 3184K shrd, 62136K buff, 742540K cached\n");
    call.put("CPU:   2% usr   1% sys   0% nic  96% idle   0% io   0% irq   0% sirq\n");
    call.put(format!("Load average: 0.08 0.03 0.01 1/{} {}\n", rows.len(), call.body.pid));
    let user = call.table.names().of_user(call.table.user.uid);
    call.put("  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND\n");
    for (pid, parent, command, _) in rows {
        let state = if pid == call.body.pid { "R" } else { "S" };
        call.put(format!("{pid:5} {parent:5} {user:<8} {state:<5} 4404   0%   0   0% {command}\n"));
    }
    0
}

fn kill(call: &mut Call<'_, '_>) -> i32 {
    let mut words = call.arguments();
    let mut signal = "TERM".to_owned();
    match words.first().map(String::as_str) {
        Some("-l") => {
            call.put("HUP\nINT\nQUIT\nKILL\nUSR1\nUSR2\nPIPE\nALRM\nTERM\nCHLD\nCONT\nSTOP\n");
            return 0;
        }
        Some("-s") if words.len() > 1 => {
            signal.clone_from(&words[1]);
            words.drain(..2);
        }
        Some(word) if word.len() > 1 && word.starts_with('-') => {
            word[1..].clone_into(&mut signal);
            words.remove(0);
        }
        _ => {}
    }
    let Some(number) = crate::machine::process::signal_number(&signal) else {
        call.complain(&format!("bad signal name '{signal}'"));
        return 1;
    };
    let mut status = 0;
    for word in words {
        let pid = word.parse::<u32>().ok();
        if !pid.is_some_and(|pid| call.table.send(pid, number, false)) {
            let text = match (pid, call.is_busybox()) {
                (None, true) => format!("invalid number '{word}'"),
                (None, false) => format!("illegal pid: {word}"),
                (Some(pid), true) => format!("can't kill pid {pid}: No such process"),
                (Some(_), false) => "No such process".to_owned(),
            };
            call.complain(&text);
            status = 1;
        }
    }
    status
}

fn printenv(call: &mut Call<'_, '_>) -> i32 {
    let names = call.arguments();
    let environment = call.body.environment.clone();
    if names.is_empty() {
        let text: String =
            environment.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        call.put(text);
        return 0;
    }
    let mut status = 0;
    for name in names {
        match environment.get(&name) {
            Some(value) => call.put(format!("{value}\n")),
            None => status = 1,
        }
    }
    status
}

fn hostname(call: &mut Call<'_, '_>) -> i32 {
    // By what `/etc/hosts` says of the own address.
    if call.arguments().first().is_some_and(|flag| flag == "-f" || flag == "--fqdn") {
        let hosts = call.content("/etc/hosts").unwrap_or_default();
        let hosts = String::from_utf8_lossy(&hosts).into_owned();
        let mut lines = hosts.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let own = lines.find(|words| words.first() == Some(&call.inside.ip));
        let name = own.as_ref().and_then(|words| words.get(1)).copied();
        let text = format!("{}\n", name.unwrap_or(call.inside.hostname));
        call.put(text);
        return 0;
    }
    let text = match call.arguments().first().map(String::as_str) {
        Some("-i" | "-I") => call.inside.ip,
        _ => call.inside.hostname,
    };
    let text = format!("{text}\n");
    call.put(text);
    0
}

fn date(call: &mut Call<'_, '_>) -> i32 {
    let words = call.arguments();
    let format = words.iter().find_map(|word| word.strip_prefix('+'));
    let iso = words.iter().any(|word| word.starts_with("-I"));
    let at = words.iter().position(|word| word == "-d").and_then(|at| words.get(at + 1));
    let seconds =
        at.and_then(|text| text.strip_prefix('@')).and_then(|text| text.parse::<i64>().ok());
    let at = match seconds {
        Some(seconds) => {
            let zero = call.inside.clock.timestamp_at(crate::time::Time(0)).as_second();
            crate::time::Time((seconds - zero).saturating_mul(1000))
        }
        None => call.inside.clock.now,
    };
    let default = if iso { "%Y-%m-%d" } else { "%a %b %e %H:%M:%S UTC %Y" };
    let text = call.inside.time_at(at, &format.unwrap_or(default).replace("%N", "%9f"));
    call.put(text + "\n");
    0
}

fn id(call: &mut Call<'_, '_>) -> i32 {
    let flags = call.arguments().concat();
    let (names, User { uid, gid, groups }) = (call.table.names(), call.table.user.clone());
    let has = |letter| flags.contains(letter);
    let group = |gid: &u32| Numbered(*gid, names.group(*gid)).to_string();
    let text = match () {
        () if has('u') && has('n') => names.of_user(uid),
        () if has('u') => uid.to_string(),
        () if has('g') && has('n') => names.of_group(gid),
        () if has('g') => gid.to_string(),
        () if has('G') => groups.iter().map(u32::to_string).collect::<Vec<_>>().join(" "),
        () => {
            let name = names.user(uid).map(|known| known.name.as_str());
            // GNU tells a process' own group first.
            let own = if call.is_busybox() { None } else { Some(gid) };
            let others = groups.iter().copied().filter(|group| Some(*group) != own);
            let all: Vec<String> = own.into_iter().chain(others).map(|gid| group(&gid)).collect();
            format!("uid={} gid={} groups={}", Numbered(uid, name), group(&gid), all.join(","))
        }
    };
    call.put(text + "\n");
    0
}

fn whoami(call: &mut Call<'_, '_>) -> i32 {
    let uid = call.table.user.uid;
    if let Some(known) = call.table.names().user(uid) {
        call.put(format!("{}\n", known.name));
        return 0;
    }
    let text = match call.is_busybox() {
        true => format!("unknown uid {uid}"),
        false => format!("cannot find name for user ID {uid}"),
    };
    call.complain(&text);
    1
}

fn uname(call: &mut Call<'_, '_>) -> i32 {
    let flags = call.arguments().concat();
    let text = match flags.as_str() {
        "" | "-s" => "Linux".to_owned(),
        "-n" => call.inside.hostname.to_owned(),
        "-r" => KERNEL.to_owned(),
        "-m" => "x86_64".to_owned(),
        _ => {
            let host = call.inside.hostname;
            format!("Linux {host} {KERNEL} #1 SMP PREEMPT_DYNAMIC Debian 6.1.0-1 x86_64 GNU/Linux")
        }
    };
    call.put(text + "\n");
    0
}

const KERNEL: &str = "6.1.0-28-amd64";

fn free(call: &mut Call<'_, '_>) -> i32 {
    let megabytes = call.arguments().iter().any(|word| word == "-m");
    let cell = |kib: u64| if megabytes { kib / 1024 } else { kib };
    call.put("              total        used        free      shared  buff/cache   available\n");
    call.put(format!(
        "Mem:     {:>10}  {:>10}  {:>10}  {:>10}  {:>10}  {:>10}\n",
        cell(3_994_300),
        cell(461_844),
        cell(2_789_916),
        cell(3184),
        cell(742_540),
        cell(3_532_456)
    ));
    call.put("Swap:             0           0           0\n");
    0
}

fn uptime(call: &mut Call<'_, '_>) -> i32 {
    let now = call.inside.time("%H:%M:%S");
    let minutes = (call.inside.clock.now.0 + 60_000) / 60_000;
    call.put(format!(" {now} up {minutes} min,  0 users,  load average: 0.08, 0.03, 0.01\n"));
    0
}

fn which(call: &mut Call<'_, '_>) -> i32 {
    let mut status = 0;
    for name in files_of(call, "") {
        match call.table.which(&name, call.inside) {
            Some(path) => call.put(path + "\n"),
            None => status = 1,
        }
    }
    status
}

/// `nginx -t`, `nginx -s reload`, `nginx -v`
fn nginx(call: &mut Call<'_, '_>) -> i32 {
    let words = call.arguments();
    let has = |flag: &str| words.iter().any(|word| word == flag);
    let version = call.table.image.version.clone();
    if has("-v") || has("-V") {
        call.write(2, format!("nginx version: nginx/{version}\n").as_bytes());
        return 0;
    }
    let path = "/etc/nginx/nginx.conf";
    if let Err(why) = call.content(path) {
        let text = format!("nginx: [emerg] open() \"{path}\" failed (2: {why})\n");
        call.write(2, text.as_bytes());
        return 1;
    }
    if has("-t") || has("-T") {
        let text = format!(
            "nginx: the configuration file {path} syntax is ok\n\
             nginx: configuration file {path} test is successful\n"
        );
        call.write(2, text.as_bytes());
        return 0;
    }
    let signal = match words.iter().position(|word| word == "-s").and_then(|at| words.get(at + 1)) {
        Some(word) if word == "reload" => 1,
        Some(word) if word == "quit" || word == "stop" => 15,
        _ => {
            call.write(2, b"nginx: invalid option\n");
            return 1;
        }
    };
    call.table.send(1, signal, false);
    0
}

fn addresses(name: &str, call: &mut Call<'_, '_>) -> i32 {
    let ip = call.inside.ip.to_owned();
    let text = if name == "ip" {
        format!(
            "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000\n    inet 127.0.0.1/8 \
             scope host lo\n       valid_lft forever preferred_lft forever\n2: eth0@if7: \
             <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1500 qdisc noqueue qlen 1000\n    inet \
             {ip}/24 brd 255.255.255.255 scope global eth0\n       valid_lft forever preferred_lft forever\n"
        )
    } else {
        format!(
            "eth0      Link encap:Ethernet\n          inet addr:{ip}  Bcast:255.255.255.255  \
             Mask:255.255.255.0\n          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n"
        )
    };
    call.put(text);
    0
}

/// Files that the kernel makes up.
pub(super) fn proc_file(call: &Call<'_, '_>, path: &str) -> Option<String> {
    let of = |pid: &str| -> Option<String> {
        let pid = if pid == "self" { call.body.pid } else { pid.parse().ok()? };
        let own = pid == call.body.pid;
        let known = call.table.processes.get(&pid)?;
        let words = if own { &call.body.arguments } else { &known.body.arguments };
        Some(words.iter().flat_map(|word| [word.as_str(), "\0"]).collect())
    };
    match path.strip_prefix("/proc/")? {
        "uptime" => Some(format!("{}.00 0.00\n", (call.inside.clock.now.0 + 60_000) / 1000)),
        "loadavg" => Some("0.08 0.03 0.01 1/60 1\n".to_owned()),
        "meminfo" => Some("MemTotal:        3994300 kB\nMemFree:         2789916 kB\n".to_owned()),
        "version" => Some(format!("Linux version {KERNEL}\n")),
        rest => of(rest.strip_suffix("/cmdline")?),
    }
}
