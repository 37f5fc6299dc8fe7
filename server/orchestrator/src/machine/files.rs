//! The files that a container sees: the image's, its own changes on top, and what is mounted.
//!
//! A [`Tree`] is a persistent value: a container starts with a clone of its image's, so what it
//! writes is a layer of its own that dies with it. [`Files`] looks at a tree through mounts.

use std::fmt;

use thiserror::Error;

mod image;
mod tree;
mod view;

pub(super) use image::{host, layer};
pub(super) use tree::Tree;
pub(super) use tree::{Content, Device, Node};
pub(super) use view::shown;
pub(super) use view::{Files, Mount, Source};

/// Why something cannot be done to a file, in the words of the C library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum Errno {
    #[error("No such file or directory")]
    NoEntry,
    #[error("Not a directory")]
    NotFolder,
    #[error("Is a directory")]
    IsFolder,
    #[error("File exists")]
    Exists,
    #[error("Read-only file system")]
    ReadOnly,
    #[error("Directory not empty")]
    NotEmpty,
    #[error("Too many levels of symbolic links")]
    Loop,
    #[error("No space left on device")]
    NoSpace,
    #[error("Device or resource busy")]
    Busy,
    #[error("Invalid argument")]
    Invalid,
}

/// `rwxr-xr-x`
pub(super) struct Permissions(pub(super) u32);

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for shift in [6, 3, 0] {
            let bits = self.0 >> shift;
            f.write_str(if bits & 4 != 0 { "r" } else { "-" })?;
            f.write_str(if bits & 2 != 0 { "w" } else { "-" })?;
            let sticky = shift == 0 && self.0 & 0o1000 != 0;
            f.write_str(match (bits & 1 != 0, sticky) {
                (true, false) => "x",
                (false, false) => "-",
                (true, true) => "t",
                (false, true) => "T",
            })?;
        }
        Ok(())
    }
}
