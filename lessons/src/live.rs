//! Small clusters within a text: a fence marked `live` holds a script that a reader may play.
//!
//! For the server such an example is a lesson with one step and no goal, whose solution is the
//! script: what makes sandboxes of lessons, and plays their solutions, plays it as well.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::error::Fault;
use crate::lesson::{Lesson, Setting, StartClock, Step};
use crate::script;
use crate::text::{Language, LessonText};

/// The mark of its fences.
pub(crate) const MARK: &str = "live";
/// The one step of an example.
const STEP: &str = "live";
/// The end of a line that must fail.
const FAILS: &str = "  # fails";
/// The option of an example whose time stands still but for its script.
const PAUSED: &str = "paused";
const WORKERS_MAX: u32 = 10;

/// What stands in a fence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fence {
    /// The line of its beginning, from 1.
    pub(crate) line: usize,
    /// The words after the mark: `workers=3 paused`.
    pub(crate) options: String,
    pub(crate) script: String,
}

/// An example, ready to be played.
#[derive(Debug)]
pub struct Example {
    /// What its sandbox begins with, and its script.
    pub lesson: Arc<Lesson>,
    /// The numbers of the lines that must fail.
    pub(crate) fails: BTreeSet<usize>,
}

/// The name of an example in pages and sandboxes: the same words have the same name.
pub(crate) fn name(options: &str, script: &str) -> String {
    // FNV-1a: the same in each build.
    let hash = options.trim().bytes().chain([0]).chain(script.trim().bytes());
    let hash = hash.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    format!("live-{hash:016x}")
}

/// The script as a reader sees it.
pub(crate) fn shown(script: &str) -> String {
    let lines = script.lines().map(|line| line.strip_suffix(FAILS).unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// The options of a fence, if its mark is that of an example.
pub(crate) fn options(mark: &str) -> Option<&str> {
    let options = mark.trim().strip_prefix(MARK)?;
    (options.is_empty() || options.starts_with(' ')).then_some(options.trim())
}

/// Whether time stands still between the lines.
pub(crate) fn is_paused(options: &str) -> bool {
    options.split_whitespace().any(|option| option == PAUSED)
}

/// The examples of a text.
pub(crate) fn fences(markdown: &str) -> Vec<Fence> {
    let mut found: Vec<Fence> = Vec::new();
    let (mut fenced, mut live) = (false, false);
    for (index, line) in markdown.lines().enumerate() {
        if let Some(mark) = line.trim_start().strip_prefix("```") {
            fenced = !fenced;
            let options = options(mark).filter(|_| fenced);
            live = options.is_some();
            found.extend(options.map(|options| Fence {
                line: index + 1,
                options: options.to_owned(),
                script: String::new(),
            }));
        } else if let Some(fence) = found.last_mut().filter(|_| live) {
            fence.script.push_str(line);
            fence.script.push('\n');
        }
    }
    found
}

/// Reads the example of a fence; what is wrong is added to `faults`.
pub(crate) fn example(file: &str, fence: &Fence, faults: &mut Vec<Fault>) -> Example {
    let setting = setting(&fence.options).unwrap_or_else(|message| {
        faults.push(Fault::at(file, fence.line, message));
        Setting::of(2, StartClock::Story)
    });
    // The line that names the step stands in the place of the fence's own.
    let fails = fence.script.lines().enumerate().filter(|(_, line)| line.ends_with(FAILS));
    let fails = fails.map(|(index, _)| fence.line + index + 1).collect();
    let source = format!("# step: {STEP}\n{}\n", shown(&fence.script));
    let mut found = Vec::new();
    let mut solution = script::parse(file, &source, &mut found);
    for fault in &mut found {
        fault.line += fence.line - 1;
    }
    faults.append(&mut found);
    for line in solution.iter_mut().flat_map(|part| &mut part.lines) {
        line.number += fence.line - 1;
    }
    if solution.iter().all(|part| part.lines.is_empty()) {
        faults.push(Fault::at(file, fence.line, "the example does nothing"));
    }
    let step = Step { id: STEP.to_owned(), goals: Vec::new(), prediction: None, wrong: Vec::new() };
    let lesson = Lesson {
        slug: name(&fence.options, &fence.script),
        number: 0,
        part: String::new(),
        minutes: 1,
        setting,
        measures: Vec::new(),
        steps: vec![step],
        scores: Vec::new(),
        cases: Vec::new(),
        is_case: false,
        files: Vec::new(),
        start: String::new(),
        solution,
        solutions: BTreeMap::new(),
        wrong: BTreeMap::new(),
        texts: Language::ALL.map(|language| (language, LessonText::default())).into(),
        folder: file.to_owned(),
    };
    Example { lesson: Arc::new(lesson), fails }
}

fn setting(options: &str) -> Result<Setting, String> {
    let (mut workers, mut clock) = (2, StartClock::Story);
    for option in options.split_whitespace() {
        match option.split_once('=') {
            Some(("workers", number)) => {
                let number = number.parse().ok().filter(|n| (1..=WORKERS_MAX).contains(n));
                workers = number.ok_or_else(|| format!("workers=1 to workers={WORKERS_MAX}"))?;
            }
            None if option == PAUSED => clock = StartClock::Paused,
            _ => return Err(format!("\"{option}\" is not workers=2 or paused")),
        }
    }
    Ok(Setting::of(workers, clock))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a\n```live workers=3 paused\nkubectl get pods\nkubectl get po x  # fails\n\
                        ```\n```sh\nls\n```\n";

    #[test]
    fn an_example_is_read_with_the_lines_of_its_file() {
        let found = fences(TEXT);
        assert_eq!(found.len(), 1);
        let mut faults = Vec::new();
        let example = example("a.md", &found[0], &mut faults);
        assert_eq!(faults, []);
        assert_eq!(example.lesson.setting, Setting::of(3, StartClock::Paused));
        let lines: Vec<usize> =
            example.lesson.solution[0].lines.iter().map(|line| line.number).collect();
        assert_eq!(lines, [3, 4]);
        assert_eq!(example.fails, BTreeSet::from([4]));
        assert!(!shown(&found[0].script).contains("fails"));
    }

    #[test]
    fn what_is_wrong_is_said_at_its_line() {
        let check = |text: &str, expected: (usize, &str)| {
            let mut faults = Vec::new();
            example("a.md", &fences(text)[0], &mut faults);
            assert_eq!(faults[0].line, expected.0, "{faults:?}");
            assert!(faults[0].message.contains(expected.1), "{faults:?}");
        };
        check("\n```live nodes=3\nkubectl get po\n```\n", (2, "nodes=3"));
        check("\n```live workers=99\nkubectl get po\n```\n", (2, "workers=10"));
        check("```live\nkubectl get po\nls\n```\n", (3, "a line begins with"));
        check("```live\n```\n", (1, "does nothing"));
    }
}
