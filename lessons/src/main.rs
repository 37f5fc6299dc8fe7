//! `lessons check [FOLDER]`: proves the lessons of a folder and the reference beside it, or those in
//! this program.
//! `lessons new SLUG [FOLDER]`: makes a new one there, to begin from. `lessons schema`: prints the
//! JSON Schema of `lesson.yaml`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lessons::{Course, check, course, new_lesson, next_number, schema};

const USAGE: &str = "usage: lessons check [FOLDER] | lessons new SLUG [FOLDER] | lessons schema";
/// Where the lessons are, seen from the repository.
const CONTENT: &str = "lessons/content";

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut out = std::io::stdout().lock();
    match arguments.as_slice() {
        ["check"] => prove(course(), &mut out),
        ["check", folder] => match Course::read(&PathBuf::from(folder)) {
            Ok(course) => prove(&course, &mut out),
            Err(faults) => {
                writeln!(out, "{faults}")?;
                Ok(ExitCode::FAILURE)
            }
        },
        ["new", slug] => begin(slug, Path::new(CONTENT), &mut out),
        ["new", slug, folder] => begin(slug, Path::new(folder), &mut out),
        ["schema"] => {
            write!(out, "{}", schema())?;
            Ok(ExitCode::SUCCESS)
        }
        _ => anyhow::bail!(USAGE),
    }
}

fn prove(course: &Course, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let faults = check(course);
    for fault in &faults {
        writeln!(out, "{fault}")?;
    }
    let (lessons, pages) = (course.lessons().len(), course.reference().len());
    writeln!(out, "{lessons} lessons, {pages} pages of reference, {} findings", faults.len())?;
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn begin(slug: &str, lessons: &Path, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let made = new_lesson(lessons, slug, next_number(lessons)?)?;
    writeln!(out, "{} is a lesson of three steps: make it yours, then", made.display())?;
    writeln!(out, "cargo run -p lessons -- check {}", lessons.display())?;
    Ok(ExitCode::SUCCESS)
}
