//! Looks: names under which a cluster may be seen by somebody whose it is not, as long as the room
//! allows it. A look is used like a sandbox's id, but nothing can be done to the cluster by it
//! unless its owner consents.

use protocol::RoomRefusal;
use tokio::sync::watch;

use super::{Result, Room};

/// How the name of a look begins.
pub(crate) const LOOK: &str = "look-";

#[derive(Debug)]
pub(crate) struct Look {
    /// Whose cluster it is; none for the hosts'.
    pub(super) of: Option<u32>,
    pub(crate) sandbox: String,
    lesson: String,
    /// Dropped when the look ends.
    ended: watch::Sender<()>,
}

impl Room {
    /// A look at the cluster where a learner is: its lesson and its name. `fresh` is the name of a
    /// new one.
    pub(crate) fn look(&mut self, number: u32, fresh: String) -> Result<(String, String)> {
        let learner = self.learners.get(&number).ok_or(RoomRefusal::NotFound)?;
        let (lesson, sandbox) = learner.place().ok_or(RoomRefusal::NotFound)?;
        let (lesson, sandbox) = (lesson.to_owned(), sandbox.to_owned());
        let known = self.looks.iter().find(|(_, look)| {
            look.of == Some(number) && look.sandbox == sandbox && look.lesson == lesson
        });
        if let Some((name, _)) = known {
            return Ok((lesson, name.clone()));
        }
        let ended = watch::Sender::new(());
        let look = Look { of: Some(number), sandbox, lesson: lesson.clone(), ended };
        self.looks.insert(fresh.clone(), look);
        Ok((lesson, fresh))
    }

    /// Shows the hosts' cluster of a lesson to all.
    pub(in crate::room) fn show(&mut self, lesson: &str, fresh: String) -> Result<()> {
        let sandbox = self.sandboxes.get(lesson).ok_or(RoomRefusal::NotFound)?.clone();
        self.hide();
        let (lesson, ended) = (lesson.to_owned(), watch::Sender::new(()));
        self.shown = Some((lesson.clone(), fresh.clone()));
        self.looks.insert(fresh, Look { of: None, sandbox, lesson, ended });
        self.stir.room = true;
        Ok(())
    }

    pub(in crate::room) fn hide(&mut self) {
        if let Some((_, look)) = self.shown.take() {
            self.looks.remove(&look);
            self.stir.room = true;
        }
    }

    /// The sandbox that is seen by a look, and what tells when the look ends.
    pub(crate) fn seen_by(&self, look: &str) -> Option<(String, watch::Receiver<()>)> {
        let look = self.looks.get(look)?;
        Some((look.sandbox.clone(), look.ended.subscribe()))
    }

    /// Whether its owner consents to what is done by this look.
    pub(crate) fn may_act(&self, look: &str) -> bool {
        let of = self.looks.get(look).and_then(|look| look.of);
        of.and_then(|number| self.learners.get(&number)).is_some_and(|learner| learner.consent)
    }

    /// One who looks more, or one less.
    pub(crate) fn count_looker(&mut self, look: &str, comes: bool) {
        let Some(number) = self.looks.get(look).and_then(|look| look.of) else { return };
        if let Some(learner) = self.learners.get_mut(&number) {
            let now = learner.lookers;
            learner.lookers = if comes { now + 1 } else { now.saturating_sub(1) };
            self.touch(number);
        }
    }

    /// Ends what was seen of a learner.
    pub(super) fn end_looks_at(&mut self, number: u32) {
        self.looks.retain(|_, look| look.of != Some(number));
    }
}
