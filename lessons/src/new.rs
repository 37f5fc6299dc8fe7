//! A new lesson, to begin from: three small steps that the check finds true.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use crate::course::collect_files;

static TEMPLATE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/template");

/// The number that the template has.
const NUMBER: &str = "number: 99";

/// Makes the folder of a new lesson among the others, and says where it is.
///
/// # Errors
/// The slug cannot be part of an address, the lesson exists, or the folder cannot be written.
pub fn new_lesson(lessons: &Path, slug: &str, number: u32) -> io::Result<PathBuf> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if slug.is_empty() || !slug.chars().all(fits) {
        let message = "a lesson's name has small letters, digits and hyphens: first-pod";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let folder = lessons.join(format!("{number:02}-{slug}"));
    fs::create_dir(&folder)?;
    for (path, text) in template(number) {
        let file = folder.join(path);
        file.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(file, text)?;
    }
    Ok(folder)
}

/// The number after the last lesson of a folder.
///
/// # Errors
/// The folder cannot be read.
pub fn next_number(lessons: &Path) -> io::Result<u32> {
    let mut last = 0;
    for entry in fs::read_dir(lessons)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let number = name.split('-').next().and_then(|number| number.parse().ok());
        last = last.max(number.unwrap_or(0));
    }
    Ok(last + 1)
}

/// The files of a new lesson with this number.
fn template(number: u32) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    collect_files(&TEMPLATE, &mut |path, text| {
        files.insert(path.to_owned(), text.replace(NUMBER, &format!("number: {number}")));
    });
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::course::{Course, Folders};

    #[test]
    fn a_new_lesson_is_proved() {
        let folders = Folders::from([("07-new".to_owned(), template(7))]);
        let course = Course::of(&folders, &Folders::new()).unwrap();
        assert_eq!(course.lessons()[0].number, 7);
        let faults = check(&course);
        assert!(faults.is_empty(), "{}", crate::Faults(faults));
    }
}
