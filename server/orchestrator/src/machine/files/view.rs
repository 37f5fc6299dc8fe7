//! Paths, links and mounts: from the path that a program names to a place in a tree.

use std::collections::VecDeque;
use std::sync::Arc;

use imbl::OrdMap;

use super::Errno;
use super::tree::{Content, Node, Tree};
use crate::machine::user::{Access, User};
use crate::time::Time;

/// How many links a path may lead through.
const LINKS_MAX: usize = 40;

/// Something that is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mount {
    /// Where: `["etc", "config"]`.
    pub path: Vec<String>,
    pub source: Source,
    /// Which part of it: `subPath`.
    pub within: Vec<String>,
    pub read_only: bool,
}

/// What is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A volume of the Pod, by name.
    Volume(String),
    /// The node's own files.
    Host,
    /// A persistent volume, by name.
    Disk(Arc<str>),
    /// What stood there when the container was made: a `subPath` of a ConfigMap.
    Copy(Box<Tree>),
}

/// All the files that a container's programs can reach.
#[derive(Debug)]
pub(crate) struct Files<'a> {
    pub root: &'a mut Tree,
    pub mounts: &'a mut Vec<Mount>,
    pub read_only_root: bool,
    pub volumes: &'a mut OrdMap<String, Tree>,
    pub host: &'a mut Tree,
    pub disks: &'a mut OrdMap<Arc<str>, Tree>,
    pub now: Time,
    /// Who looks.
    pub user: &'a User,
}

/// A path without links and dots, from the root on.
pub(in crate::machine) type Absolute = Vec<String>;

/// `/a/b`
pub(in crate::machine) fn shown(path: &[String]) -> String {
    format!("/{}", path.join("/"))
}

