//! Commands on text.

use super::filters::{Follow, Memory, files_of};
use super::lines::{cut, lines_with, number, sort, tac, tr, uniq};
use super::values::{base64, expr, part, seq, sums};
use super::{Call, Came};
use crate::machine::process::Way;

pub(super) fn run(name: &str, call: &mut Call<'_, '_>) -> i32 {
    match name {
        "cat" => cat(call),
        "head" => head(call),
        "wc" => wc(call),
        "sort" => sort(call),
        "uniq" => uniq(call),
        "cut" => cut(call),
        "tr" => tr(call),
        "rev" => lines_with(call, |line| line.chars().rev().collect()),
        "tac" => tac(call),
        "nl" => number(call),
        "base64" => base64(call),
        "sha256sum" => sums(call),
        "seq" => seq(call),
        "basename" | "dirname" => part(name, call),
        "expr" => expr(call),
        _ => 0,
    }
}

/// The value of a flag: `-n 3`, `-n3`.
pub(super) fn flag(call: &Call<'_, '_>, letter: char) -> Option<String> {
    let words = call.arguments();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let letters = word.strip_prefix('-').filter(|after| !after.starts_with('-'));
        if let Some(value) = letters.and_then(|after| after.strip_prefix(letter)) {
            return if value.is_empty() { rest.next().cloned() } else { Some(value.to_owned()) };
        }
    }
    None
}

pub(super) fn has(call: &Call<'_, '_>, letter: char) -> bool {
    call.arguments()
        .iter()
        .any(|w| w.starts_with('-') && !w.starts_with("--") && w.contains(letter))
}

fn cat(call: &mut Call<'_, '_>) -> i32 {
    let paths = files_of(call, "");
    let numbered = has(call, 'n');
    let (contents, status) = call.contents(&paths);
    let mut number = 0;
    for (_, bytes) in contents {
        if !numbered {
            call.put(bytes);
            continue;
        }
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            number += 1;
            call.put(format!("{number:6}\t"));
            call.put(line);
        }
    }
    status
}

/// `-n 3`, `-3`; ten if nothing is said.
fn count(call: &Call<'_, '_>) -> (String, bool) {
    if let Some(bytes) = flag(call, 'c') {
        return (bytes, true);
    }
    let digits = |word: &String| word.strip_prefix('-')?.parse::<u32>().ok().map(|n| n.to_string());
    let short = call.arguments().iter().find_map(digits);
    (flag(call, 'n').or(short).unwrap_or_else(|| "10".to_owned()), false)
}

fn head(call: &mut Call<'_, '_>) -> i32 {
    let (count, of_bytes) = count(call);
    let all_but = count.starts_with('-');
    let count: usize = count.trim_start_matches('-').parse().unwrap_or(10);
    let paths = files_of(call, "nc");
    let (contents, status) = call.contents(&paths);
    let many = contents.len() > 1;
    for (index, (name, bytes)) in contents.into_iter().enumerate() {
        if many {
            call.put(format!("{}==> {name} <==\n", if index > 0 { "\n" } else { "" }));
        }
        if of_bytes {
            call.put(&bytes[..count.min(bytes.len())]);
            continue;
        }
        let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        let wanted = if all_but { lines.len().saturating_sub(count) } else { count };
        call.put(lines.into_iter().take(wanted).flatten().copied().collect::<Vec<u8>>());
    }
    status
}

/// Takes lines until there are enough.
pub(super) fn head_some(call: &mut Call<'_, '_>, memory: &mut Memory) -> Option<i32> {
    let count: u64 = count(call).0.parse().unwrap_or(10);
    let bytes = call.input.take().unwrap_or_default();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if memory.lines >= count {
            break;
        }
        memory.lines += 1;
        call.put(line);
    }
    (memory.lines >= count).then_some(0)
}

