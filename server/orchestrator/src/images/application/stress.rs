//! Programs that are made to use much: what they say and how they end. What they use stands in
//! `load.rs`.

use super::{Http, OnTerm, Server, Start, Starting};

/// `polinux/stress`: says what it begins, and works until it is killed.
pub(super) fn stress(starting: Starting<'_>) -> Start {
    let flags = [["--cpu", "-c"], ["--io", "-i"], ["--vm", "-m"], ["--hdd", "-d"]];
    let count = |names: &[&str; 2]| {
        let at = starting.arguments.iter().position(|word| names.contains(&word.as_str()));
        let value = at.and_then(|at| starting.arguments.get(at + 1));
        value.and_then(|value| value.parse::<u32>().ok()).unwrap_or(0)
    };
    let [cpu, io, vm, hdd] = flags.each_ref().map(count);
    if cpu + io + vm + hdd == 0 {
        let line = "`stress' imposes certain types of compute stress on your system".to_owned();
        return Start::Exits { code: 0, lines: vec![line] };
    }
    let line =
        format!("stress: info: [1] dispatching hogs: {cpu} cpu, {io} io, {vm} vm, {hdd} hdd");
    Start::Serves(Server {
        ports: Vec::new(),
        starts_ms: 20,
        banner: vec![line],
        on_term: OnTerm::Ignores,
        ..Server::quiet(0, Http::None)
    })
}

/// `vish/stress`, which takes its memory piece by piece.
pub(super) fn vish_stress(starting: Starting<'_>) -> Start {
    let value = |name: &str, default: &str| {
        let at = starting.arguments.iter().position(|word| word == name);
        let value = at.and_then(|at| starting.arguments.get(at + 1));
        value.map_or(default, String::as_str).to_owned()
    };
    let log = |line: &str, text: &str| {
        format!("I{{time:%m%d %H:%M:%S.%6f}}       1 main.go:{line}] {text}")
    };
    let total = value("-mem-total", "0");
    let chunks = format!(
        "Allocating \"{total}\" memory, in \"{}\" chunks, with a {} sleep between allocations",
        value("-mem-alloc-size", "4Ki"),
        value("-mem-alloc-sleep", "1ms")
    );
    let threads = value("-cpus", "0").parse::<usize>().unwrap_or(0).min(64);
    let mut banner = vec![log("26", &chunks)];
    banner.extend(vec![log("39", "Spawning a thread to consume CPU"); threads]);
    let done = log("29", &format!("Allocated \"{total}\" memory"));
    Start::Serves(Server {
        ports: Vec::new(),
        starts_ms: 20,
        banner,
        ready: if total == "0" { vec![done] } else { Vec::new() },
        on_term: OnTerm::exits(2),
        ..Server::quiet(0, Http::None)
    })
}

/// The walkthrough's server: each request makes it count.
pub(super) fn hpa_example() -> Start {
    let line = "[{time:%a %b %d %H:%M:%S.%6f %Y}] [core:notice] [pid 1] AH00094: Command line: 'apache2 -D FOREGROUND'";
    Start::Serves(Server {
        starts_ms: 150,
        banner: vec![line.to_owned()],
        ..Server::quiet(80, Http::Php { text: "OK!" })
    })
}

pub(super) fn resource_consumer() -> Start {
    Start::Serves(Server { on_term: OnTerm::exits(2), ..Server::quiet(8080, Http::Consumer) })
}
