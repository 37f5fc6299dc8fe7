//! `tar`: what `kubectl cp` needs and people use. Archives are in the `ustar` format.

use super::Call;
use crate::machine::files::{Content, Node, shown};
use crate::time::Time;

const BLOCK: usize = 512;

/// What is asked of it.
#[derive(Debug, Default)]
struct Asked {
    letters: String,
    file: Option<String>,
    folder: Option<String>,
    paths: Vec<String>,
}

fn asked(words: &[String]) -> Asked {
    let mut asked = Asked::default();
    let mut rest = words.iter();
    let mut first = true;
    while let Some(word) = rest.next() {
        let letters = match word.strip_prefix('-') {
            Some(long) if long.starts_with('-') => continue,
            Some(letters) if !letters.is_empty() => letters,
            None if first => word,
            _ => {
                asked.paths.push(word.clone());
                continue;
            }
        };
        first = false;
        for letter in letters.chars() {
            match letter {
                'f' => asked.file = rest.next().cloned(),
                'C' => asked.folder = rest.next().cloned(),
                letter => asked.letters.push(letter),
            }
        }
    }
    asked
}

/// Whether it reads an archive from its input.
pub(super) fn reads(words: &[String]) -> bool {
    let asked = asked(words);
    let from_input = asked.file.as_deref().is_none_or(|file| file == "-");
    asked.letters.contains(['x', 't']) && from_input
}

pub(super) fn tar(call: &mut Call<'_, '_>) -> i32 {
    let asked = asked(&call.arguments());
    let base = call.body.folder.clone();
    let folder = match &asked.folder {
        Some(folder) => match call.files().find(&base, folder, true) {
            Ok((place, node)) if node.is_folder() => shown(&place),
            _ => {
                let text = match call.is_busybox() {
                    true => {
                        format!("can't change directory to '{folder}': No such file or directory")
                    }
                    false => format!("{folder}: Cannot open: No such file or directory"),
                };
                call.complain(&text);
                return if call.is_busybox() { 1 } else { 2 };
            }
        },
        None => base,
    };
    if asked.letters.contains('c') {
        return create(call, &asked, &folder);
    }
    let bytes = match asked.file.as_deref() {
        None | Some("-") => call.input.take().unwrap_or_default(),
        Some(path) => match call.content(path) {
            Ok(bytes) => bytes,
            Err(why) => {
                call.complain(&format!("{path}: {why}"));
                return 1;
            }
        },
    };
    extract(call, &asked, &folder, &bytes)
}

fn create(call: &mut Call<'_, '_>, asked: &Asked, folder: &str) -> i32 {
    let (mut archive, mut status) = (Vec::new(), 0);
    if asked.paths.iter().any(|path| path.starts_with('/')) {
        call.complain(match call.is_busybox() {
            true => "removing leading '/' from member names",
            false => "Removing leading `/' from member names",
        });
    }
    for path in &asked.paths {
        let found = call.files().find(folder, path, false).map(|(place, _)| place);
        match found {
            Ok(place) => {
                let name = path.trim_start_matches('/').trim_end_matches('/');
                add(call, &place, if name.is_empty() { "." } else { name }, &mut archive);
            }
            Err(why) => {
                let text = match call.is_busybox() {
                    true => format!("{path}: {why}"),
                    false => format!("{path}: Cannot stat: {why}"),
                };
                call.complain(&text);
                status = if call.is_busybox() { 1 } else { 2 };
            }
        }
    }
    archive.resize(archive.len() + 2 * BLOCK, 0);
    match asked.file.as_deref() {
        None | Some("-") => call.put(archive),
        Some(path) => {
            let folder = call.body.folder.clone();
            let mut files = call.files();
            let written = files.resolve(&folder, path, true).and_then(|place| {
                files.create(&place)?;
                files.write(&place, 0, &archive)
            });
            if let Err(why) = written {
                call.complain(&format!("can't open '{path}': {why}"));
                return 1;
            }
        }
    }
    status
}

fn add(call: &mut Call<'_, '_>, place: &[String], name: &str, archive: &mut Vec<u8>) {
    let files = call.files();
    let Some(node) = files.at(place).cloned() else { return };
    let seconds = call.inside.clock.timestamp_at(node.meta.modified).as_second();
    let (kind, link, body): (u8, &str, &[u8]) = match &node.content {
        Content::Folder(_) => (b'5', "", &[]),
        Content::File(bytes) => (b'0', "", bytes),
        Content::Link(target) => (b'2', target, &[]),
        Content::Device(_) => return,
    };
    let shown_name = if kind == b'5' { format!("{name}/") } else { name.to_owned() };
    archive.extend(header(&shown_name, &node, seconds, kind, link, body.len()));
    archive.extend_from_slice(body);
    archive.resize(archive.len().next_multiple_of(BLOCK), 0);
    let below: Vec<String> = node.entries().map(|(name, _)| name.to_string()).collect();
    for child in below {
        let mut inner = place.to_vec();
        inner.push(child.clone());
        add(call, &inner, &format!("{name}/{child}"), archive);
    }
}

