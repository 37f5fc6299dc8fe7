//! `cp` and `mv`.

use super::Call;
use super::filters::files_of;
use crate::machine::files::{Content, Errno, Files, Node};

pub(super) fn run(name: &str, call: &mut Call<'_, '_>) -> i32 {
    let flags: String = call
        .arguments()
        .iter()
        .filter(|w| w.starts_with('-') && !w.starts_with("--"))
        .map(|w| &w[1..])
        .collect();
    let recursive = name == "mv" || flags.contains(['r', 'R', 'a']);
    let keeps_links = name == "mv" || flags.contains(['a', 'd', 'P']);
    let mut paths = files_of(call, "");
    let Some(target) = paths.pop().filter(|_| !paths.is_empty()) else {
        call.complain("missing file operand");
        return 1;
    };
    let folder = call.body.folder.clone();
    let mut status = 0;
    for path in &paths {
        let mut files = call.files();
        let result =
            one(&mut files, &folder, path, &target, (recursive, keeps_links), name == "mv");
        if let Err((subject, why)) = result {
            let text = match (call.is_busybox(), why) {
                (true, Errno::IsFolder) => format!("omitting directory '{path}'"),
                (false, Errno::IsFolder) => {
                    format!("-r not specified; omitting directory '{path}'")
                }
                (true, _) if name == "mv" => format!("can't rename '{path}': {why}"),
                (true, _) if subject == *path => format!("can't stat '{path}': {why}"),
                (true, _) => format!("can't create '{subject}': {why}"),
                (false, _) if subject == *path => format!("cannot stat '{path}': {why}"),
                (false, _) => format!("cannot create regular file '{subject}': {why}"),
            };
            call.complain(&text);
            status = 1;
        }
    }
    status
}

fn one(
    files: &mut Files<'_>,
    folder: &str,
    path: &str,
    target: &str,
    (recursive, keeps_links): (bool, bool),
    moves: bool,
) -> Result<(), (String, Errno)> {
    let from = |why| (path.to_owned(), why);
    let to = |why| (target.to_owned(), why);
    let (source, node) = files.find(folder, path, !keeps_links).map_err(from)?;
    let mut node = whole(files, &source, node.clone());
    if node.is_folder() && !recursive {
        return Err(from(Errno::IsFolder));
    }
    let mut place = files.resolve(folder, target, true).map_err(to)?;
    if files.at(&place).is_some_and(Node::is_folder) {
        let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        if name != "." {
            place.push(name.to_owned());
        }
    } else if target.ends_with('/') {
        return Err(to(Errno::NotFolder));
    }
    if place.starts_with(&source) {
        return Err(from(Errno::Invalid));
    }
    if !moves {
        node.meta.modified = files.now;
    }
    merge(files, &place, node).map_err(to)?;
    if moves {
        files.remove(&source).map_err(from)?;
    }
    Ok(())
}

/// A folder with what is mounted in it.
fn whole(files: &Files<'_>, path: &[String], mut node: Node) -> Node {
    if let Content::Folder(entries) = &mut node.content {
        let names: Vec<_> = entries.keys().cloned().collect();
        for name in names {
            let mut below = path.to_vec();
            below.push(name.to_string());
            if let Some(child) = files.at(&below) {
                entries.insert(name, std::sync::Arc::new(whole(files, &below, child.clone())));
            }
        }
    }
    node
}

/// Puts files into folders that are there already.
pub(super) fn merge(files: &mut Files<'_>, place: &[String], node: Node) -> Result<(), Errno> {
    match (&node.content, files.at(place)) {
        (Content::Folder(entries), Some(there)) if there.is_folder() => {
            for (name, child) in entries.clone() {
                let mut below = place.to_vec();
                below.push(name.to_string());
                merge(files, &below, (*child).clone())?;
            }
            Ok(())
        }
        (Content::File(bytes), Some(there)) if there.is_file() => {
            files.create(place)?;
            files.write(place, 0, bytes)?;
            let mode = node.meta.mode;
            files.change(place, |there| there.meta.mode = mode)
        }
        (_, Some(there)) if there.is_folder() => Err(Errno::IsFolder),
        _ => files.put(place, node),
    }
}
