//! All lessons, embedded in the program or read from a folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use include_dir::{Dir, include_dir};

use crate::error::{Fault, Faults};
use crate::lesson::{self, Lesson};

static CONTENT: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/content");

static EMBEDDED: LazyLock<Course> = LazyLock::new(|| {
    Course::of(&embedded()).unwrap_or_else(|faults| panic!("the embedded lessons:\n{faults}"))
});

/// The course that takes the place of the embedded one.
static TAUGHT: RwLock<Option<&'static Course>> = RwLock::new(None);
static EDITION: AtomicU64 = AtomicU64::new(0);

/// By folder, by path below it: the text.
pub(crate) type Folders = BTreeMap<String, BTreeMap<String, String>>;

/// The lessons in the order of their numbers.
#[derive(Debug)]
pub struct Course {
    lessons: Vec<Arc<Lesson>>,
}

/// The course that is taught: the one that is embedded in this program, which the tests prove,
/// or another that took its place.
pub fn course() -> &'static Course {
    let taught = *TAUGHT.read().unwrap_or_else(PoisonError::into_inner);
    taught.unwrap_or_else(|| &EMBEDDED)
}

/// Which course is taught: another number each time that it is another.
pub fn edition() -> u64 {
    EDITION.load(Ordering::Relaxed)
}

/// Teaches another course from now on. Who is in a lesson of the one before may finish it, so that
/// one is kept: an author's changes of a day are a few megabytes.
pub fn teach(course: Course) {
    let course: &'static Course = Box::leak(Box::new(course));
    *TAUGHT.write().unwrap_or_else(PoisonError::into_inner) = Some(course);
    EDITION.fetch_add(1, Ordering::Relaxed);
}

impl Course {
    /// Its lessons, in order.
    pub fn lessons(&self) -> &[Arc<Lesson>] {
        &self.lessons
    }

    /// A lesson, or a case of a pool, by its name in addresses.
    pub fn lesson(&self, slug: &str) -> Option<&Arc<Lesson>> {
        self.lessons.iter().find_map(|lesson| lesson.called(slug))
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
    collect_files(&CONTENT, &mut |path, text| put(path, text, &mut folders));
    folders
}

/// Hands out all texts of an embedded folder, each with its path.
pub(crate) fn collect_files(dir: &Dir<'_>, take: &mut impl FnMut(&str, &str)) {
    for file in dir.files() {
        if let Some(text) = file.contents_utf8() {
            take(&file.path().to_string_lossy(), text);
        }
    }
    dir.dirs().for_each(|dir| collect_files(dir, take));
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
