//! All lessons, embedded in the program or read from a folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use include_dir::{Dir, include_dir};

use crate::error::{Fault, Faults};
use crate::lesson::{self, Lesson};

static CONTENT: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/content");

static COURSE: LazyLock<Course> = LazyLock::new(|| {
    Course::of(&embedded()).unwrap_or_else(|faults| panic!("the embedded lessons:\n{faults}"))
});

/// By folder, by path below it: the text.
pub(crate) type Folders = BTreeMap<String, BTreeMap<String, String>>;

/// The lessons in the order of their numbers.
#[derive(Debug)]
pub struct Course {
    lessons: Vec<Arc<Lesson>>,
}

/// The course that is embedded in this program. The tests prove that it can be read.
pub fn course() -> &'static Course {
    &COURSE
}

impl Course {
    /// Its lessons, in order.
    pub fn lessons(&self) -> &[Arc<Lesson>] {
        &self.lessons
    }

    /// A lesson by its name in addresses.
    pub fn lesson(&self, slug: &str) -> Option<&Arc<Lesson>> {
        self.lessons.iter().find(|lesson| lesson.slug == slug)
    }

    /// The lessons before and after one.
    pub fn neighbours(&self, slug: &str) -> (Option<&Arc<Lesson>>, Option<&Arc<Lesson>>) {
        match self.lessons.iter().position(|lesson| lesson.slug == slug) {
            Some(at) => {
                (at.checked_sub(1).and_then(|at| self.lessons.get(at)), self.lessons.get(at + 1))
            }
            None => (None, None),
        }
    }

    /// Reads a course from a folder of lessons.
    ///
    /// # Errors
    /// All that keeps its lessons from being whole, and files that cannot be read.
    pub fn read(folder: &Path) -> Result<Course, Faults> {
        let mut folders = Folders::new();
        collect_from_disk(folder, "", &mut folders).map_err(|error| {
            Faults(vec![Fault::at(&folder.display().to_string(), 0, error.to_string())])
        })?;
        Course::of(&folders)
    }

    pub(crate) fn of(folders: &Folders) -> Result<Course, Faults> {
        let mut lessons: Vec<Arc<Lesson>> = Vec::new();
        let mut faults = Vec::new();
        for (folder, files) in folders {
            match lesson::read(folder, files) {
                Ok(lesson) => {
                    let expected = format!("{:02}-", lesson.number);
                    if !folder.starts_with(&expected) {
                        let message = format!("the folder's name must begin with {expected}");
                        faults.push(Fault::at(folder, 0, message));
                    }
                    lessons.push(Arc::new(lesson));
                }
                Err(mut found) => faults.append(&mut found),
            }
        }
        lessons.sort_by_key(|lesson| lesson.number);
        if faults.is_empty() { Ok(Course { lessons }) } else { Err(Faults(faults)) }
    }
}

/// The files that are embedded in this program.
pub(crate) fn embedded() -> Folders {
    let mut folders = Folders::new();
    collect_embedded(&CONTENT, &mut folders);
    folders
}

fn collect_embedded(dir: &Dir<'_>, folders: &mut Folders) {
    for file in dir.files() {
        if let Some(text) = file.contents_utf8() {
            put(&file.path().to_string_lossy(), text, folders);
        }
    }
    dir.dirs().for_each(|dir| collect_embedded(dir, folders));
}

fn collect_from_disk(root: &Path, below: &str, folders: &mut Folders) -> std::io::Result<()> {
    for entry in std::fs::read_dir(root.join(below))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.file_type()?.is_dir() {
            collect_from_disk(root, &path, folders)?;
        } else {
            put(&path, &std::fs::read_to_string(entry.path())?, folders);
        }
    }
    Ok(())
}

fn put(path: &str, text: &str, folders: &mut Folders) {
    if let Some((folder, file)) = path.split_once('/') {
        let files = folders.entry(folder.to_owned()).or_default();
        files.insert(file.to_owned(), text.to_owned());
    }
}
