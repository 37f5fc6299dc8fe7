//! The files that a container sees: the image's, its own changes on top, and what is mounted.
//!
//! A [`Tree`] is a persistent value: a container starts with a clone of its image's, so what it
//! writes is a layer of its own that dies with it. [`Files`] looks at a tree through mounts.

use std::fmt;

use thiserror::Error;

mod image;
mod tree;
mod view;

pub(crate) use image::machine_id;
pub(super) use image::{host, layer};
pub(super) use tree::Tree;
pub(super) use tree::{Content, Device, Meta, Node};
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
    #[error("Permission denied")]
    Denied,
    #[error("Operation not permitted")]
    NotPermitted,
}

impl Errno {
    /// Its number on Linux.
    pub(super) const fn number(self) -> u32 {
        match self {
            Errno::NotPermitted => 1,
            Errno::NoEntry => 2,
            Errno::Denied => 13,
            Errno::Busy => 16,
            Errno::Exists => 17,
            Errno::NotFolder => 20,
            Errno::IsFolder => 21,
            Errno::Invalid => 22,
            Errno::NoSpace => 28,
            Errno::ReadOnly => 30,
            Errno::NotEmpty => 39,
            Errno::Loop => 40,
        }
    }
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
            // Who runs a file, or makes one in a folder, does so as its owner or group.
            let as_owner = match shift {
                6 => self.0 & 0o4000 != 0,
                3 => self.0 & 0o2000 != 0,
                _ => false,
            };
            f.write_str(match (bits & 1 != 0, sticky, as_owner) {
                (true, true, _) => "t",
                (false, true, _) => "T",
                (true, _, true) => "s",
                (false, _, true) => "S",
                (true, ..) => "x",
                (false, ..) => "-",
            })?;
        }
        Ok(())
    }
}
