//! What hosts and learners do: the room changes, and with it clusters and what is kept.

use std::sync::Arc;

use protocol::{HostAct, Lead, LearnerDeed, NewSandbox, RoomDown, RoomRefusal, StepRef};
use tokio::sync::mpsc;

use super::{
    draw_look, export,
    handle::{Handle, now_s},
    push,
    state::Learner,
};
use crate::{
    database::DatabaseError, learner::qr_code, lesson, origin, sandbox::Sandbox, state::AppState,
};

type Result<T> = std::result::Result<T, RoomRefusal>;

pub(super) struct Deeds<'a> {
    pub(super) state: &'a AppState,
    pub(super) handle: &'a Arc<Handle>,
}

impl Deeds<'_> {
    pub(super) async fn learn(&self, number: u32, deed: LearnerDeed) -> Result<()> {
        match deed {
            LearnerDeed::Enter { lesson } => self.enter(number, &lesson).await,
            LearnerDeed::Hand { up } => {
                self.handle.change(|room| room.raise_hand(number, up, now_s()))
            }
            LearnerDeed::Choose { choice } => {
                self.handle.change(|room| room.choose(number, choice, now_s()))
            }
            LearnerDeed::Consent { given } => {
                self.handle.change(|room| room.consent(number, given))
            }
            LearnerDeed::Keep { kept } => {
                self.handle.change(|room| room.keep(number, kept))?;
                self.keep(number).await
            }
            LearnerDeed::Leave => self.remove(number).await,
        }
    }

    /// Does what a host wants; what comes of it at once.
    pub(super) async fn lead(
        &self,
        act: HostAct,
        answers: &mpsc::Sender<RoomDown>,
    ) -> Result<Option<RoomDown>> {
        let handle = self.handle;
        match act {
            HostAct::Admit { learner } => {
                handle.change(|room| room.admit(learner))?;
                self.keep(learner).await?;
            }
            HostAct::Remove { learner } => self.remove(learner).await?,
            HostAct::LowerHand { learner } => {
                handle.change(|room| room.raise_hand(learner, false, now_s()))?;
            }
            HostAct::Hint { learner, text } => handle.change(|room| room.hint(learner, &text))?,
            HostAct::Look { learner } => return self.look(learner).map(Some),
            HostAct::AskToAct { learner } => handle.change(|room| room.ask_to_act(learner))?,
            HostAct::Push { what } => push::push(self.state, handle, what, answers.clone()),
            HostAct::Hold { held } => {
                handle.change(|room| room.hold(held));
                self.settle().await;
            }
            HostAct::HoldAt { step } => self.hold_at(step).await?,
            HostAct::Enter { lesson } => self.host_enters(&lesson).await?,
            HostAct::Show { shown } => self.show(shown)?,
            HostAct::Ask { question, choices } => {
                handle.change(|room| room.ask(&question, &choices))?;
            }
            HostAct::Reveal { right } => {
                handle.change(|room| room.reveal(right))?;
                push::run_shown(self.state, handle).await;
            }
            HostAct::Withdraw => handle.change(super::state::Room::withdraw),
            HostAct::Export { format } => {
                let (name, text) = handle.read(|room| export::write(room, format));
                return Ok(Some(RoomDown::Exported { name, text }));
            }
            HostAct::Extend { minutes } => {
                handle.change(|room| room.extend(minutes, now_s()));
                let plan = handle.plan();
                let done = self.state.rooms.database().extend_room(&plan.id, plan.closes_s).await;
                done.map_err(|error| unavailable(&error))?;
            }
            HostAct::Close => self.state.rooms.close_by_host(handle).await,
        }
        Ok(None)
    }

    /// What only hosts see.
    pub(super) fn lead_view(&self, origin: &str) -> Lead {
        let (plan, sandboxes) =
            self.handle.read(|room| (room.plan.clone(), room.sandboxes.clone()));
        let link = format!("{origin}/{}/join/{}", plan.language, plan.code);
        Lead { sandboxes, code: qr_code(&link), link }
    }

    async fn enter(&self, number: u32, lesson: &str) -> Result<()> {
        let known = self.handle.read(|room| room.way(number, lesson))?;
        let id = match known {
            Some(id) => id,
            None => self.make(number, lesson).await?.id().to_string(),
        };
        self.handle.change(|room| room.enter(number, lesson, &id, now_s()))?;
        if self.handle.read(|room| room.waits(number)) {
            self.settle().await;
        }
        Ok(())
    }

    async fn host_enters(&self, lesson: &str) -> Result<()> {
        self.handle.read(|room| room.has(lesson))?;
        let known = self.handle.read(|room| room.sandboxes.get(lesson).cloned());
        let id = match known {
            Some(id) => id,
            None => self.make(0, lesson).await?.id().to_string(),
        };
        self.handle.change(|room| room.host_enters(lesson, &id));
        Ok(())
    }

    /// A new cluster of a lesson, for a learner, or (0) for the hosts.
    async fn make(&self, number: u32, lesson: &str) -> Result<Sandbox> {
        let lesson_wish = (!lesson.is_empty()).then(|| lesson.to_owned());
        let wish = NewSandbox { lesson: lesson_wish, ..NewSandbox::default() };
        let made = origin::make(self.state, &wish).await.map_err(|problem| {
            tracing::warn!(detail = problem.detail, "no cluster for a room");
            RoomRefusal::Unavailable
        })?;
        let id = made.id().as_str();
        let kept = self.state.rooms.database();
        let kept = kept.keep_room_sandbox(&self.handle.plan().id, number, lesson, id).await;
        kept.map_err(|error| unavailable(&error))?;
        Ok(made)
    }

    fn look(&self, number: u32) -> Result<RoomDown> {
        let fresh = self.fresh_look()?;
        let (lesson, look) = self.handle.change(|room| room.look(number, fresh))?;
        Ok(RoomDown::Looking { learner: number, lesson, look })
    }

    fn show(&self, shown: bool) -> Result<()> {
        let fresh = self.fresh_look()?;
        self.handle.change(|room| match (shown, room.latest_own()) {
            (true, Some(lesson)) => room.show(&lesson, fresh),
            (true, None) => Err(RoomRefusal::NotFound),
            (false, _) => {
                room.hide();
                Ok(())
            }
        })
    }

    fn fresh_look(&self) -> Result<String> {
        draw_look(&self.handle.plan().id).map_err(|_| RoomRefusal::Unavailable)
    }

    async fn hold_at(&self, step: Option<StepRef>) -> Result<()> {
        if let Some(at) = &step {
            self.handle.read(|room| room.has(&at.lesson))?;
            let lesson = lesson::find(&at.lesson).map_err(|_| RoomRefusal::NotFound)?;
            if !lesson.steps.iter().any(|step| step.id == at.step) {
                return Err(RoomRefusal::NotFound);
            }
        }
        self.handle.change(|room| room.hold_at(step));
        self.settle().await;
        Ok(())
    }

    /// Clocks follow who waits. With nobody held, also those go on whose learners are not here.
    async fn settle(&self) {
        let holds = self.handle.read(super::state::Room::holds);
        match holds {
            true => push::settle(&self.state.sandboxes, self.handle).await,
            false => push::let_run(&self.state.sandboxes, self.handle).await,
        }
    }

    async fn remove(&self, number: u32) -> Result<()> {
        let sandboxes = self.handle.change(|room| room.remove(number))?;
        let rooms = &self.state.rooms;
        let left = rooms.database().leave_room(&self.handle.plan().id, number).await;
        rooms.delete(sandboxes.into_values()).await;
        left.map_err(|error| unavailable(&error))
    }

    /// Keeps what has changed of a learner.
    async fn keep(&self, number: u32) -> Result<()> {
        let learner: Learner = self.handle.read(|room| room.learner(number).cloned())?;
        let kept = self.state.rooms.database();
        let kept = kept.keep_room_learner(&self.handle.plan().id, &learner).await;
        kept.map_err(|error| unavailable(&error))
    }
}

fn unavailable(error: &DatabaseError) -> RoomRefusal {
    tracing::error!(%error, "a room could not be kept");
    RoomRefusal::Unavailable
}
