//! Commands that handle their input as it comes, and those that read all of it first.

use super::{Call, flush, grep, sed, text};
use crate::machine::files::Device;
use crate::machine::inside::Inside;
use crate::machine::process::{Body, Ran, Table, TakeUntil, Taken, Wait};
use crate::time::Millis;

/// What a filter remembers from line to line.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    pub(super) lines: u64,
    pub(super) hits: u64,
    /// A line that has not ended yet.
    rest: Vec<u8>,
}

/// `tail -f`
#[derive(Clone, Debug)]
pub(super) struct Follow {
    pub(super) paths: Vec<(String, usize)>,
    /// Which file the last line came from.
    pub(super) shown: usize,
}

/// How often a file is looked at that is followed.
const LOOK_MS: Millis = 1000;

pub(super) fn operands(words: &[String], with_value: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if word == "--" {
            found.extend(rest.by_ref().cloned());
        } else if word.len() > 1 && word.starts_with('-') {
            let takes = word.len() == 2 && word.ends_with(|letter| with_value.contains(letter));
            if takes {
                rest.next();
            }
        } else {
            found.push(word.clone());
        }
    }
    found
}

/// Flags that are written together, each by itself: `-qO -` is `-q -O -`. Letters of flags that take
/// a value are named.
pub(super) fn apart(words: &[String], with_value: &str) -> Vec<String> {
    let mut made = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let letters = word.strip_prefix('-').filter(|letters| letters.len() > 1);
        let Some(letters) = letters.filter(|letters| letters.starts_with(char::is_alphabetic))
        else {
            made.push(word.clone());
            if word == "--" {
                made.extend(rest.by_ref().cloned());
            }
            continue;
        };
        match letters.find(|letter| with_value.contains(letter)) {
            Some(at) if at > 0 => {
                made.extend(letters[..at].chars().map(|letter| format!("-{letter}")));
                made.push(format!("-{}", &letters[at..]));
            }
            Some(_) => made.push(word.clone()),
            None => made.extend(letters.chars().map(|letter| format!("-{letter}"))),
        }
    }
    made
}

/// The words of a command that are no flags. Letters of flags that take a value are named.
pub(super) fn files_of(call: &Call<'_, '_>, with_value: &str) -> Vec<String> {
    operands(&call.arguments(), with_value)
}

/// Whether a command needs its input, and has not read it.
pub(super) fn reads_first(name: &str, call: &Call<'_, '_>) -> bool {
    if call.input.is_some() {
        return false;
    }
    let words = call.arguments();
    let none_or_dash = |files: Vec<String>, skipped: usize| {
        files.len() <= skipped || files.iter().skip(skipped).any(|file| file == "-")
    };
    match name {
        "tr" | "tee" | "xargs" => true,
        "cat" | "wc" | "uniq" | "tac" | "rev" | "nl" | "base64" | "sha256sum" => {
            none_or_dash(operands(&words, "w"), 0)
        }
        "head" | "tail" => none_or_dash(operands(&words, "nc"), 0),
        "sort" => none_or_dash(operands(&words, "tko"), 0),
        "cut" => none_or_dash(operands(&words, "dfcb"), 0),
        "grep" | "egrep" | "fgrep" => {
            let given = words.iter().any(|word| word == "-e" || word == "-f");
            let recursive = words.iter().any(|w| w.starts_with('-') && w.contains(['r', 'R']));
            none_or_dash(operands(&words, "efmABC"), usize::from(!given)) && !recursive
        }
        "sed" => {
            let given = words.iter().any(|word| word == "-e" || word == "-f");
            none_or_dash(operands(&words, "ef"), usize::from(!given))
        }
        "awk" => none_or_dash(operands(&words, "Fvf"), 1),
        "tar" => super::archive::reads(&words),
        "nc" => !words.iter().any(|word| word.contains('z')),
        _ => false,
    }
}

