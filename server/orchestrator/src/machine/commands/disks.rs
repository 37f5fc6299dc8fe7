//! `du`, `df`, `mount`.

use super::Call;
use super::filters::files_of;
use super::listing::{has, human_size};
use crate::machine::files::{Node, Source, shown};

pub(super) fn du(call: &mut Call<'_, '_>) -> i32 {
    let mut paths = files_of(call, "d");
    if paths.is_empty() {
        paths.push(".".to_owned());
    }
    let folder = call.body.folder.clone();
    let (summary, human) = (has(call, 's'), has(call, 'h'));
    let mut status = 0;
    for path in paths {
        let found = call.files().find(&folder, &path, false).map(|(_, node)| node.clone());
        match found {
            Ok(node) => {
                let mut rows = Vec::new();
                usages(&path, &node, summary, &mut rows);
                for (path, bytes) in rows {
                    let size = if human { human_size(bytes) } else { (bytes / 1024).to_string() };
                    call.put(format!("{size}\t{path}\n"));
                }
            }
            Err(why) => {
                call.complain(&format!("{path}: {why}"));
                status = 1;
            }
        }
    }
    status
}

pub(super) fn usages(path: &str, node: &Node, summary: bool, rows: &mut Vec<(String, u64)>) {
    if !summary {
        for (name, child) in node.entries().filter(|(_, child)| child.is_folder()) {
            usages(&format!("{}/{name}", path.trim_end_matches('/')), child, summary, rows);
        }
    }
    rows.push((path.to_owned(), node.usage()));
}

/// A node's disk, in KiB.
const DISK_KIB: u64 = 98_831_908;

pub(super) fn mounts(call: &mut Call<'_, '_>) -> Vec<(&'static str, u64, u64, String, bool)> {
    let files = call.files();
    let mut rows =
        vec![("overlay", DISK_KIB, files.usage(None) / 1024, "/".to_owned(), files.read_only_root)];
    for (at, mount) in files.mounted().iter().enumerate() {
        let path = shown(&mount.path);
        let secret = path.contains("/secrets/") && matches!(mount.source, Source::Volume(_));
        let device = if secret { "tmpfs" } else { "/dev/sda1" };
        rows.push((device, DISK_KIB, files.usage(Some(at)) / 1024, path, mount.read_only));
    }
    rows
}

pub(super) fn df(call: &mut Call<'_, '_>) -> i32 {
    let human = has(call, 'h');
    let paths = files_of(call, "");
    let mut rows = mounts(call);
    if !paths.is_empty() {
        let folder = call.body.folder.clone();
        let mut chosen = Vec::new();
        for path in &paths {
            let place = match call.files().find(&folder, path, true) {
                Ok((place, _)) => shown(&place),
                Err(why) => {
                    call.complain(&format!("{path}: {why}"));
                    return 1;
                }
            };
            let holds = |row: &&(&str, u64, u64, String, bool)| {
                row.3 == "/" || place == row.3 || place.starts_with(&format!("{}/", row.3))
            };
            chosen.extend(rows.iter().filter(holds).max_by_key(|row| row.3.len()).cloned());
        }
        rows = chosen;
    }
    let title = if human { "Size" } else { "1K-blocks" };
    let head = match (call.is_busybox(), human) {
        (true, true) => {
            "Filesystem                Size      Used Available Use% Mounted on\n".to_owned()
        }
        (true, false) => {
            "Filesystem           1K-blocks      Used Available Use% Mounted on\n".to_owned()
        }
        (false, _) => {
            format!("Filesystem     {title:>10} {:>9} {:>9} Use% Mounted on\n", "Used", "Available")
        }
    };
    call.put(head);
    for (device, size, used, path, _) in rows {
        let free = size.saturating_sub(used);
        let cell = |kib: u64| if human { human_size(kib * 1024) } else { kib.to_string() };
        let percent = used.saturating_mul(100).div_ceil(size.max(1));
        let (first, second) = if call.is_busybox() { (20, 9) } else { (14, 10) };
        call.put(format!(
            "{device:<first$} {:>second$} {:>9} {:>9} {percent:>3}% {path}\n",
            cell(size),
            cell(used),
            cell(free)
        ));
    }
    0
}

pub(super) fn mount(call: &mut Call<'_, '_>) -> i32 {
    for (device, _, _, path, read_only) in mounts(call) {
        let kind = if device == "/dev/sda1" { "ext4" } else { device };
        let mode = if read_only { "ro" } else { "rw" };
        call.put(format!("{device} on {path} type {kind} ({mode},relatime)\n"));
    }
    0
}
