//! `ls`, `stat`, `du`, `df`, `mount`.

use super::Call;
use super::filters::files_of;
use crate::machine::files::{Content, Errno, Node, Permissions};
use crate::time::Time;

pub(super) fn has(call: &Call<'_, '_>, letter: char) -> bool {
    call.arguments()
        .iter()
        .any(|w| w.starts_with('-') && !w.starts_with("--") && w.contains(letter))
}

fn kind(node: &Node) -> char {
    match node.content {
        Content::Folder(_) => 'd',
        Content::File(_) => '-',
        Content::Link(_) => 'l',
        Content::Device(_) => 'c',
    }
}

/// A file to be listed: its name as shown, and what it is.
type Entry = (String, Node);

pub(super) fn ls(call: &mut Call<'_, '_>) -> i32 {
    let mut paths = files_of(call, "");
    if paths.is_empty() {
        paths.push(".".to_owned());
    }
    let folder = call.body.folder.clone();
    let (long, all, itself) = (has(call, 'l'), has(call, 'a'), has(call, 'd'));
    let (mut alone, mut folders, mut status) = (Vec::new(), Vec::new(), 0);
    for path in &paths {
        let files = call.files();
        let follow = !long || path.ends_with('/');
        match files.find(&folder, path, follow).map(|(at, node)| (at, node.clone())) {
            Ok((at, node)) if node.is_folder() && !itself => folders.push((path.clone(), at)),
            Ok((_, node)) => alone.push((path.clone(), node)),
            Err(why) => {
                let text = match call.is_busybox() {
                    true => format!("{path}: {why}"),
                    false => format!("cannot access '{path}': {why}"),
                };
                call.complain(&text);
                status = if call.is_busybox() { 1 } else { 2 };
            }
        }
    }
    let many = paths.len() > 1 || has(call, 'R');
    let mut first = alone.is_empty();
    print(call, alone, None);
    while !folders.is_empty() {
        let (path, at) = folders.remove(0);
        if many {
            call.put(format!("{}{path}:\n", if first { "" } else { "\n" }));
        }
        first = false;
        let files = call.files();
        let mut entries: Vec<Entry> = Vec::new();
        let Some(node) = files.at(&at) else { continue };
        if let Some(why) = files.unreadable(&at) {
            status = cannot_open(call, &path, why);
            continue;
        }
        let names: Vec<String> = node.entries().map(|(name, _)| name.to_string()).collect();
        let own = node.clone();
        for name in names {
            let mut below = at.clone();
            below.push(name.clone());
            entries.extend(files.at(&below).map(|node| (name.clone(), node.clone())));
        }
        let hidden = |name: &str| name.starts_with('.');
        entries.retain(|(name, _)| all || has(call, 'A') || !hidden(name));
        if all {
            entries.insert(0, ("..".to_owned(), own.clone()));
            entries.insert(0, (".".to_owned(), own));
        }
        if has(call, 'R') {
            let below: Vec<_> = entries
                .iter()
                .filter(|(n, node)| node.is_folder() && n != "." && n != "..")
                .collect();
            for (index, (name, _)) in below.into_iter().enumerate() {
                let mut deeper = at.clone();
                deeper.push(name.clone());
                folders.insert(index, (format!("{}/{name}", path.trim_end_matches('/')), deeper));
            }
        }
        let total = entries.iter().map(|(_, node)| blocks(node)).sum();
        print(call, entries, Some(total));
    }
    status
}

/// A folder that may not be read.
fn cannot_open(call: &mut Call<'_, '_>, path: &str, why: Errno) -> i32 {
    let (text, status) = match call.is_busybox() {
        true => (format!("can't open '{path}': {why}"), 1),
        false => (format!("cannot open directory '{path}': {why}"), 2),
    };
    call.complain(&text);
    status
}

/// In KiB, as `ls -l` adds them up.
fn blocks(node: &Node) -> u64 {
    match &node.content {
        Content::Folder(_) => 4,
        Content::File(bytes) => (bytes.len() as u64).div_ceil(4096) * 4,
        Content::Link(_) | Content::Device(_) => 0,
    }
}

fn print(call: &mut Call<'_, '_>, mut entries: Vec<Entry>, total: Option<u64>) {
    if has(call, 't') {
        entries.sort_by_key(|(_, node)| std::cmp::Reverse(node.meta.modified));
    } else if has(call, 'S') {
        entries.sort_by_key(|(_, node)| std::cmp::Reverse(node.size()));
    }
    if has(call, 'r') {
        entries.reverse();
    }
    if has(call, 'l') {
        if let Some(total) = total {
            call.put(format!("total {total}\n"));
        }
        return print_long(call, &entries);
    }
    let marked = |(name, node): &Entry| match (kind(node), has(call, 'F') || has(call, 'p')) {
        ('d', true) => format!("{name}/"),
        _ => name.clone(),
    };
    let names: Vec<String> = entries.iter().map(marked).collect();
    let columns = call.body.fds.get(&1).and_then(|open| call.table.columns(*open));
    match columns {
        Some(columns) if !has(call, '1') => call.put(in_columns(&names, usize::from(columns))),
        _ => call.put(names.iter().flat_map(|name| [name.as_str(), "\n"]).collect::<String>()),
    }
}

