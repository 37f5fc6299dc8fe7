//! `lessons check [FOLDER]`: proves the lessons of a folder, or those in this program.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use lessons::{Course, check, course};

fn main() -> anyhow::Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let folder = match (arguments.next().as_deref(), arguments.next()) {
        (Some("check"), folder) => folder.map(PathBuf::from),
        _ => anyhow::bail!("usage: lessons check [FOLDER]"),
    };
    let mut out = std::io::stdout().lock();
    let read;
    let course = match folder {
        Some(folder) => {
            read = match Course::read(&folder) {
                Ok(read) => read,
                Err(faults) => {
                    writeln!(out, "{faults}")?;
                    return Ok(ExitCode::FAILURE);
                }
            };
            &read
        }
        None => course(),
    };
    let faults = check(course);
    for fault in &faults {
        writeln!(out, "{fault}")?;
    }
    writeln!(out, "{} lessons, {} findings", course.lessons().len(), faults.len())?;
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
