//! Commands that make, change and remove files and folders.

use super::Call;
use super::filters::files_of;
use crate::machine::files::{Content, Errno, Node, shown};

fn has(call: &Call<'_, '_>, letter: char) -> bool {
    call.arguments()
        .iter()
        .any(|w| w.starts_with('-') && !w.starts_with("--") && w.contains(letter))
}

pub(super) fn run(name: &str, call: &mut Call<'_, '_>) -> i32 {
    match name {
        "touch" => each(call, touch),
        "mkdir" => each(call, mkdir),
        "rmdir" => each(call, rmdir),
        "rm" => rm(call),
        "chmod" => chmod(call),
        "chown" => chown(call),
        "ln" => ln(call),
        "readlink" | "realpath" => readlink(name, call),
        "mktemp" => mktemp(call),
        "truncate" => each(call, |call, path| {
            let folder = call.body.folder.clone();
            let mut files = call.files();
            let place = files.resolve(&folder, path, true)?;
            files.create(&place)
        }),
        _ => 1,
    }
}

fn each(call: &mut Call<'_, '_>, act: fn(&mut Call<'_, '_>, &str) -> Result<(), Errno>) -> i32 {
    let value = if call.name() == "mkdir" { "m" } else { "tdrs" };
    let paths = files_of(call, value);
    if paths.is_empty() {
        call.complain("missing operand");
        return 1;
    }
    let mut status = 0;
    for path in paths {
        if let Err(why) = act(call, &path) {
            let text = cannot(call, &path, why);
            call.complain(&text);
            status = 1;
        }
    }
    status
}

/// How a command says that it cannot do something to a file.
fn cannot(call: &Call<'_, '_>, path: &str, why: Errno) -> String {
    match (call.name(), call.is_busybox()) {
        ("touch", false) => format!("cannot touch '{path}': {why}"),
        ("mkdir", true) => format!("can't create directory '{path}': {why}"),
        ("mkdir", false) => format!("cannot create directory \u{2018}{path}\u{2019}: {why}"),
        ("rmdir", true) => format!("'{path}': {why}"),
        ("rmdir", false) => format!("failed to remove '{path}': {why}"),
        ("rm", true) => format!("can't remove '{path}': {why}"),
        ("rm", false) => format!("cannot remove '{path}': {why}"),
        (_, true) => format!("{path}: {why}"),
        ("chmod", false) if why == Errno::NotPermitted => {
            format!("changing permissions of '{path}': {why}")
        }
        ("chown", false) if why == Errno::NotPermitted => {
            format!("changing ownership of '{path}': {why}")
        }
        (_, false) => format!("cannot access '{path}': {why}"),
    }
}

fn touch(call: &mut Call<'_, '_>, path: &str) -> Result<(), Errno> {
    let folder = call.body.folder.clone();
    let only_there = has(call, 'c');
    let mut files = call.files();
    let place = files.resolve(&folder, path, true)?;
    match files.at(&place) {
        Some(_) => {
            let now = files.now;
            files.change(&place, |node| node.meta.modified = now)
        }
        None if only_there => Ok(()),
        None => files.create(&place),
    }
}

fn mkdir(call: &mut Call<'_, '_>, path: &str) -> Result<(), Errno> {
    let parents = has(call, 'p');
    let folder = call.body.folder.clone();
    let mut files = call.files();
    let now = files.now;
    let trimmed = path.trim_end_matches('/');
    let path = if trimmed.is_empty() { "/" } else { trimmed };
    if parents {
        let whole =
            if path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") };
        let names: Vec<&str> = whole.split('/').filter(|name| !name.is_empty()).collect();
        let mut at = String::new();
        for name in names {
            at = format!("{at}/{name}");
            let place = files.resolve("/", &at, true)?;
            match files.at(&place) {
                Some(node) if node.is_folder() => {}
                Some(_) => return Err(Errno::Exists),
                None => files.put(&place, Node::folder(now))?,
            }
        }
        return Ok(());
    }
    let place = files.resolve(&folder, path, false)?;
    if files.at(&place).is_some() {
        return Err(Errno::Exists);
    }
    files.put(&place, Node::folder(now))
}

