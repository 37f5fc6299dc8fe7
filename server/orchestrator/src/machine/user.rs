//! Whom the programs of a container run as, and what files let them do.

use std::fmt;

use super::files::{Meta, Tree};
use crate::images::ImageUser;

/// What a Pod asks of users and groups (`securityContext`); None is left to the image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunAs {
    pub user: Option<u32>,
    pub group: Option<u32>,
    /// `supplementalGroups` and `fsGroup`.
    pub groups: Vec<u32>,
}

/// Whom a container's programs run as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct User {
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// All its groups, in order.
    pub(super) groups: Vec<u32>,
}

/// What somebody wants to do with a file: its bit in the mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read = 4,
    Write = 2,
    /// To run a program, or to go through a folder.
    Enter = 1,
}

impl User {
    /// As the runtime chooses it: a user whom the image does not know is of the group of root.
    pub(super) fn of(asked: &RunAs, image: ImageUser, names: &Names) -> User {
        let uid = asked.user.unwrap_or(image.uid);
        let of_image = || names.user(uid).map_or(0, |known| known.gid);
        let gid = asked.group.unwrap_or_else(of_image);
        let mut groups = asked.groups.clone();
        groups.push(gid);
        groups.extend(names.groups_with(uid));
        groups.sort_unstable();
        groups.dedup();
        User { uid, gid, groups }
    }

    pub(super) fn is_root(&self) -> bool {
        self.uid == 0
    }

    pub(super) fn owns(&self, meta: &Meta) -> bool {
        self.is_root() || self.uid == meta.uid
    }

    pub(super) fn may(&self, access: Access, meta: &Meta) -> bool {
        let shift = match () {
            () if meta.uid == self.uid => 6,
            () if self.groups.contains(&meta.gid) => 3,
            () => 0,
        };
        self.is_root() || (meta.mode >> shift) & access as u32 != 0
    }
}

/// The names of users and groups: `/etc/passwd` and `/etc/group`.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    users: Vec<Known>,
    groups: Vec<Group>,
}

/// A group that the image knows, and who else than its users is in it.
#[derive(Clone, Debug)]
struct Group {
    gid: u32,
    name: String,
    members: String,
}

/// A user whom the image knows.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) name: String,
    uid: u32,
    gid: u32,
    pub(super) home: String,
}

impl Names {
    /// As they stand in a container's files.
    pub(super) fn of(root: &Tree) -> Names {
        let text = |name: &str| {
            let node = root.get(&["etc", name]);
            let bytes = node.and_then(|node| node.bytes()).map(|bytes| bytes.to_vec());
            String::from_utf8(bytes.unwrap_or_default()).unwrap_or_default()
        };
        let user = |line: &str| {
            let fields: Vec<&str> = line.split(':').collect();
            Some(Known {
                name: (*fields.first()?).to_owned(),
                uid: fields.get(2)?.parse().ok()?,
                gid: fields.get(3)?.parse().ok()?,
                home: (*fields.get(5)?).to_owned(),
            })
        };
        let group = |line: &str| {
            let fields: Vec<&str> = line.split(':').collect();
            Some(Group {
                gid: fields.get(2)?.parse().ok()?,
                name: (*fields.first()?).to_owned(),
                members: (*fields.get(3)?).to_owned(),
            })
        };
        Names {
            users: text("passwd").lines().filter_map(user).collect(),
            groups: text("group").lines().filter_map(group).collect(),
        }
    }

    pub(super) fn user(&self, uid: u32) -> Option<&Known> {
        self.users.iter().find(|known| known.uid == uid)
    }

    pub(super) fn group(&self, gid: u32) -> Option<&str> {
        self.groups.iter().find(|known| known.gid == gid).map(|known| known.name.as_str())
    }

    /// The groups that list a user (`supplementalGroupsPolicy: Merge`).
    fn groups_with(&self, uid: u32) -> impl Iterator<Item = u32> {
        let name = self.user(uid).map(|known| known.name.as_str());
        let lists = move |group: &&Group| {
            name.is_some_and(|name| group.members.split(',').any(|member| member == name))
        };
        self.groups.iter().filter(lists).map(|group| group.gid)
    }

    /// A user's name, or the number of one without.
    pub(super) fn of_user(&self, uid: u32) -> String {
        self.user(uid).map_or_else(|| uid.to_string(), |known| known.name.clone())
    }

    pub(super) fn of_group(&self, gid: u32) -> String {
        self.group(gid).map_or_else(|| gid.to_string(), str::to_owned)
    }
}

/// `1000`, or `0(root)`: as `id` says it.
pub(super) struct Numbered<'a>(pub(super) u32, pub(super) Option<&'a str>);

impl fmt::Display for Numbered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Some(name) => write!(f, "{}({name})", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}
