//! `find` and `xargs`.

use super::{Call, Came};
use crate::machine::files::{Content, Node};
use crate::machine::shell::pattern_matches;

const FOUND_MAX: usize = 50_000;

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// A path, its depth, and what is there.
type Found = (String, usize, Node);

fn walk(call: &mut Call<'_, '_>, root: &str) -> Result<Vec<Found>, crate::machine::files::Errno> {
    let folder = call.body.folder.clone();
    let files = call.files();
    let (place, node) = files.find(&folder, root, false)?;
    let mut found = Vec::new();
    let mut left = vec![(root.to_owned(), 0, place, node.clone())];
    while let Some((path, depth, place, node)) = left.pop() {
        let mut below = Vec::new();
        for (name, _) in node.entries() {
            let mut inner = place.clone();
            inner.push(name.to_string());
            if let Some(child) = files.at(&inner) {
                let path = format!("{}/{name}", path.trim_end_matches('/'));
                below.push((path, depth + 1, inner, child.clone()));
            }
        }
        left.extend(below.into_iter().rev());
        found.push((path, depth, node));
        if found.len() > FOUND_MAX {
            break;
        }
    }
    Ok(found)
}

/// All files below a folder.
pub(super) fn files_below(call: &mut Call<'_, '_>, root: &str) -> Vec<String> {
    let found = walk(call, root).unwrap_or_default();
    found.into_iter().filter(|(_, _, node)| node.is_file()).map(|(path, ..)| path).collect()
}

pub(super) fn find(call: &mut Call<'_, '_>) -> Came {
    let words = call.arguments();
    let is_path = |word: &&String| !word.starts_with(['-', '(', '!']);
    let mut roots: Vec<String> = words.iter().take_while(is_path).cloned().collect();
    let tests = words[roots.len()..].to_vec();
    if roots.is_empty() {
        roots.push(".".to_owned());
    }
    let (mut status, mut chosen) = (0, Vec::new());
    for root in roots {
        match walk(call, &root) {
            Ok(found) => {
                let fits = |one: &Found| passes(&tests, one);
                chosen.extend(found.into_iter().filter(fits).map(|(path, ..)| path));
            }
            Err(why) => {
                let text = match call.is_busybox() {
                    true => format!("{root}: {why}"),
                    false => format!("\u{2018}{root}\u{2019}: {why}"),
                };
                call.complain(&text);
                status = 1;
            }
        }
    }
    if tests.iter().any(|test| test == "-delete") {
        for path in chosen.iter().rev() {
            let folder = call.body.folder.clone();
            let mut files = call.files();
            if let Ok((place, _)) = files.find(&folder, path, false) {
                let _ = files.remove(&place);
            }
        }
        return Came::Exits(status);
    }
    if let Some(at) = tests.iter().position(|test| test == "-exec") {
        let command: Vec<&String> =
            tests[at + 1..].iter().take_while(|w| *w != ";" && *w != "+").collect();
        let together = tests.last().is_some_and(|word| word == "+");
        return Came::Script(executions(&command, &chosen, together));
    }
    let end = if tests.iter().any(|test| test == "-print0") { "\0" } else { "\n" };
    let text: String = chosen.iter().flat_map(|path| [path.as_str(), end]).collect();
    call.put(text);
    Came::Exits(status)
}

fn executions(command: &[&String], paths: &[String], together: bool) -> String {
    let line = |paths: &[String]| -> String {
        let words = command.iter().flat_map(|word| match word.as_str() {
            "{}" => paths.iter().map(|path| quoted(path)).collect(),
            word => {
                let path = paths.first().map(String::as_str).unwrap_or_default();
                vec![quoted(&word.replace("{}", path))]
            }
        });
        words.collect::<Vec<_>>().join(" ")
    };
    if together {
        return if paths.is_empty() { ":".to_owned() } else { line(paths) };
    }
    let lines: Vec<String> = paths.iter().map(|path| line(std::slice::from_ref(path))).collect();
    lines.join("\n") + "\n:"
}

fn passes(tests: &[String], (path, depth, node): &Found) -> bool {
    let mut rest = tests.iter().map(String::as_str);
    let mut negated = false;
    let mut any = false;
    let mut all = true;
    while let Some(test) = rest.next() {
        let holds = match test {
            "-not" | "!" => {
                negated = true;
                continue;
            }
            "-o" | "-or" => {
                any |= all;
                all = true;
                continue;
            }
            "-exec" => break,
            "-name" | "-iname" => {
                let pattern = rest.next().unwrap_or_default();
                let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
                match test {
                    "-iname" => pattern_matches(&pattern.to_lowercase(), &name.to_lowercase()),
                    _ => pattern_matches(pattern, name),
                }
            }
            "-path" => pattern_matches(rest.next().unwrap_or_default(), path),
            "-type" => matches!(
                (rest.next().unwrap_or_default(), &node.content),
                ("f", Content::File(_))
                    | ("d", Content::Folder(_))
                    | ("l", Content::Link(_))
                    | ("c", Content::Device(_))
            ),
            "-maxdepth" => *depth <= rest.next().and_then(|n| n.parse().ok()).unwrap_or(usize::MAX),
            "-mindepth" => *depth >= rest.next().and_then(|n| n.parse().ok()).unwrap_or(0),
            "-empty" => node.size() == 0 || (node.is_folder() && node.entries().next().is_none()),
            _ => true,
        };
        all &= holds != negated;
        negated = false;
    }
    any || all
}

/// `xargs`: the commands, as a script.
pub(super) fn xargs(call: &mut Call<'_, '_>) -> Came {
    let words = call.arguments();
    let (mut at, mut most, mut replaced, mut zero, mut never_empty) = (0, None, None, false, false);
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        match word.as_str() {
            "-n" | "-L" => {
                at += 1;
                most = words.get(at).and_then(|count| count.parse::<usize>().ok());
            }
            "-I" => {
                at += 1;
                replaced = words.get(at).cloned();
            }
            "-P" | "-d" => at += 1,
            "-0" => zero = true,
            "-r" => never_empty = true,
            flag if flag.starts_with("-n") => most = flag[2..].parse().ok(),
            flag if flag.starts_with("-I") => replaced = Some(flag[2..].to_owned()),
            _ => {}
        }
        at += 1;
    }
    let command = if at < words.len() { words[at..].to_vec() } else { vec!["echo".to_owned()] };
    let input = String::from_utf8_lossy(&call.input.take().unwrap_or_default()).into_owned();
    let items: Vec<String> = match (zero, &replaced) {
        (true, _) => input.split('\0').filter(|one| !one.is_empty()).map(str::to_owned).collect(),
        (_, Some(_)) => input
            .lines()
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect(),
        _ => input.split_whitespace().map(str::to_owned).collect(),
    };
    if items.is_empty() && (never_empty || replaced.is_some()) {
        return Came::Exits(0);
    }
    let base: Vec<String> = command.iter().map(|word| quoted(word)).collect();
    let lines: Vec<String> = match replaced {
        Some(mark) => items
            .iter()
            .map(|item| {
                command
                    .iter()
                    .map(|word| quoted(&word.replace(&mark, item)))
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect(),
        None if items.is_empty() => vec![base.join(" ")],
        None => items
            .chunks(most.unwrap_or(5000).max(1))
            .map(|some| {
                format!(
                    "{} {}",
                    base.join(" "),
                    some.iter().map(|i| quoted(i)).collect::<Vec<_>>().join(" ")
                )
            })
            .collect(),
    };
    let mut script = String::from("_s=0\n");
    for line in lines {
        script += &format!("{line} || _s=123\n");
    }
    Came::Script(script + "exit $_s")
}
