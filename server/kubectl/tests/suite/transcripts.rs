//! Transcripts: what a person types and sees, against the model of a cluster.
//!
//! Each file of `transcripts/` is played in a world of its own. `$ LINE` runs a line (`$ (10s)
//! LINE` presses Ctrl-C after ten seconds), `+5s` lets time pass, `file NAME` puts the lines that
//! follow with `| ` before them into a file. All else is output. `UPDATE_EXPECT=1` writes down
//! what is printed now.

use std::fmt::Write;
use std::path::Path;

use crate::stage::{Stage, milliseconds};

#[test]
fn transcripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of transcripts")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    names.sort();
    assert!(!names.is_empty(), "there are transcripts");
    for path in names {
        let script = std::fs::read_to_string(&path).expect("a transcript");
        expect_test::expect_file![&path].assert_eq(&play(&script));
    }
}

/// The transcript that the typed lines of `script` make.
fn play(script: &str) -> String {
    let stage = Stage::new();
    let mut transcript = String::new();
    let mut lines = script.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("file ") {
            let mut content = String::new();
            let _ = writeln!(transcript, "{line}");
            while let Some(text) = lines.next_if(|line| line.starts_with('|')) {
                let _ = writeln!(transcript, "{text}");
                let _ = writeln!(content, "{}", text.strip_prefix("| ").unwrap_or(&text[1..]));
            }
            stage.write(name, content);
        } else if let Some(command) = line.strip_prefix("$ ") {
            let _ = writeln!(transcript, "{line}");
            let mut command = command.to_owned();
            // A here-document goes on until its end; its lines are typed, not printed.
            while command.contains("<<") && !command.trim_end().ends_with("\nEOF") {
                let Some(text) = lines.next() else { break };
                let _ = writeln!(transcript, "{text}");
                let _ = write!(command, "\n{text}");
            }
            transcript.push_str(&printed(&stage, &command));
        } else if let Some(span) = line.strip_prefix('+') {
            let _ = writeln!(transcript, "{line}");
            stage.pass(milliseconds(span));
        } else if line.starts_with('#') {
            let _ = writeln!(transcript, "{line}");
        }
    }
    transcript
}

fn printed(stage: &Stage, command: &str) -> String {
    let (limit_ms, command) = match command.strip_prefix('(').and_then(|rest| rest.split_once(") "))
    {
        Some((limit, command)) => (Some(milliseconds(limit)), command),
        None => (None, command),
    };
    let (code, paper) = stage.run(command, limit_ms);
    let mut text = paper.seen();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    match code {
        Some(0) => {}
        Some(code) => {
            let _ = writeln!(text, "[exit {code}]");
        }
        None => text.push_str("^C\n"),
    }
    text
}
