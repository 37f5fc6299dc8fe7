//! A page that looks at a cluster which is not its own: somebody's in a room, which sees everything
//! and does nothing to it unless its owner consents; or one that was shared, which stays as it is.

use std::sync::Arc;

use protocol::{Act, Refusal, Shared};
use tokio::sync::watch;

use crate::{problem::Problem, room::Handle, share, state::AppState};

/// One page that looks.
pub(super) struct Look {
    rules: Rules,
    sandbox: String,
    ended: Option<watch::Receiver<()>>,
    shared: Option<Shared>,
    /// As long as it is there, the cluster's owner is told.
    _counted: Option<Counted>,
}

/// What may be done by a look.
#[derive(Clone)]
pub(super) enum Rules {
    OfRoom { room: Arc<Handle>, name: String },
    Shared,
}

struct Counted {
    room: Arc<Handle>,
    name: String,
}

impl Look {
    /// What a page opens in place of a sandbox, if that is a look.
    pub(super) async fn of(state: &AppState, name: &str) -> Result<Option<Self>, Problem> {
        match share::find(state, name).await? {
            Some((sandbox, shared)) => Ok(Some(Self {
                rules: Rules::Shared,
                sandbox,
                ended: None,
                shared: Some(shared),
                _counted: None,
            })),
            None => Ok(Self::in_room(state, name)),
        }
    }

    fn in_room(state: &AppState, name: &str) -> Option<Self> {
        let room = state.rooms.of_look(name)?;
        let (sandbox, ended) = room.read(|room| room.seen_by(name))?;
        room.change(|room| room.count_looker(name, true));
        let rules = Rules::OfRoom { room: Arc::clone(&room), name: name.to_owned() };
        let counted = Some(Counted { room, name: name.to_owned() });
        Some(Self { rules, sandbox, ended: Some(ended), shared: None, _counted: counted })
    }

    pub(super) fn sandbox(&self) -> &str {
        &self.sandbox
    }

    pub(super) fn rules(&self) -> Rules {
        self.rules.clone()
    }

    /// Tells when the look ends, if it may end before the page goes.
    pub(super) fn ended(&self) -> Option<watch::Receiver<()>> {
        self.ended.clone()
    }

    /// What there is to say about what was shared.
    pub(super) fn shared(&self) -> Option<&Shared> {
        self.shared.as_ref()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Self { room, name } = self;
        room.change(|room| room.count_looker(name, false));
    }
}

impl Rules {
    /// Why an act is not carried out, if it is not. Consent may come and go while the page looks.
    pub(super) fn refuse(&self, act: &Act) -> Option<Refusal> {
        match self {
            _ if only_reads(act) => None,
            Self::Shared if matches!(act, Act::Fork { .. }) => None,
            Self::Shared => Some(Refusal::OnlyShared),
            Self::OfRoom { room, name } => {
                let may = is_of_cluster(act) && room.read(|room| room.may_act(name));
                (!may).then_some(Refusal::OnlyLooking)
            }
        }
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
            | Act::Commands
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
