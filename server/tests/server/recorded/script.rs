//! A file of recordings: one history of a cluster.
//!
//! `sandbox JSON` is what the sandbox is made from. `file NAME` puts the lines that follow with `| `
//! before them into a file. `$ LINE` prepares. `quiet` lets the cluster come to rest, `+5s` lets time
//! pass. `> LINE` was recorded: the lines after it with `= ` are its standard output, those with
//! `! ` its standard error, `? N` is its exit code if it is not 0. `>> LINE` and
//! `$$ LINE` are left to the real kubectl. `#` remarks.

use std::{collections::BTreeMap, path::Path};

pub(super) struct Script {
    pub(super) name: String,
    pub(super) sandbox: String,
    pub(super) files: BTreeMap<String, String>,
    pub(super) steps: Vec<Step>,
}

pub(super) enum Step {
    /// A line, and whether it is left to the real kubectl.
    Prepare(String, bool),
    /// A change of the clock, in JSON.
    Clock(String),
    Ask(Asked),
}

/// A command that was recorded.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) line: String,
    pub(super) out: String,
    pub(super) err: String,
    pub(super) code: i32,
    pub(super) real_alone: bool,
}

/// All files of a folder.
pub(super) fn all(folder: &Path) -> Vec<Script> {
    let entries = std::fs::read_dir(folder).expect("the folder of recordings");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "there are recordings");
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        parse(name, &std::fs::read_to_string(path).expect("a recording"))
    };
    paths.iter().map(read).collect()
}

fn parse(name: String, text: &str) -> Script {
    let mut script =
        Script { name, sandbox: "{}".to_owned(), files: BTreeMap::new(), steps: Vec::new() };
    let mut file = String::new();
    for line in text.lines() {
        let (mark, rest) = line.split_once(' ').unwrap_or((line, ""));
        match mark {
            "" | "#" => {}
            "sandbox" => rest.clone_into(&mut script.sandbox),
            "file" => rest.clone_into(&mut file),
            "|" => {
                let text = script.files.entry(file.clone()).or_default();
                text.push_str(rest);
                text.push('\n');
            }
            "$" => script.steps.push(Step::Prepare(rest.to_owned(), false)),
            "$$" => script.steps.push(Step::Prepare(rest.to_owned(), true)),
            "quiet" => script.steps.push(Step::Clock(r#"{"until": "quiet"}"#.to_owned())),
            ">" | ">>" => script.steps.push(Step::Ask(Asked {
                line: rest.to_owned(),
                real_alone: mark == ">>",
                ..Asked::default()
            })),
            _ => match (mark.strip_prefix('+'), script.steps.last_mut()) {
                (Some(span), _) => script.steps.push(Step::Clock(advance(span))),
                (None, Some(Step::Ask(asked))) => heard(asked, mark, rest, &script.name),
                _ => panic!("{}: {line}", script.name),
            },
        }
    }
    script
}

/// A line of what a command said.
fn heard(asked: &mut Asked, mark: &str, rest: &str, name: &str) {
    let text = match mark {
        "=" => &mut asked.out,
        "!" => &mut asked.err,
        "?" => {
            asked.code = rest.parse().expect("an exit code");
            return;
        }
        _ => panic!("{name}: {mark} {rest}"),
    };
    text.push_str(rest);
    text.push('\n');
}

fn advance(span: &str) -> String {
    let seconds: u64 = span.trim_end_matches('s').parse().expect("seconds");
    format!(r#"{{"advance_ms": {}}}"#, seconds * 1000)
}
