//! Volumes: what is mounted into containers, and how files from the API come and change there.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::files::{Content, Mount, Node, Source, Tree};
use super::{ContainerConfig, Disks, Happened, Machine, MachineEvent, PodRuntime, Surroundings};
use crate::queue::Class;
use crate::time::{Clock, Millis};

/// Files made from objects of the API, by path.
pub type VolumeFiles = Arc<BTreeMap<String, VolumeFile>>;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeFile {
    pub bytes: Vec<u8>,
    /// `defaultMode`, or the item's own.
    pub mode: u32,
}

impl VolumeFile {
    fn node(&self, group: Option<u32>, clock: Clock) -> Node {
        let mut node = Node::file(self.bytes.clone(), clock.now).with_mode(self.mode);
        if let Some(group) = group {
            node.meta.gid = group;
            node.meta.mode |= 0o440;
        }
        node
    }
}

/// Hands a volume to a group: it may read and write there, and what is made there is its own.
/// <https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-the-security-context-for-a-pod>
fn hand_over(node: &mut Node, group: Option<u32>) {
    let Some(group) = group else { return };
    node.meta.gid = group;
    node.meta.mode |= if node.is_folder() { 0o2770 } else { 0o660 };
}

/// Something that a container has mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeMount {
    /// `/etc/config`
    pub path: String,
    /// The volume's name in the Pod.
    pub volume: String,
    /// Which part of it; empty for all.
    pub sub_path: String,
    pub read_only: bool,
    pub source: VolumeSource,
}

/// Where a volume's files come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VolumeSource {
    /// Nowhere: `emptyDir`.
    Empty,
    /// ConfigMaps, Secrets, the Pod itself.
    Files(VolumeFiles),
    /// A folder of the node.
    Host(String),
    /// A PersistentVolume, by name.
    Disk(Arc<str>),
}

/// How long the kubelet takes to see that an object has changed, and to write the files anew: it
/// looks every minute or so.
const REFRESH_MS: (Millis, Millis) = (2000, 75_000);

/// Mounts what a new container wants mounted. Volumes that are not there yet are made.
pub(super) fn mount(
    pod: &mut PodRuntime,
    config: &ContainerConfig,
    node: &Arc<str>,
    disks: &mut Disks,
    clock: Clock,
) -> Vec<Mount> {
    let mounts = config.space.mounts.iter();
    let group = config.space.fs_group;
    mounts.map(|mount| one(pod, (mount, group), node, disks, clock)).collect()
}

fn parts(path: &str) -> Vec<String> {
    let names = path.split('/').filter(|name| !name.is_empty() && *name != "." && *name != "..");
    names.map(str::to_owned).collect()
}

fn one(
    pod: &mut PodRuntime,
    (mount, group): (&VolumeMount, Option<u32>),
    node: &Arc<str>,
    disks: &mut Disks,
    clock: Clock,
) -> Mount {
    let now = clock.now;
    let within = parts(&mount.sub_path);
    let folder = || {
        let mut folder = Node::folder(now).with_mode(0o777);
        hand_over(&mut folder, group);
        Tree::of(folder)
    };
    let (source, within) = match &mount.source {
        VolumeSource::Empty => {
            let tree = pod.volumes.entry(mount.volume.clone()).or_insert_with(folder);
            make_folders(tree, &within, clock);
            (Source::Volume(mount.volume.clone()), within)
        }
        VolumeSource::Files(files) => {
            if !pod.volumes.contains_key(&mount.volume) {
                pod.volumes.insert(mount.volume.clone(), of_files(files, group, clock));
                pod.groups.insert(mount.volume.clone(), group);
                pod.projected.insert(mount.volume.clone(), Arc::clone(files));
            }
            match within.is_empty() {
                true => (Source::Volume(mount.volume.clone()), within),
                // A part of it is bound once, and is not written anew.
                false => {
                    (Source::Copy(Box::new(part(files, &mount.sub_path, group, clock))), Vec::new())
                }
            }
        }
        VolumeSource::Host(path) => {
            let at: Vec<String> = parts(path).into_iter().chain(within).collect();
            make_folders(disks.host(node, now), &at, clock);
            (Source::Host, at)
        }
        VolumeSource::Disk(name) => {
            let tree = disks.volumes.entry(Arc::clone(name)).or_insert_with(folder);
            make_folders(tree, &within, clock);
            (Source::Disk(Arc::clone(name)), within)
        }
    };
    let from_api = matches!(mount.source, VolumeSource::Files(_));
    Mount { path: parts(&mount.path), source, within, read_only: mount.read_only || from_api }
}