impl Files<'_> {
    fn mount(&self, path: &[String]) -> Option<usize> {
        let fits = |mount: &&(usize, &Mount)| path.starts_with(&mount.1.path);
        let mounts: Vec<(usize, &Mount)> = self.mounts.iter().enumerate().collect();
        // The later of two that are equally deep covers the earlier.
        mounts.iter().filter(fits).max_by_key(|(at, mount)| (mount.path.len(), *at)).map(|m| m.0)
    }

    fn tree(&self, mount: Option<usize>) -> Option<&Tree> {
        let Some(mount) = mount else { return Some(self.root) };
        match &self.mounts[mount].source {
            Source::Volume(name) => self.volumes.get(name),
            Source::Host => Some(self.host),
            Source::Disk(name) => self.disks.get(name),
            Source::Copy(tree) => Some(tree),
        }
    }

    fn inner(&self, mount: Option<usize>, path: &[String]) -> Vec<String> {
        match mount.map(|at| &self.mounts[at]) {
            None => path.to_vec(),
            Some(mount) => {
                let rest = &path[mount.path.len()..];
                mount.within.iter().chain(rest).cloned().collect()
            }
        }
    }

    /// What is at a path that has no links on the way.
    pub(in crate::machine) fn at(&self, path: &[String]) -> Option<&Node> {
        let mount = self.mount(path);
        let inner = self.inner(mount, path);
        self.tree(mount)?.get(&inner)
    }

    /// Whether who looks may do something with what is there.
    fn may(&self, access: Access, path: &[String]) -> Result<(), Errno> {
        let meta = &self.at(path).ok_or(Errno::NoEntry)?.meta;
        if self.user.may(access, meta) { Ok(()) } else { Err(Errno::Denied) }
    }

    /// Whether who looks may change its mode; only root gives things away.
    pub(in crate::machine) fn may_own(&self, path: &[String]) -> Result<(), Errno> {
        let meta = &self.at(path).ok_or(Errno::NoEntry)?.meta;
        if self.user.owns(meta) { Ok(()) } else { Err(Errno::NotPermitted) }
    }

    /// Whether a name may be put into the folder that it would be in, or taken out of it.
    fn may_enter(&self, path: &[String]) -> Result<(), Errno> {
        let folder = &path[..path.len().saturating_sub(1)];
        self.may(Access::Enter, folder)?;
        self.may(Access::Write, folder)
    }

    fn is_read_only(&self, path: &[String]) -> bool {
        match self.mount(path) {
            None => self.read_only_root,
            Some(at) => {
                let mount = &self.mounts[at];
                mount.read_only || matches!(mount.source, Source::Copy(_))
            }
        }
    }

    /// The tree and the path in it, for writing.
    fn writable(&mut self, path: &[String]) -> Result<(&mut Tree, Vec<String>), Errno> {
        if self.is_read_only(path) {
            return Err(Errno::ReadOnly);
        }
        let mount = self.mount(path);
        let inner = self.inner(mount, path);
        let tree = match mount {
            None => Some(&mut *self.root),
            Some(at) => match &self.mounts[at].source {
                Source::Volume(name) => self.volumes.get_mut(name),
                Source::Host => Some(&mut *self.host),
                Source::Disk(name) => self.disks.get_mut(name),
                Source::Copy(_) => None,
            },
        };
        tree.map(|tree| (tree, inner)).ok_or(Errno::NoEntry)
    }

    /// Follows links and dots. The last name need not exist; whether a link there is followed is
    /// said by `follow`.
    pub(in crate::machine) fn resolve(
        &self,
        folder: &str,
        path: &str,
        follow: bool,
    ) -> Result<Absolute, Errno> {
        if path.is_empty() {
            return Err(Errno::NoEntry);
        }
        let whole =
            if path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") };
        let must_be_folder = path.ends_with('/');
        let mut left: VecDeque<String> = names(&whole).collect();
        let mut done: Absolute = Vec::new();
        let mut links = 0;
        while let Some(name) = left.pop_front() {
            if name == ".." {
                done.pop();
                continue;
            }
            done.push(name);
            let is_last = left.is_empty();
            match self.at(&done) {
                None if is_last => {}
                None => return Err(Errno::NoEntry),
                Some(Node { content: Content::Link(target), .. })
                    if !is_last || follow || must_be_folder =>
                {
                    links += 1;
                    if links > LINKS_MAX {
                        return Err(Errno::Loop);
                    }
                    done.pop();
                    if target.starts_with('/') {
                        done.clear();
                    }
                    for name in names(target).collect::<Vec<_>>().into_iter().rev() {
                        left.push_front(name);
                    }
                }
                Some(node) if !is_last && !node.is_folder() => return Err(Errno::NotFolder),
                Some(node) if !is_last && !self.user.may(Access::Enter, &node.meta) => {
                    return Err(Errno::Denied);
                }
                Some(_) => {}
            }
        }
        Ok(done)
    }

    /// What a path leads to.
    pub(in crate::machine) fn find(
        &self,
        folder: &str,
        path: &str,
        follow: bool,
    ) -> Result<(Absolute, &Node), Errno> {
        let absolute = self.resolve(folder, path, follow)?;
        let node = self.at(&absolute).ok_or(Errno::NoEntry)?;
        if path.ends_with('/') && !node.is_folder() {
            return Err(Errno::NotFolder);
        }
        Ok((absolute, node))
    }

    pub(in crate::machine) fn read(&self, path: &[String]) -> Result<Arc<Vec<u8>>, Errno> {
        let node = self.at(path).ok_or(Errno::NoEntry)?;
        match &node.content {
            Content::File(_) if !self.user.may(Access::Read, &node.meta) => Err(Errno::Denied),
            Content::File(bytes) => Ok(Arc::clone(bytes)),
            Content::Folder(_) => Err(Errno::IsFolder),
            Content::Link(_) | Content::Device(_) => Ok(Arc::default()),
        }
    }

    pub(in crate::machine) fn put(&mut self, path: &[String], mut node: Node) -> Result<(), Errno> {
        if path.is_empty() || self.mounts.iter().any(|mount| mount.path == path) {
            return Err(Errno::Busy);
        }
        self.may_enter(path)?;
        let folder = self.at(&path[..path.len() - 1]).map(|folder| folder.meta);
        if !self.user.is_root() {
            (node.meta.uid, node.meta.gid) = (self.user.uid, self.user.gid);
        }
        // A folder hands its group down (`g+s`).
        if let Some(folder) = folder.filter(|folder| folder.mode & 0o2000 != 0) {
            node.meta.gid = folder.gid;
            node.meta.mode |= if node.is_folder() { 0o2000 } else { 0 };
        }
        let (tree, inner) = self.writable(path)?;
        tree.put(&inner, node)
    }

    /// Changes what is there.
    pub(in crate::machine) fn change(
        &mut self,
        path: &[String],
        change: impl FnOnce(&mut Node),
    ) -> Result<(), Errno> {
        if self.may_own(path).is_err() {
            self.may(Access::Write, path)?;
        }
        let (tree, inner) = self.writable(path)?;
        tree.get_mut(&inner).map(change).ok_or(Errno::NoEntry)
    }

    pub(in crate::machine) fn remove(&mut self, path: &[String]) -> Result<Node, Errno> {
        if path.is_empty() || self.mounts.iter().any(|mount| mount.path.starts_with(path)) {
            return Err(Errno::Busy);
        }
        self.may_enter(path)?;
        let folder = self.at(&path[..path.len() - 1]).map(|folder| folder.meta);
        // In `/tmp` everybody takes out only what is theirs.
        if folder.is_some_and(|folder| folder.mode & 0o1000 != 0 && !self.user.owns(&folder)) {
            self.may_own(path)?;
        }
        let (tree, inner) = self.writable(path)?;
        tree.remove(&inner).ok_or(Errno::NoEntry)
    }

    pub(in crate::machine) fn write(
        &mut self,
        path: &[String],
        offset: usize,
        bytes: &[u8],
    ) -> Result<(), Errno> {
        let now = self.now;
        let (tree, inner) = self.writable(path)?;
        tree.write(&inner, offset, bytes, now)
    }

    /// Makes an empty file, or empties the one that is there.
    pub(in crate::machine) fn create(&mut self, path: &[String]) -> Result<(), Errno> {
        match self.at(path) {
            Some(node) if node.is_folder() => Err(Errno::IsFolder),
            Some(Node { content: Content::File(_), .. }) => {
                self.may(Access::Write, path)?;
                let now = self.now;
                self.change(path, |node| {
                    node.content = Content::File(Arc::default());
                    node.meta.modified = now;
                })
            }
            Some(_) => Ok(()),
            None => self.put(path, Node::file("", self.now)),
        }
    }

    /// Why a write would be refused, if it would: into what is there, or to make it.
    pub(in crate::machine) fn refusal(&self, path: &[String]) -> Option<Errno> {
        if self.is_read_only(path) {
            return Some(Errno::ReadOnly);
        }
        let may = match self.at(path) {
            Some(_) => self.may(Access::Write, path),
            None => self.may_enter(path),
        };
        may.err()
    }

    /// Why reading would be refused, if it would.
    pub(in crate::machine) fn unreadable(&self, path: &[String]) -> Option<Errno> {
        self.may(Access::Read, path).err()
    }

    /// The mounts, for `df` and `mount`.
    pub(in crate::machine) fn mounted(&self) -> &[Mount] {
        self.mounts
    }

    /// What a whole mount takes on its disk; of the root without a number.
    pub(in crate::machine) fn usage(&self, mount: Option<usize>) -> u64 {
        self.tree(mount).map_or(0, |tree| tree.root().usage())
    }
}

fn names(path: &str) -> impl Iterator<Item = String> {
    path.split('/').filter(|name| !name.is_empty() && *name != ".").map(str::to_owned)
}