fn header(name: &str, node: &Node, seconds: i64, kind: u8, link: &str, size: usize) -> Vec<u8> {
    let mut block = vec![0_u8; BLOCK];
    let (prefix, short) = match name.len() {
        ..=100 => ("", name),
        // A long name is split at a slash: 155 letters before it, 100 after.
        length => {
            let from = length.saturating_sub(101);
            let at = name[from..].find('/').map_or(0, |at| from + at);
            (&name[..at], &name[(at + 1).min(length)..])
        }
    };
    let mut put = |at: usize, text: &[u8], most: usize| {
        let text = &text[..text.len().min(most)];
        block[at..at + text.len()].copy_from_slice(text);
    };
    put(0, short.as_bytes(), 100);
    put(100, format!("{:07o}", node.meta.mode & 0o7777).as_bytes(), 8);
    put(108, format!("{:07o}", node.meta.uid).as_bytes(), 8);
    put(116, format!("{:07o}", node.meta.gid).as_bytes(), 8);
    put(124, format!("{size:011o}").as_bytes(), 12);
    put(136, format!("{:011o}", seconds.max(0)).as_bytes(), 12);
    put(148, b"        ", 8);
    put(156, &[kind], 1);
    put(157, link.as_bytes(), 100);
    put(257, b"ustar\x0000", 8);
    put(265, b"root", 32);
    put(297, b"root", 32);
    put(345, prefix.as_bytes(), 155);
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

/// One entry of an archive.
struct Entry<'a> {
    name: String,
    kind: u8,
    mode: u32,
    link: String,
    body: &'a [u8],
}

fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

fn octal(bytes: &[u8]) -> Option<usize> {
    usize::from_str_radix(text(bytes).trim(), 8).ok()
}

/// The entries of an archive. None where it is broken.
fn entries(bytes: &[u8]) -> Option<Vec<Entry<'_>>> {
    let (mut entries, mut at, mut long) = (Vec::new(), 0, None);
    while let Some(block) = bytes.get(at..at + BLOCK) {
        if block.iter().all(|byte| *byte == 0) {
            break;
        }
        let size = octal(&block[124..136])?;
        let body = bytes.get(at + BLOCK..(at + BLOCK).checked_add(size)?)?;
        at = (at + BLOCK + size).next_multiple_of(BLOCK);
        match block[156] {
            b'L' => {
                long = Some(text(body));
                continue;
            }
            b'x' => {
                long = pax_path(body).or(long);
                continue;
            }
            b'g' => continue,
            _ => {}
        }
        let (prefix, short) = (text(&block[345..500]), text(&block[..100]));
        let whole = if prefix.is_empty() { short } else { format!("{prefix}/{short}") };
        entries.push(Entry {
            name: long.take().unwrap_or(whole),
            kind: block[156],
            mode: u32::try_from(octal(&block[100..108])?).ok()?,
            link: text(&block[157..257]),
            body,
        });
    }
    Some(entries)
}

/// The path of an extended header: `30 path=…`.
fn pax_path(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    text.lines().find_map(|line| Some(line.split_once(" path=")?.1.to_owned()))
}

fn extract(call: &mut Call<'_, '_>, asked: &Asked, folder: &str, bytes: &[u8]) -> i32 {
    let Some(entries) = entries(bytes) else {
        call.complain("short read");
        return 1;
    };
    let mut status = 0;
    for entry in entries {
        let name = entry.name.trim_start_matches('/').trim_end_matches('/').to_owned();
        let wanted = |path: &String| {
            let path = path.trim_end_matches('/');
            name == path || name.starts_with(&format!("{path}/"))
        };
        if !asked.paths.is_empty() && !asked.paths.iter().any(wanted) {
            continue;
        }
        if asked.letters.contains('t') {
            call.put(entry.name.clone() + "\n");
            continue;
        }
        if asked.letters.contains('v') {
            call.put(entry.name.clone() + "\n");
        }
        if let Err(why) = place(call, folder, &name, &entry) {
            let text = match call.is_busybox() {
                true => format!("can't open '{name}': {why}"),
                false => format!("{name}: Cannot open: {why}"),
            };
            call.complain(&text);
            status = if call.is_busybox() { 1 } else { 2 };
        }
    }
    status
}

fn place(
    call: &mut Call<'_, '_>,
    folder: &str,
    name: &str,
    entry: &Entry<'_>,
) -> Result<(), crate::machine::files::Errno> {
    let mut files = call.files();
    let now: Time = files.now;
    let names: Vec<&str> =
        name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let mut path = folder.to_owned();
    for (index, part) in names.iter().enumerate() {
        path = format!("{}/{part}", path.trim_end_matches('/'));
        let at = files.resolve("/", &path, true)?;
        let is_last = index + 1 == names.len();
        if !is_last || entry.kind == b'5' {
            if files.at(&at).is_none() {
                let mode = if is_last { entry.mode } else { 0o755 };
                files.put(&at, Node::folder(now).with_mode(mode))?;
            }
            continue;
        }
        let node = match entry.kind {
            b'2' => Node::link(&entry.link, now),
            _ => Node::file(entry.body, now).with_mode(entry.mode),
        };
        super::places::merge(&mut files, &at, node)?;
    }
    Ok(())
}
