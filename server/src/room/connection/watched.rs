//! The cluster where a learner is: how they stand in its lesson is looked up when it has stirred,
//! now and then.

use std::{sync::Arc, time::Duration};

use protocol::Position;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, sleep_until},
};

use super::super::{
    handle::{Handle, now_s},
    push,
};
use crate::{
    id::SandboxId,
    lesson::{LessonAct, LessonAnswer, Standing},
    sandbox::{Frame, Sandbox},
    state::AppState,
};

/// A cluster that stirs all the time is looked at so often.
const EVERY: Duration = Duration::from_millis(500);

pub(super) struct Watched {
    state: AppState,
    handle: Arc<Handle>,
    number: u32,
    cluster: Option<Cluster>,
}

struct Cluster {
    lesson: String,
    id: String,
    sandbox: Sandbox,
    frames: broadcast::Receiver<Frame>,
    /// It has stirred since it was looked at.
    stirred: bool,
    next: Instant,
    /// Where the trace told of the last act of people, when it was looked at.
    act: Option<Option<Position>>,
}

impl Watched {
    pub(super) fn new(state: AppState, handle: Arc<Handle>, number: u32) -> Self {
        Self { state, handle, number, cluster: None }
    }

    /// Watches the cluster where the learner is now.
    pub(super) async fn follow(&mut self) {
        let place = self.handle.read(|room| {
            let learner = room.learner(self.number).ok()?;
            let (lesson, id) = learner.place()?;
            let same = self.cluster.as_ref().is_some_and(|cluster| cluster.id == id);
            (!same).then(|| (lesson.to_owned(), id.to_owned()))
        });
        let Some((lesson, id)) = place else { return };
        let Some(name) = SandboxId::parse(&id) else { return };
        if let Ok(sandbox) = self.state.sandboxes.open(&name).await {
            let frames = sandbox.frames();
            let (next, act) = (Instant::now(), None);
            self.cluster = Some(Cluster { lesson, id, sandbox, frames, stirred: true, next, act });
        }
    }

    /// Returns when the cluster has stirred and may be looked at again.
    pub(super) async fn stirred(&mut self) {
        let Some(cluster) = &mut self.cluster else { return std::future::pending().await };
        while !cluster.stirred {
            match cluster.frames.recv().await {
                Ok(Frame::Clock { .. } | Frame::Traffic { .. }) => {}
                Ok(_) | Err(RecvError::Lagged(_)) => cluster.stirred = true,
                // It is put away; whoever opens it again enters it again.
                Err(RecvError::Closed) => return std::future::pending().await,
            }
        }
        sleep_until(cluster.next).await;
    }

    pub(super) async fn look(&mut self) {
        let Some(cluster) = &mut self.cluster else { return };
        cluster.next = Instant::now() + EVERY;
        cluster.stirred = false;
        // What has come meanwhile is seen by this look.
        cluster.frames = cluster.frames.resubscribe();
        let acts = cluster.sandbox.acts(1).await;
        let act = acts.ok().and_then(|acts| acts.first().copied());
        let standing = match cluster.sandbox.learn(LessonAct::Stand).await {
            Ok(LessonAnswer::Standing(standing)) => *standing,
            _ => Standing::default(),
        };
        let acted = cluster.act.is_some_and(|before| before != act);
        cluster.act = Some(act);
        let came = self.handle.change(|room| {
            let waited = room.waits(self.number);
            room.stand(self.number, &cluster.lesson, standing, acted, now_s());
            room.waits(self.number) && !waited
        });
        if came {
            push::settle(&self.state.sandboxes, &self.handle).await;
        }
    }
}
