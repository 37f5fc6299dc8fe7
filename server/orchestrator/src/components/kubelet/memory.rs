//! What a kubelet remembers of a Pod: how long to hold back. It forgets all when it stops.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::component::{Memory, View};
use crate::object::Key;
use crate::time::{Millis, Time};

/// Of one Pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PodMemory {
    /// Whose it is: another Pod of the same name starts afresh.
    pub(super) uid: String,
    /// By container.
    pub(super) pulls: BTreeMap<String, Backoff>,
    pub(super) restarts: BTreeMap<String, Backoff>,
    /// How often its volumes could not be mounted, and when last.
    pub(super) mounts: Option<Backoff>,
    /// Since when its claims are waited for.
    #[serde(default)]
    pub(super) attaching: Option<Backoff>,
    /// The grace period that its containers were told to stop with.
    pub(super) grace_s: Option<i64>,
    /// When the last of them has to be gone.
    #[serde(default)]
    pub(super) stop_by: Option<Time>,
    /// Whether it has been said that its deadline has passed.
    #[serde(default)]
    pub(super) past_deadline: bool,
}

/// How long to hold back, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Backoff {
    pub(super) delay_ms: Millis,
    pub(super) at: Time,
}

impl Backoff {
    /// The first delay, or twice the last one.
    pub(super) fn next(last: Option<Backoff>, limits: (Millis, Millis), at: Time) -> Backoff {
        let delay_ms = last.map_or(limits.0, |last| (last.delay_ms * 2).min(limits.1));
        Backoff { delay_ms, at }
    }
}

impl PodMemory {
    pub(super) fn read(view: &View<'_>, key: &Key, uid: &str) -> PodMemory {
        let known = view.memory.get(key).and_then(|memory| PodMemory::deserialize(&**memory).ok());
        let fresh = || PodMemory { uid: uid.to_owned(), ..PodMemory::default() };
        known.filter(|memory| memory.uid == uid).unwrap_or_else(fresh)
    }

    /// Whether something is remembered of this very Pod.
    pub(super) fn is_of(view: &View<'_>, key: &Key, uid: &str) -> bool {
        let known = view.memory.get(key).and_then(|memory| memory.get("uid")?.as_str());
        known == Some(uid)
    }

    /// Worth remembering only if there is something in it.
    pub(super) fn write(&self) -> Option<Memory> {
        let nothing = PodMemory { uid: self.uid.clone(), ..PodMemory::default() };
        if *self == nothing {
            return None;
        }
        serde_json::to_value(self).ok().map(Arc::new)
    }
}