pub(super) fn tail(call: &mut Call<'_, '_>) -> Came {
    let follows = call.arguments().iter().any(|word| {
        word == "--follow"
            || (word.starts_with('-') && !word.starts_with("--") && word.contains(['f', 'F']))
    });
    let (count, of_bytes) = count(call);
    let paths: Vec<String> =
        files_of(call, "nc").into_iter().filter(|p| !p.starts_with('+')).collect();
    let from_start = count.starts_with('+');
    let wanted: usize = count.trim_start_matches(['+', '-']).parse().unwrap_or(10);
    let retries = has(call, 'F');
    let mut status = 0;
    let mut followed = Vec::new();
    let many = paths.len() > 1;
    let sources = if paths.is_empty() { vec!["-".to_owned()] } else { paths };
    for (index, path) in sources.iter().enumerate() {
        let bytes = match call.content(path) {
            Ok(bytes) => bytes,
            Err(why) => {
                call.cannot_open(path, why);
                status = 1;
                if retries {
                    followed.push((path.clone(), 0));
                }
                continue;
            }
        };
        if many {
            call.put(format!("{}==> {path} <==\n", if index > 0 { "\n" } else { "" }));
        }
        followed.push((path.clone(), bytes.len()));
        let parts: Vec<&[u8]> = match of_bytes {
            true => bytes.chunks(1).collect(),
            false => bytes.split_inclusive(|byte| *byte == b'\n').collect(),
        };
        let skip = match from_start {
            true => wanted.saturating_sub(1),
            false => parts.len().saturating_sub(wanted),
        };
        call.put(parts.into_iter().skip(skip).flatten().copied().collect::<Vec<u8>>());
    }
    if follows && !followed.is_empty() && sources != ["-"] {
        let shown = followed.len() - 1;
        return Came::Follows(Follow { paths: followed, shown });
    }
    Came::Exits(status)
}

fn wc(call: &mut Call<'_, '_>) -> i32 {
    let paths = files_of(call, "");
    let flags: Vec<char> =
        ['l', 'w', 'c', 'm'].into_iter().filter(|letter| has(call, *letter)).collect();
    let flags = if flags.is_empty() { vec!['l', 'w', 'c'] } else { flags };
    let from_input = paths.is_empty();
    let (contents, status) = call.contents(&paths);
    let mut rows: Vec<(Vec<usize>, String)> = Vec::new();
    for (name, bytes) in &contents {
        let text = String::from_utf8_lossy(bytes);
        let value = |letter: &char| match letter {
            'l' => bytes.iter().filter(|byte| **byte == b'\n').count(),
            'w' => text.split_whitespace().count(),
            'm' => text.chars().count(),
            _ => bytes.len(),
        };
        rows.push((flags.iter().map(value).collect(), name.clone()));
    }
    if rows.len() > 1 {
        let total = (0..flags.len()).map(|at| rows.iter().map(|(row, _)| row[at]).sum()).collect();
        rows.push((total, "total".to_owned()));
    }
    let alone = flags.len() == 1;
    let widest = rows.iter().flat_map(|(row, _)| row).max().map_or(1, |n| n.to_string().len());
    let width = match (call.is_busybox(), alone && rows.len() == 1, from_input) {
        (_, true, _) => 1,
        (true, ..) => 9,
        (false, _, true) => 7,
        (false, ..) => widest,
    };
    for (row, name) in rows {
        let cells: Vec<String> = row.iter().map(|value| format!("{value:>width$}")).collect();
        let name = if from_input { String::new() } else { format!(" {name}") };
        call.put(format!("{}{name}\n", cells.join(" ")));
    }
    status
}

/// Writes what comes into files as well.
pub(super) fn tee(call: &mut Call<'_, '_>, memory: &mut Memory) -> Option<i32> {
    let bytes = call.input.take().unwrap_or_default();
    let appends = has(call, 'a') || memory.lines > 0;
    memory.lines += 1;
    let folder = call.body.folder.clone();
    for path in files_of(call, "") {
        let way = if appends { Way::Append } else { Way::Write };
        match call.table.open(&call.body.fds, &folder, &path, way, call.inside) {
            Ok(open) => {
                call.table.write(open, &bytes, call.inside);
            }
            Err(why) => call.cannot_open(&path, why),
        }
    }
    call.put(bytes);
    None
}