fn rmdir(call: &mut Call<'_, '_>, path: &str) -> Result<(), Errno> {
    let folder = call.body.folder.clone();
    let mut files = call.files();
    let (place, node) = files.find(&folder, path, false)?;
    if !node.is_folder() {
        return Err(Errno::NotFolder);
    }
    if node.entries().next().is_some() {
        return Err(Errno::NotEmpty);
    }
    files.remove(&place).map(|_| ())
}

fn rm(call: &mut Call<'_, '_>) -> i32 {
    let (force, recursive) = (has(call, 'f'), has(call, 'r') || has(call, 'R'));
    let folder = call.body.folder.clone();
    let mut status = 0;
    for path in files_of(call, "") {
        let mut files = call.files();
        let result = match files.find(&folder, &path, false) {
            Err(Errno::NoEntry | Errno::NotFolder) if force => Ok(()),
            Err(why) => Err(why),
            Ok((_, node)) if node.is_folder() && !recursive => Err(Errno::IsFolder),
            Ok((place, _)) => files.remove(&place).map(|_| ()),
        };
        if let Err(why) = result {
            let mut text = cannot(call, &path, why);
            if call.is_busybox() && why == Errno::IsFolder {
                text = format!("'{path}' is a directory");
            }
            call.complain(&text);
            status = 1;
        }
    }
    status
}

/// `755`, `+x`, `u=rw,go-w`
fn mode(spec: &str, old: u32) -> Option<u32> {
    if let Ok(octal) = u32::from_str_radix(spec, 8) {
        return Some(octal & 0o7777);
    }
    let mut mode = old;
    for clause in spec.split(',') {
        let at = clause.find(['+', '-', '='])?;
        let (who, rest) = clause.split_at(at);
        let bits = rest[1..].chars().fold(0, |sum, letter| {
            sum | match letter {
                'r' => 4,
                'w' => 2,
                'x' | 'X' => 1,
                _ => 0,
            }
        });
        for (letter, shift) in [('u', 6), ('g', 3), ('o', 0)] {
            if !who.is_empty() && !who.contains(letter) && !who.contains('a') {
                continue;
            }
            match &rest[..1] {
                "+" => mode |= bits << shift,
                "-" => mode &= !(bits << shift),
                _ => mode = (mode & !(7 << shift)) | (bits << shift),
            }
        }
    }
    Some(mode)
}

/// A node and all below it.
fn change_all(node: &mut Node, recursive: bool, change: &impl Fn(&mut Node)) {
    change(node);
    if !recursive {
        return;
    }
    if let Content::Folder(entries) = &mut node.content {
        let names: Vec<_> = entries.keys().cloned().collect();
        for name in names {
            if let Some(child) = entries.get_mut(&name) {
                change_all(std::sync::Arc::make_mut(child), true, change);
            }
        }
    }
}

fn change(call: &mut Call<'_, '_>, paths: &[String], change: &impl Fn(&mut Node)) -> i32 {
    let folder = call.body.folder.clone();
    let recursive = has(call, 'R');
    let mut status = 0;
    for path in paths {
        let mut files = call.files();
        let place = files.find(&folder, path, true).map(|(place, _)| place);
        let result = place.and_then(|place| {
            files.may_own(&place)?;
            files.change(&place, |node| change_all(node, recursive, change))
        });
        if let Err(why) = result {
            let text = cannot(call, path, why);
            call.complain(&text);
            status = 1;
        }
    }
    status
}

