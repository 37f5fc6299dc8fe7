//! The editor's files, as a command finds and changes them.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use kubectl::Files;
use protocol::File;

/// How much a command may write.
const WRITTEN_MAX: usize = 1 << 20;

/// Files that a command may change, and those that it did.
pub(super) struct Shelf {
    files: RefCell<BTreeMap<String, String>>,
    written: RefCell<Vec<File>>,
    size: Cell<usize>,
}

impl Shelf {
    pub(super) fn new(files: BTreeMap<String, String>) -> Self {
        let (written, size) = (RefCell::default(), Cell::new(0));
        Self { files: RefCell::new(files), written, size }
    }

    /// What was written, in order.
    pub(super) fn into_written(self) -> Vec<File> {
        self.written.into_inner()
    }
}

impl Files for Shelf {
    fn read(&self, name: &str) -> Option<String> {
        Files::read(&*self.files.borrow(), name)
    }

    fn names(&self) -> Vec<String> {
        Files::names(&*self.files.borrow())
    }

    fn write(&self, name: &str, text: &str) -> bool {
        let size = self.size.get().saturating_add(text.len());
        if size > WRITTEN_MAX {
            return false;
        }
        self.size.set(size);
        self.files.borrow_mut().insert(name.to_owned(), text.to_owned());
        self.written.borrow_mut().push(File { name: name.to_owned(), text: text.to_owned() });
        true
    }
}
