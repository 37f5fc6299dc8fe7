//! The lines to compare, and what the world and the folder look like when they run.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use orchestrator::{Scenario, World};

use crate::stage::{Stage, milliseconds};

/// Names and texts of files.
pub(crate) type Text = BTreeMap<String, String>;

/// How old the cluster is when the lines run: ages of some minutes or hours stay the same while a
/// test runs.
const AGE_MS: i64 = 45 * 60_000;

/// One file of lines.
pub(crate) struct Script {
    pub(crate) name: String,
    pub(crate) files: Text,
    steps: Vec<Step>,
    pub(crate) lines: Vec<String>,
}

enum Step {
    Run(String),
    Pass(i64),
}

/// All scripts of a folder.
pub(crate) fn all(folder: &Path) -> Vec<Script> {
    let entries = std::fs::read_dir(folder).expect("the folder of scripts");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "there are scripts");
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        Script::parse(name, &std::fs::read_to_string(path).expect("a script"))
    };
    paths.iter().map(read).collect()
}

impl Script {
    fn parse(name: String, text: &str) -> Script {
        let (mut files, mut steps, mut compared) = (Text::new(), Vec::new(), Vec::new());
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            if let Some(file) = line.strip_prefix("file ") {
                let mut content = String::new();
                while let Some(line) = lines.next_if(|line| line.starts_with('|')) {
                    content.push_str(line.strip_prefix("| ").unwrap_or(&line[1..]));
                    content.push('\n');
                }
                files.insert(file.to_owned(), content);
            } else if let Some(command) = line.strip_prefix("$ ") {
                steps.push(Step::Run(command.to_owned()));
            } else if let Some(span) = line.strip_prefix('+') {
                steps.push(Step::Pass(milliseconds(span)));
            } else if !line.is_empty() && !line.starts_with('#') {
                compared.push(line.to_owned());
            }
        }
        Script { name, files, steps, lines: compared }
    }

    /// The world in which the lines run: its calendar says that it is now.
    pub(crate) fn prepared(&self) -> World {
        let mut scenario = Scenario::playground(3);
        scenario.epoch_s = Timestamp::now().as_second() - AGE_MS / 1000;
        let stage = Stage::with(World::new(1, &scenario)).with_files(&self.files);
        for step in &self.steps {
            match step {
                Step::Pass(ms) => stage.pass(*ms),
                Step::Run(line) => {
                    let (code, paper) = stage.run(line, None);
                    assert_eq!(code, Some(0), "{}: $ {line}\n{}", self.name, paper.seen());
                }
            }
        }
        stage.pass(AGE_MS - stage.now_ms());
        stage.world()
    }
}