/// Whether it writes as it reads.
pub(super) fn is_stream(name: &str, call: &Call<'_, '_>) -> bool {
    let words = call.arguments();
    match name {
        "cat" => operands(&words, "").is_empty() && words.is_empty(),
        "tee" | "tr" => true,
        "grep" | "egrep" | "fgrep" => grep::is_stream(&words),
        "cut" => operands(&words, "dfcb").is_empty(),
        "head" => words.iter().all(|word| !word.contains("-c")),
        "sed" => sed::is_stream(&words),
        _ => false,
    }
}

pub(super) fn stream(
    name: &str,
    memory: &mut Memory,
    body: &mut Body,
    table: &mut Table,
    inside: &mut Inside<'_>,
) -> Ran {
    let Some(open) = body.fds.get(&0).copied() else { return Ran::Exits(0) };
    if let Some(out) = body.fds.get(&1).copied()
        && !table.has_room(out)
    {
        return Ran::Waits(Wait::Room(out));
    }
    let taken = table.take(open, TakeUntil::END, inside);
    let ended = taken == Taken::End;
    let mut bytes = std::mem::take(&mut memory.rest);
    match taken {
        Taken::Blocked => {
            memory.rest = bytes;
            return Ran::Waits(Wait::Input(open));
        }
        Taken::Bytes(more) => bytes.extend(more),
        Taken::End => {}
    }
    let whole_lines = !matches!(name, "cat" | "tee" | "tr");
    if whole_lines && !ended {
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        memory.rest = bytes.split_off(end);
    }
    let words = body.arguments.clone();
    let mut call = Call { words, body, table, inside, input: Some(bytes), written: Vec::new() };
    let done = match name {
        "grep" | "egrep" | "fgrep" => grep::some(&mut call, memory),
        "sed" => sed::some(&mut call, memory),
        "tee" => text::tee(&mut call, memory),
        "head" => text::head_some(&mut call, memory),
        _ => {
            let status = text::run(name, &mut call);
            (status != 0).then_some(status)
        }
    };
    let written = std::mem::take(&mut call.written);
    if let Some(code) = flush(&written, body, table, inside) {
        return Ran::Exits(code);
    }
    match done {
        Some(code) => Ran::Exits(code),
        None if ended => Ran::Exits(match name {
            "grep" | "egrep" | "fgrep" => i32::from(memory.hits == 0),
            _ => 0,
        }),
        None => Ran::Again,
    }
}

/// Looks at the files that are followed.
pub(super) fn follow(
    follow: &mut Follow,
    body: &mut Body,
    table: &mut Table,
    inside: &mut Inside<'_>,
) -> Ran {
    let words = body.arguments.clone();
    let folder = body.folder.clone();
    let mut call = Call { words, body, table, inside, input: None, written: Vec::new() };
    let many = follow.paths.len() > 1;
    let mut silent = true;
    for index in 0..follow.paths.len() {
        let (path, at) = follow.paths[index].clone();
        let files = call.files();
        let found = files.find(&folder, &path, true).map(|(absolute, node)| {
            let device =
                matches!(node.content, crate::machine::files::Content::Device(Device::Null));
            (absolute, device)
        });
        let Ok((absolute, device)) = found else {
            silent = false;
            continue;
        };
        silent &= device;
        let Ok(bytes) = files.read(&absolute) else { continue };
        let at = if bytes.len() < at { 0 } else { at };
        if bytes.len() > at {
            if many && follow.shown != index {
                call.put(format!("\n==> {path} <==\n"));
                follow.shown = index;
            }
            call.put(&bytes[at..]);
        }
        follow.paths[index].1 = bytes.len();
    }
    let written = std::mem::take(&mut call.written);
    if let Some(code) = flush(&written, body, table, inside) {
        return Ran::Exits(code);
    }
    if silent {
        return Ran::Waits(Wait::Forever);
    }
    Ran::Waits(Wait::Until(inside.clock.now + LOOK_MS))
}
