//! A page that looks at somebody else's cluster, as a room allows it: it sees everything, and does
//! nothing to it unless its owner consents.

use std::sync::Arc;

use protocol::Act;
use tokio::sync::watch;

use crate::{room::Handle, state::AppState};

/// One page that looks. As long as there is one, the cluster's owner is told.
pub(super) struct Look {
    rules: Rules,
    sandbox: String,
    ended: watch::Receiver<()>,
}

/// What may be done by a look.
#[derive(Clone)]
pub(super) struct Rules {
    room: Arc<Handle>,
    name: String,
}

impl Look {
    /// What a page opens in place of a sandbox, if that is a look.
    pub(super) fn of(state: &AppState, name: &str) -> Option<Self> {
        let room = state.rooms.of_look(name)?;
        let (sandbox, ended) = room.read(|room| room.seen_by(name))?;
        room.change(|room| room.count_looker(name, true));
        Some(Self { rules: Rules { room, name: name.to_owned() }, sandbox, ended })
    }

    pub(super) fn sandbox(&self) -> &str {
        &self.sandbox
    }

    pub(super) fn rules(&self) -> Rules {
        self.rules.clone()
    }

    pub(super) fn ended(&self) -> watch::Receiver<()> {
        self.ended.clone()
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        let Rules { room, name } = &self.rules;
        room.change(|room| room.count_looker(name, false));
    }
}

impl Rules {
    /// Consent may come and go while the page looks.
    pub(super) fn allow(&self, act: &Act) -> bool {
        only_reads(act) || (is_of_cluster(act) && self.room.read(|room| room.may_act(&self.name)))
    }
}

fn only_reads(act: &Act) -> bool {
    matches!(
        act,
        Act::Acts
            | Act::Seek { .. }
            | Act::Why { .. }
            | Act::Inspect { .. }
            | Act::History { .. }
            | Act::Logs { .. }
            | Act::Export
    )
}

/// Not what only the learner can do in their lesson, and no copies that would outlive the room.
fn is_of_cluster(act: &Act) -> bool {
    matches!(
        act,
        Act::Apply { .. }
            | Act::Terminal { .. }
            | Act::Type { .. }
            | Act::Interrupt { .. }
            | Act::Clock { .. }
            | Act::Fault { .. }
            | Act::Traffic { .. }
    )
}

/// Returns when the look ends; never for a page's own cluster.
pub(super) async fn over(ended: &mut Option<watch::Receiver<()>>) {
    match ended {
        // Nothing is ever sent: the other end goes away.
        Some(ended) => drop(ended.changed().await),
        None => std::future::pending().await,
    }
}
