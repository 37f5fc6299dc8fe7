//! Attendance and progress, as a file to keep.

use std::fmt::Write;

use k8s_openapi::jiff::Timestamp;
use protocol::ExportFormat;
use serde::Serialize;

use super::state::{Learner, Room};

/// One learner in one lesson.
#[derive(Debug, Serialize)]
struct Line<'a> {
    number: u32,
    name: &'a str,
    joined: String,
    lesson: &'a str,
    steps_done: usize,
    steps: usize,
    completed: bool,
    attempts: u32,
    failures: u32,
}

/// The file's name and text.
pub(super) fn write(room: &Room, format: ExportFormat) -> (String, String) {
    let lines: Vec<Line<'_>> = room
        .learners()
        .flat_map(|learner| room.plan.lessons.iter().map(|lesson| line(learner, lesson)))
        .collect();
    match format {
        ExportFormat::Csv => ("room.csv".to_owned(), csv(&lines)),
        ExportFormat::Json => {
            let whole = serde_json::json!({"room": room.plan.name, "learners": lines});
            let text = serde_json::to_string_pretty(&whole).unwrap_or_default();
            ("room.json".to_owned(), text)
        }
    }
}

fn line<'a>(learner: &'a Learner, lesson: &'a str) -> Line<'a> {
    let standing = learner.standings.get(lesson).cloned().unwrap_or_default();
    let joined = Timestamp::from_second(learner.joined_s).unwrap_or_default();
    Line {
        number: learner.number,
        name: &learner.name,
        joined: joined.to_string(),
        lesson: if lesson.is_empty() { "playground" } else { lesson },
        steps_done: standing.steps_done.len(),
        steps: lessons::course().playable(lesson).map_or(0, |lesson| lesson.steps.len()),
        completed: standing.completed,
        attempts: standing.attempts,
        failures: standing.failures,
    }
}

/// As RFC 4180 has it: <https://www.rfc-editor.org/rfc/rfc4180>.
fn csv(lines: &[Line<'_>]) -> String {
    let mut text =
        "number,name,joined,lesson,steps_done,steps,completed,attempts,failures\r\n".to_owned();
    for line in lines {
        let Line { number, name, joined, lesson, steps_done, steps, completed, .. } = line;
        let (name, attempts, failures) = (cell(name), line.attempts, line.failures);
        // Writing into a text cannot fail.
        let _ = write!(
            text,
            "{number},{name},{joined},{lesson},{steps_done},{steps},{completed},{attempts},{failures}\r\n"
        );
    }
    text
}

/// What a learner wrote, as one cell. A table's program would take what begins like a formula for
/// one: <https://owasp.org/www-community/attacks/CSV_Injection>.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\"").replace('\n', " "))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_name_is_one_cell_and_no_formula() {
        let cases = [
            ("김하나", "\"김하나\""),
            ("A, \"B\"", "\"A, \"\"B\"\"\""),
            ("=1+1", "\"'=1+1\""),
            ("@x\ny", "\"'@x y\""),
        ];
        for (name, expected) in cases {
            assert_eq!(cell(name), expected);
        }
    }
}
