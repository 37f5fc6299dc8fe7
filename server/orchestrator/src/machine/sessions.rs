//! Sessions of `exec` and `attach`, as a machine sees them.

use std::sync::Arc;

use crate::session::{Opening, SessionAct, SessionId};

use super::{Happened, Machine, Surroundings};

impl Machine {
    /// Opens a session: starts its program, or listens to the container's own.
    pub(crate) fn open(
        &mut self,
        id: SessionId,
        opening: &Opening,
        around: &mut Surroundings<'_>,
    ) -> Happened {
        self.in_session(&opening.uid, &opening.container, around, |table, inside| {
            table.open_session(id, opening, inside)
        })
    }

    /// Lets a session's client send something.
    pub(crate) fn session_input(
        &mut self,
        id: SessionId,
        (uid, container): (&Arc<str>, &str),
        act: &SessionAct,
        around: &mut Surroundings<'_>,
    ) -> Happened {
        self.in_session(uid, container, around, |table, inside| {
            table.session_input(id, act, inside)
        })
    }

    fn in_session(
        &mut self,
        uid: &Arc<str>,
        name: &str,
        around: &mut Surroundings<'_>,
        some: impl FnOnce(
            &mut super::process::Table,
            &mut super::inside::Inside<'_>,
        ) -> super::process::Turn,
    ) -> Happened {
        let known = self.pod(uid).and_then(|pod| pod.containers.get(name));
        let Some(attempt) = known.filter(|known| known.is_running()).map(|known| known.attempt)
        else {
            return Happened::default();
        };
        let within = self
            .within(uid, name, around, |container, inside| some(&mut container.process, inside));
        let Some((turn, happened)) = within else { return Happened::default() };
        let turned = self.turned(uid, name, attempt, turn, around).unwrap_or_default();
        happened.and(turned)
    }
}
