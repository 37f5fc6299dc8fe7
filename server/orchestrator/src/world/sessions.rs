//! Sessions: what `exec` and `attach` have opened.

use crate::api::{self, Cursor};
use crate::input::Reply;
use crate::machine::Surroundings;
use crate::session::{Said, Saying, Session, SessionAct, SessionId, SessionInput};
use crate::world::{World, engine};

/// How many sessions there may be at a time; of those that have ended, the oldest go first.
const SESSIONS_MAX: usize = 256;

impl World {
    /// Opens a session that the API server has admitted.
    pub(super) fn open(&mut self, head: http::Response<()>, mut cursor: Cursor) -> Reply {
        let Some(opening) = cursor.opening().cloned() else {
            return Reply::Stream { head, cursor };
        };
        if !self.has_room() {
            return Reply::Response(api::too_many_sessions());
        }
        self.sessions_opened += 1;
        let id = self.sessions_opened;
        cursor.opened(id);
        let cause = self.trace.len().saturating_sub(1);
        self.sessions.insert(id, Session::of(&opening, cause));
        let clock = self.clock();
        if let Some(machine) = self.machines.get_mut(&opening.node) {
            let mut around = Surroundings {
                clock,
                random: &mut self.random,
                images: &self.images,
                disks: &mut self.disks,
            };
            let happened = machine.open(id, &opening, &mut around);
            engine::happened(self, &opening.node, happened, cause);
        }
        Reply::Stream { head, cursor }
    }

    fn has_room(&mut self) -> bool {
        if self.sessions.len() < SESSIONS_MAX {
            return true;
        }
        let ended = self.sessions.iter().find(|(_, session)| session.ended).map(|(id, _)| *id);
        ended.is_some_and(|id| self.sessions.remove(&id).is_some())
    }

    /// Lets a client send something into its session.
    pub(super) fn session_input(&mut self, input: &SessionInput) -> Reply {
        let Some(session) = self.sessions.get(&input.session).cloned() else {
            return Reply::NotFound;
        };
        let clock = self.clock();
        if let Some(machine) = self.machines.get_mut(&session.node).filter(|machine| machine.on) {
            let mut around = Surroundings {
                clock,
                random: &mut self.random,
                images: &self.images,
                disks: &mut self.disks,
            };
            let place = (&session.uid, session.container.as_str());
            let happened = machine.session_input(input.session, place, &input.act, &mut around);
            engine::happened(self, &session.node, happened, session.entry);
            self.tell();
        }
        if input.act == SessionAct::Hangup {
            self.sessions.remove(&input.session);
        }
        Reply::Done
    }

    /// A node has lost its power: the connections to it break.
    pub(super) fn lose_sessions(&mut self, node: &str) {
        let there = self.sessions.iter().filter(|(_, session)| *session.node == *node);
        let ids: Vec<SessionId> = there.map(|(id, _)| *id).collect();
        for id in ids {
            if let Some(session) = self.sessions.get_mut(&id) {
                session.ended = true;
            }
        }
    }

    /// Keeps what a machine has to tell a client.
    pub(super) fn said(&mut self, said: Said) {
        let Some(session) = self.sessions.get_mut(&said.session) else { return };
        match said.what {
            Saying::Frame(frame) => session.say(frame),
            Saying::Ends(ending) => session.end(&ending),
        }
    }
}
