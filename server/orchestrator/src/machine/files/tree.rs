//! A tree of files.

use std::fmt;
use std::sync::Arc;

use imbl::OrdMap;

use super::Errno;
use crate::time::Time;

/// The largest file that a program may write.
const FILE_MAX: usize = 32 << 20;

/// A tree of files, cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tree {
    root: Node,
}

/// A file, a folder, …
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub meta: Meta,
    pub content: Content,
}

/// What `stat` tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meta {
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub modified: Time,
}

/// What it holds.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Content {
    Folder(OrdMap<Arc<str>, Arc<Node>>),
    File(Arc<Vec<u8>>),
    Link(Arc<str>),
    Device(Device),
}

/// The devices of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Device {
    Null,
    Zero,
    Random,
    Full,
    Stdin,
    Stdout,
    Stderr,
    Terminal,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Content::Folder(entries) => {
                let entries = entries.iter().map(|(name, node)| (undated(name), node));
                f.debug_map().entries(entries).finish()
            }
            Content::File(bytes) => write!(f, "{:?}", String::from_utf8_lossy(bytes)),
            Content::Link(target) => write!(f, "-> {}", undated(target)),
            Content::Device(device) => write!(f, "{device:?}"),
        }
    }
}

/// The folders that the kubelet names by the calendar do not tell the day.
fn undated(name: &str) -> &str {
    if name.starts_with("..2") { "..dated" } else { name }
}

impl Node {
    pub(crate) fn folder(modified: Time) -> Node {
        let meta = Meta { mode: 0o755, uid: 0, gid: 0, modified };
        Node { meta, content: Content::Folder(OrdMap::new()) }
    }

    pub(crate) fn file(bytes: impl Into<Vec<u8>>, modified: Time) -> Node {
        let meta = Meta { mode: 0o644, uid: 0, gid: 0, modified };
        Node { meta, content: Content::File(Arc::new(bytes.into())) }
    }

    pub(crate) fn link(target: &str, modified: Time) -> Node {
        let meta = Meta { mode: 0o777, uid: 0, gid: 0, modified };
        Node { meta, content: Content::Link(target.into()) }
    }

    pub(crate) fn device(device: Device, modified: Time) -> Node {
        let meta = Meta { mode: 0o666, uid: 0, gid: 0, modified };
        Node { meta, content: Content::Device(device) }
    }

    pub(crate) fn with_mode(mut self, mode: u32) -> Node {
        self.meta.mode = mode;
        self
    }

    pub(crate) fn is_folder(&self) -> bool {
        matches!(self.content, Content::Folder(_))
    }

    pub(crate) fn is_file(&self) -> bool {
        matches!(self.content, Content::File(_))
    }

    /// The names in a folder.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&Arc<str>, &Node)> {
        let entries = match &self.content {
            Content::Folder(entries) => Some(entries),
            _ => None,
        };
        entries.into_iter().flatten().map(|(name, node)| (name, &**node))
    }

    pub(crate) fn bytes(&self) -> Option<&Arc<Vec<u8>>> {
        match &self.content {
            Content::File(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// As `stat` and `ls -l` tell it.
    pub(crate) fn size(&self) -> usize {
        match &self.content {
            Content::Folder(_) => 4096,
            Content::File(bytes) => bytes.len(),
            Content::Link(target) => target.len(),
            Content::Device(_) => 0,
        }
    }

    /// What it takes on the disk with all that is in it, in bytes: blocks of 4 KiB.
    pub(crate) fn usage(&self) -> u64 {
        let own = match &self.content {
            Content::Folder(_) => 4096,
            Content::File(bytes) => (bytes.len() as u64).div_ceil(4096) * 4096,
            Content::Link(_) | Content::Device(_) => 0,
        };
        own + self.entries().map(|(_, node)| node.usage()).sum::<u64>()
    }

    fn child(&self, name: &str) -> Option<&Node> {
        match &self.content {
            Content::Folder(entries) => entries.get(name).map(Arc::as_ref),
            _ => None,
        }
    }

    fn child_mut(&mut self, name: &str) -> Option<&mut Node> {
        match &mut self.content {
            Content::Folder(entries) => entries.get_mut(name).map(Arc::make_mut),
            _ => None,
        }
    }
}

impl Tree {
    /// An empty folder.
    pub(crate) fn new(modified: Time) -> Tree {
        Tree { root: Node::folder(modified) }
    }

    pub(crate) fn of(root: Node) -> Tree {
        Tree { root }
    }

    pub(crate) fn root(&self) -> &Node {
        &self.root
    }

    pub(crate) fn get<S: AsRef<str>>(&self, path: &[S]) -> Option<&Node> {
        path.iter().try_fold(&self.root, |node, name| node.child(name.as_ref()))
    }

    pub(crate) fn get_mut<S: AsRef<str>>(&mut self, path: &[S]) -> Option<&mut Node> {
        path.iter().try_fold(&mut self.root, |node, name| node.child_mut(name.as_ref()))
    }

    /// Puts a node in its folder, in the place of what was there.
    ///
    /// # Errors
    /// The folder does not exist, or is none.
    pub(crate) fn put<S: AsRef<str>>(&mut self, path: &[S], node: Node) -> Result<(), Errno> {
        let Some((name, folder)) = path.split_last() else {
            self.root = node;
            return Ok(());
        };
        let modified = node.meta.modified;
        let folder = self.get_mut(folder).ok_or(Errno::NoEntry)?;
        folder.meta.modified = folder.meta.modified.max(modified);
        match &mut folder.content {
            Content::Folder(entries) => {
                entries.insert(name.as_ref().into(), Arc::new(node));
                Ok(())
            }
            _ => Err(Errno::NotFolder),
        }
    }

    /// Puts a file, and the folders on the way to it.
    pub(crate) fn plant(&mut self, path: &str, node: Node) {
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        let modified = node.meta.modified;
        for end in 1..names.len() {
            if self.get(&names[..end]).is_none() {
                let made = self.put(&names[..end], Node::folder(modified));
                debug_assert!(made.is_ok(), "{path}: its folder was made before");
            }
        }
        let planted = self.put(&names, node);
        debug_assert!(planted.is_ok(), "{path}: nothing but folders on the way");
    }

    pub(crate) fn remove<S: AsRef<str>>(&mut self, path: &[S]) -> Option<Node> {
        let (name, folder) = path.split_last()?;
        match &mut self.get_mut(folder)?.content {
            Content::Folder(entries) => entries.remove(name.as_ref()).map(Arc::unwrap_or_clone),
            _ => None,
        }
    }

    /// Writes into a file from an offset on; what lies between is zeros.
    ///
    /// # Errors
    /// It is no file, or would grow too large.
    pub(crate) fn write<S: AsRef<str>>(
        &mut self,
        path: &[S],
        offset: usize,
        bytes: &[u8],
        now: Time,
    ) -> Result<(), Errno> {
        let node = self.get_mut(path).ok_or(Errno::NoEntry)?;
        node.meta.modified = now;
        let Content::File(content) = &mut node.content else { return Err(Errno::IsFolder) };
        let end = offset.saturating_add(bytes.len());
        if end > FILE_MAX {
            return Err(Errno::NoSpace);
        }
        let content = Arc::make_mut(content);
        if content.len() < end {
            content.resize(end, 0);
        }
        content[offset..end].copy_from_slice(bytes);
        Ok(())
    }
}