fn chmod(call: &mut Call<'_, '_>) -> i32 {
    let words: Vec<String> =
        call.arguments().into_iter().filter(|w| w != "-R" && w != "-v" && w != "-f").collect();
    let Some((spec, paths)) = words.split_first() else { return 1 };
    if mode(spec, 0).is_none() {
        call.complain(&format!("invalid mode: {spec}"));
        return 1;
    }
    let (spec, paths) = (spec.clone(), paths.to_vec());
    change(call, &paths, &|node| {
        node.meta.mode = mode(&spec, node.meta.mode).unwrap_or(node.meta.mode)
    })
}

fn chown(call: &mut Call<'_, '_>) -> i32 {
    let words: Vec<String> =
        call.arguments().into_iter().filter(|word| !word.starts_with('-')).collect();
    let Some((spec, paths)) = words.split_first() else { return 1 };
    let id = |name: &str| match name {
        "root" => Some(0),
        "nobody" => Some(65534),
        "www-data" => Some(33),
        "nginx" => Some(101),
        other => other.parse::<u32>().ok(),
    };
    let (user, group) = spec.split_once(':').map_or((spec.as_str(), None), |(u, g)| (u, Some(g)));
    let (user, group) = (id(user), group.and_then(id));
    let paths = paths.to_vec();
    // Nobody gives away what is theirs, but root.
    let given = user.is_some_and(|user| user != call.table.user.uid);
    if given && !call.table.user.is_root() {
        for path in &paths {
            let text = cannot(call, path, Errno::NotPermitted);
            call.complain(&text);
        }
        return 1;
    }
    change(call, &paths, &|node| {
        node.meta.uid = user.unwrap_or(node.meta.uid);
        node.meta.gid = group.unwrap_or(node.meta.gid);
    })
}

fn ln(call: &mut Call<'_, '_>) -> i32 {
    let (soft, force) = (has(call, 's'), has(call, 'f'));
    let folder = call.body.folder.clone();
    let [target, name] =
        files_of(call, "").try_into().unwrap_or_else(|_| [String::new(), String::new()]);
    let mut files = call.files();
    let now = files.now;
    let made = files.resolve(&folder, &name, false).and_then(|mut place| {
        if files.at(&place).is_some_and(Node::is_folder) {
            place.push(target.rsplit('/').next().unwrap_or_default().to_owned());
        }
        if files.at(&place).is_some() && !force {
            return Err(Errno::Exists);
        }
        let node = match soft {
            true => Node::link(&target, now),
            // Two names of one file are modelled as two files.
            false => files.find(&folder, &target, true)?.1.clone(),
        };
        files.put(&place, node)
    });
    match made {
        Ok(()) => 0,
        Err(why) => {
            call.complain(&format!("{name}: {why}"));
            1
        }
    }
}

fn readlink(name: &str, call: &mut Call<'_, '_>) -> i32 {
    let folder = call.body.folder.clone();
    let whole = has(call, 'f') || name == "realpath";
    for path in files_of(call, "") {
        let files = call.files();
        let text = match (whole, files.find(&folder, &path, whole)) {
            (true, found) => found.map(|(place, _)| shown(&place)).ok(),
            (false, Ok((_, Node { content: Content::Link(target), .. }))) => {
                Some(target.to_string())
            }
            _ => None,
        };
        match text {
            Some(text) => call.put(text + "\n"),
            None => return 1,
        }
    }
    0
}

fn mktemp(call: &mut Call<'_, '_>) -> i32 {
    let is_folder = has(call, 'd');
    let letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let name: String = (0..10)
        .map(|_| char::from(letters[call.inside.chance() as usize % letters.len()]))
        .collect();
    let mut files = call.files();
    let now = files.now;
    let path = ["tmp".to_owned(), format!("tmp.{name}")];
    let node = if is_folder {
        Node::folder(now).with_mode(0o700)
    } else {
        Node::file("", now).with_mode(0o600)
    };
    match files.put(&path, node) {
        Ok(()) => {
            call.put(shown(&path) + "\n");
            0
        }
        Err(why) => {
            call.complain(&format!("/tmp: {why}"));
            1
        }
    }
}