/// As many columns as fit, filled downwards.
fn in_columns(names: &[String], width: usize) -> String {
    if names.is_empty() {
        return String::new();
    }
    let length = |name: &String| name.chars().count();
    let widths = |columns: usize| -> Vec<usize> {
        let rows = names.len().div_ceil(columns);
        names.chunks(rows).map(|part| part.iter().map(length).max().unwrap_or(0) + 2).collect()
    };
    let fits = |columns: &usize| widths(*columns).iter().sum::<usize>() <= width + 2;
    let columns = (1..=names.len()).rev().find(fits).unwrap_or(1);
    let (widths, rows) = (widths(columns), names.len().div_ceil(columns));
    let mut text = String::new();
    for row in 0..rows {
        let mut line = String::new();
        for (column, width) in widths.iter().enumerate() {
            if let Some(name) = names.get(column * rows + row) {
                line += &format!("{name:<width$}");
            }
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

fn print_long(call: &mut Call<'_, '_>, entries: &[Entry]) {
    let human = has(call, 'h');
    let size = |node: &Node| match human {
        true => human_size(node.size() as u64),
        false => node.size().to_string(),
    };
    let numeric = has(call, 'n');
    let names = call.table.names();
    let owner = |uid: u32| if numeric { uid.to_string() } else { names.of_user(uid) };
    let group = |gid: u32| if numeric { gid.to_string() } else { names.of_group(gid) };
    let rows: Vec<(String, String, String, String, String)> = entries
        .iter()
        .map(|(_, node)| {
            let links = if node.is_folder() {
                2 + node.entries().filter(|(_, child)| child.is_folder()).count()
            } else {
                1
            };
            let time = stamp(call, node.meta.modified);
            (links.to_string(), owner(node.meta.uid), group(node.meta.gid), size(node), time)
        })
        .collect();
    let busybox = call.is_busybox();
    let width = |cell: fn(&(String, String, String, String, String)) -> usize, least: usize| {
        rows.iter().map(cell).max().unwrap_or(0).max(if busybox { least } else { 0 })
    };
    let links = width(|row| row.0.len(), 5);
    let (users, groups) = (width(|row| row.1.len(), 8), width(|row| row.2.len(), 8));
    let sizes = width(|row| row.3.len(), 9);
    for ((name, node), (l, u, g, s, time)) in entries.iter().zip(&rows) {
        let mode = format!("{}{}", kind(node), Permissions(node.meta.mode));
        let target = match &node.content {
            Content::Link(target) => format!(" -> {target}"),
            _ => String::new(),
        };
        call.put(format!(
            "{mode} {l:>links$} {u:<users$} {g:<groups$} {s:>sizes$} {time} {name}{target}\n"
        ));
    }
}

fn stamp(call: &Call<'_, '_>, at: Time) -> String {
    call.inside.time_at(at, "%b %e %H:%M")
}

pub(super) fn human_size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["", "K", "M", "G", "T"] {
        if value < 1024.0 {
            return match unit {
                "" => format!("{bytes}"),
                _ if value < 10.0 => format!("{value:.1}{unit}"),
                _ => format!("{value:.0}{unit}"),
            };
        }
        value /= 1024.0;
    }
    bytes.to_string()
}

pub(super) fn stat(call: &mut Call<'_, '_>) -> i32 {
    let folder = call.body.folder.clone();
    let words = call.arguments();
    let format =
        words.iter().position(|word| word == "-c").and_then(|at| words.get(at + 1).cloned());
    let names = call.table.names();
    let mut status = 0;
    for path in files_of(call, "c") {
        let follow = has(call, 'L');
        let found = call.files().find(&folder, &path, follow).map(|(_, node)| node.clone());
        let node = match found {
            Ok(node) => node,
            Err(why) => {
                let text = match call.is_busybox() {
                    true => format!("can't stat '{path}': {why}"),
                    false => format!("cannot statx '{path}': {why}"),
                };
                call.complain(&text);
                status = 1;
                continue;
            }
        };
        let what = match kind(&node) {
            'd' => "directory",
            'l' => "symbolic link",
            'c' => "character special file",
            _ if node.size() == 0 => "regular empty file",
            _ => "regular file",
        };
        let mode = format!("{:o}", node.meta.mode);
        let letters = format!("{}{}", kind(&node), Permissions(node.meta.mode));
        let seconds = call.inside.clock.timestamp_at(node.meta.modified).as_second().to_string();
        match &format {
            Some(format) => {
                let made = [
                    ("%s", node.size().to_string()),
                    ("%a", mode),
                    ("%A", letters),
                    ("%n", path.clone()),
                    ("%F", what.to_owned()),
                    ("%U", names.of_user(node.meta.uid)),
                    ("%G", names.of_group(node.meta.gid)),
                    ("%u", node.meta.uid.to_string()),
                    ("%g", node.meta.gid.to_string()),
                    ("%Y", seconds),
                ];
                let text = made
                    .iter()
                    .fold(format.clone(), |text, (code, value)| text.replace(code, value));
                call.put(text + "\n");
            }
            None => {
                let time = call.inside.time_at(node.meta.modified, "%Y-%m-%d %H:%M:%S.%9f +0000");
                let blocks = node.size().div_ceil(4096) * 8;
                call.put(format!(
                    "  File: {path}\n  Size: {:<10}\tBlocks: {blocks:<10} IO Block: 4096   {what}\n\
                     Access: ({:04o}/{letters})  Uid: ({:>5}/{:>8})   Gid: ({:>5}/{:>8})\n\
                     Access: {time}\nModify: {time}\nChange: {time}\n",
                    node.size(),
                    node.meta.mode,
                    node.meta.uid,
                    names.of_user(node.meta.uid),
                    node.meta.gid,
                    names.of_group(node.meta.gid),
                ));
            }
        }
    }
    status
}
