//! All lessons, embedded in the program or read from a folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, OnceLock, PoisonError, RwLock};

use include_dir::{Dir, include_dir};

use crate::error::{Fault, Faults};
use crate::lesson::{self, Lesson};
use crate::live::{self, Example};
use crate::reference::{self, Page};
use crate::search::{Hit, Index};
use crate::text::Language;

static CONTENT: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/content");
static REFERENCE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/reference");

static EMBEDDED: LazyLock<Course> = LazyLock::new(|| {
    Course::of(&embedded(), &embedded_reference())
        .unwrap_or_else(|faults| panic!("the embedded lessons:\n{faults}"))
});

/// The course that takes the place of the embedded one.
static TAUGHT: RwLock<Option<&'static Course>> = RwLock::new(None);
static EDITION: AtomicU64 = AtomicU64::new(0);

/// By folder, by path below it: the text.
pub(crate) type Folders = BTreeMap<String, BTreeMap<String, String>>;

/// The lessons in the order of their numbers, and the reference.
#[derive(Debug)]
pub struct Course {
    lessons: Vec<Arc<Lesson>>,
    reference: Vec<Page>,
    /// Whether the reference came with the lessons, and is to be proved with them.
    own_reference: bool,
    /// By name.
    examples: BTreeMap<String, Example>,
    /// What is searched, by language; made when it is first asked for.
    indexes: OnceLock<BTreeMap<Language, Index>>,
}

/// So much is found at most.
const HITS_MAX: usize = 20;

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

    /// What a sandbox can be about: a lesson, a case, or an example within a text.
    pub fn playable(&self, slug: &str) -> Option<&Arc<Lesson>> {
        self.lesson(slug).or_else(|| self.examples.get(slug).map(|example| &example.lesson))
    }

    /// The pages of the reference, section by section.
    pub fn reference(&self) -> &[Page] {
        &self.reference
    }

    /// The page of that name.
    pub fn page(&self, slug: &str) -> Option<&Page> {
        self.reference.iter().find(|page| page.slug == slug)
    }

    /// The pages that a text in that language speaks of, in the order of the reference.
    pub fn pages_named_in(&self, text: &str, language: Language) -> Vec<&Page> {
        self.reference.iter().filter(|page| page.is_named_in(text, language)).collect()
    }

    /// Lessons and pages of the reference in which all words are, or as many as are found together;
    /// the best first.
    pub fn search(&self, query: &str, language: Language) -> Vec<Hit> {
        let indexes = self.indexes.get_or_init(|| {
            Language::ALL.map(|language| (language, Index::of(self, language))).into()
        });
        indexes.get(&language).map(|index| index.search(query, HITS_MAX)).unwrap_or_default()
    }

    /// The pages that came with the lessons.
    pub(crate) fn own_pages(&self) -> &[Page] {
        if self.own_reference { &self.reference } else { &[] }
    }

    /// The examples within texts.
    pub(crate) fn examples(&self) -> &BTreeMap<String, Example> {
        &self.examples
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

    /// Reads a course from a folder of lessons, with the reference in the folder `reference` beside
    /// it, or with that of this program where there is none.
    ///
    /// # Errors
    /// All that keeps its lessons from being whole, and files that cannot be read.
    pub fn read(folder: &Path) -> Result<Course, Faults> {
        let beside = folder.join("../reference");
        let lessons = from_disk(folder)?;
        if beside.is_dir() {
            return Course::of(&lessons, &from_disk(&beside)?);
        }
        let course = Course::of(&lessons, &embedded_reference())?;
        Ok(Course { own_reference: false, ..course })
    }

    pub(crate) fn of(folders: &Folders, pages: &Folders) -> Result<Course, Faults> {
        let mut lessons: Vec<Arc<Lesson>> = Vec::new();
        let mut faults = Vec::new();
        let (reference, mut examples) = reference::read(pages, &mut faults);
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
        examples.extend(lessons.iter().flat_map(|lesson| examples_of(lesson, &mut faults)));
        let named = |example: Example| (example.lesson.slug.clone(), example);
        let examples = examples.into_iter().map(named).collect();
        match faults.is_empty() {
            true => Ok(Course {
                lessons,
                reference,
                own_reference: true,
                examples,
                indexes: OnceLock::new(),
            }),
            false => Err(Faults(faults)),
        }
    }
}

/// The examples within a lesson's text, which are the same in each language.
fn examples_of(lesson: &Lesson, faults: &mut Vec<Fault>) -> Vec<Example> {
    let language = Language::English;
    let file = format!("{}/{}.md", lesson.folder, language.code());
    let fences = live::fences(&lesson.text(language).source);
    fences.iter().map(|fence| live::example(&file, fence, faults)).collect()
}

/// The files that are embedded in this program.
pub(crate) fn embedded() -> Folders {
    let mut folders = Folders::new();
    collect_files(&CONTENT, &mut |path, text| put(path, text, &mut folders));
    folders
}

/// The reference that is embedded in this program.
pub(crate) fn embedded_reference() -> Folders {
    let mut folders = Folders::new();
    collect_files(&REFERENCE, &mut |path, text| put(path, text, &mut folders));
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

fn from_disk(folder: &Path) -> Result<Folders, Faults> {
    let mut folders = Folders::new();
    let read = collect_from_disk(folder, "", &mut folders);
    let fault = |error: std::io::Error| {
        Faults(vec![Fault::at(&folder.display().to_string(), 0, error.to_string())])
    };
    read.map(|()| folders).map_err(fault)
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
