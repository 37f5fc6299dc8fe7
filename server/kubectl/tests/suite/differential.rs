//! The built-in kubectl beside the real one: each line of `differential/*.txt` runs in both, in
//! forks of one world at one model time, and both must print the same and end with the same code.
//!
//! In a file, `file NAME` puts the lines that follow with `| ` before them into a file, `$ LINE`
//! prepares the world with the built-in kubectl, `+5s` lets time pass, `#` remarks. Every other
//! line is compared: first alone, in a fork of its own.
//!
//! Where no real kubectl is on PATH the test says so; in CI (where `CI` is set) it fails.

#[path = "differential/real.rs"]
pub(crate) mod real;
#[path = "differential/script.rs"]
mod script;

use std::fmt::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::stage::Stage;
use jiff::Timestamp;
use orchestrator::World;
use real::{Said, Seat};
use script::Script;

/// Real commands that run at one time.
const SEATS: usize = 4;
/// A second begins between the two runs now and then: then they run again.
const TRIES: usize = 5;
/// A command that waits longer waits for ever.
const PATIENCE_MS: i64 = 600_000;

#[test]
fn the_built_in_and_the_real_kubectl_say_the_same() {
    if !real::is_on_path() {
        assert!(std::env::var_os("CI").is_none(), "in CI a kubectl must be on PATH");
        eprintln!("no kubectl is on PATH: nothing was compared");
        return;
    }
    let only = std::env::var("ONLY").unwrap_or_default();
    let scripts: Vec<Script> =
        script::all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential"));
    let mut compared = 0;
    let mut report = String::new();
    for script in scripts.iter().filter(|script| script.name.contains(&only)) {
        let (count, differences) = compare(script);
        compared += count;
        report.push_str(&differences);
    }
    println!("{compared} command lines compared");
    assert!(report.is_empty(), "{report}");
}

/// Runs the lines of a script, some at a time: how many there are, and what differs.
fn compare(script: &Script) -> (usize, String) {
    let world = script.prepared();
    let next = AtomicUsize::new(0);
    let differences = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..SEATS {
            scope.spawn(|| {
                let seat = Seat::new(&script.files);
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(line) = script.lines.get(at) else { break };
                    if let Some(difference) = difference(&world, &seat, script, line) {
                        differences.lock().expect("no panic").push((at, difference));
                    }
                }
            });
        }
    });
    let mut differences = differences.into_inner().expect("no panic");
    differences.sort();
    let text = differences.into_iter().fold(String::new(), |mut text, (_, difference)| {
        let _ = write!(text, "\n── {}: {difference}", script.name);
        text
    });
    (script.lines.len(), text)
}

/// What a line does otherwise in the one than in the other.
fn difference(world: &World, seat: &Seat, script: &Script, line: &str) -> Option<String> {
    let mut last = None;
    for _ in 0..TRIES {
        // The real one looks at the clock last thing.
        let real = seat.run(world, line);
        let built_in = built_in(world, script, line);
        if built_in == real {
            return None;
        }
        last = Some(format!("{line}\n{}", real.beside(&built_in)));
    }
    last
}

fn built_in(world: &World, script: &Script, line: &str) -> Said {
    let stage = Stage::with(world.clone()).with_files(&script.files).at(Timestamp::now());
    let (code, paper) = stage.run(line, Some(PATIENCE_MS));
    let text = real::without_chance;
    Said { out: text(&paper.stdout()), err: text(&paper.stderr()), code }
}