/// The folders on the way, where nothing is.
fn make_folders(tree: &mut Tree, path: &[String], clock: Clock) {
    for end in 1..=path.len() {
        if tree.get(&path[..end]).is_none()
            && tree.put(&path[..end], Node::folder(clock.now)).is_err()
        {
            return;
        }
    }
}

/// As the kubelet's atomic writer lays files out: in a folder of their own, which a link names, so
/// that all change at once.
fn of_files(files: &VolumeFiles, group: Option<u32>, clock: Clock) -> Tree {
    let mut root = Node::folder(clock.now).with_mode(0o777);
    hand_over(&mut root, group);
    let mut tree = Tree::of(root);
    let stamp = clock.timestamp_at(clock.now).strftime("..%Y_%m_%d_%H_%M_%S.%9f").to_string();
    tree.plant(&stamp, Node::folder(clock.now));
    for (path, file) in files.iter() {
        tree.plant(&format!("{stamp}/{path}"), file.node(group, clock));
        let first = path.split('/').next().unwrap_or(path);
        tree.plant(first, Node::link(&format!("..data/{first}"), clock.now));
    }
    tree.plant("..data", Node::link(&stamp, clock.now));
    tree
}

/// One file or folder of them.
fn part(files: &VolumeFiles, path: &str, group: Option<u32>, clock: Clock) -> Tree {
    if let Some(file) = files.get(path) {
        return Tree::of(file.node(group, clock));
    }
    let mut tree = Tree::of(Node::folder(clock.now));
    let prefix = format!("{}/", path.trim_end_matches('/'));
    for (name, file) in files.iter() {
        if let Some(rest) = name.strip_prefix(&prefix) {
            tree.plant(rest, file.node(group, clock));
        }
    }
    tree
}

/// Makes the places in a container's own files at which something is mounted.
pub(super) fn plant(root: &mut Tree, mounts: &[Mount], pod: &PodRuntime, clock: Clock) {
    for mount in mounts {
        let is_file = match &mount.source {
            Source::Copy(tree) => tree.root().is_file(),
            Source::Volume(name) => {
                let tree = pod.volumes.get(name);
                tree.and_then(|tree| tree.get(&mount.within)).is_some_and(Node::is_file)
            }
            Source::Host | Source::Disk(_) => false,
        };
        let known = root.get(&mount.path).map(|node| &node.content);
        if !matches!(known, Some(Content::Folder(_) | Content::File(_))) {
            let node = if is_file { Node::file("", clock.now) } else { Node::folder(clock.now) };
            root.plant(&mount.path.join("/"), node);
        }
    }
}

impl PodRuntime {
    /// The files that a volume from the API holds, or will as soon as the kubelet has come to it.
    pub fn projected(&self, volume: &str) -> Option<&VolumeFiles> {
        self.projected.get(volume)
    }
}

impl Machine {
    /// Files of a volume are to be written anew.
    pub(super) fn refresh(
        &mut self,
        uid: &Arc<str>,
        volume: &str,
        files: &VolumeFiles,
        around: &mut Surroundings<'_>,
    ) -> Happened {
        let Some(pod) = self.pods.get_mut(uid) else { return Happened::default() };
        Arc::make_mut(pod).projected.insert(volume.to_owned(), Arc::clone(files));
        let refreshed = MachineEvent::Refreshed { uid: Arc::clone(uid), volume: volume.to_owned() };
        let after_ms = around.between(REFRESH_MS.0, REFRESH_MS.1);
        Happened::default().later(after_ms, Class::Wait, refreshed)
    }

    pub(super) fn refreshed(
        &mut self,
        uid: &str,
        volume: &str,
        around: &Surroundings<'_>,
    ) -> Option<Happened> {
        let pod = Arc::make_mut(self.pods.get_mut(uid)?);
        let files = Arc::clone(pod.projected.get(volume)?);
        let group = pod.groups.get(volume).copied().flatten();
        pod.volumes.insert(volume.to_owned(), of_files(&files, group, around.clock));
        None
    }
}
