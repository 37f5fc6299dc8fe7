//! What hosts do to all clusters at once: each is changed like by a request of its own, so that it
//! stands in its log.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
};

use orchestrator::{Input, Reply};
use protocol::{ClockChange, Push, RoomDown};
use tokio::sync::mpsc;

use super::handle::Handle;
use crate::{
    id::SandboxId,
    lesson::LessonAct,
    sandbox::{Sandbox, Sandboxes},
    state::AppState,
    terminal::{Door, Visitor},
    translate,
};

/// The file that holds a manifest while it is applied.
const FILE: &str = "from-the-host.yaml";
/// Bytes of a manifest.
const MANIFEST_MAX: usize = 64 << 10;

/// Changes the cluster where each learner is who is there; says in the end in how many it took
/// effect.
pub(super) fn push(
    state: &AppState,
    handle: &Arc<Handle>,
    what: Push,
    answers: mpsc::Sender<RoomDown>,
) {
    let (state, places) = (state.clone(), places(handle));
    tokio::spawn(async move {
        let (mut done, mut failed, mut reason) = (0, 0, None);
        for id in places {
            match one(&state, &id, &what).await {
                Ok(()) => done += 1,
                Err(said) => {
                    failed += 1;
                    reason.get_or_insert(said);
                }
            }
        }
        // The host may be gone by now.
        let _ = answers.send(RoomDown::Pushed { done, failed, reason }).await;
    });
}

/// The clusters where learners are who are there.
fn places(handle: &Handle) -> Vec<String> {
    handle.read(|room| {
        let present = room.learners().filter(|learner| learner.is_present());
        present.filter_map(|learner| Some(learner.place()?.1.to_owned())).collect()
    })
}

async fn one(state: &AppState, id: &str, what: &Push) -> Result<(), String> {
    let sandbox = open(&state.sandboxes, id).await.ok_or("it could not be opened")?;
    match what {
        Push::Manifest { text } => apply(state, &sandbox, text).await,
        Push::Fault { fault } => {
            let input = Input::Fault(translate::model_fault(fault)?);
            match sandbox.submit(input).await {
                Ok(Reply::NotFound) => Err("it names something that is not there".to_owned()),
                Ok(_) => Ok(()),
                Err(refused) => Err(refused.to_string()),
            }
        }
        Push::Step { step } => {
            let act = LessonAct::GoTo { step: step.clone() };
            sandbox.learn(act).await.map(drop).map_err(|refused| refused.to_string())
        }
    }
}

async fn apply(state: &AppState, sandbox: &Sandbox, text: &str) -> Result<(), String> {
    if text.len() > MANIFEST_MAX {
        return Err(format!("a manifest of {MANIFEST_MAX} bytes at most"));
    }
    let files = BTreeMap::from([(FILE.to_owned(), text.to_owned())]);
    let door = Door::Sandbox(Visitor::new(sandbox));
    let line = format!("kubectl apply -f {FILE}");
    let transcript = state.workshop.transcript(line, files, door).await;
    let transcript = transcript.ok_or("the server is closing")?;
    if transcript.code == 0 { Ok(()) } else { Err(transcript.seen) }
}

/// Lets the clocks of those stand still who wait, and those of all others go on.
pub(super) async fn settle(sandboxes: &Sandboxes, handle: &Handle) {
    let (wait, go): (Vec<_>, Vec<_>) = handle.read(|room| {
        let places = room.learners().filter(|learner| learner.is_present());
        let places = places.filter_map(|learner| Some((learner.number, learner.place()?.1)));
        let places = places.map(|(number, id)| (room.waits(number), id.to_owned()));
        places.partition(|(waits, _)| *waits)
    });
    for (_, id) in wait {
        hold_one(sandboxes, handle, &id).await;
    }
    for (_, id) in go {
        let held = |handle: &Handle| {
            handle.rates.lock().unwrap_or_else(PoisonError::into_inner).remove(&id)
        };
        if let (Some(rate), Some(sandbox)) = (held(handle), open(sandboxes, &id).await) {
            set_rate(&sandbox, rate).await;
        }
    }
}

/// Lets one clock stand still, and remembers how it went.
async fn hold_one(sandboxes: &Sandboxes, handle: &Handle, id: &str) {
    let Some(sandbox) = open(sandboxes, id).await else { return };
    let rate = sandbox.view().pace.rate();
    let first = {
        let mut rates = handle.rates.lock().unwrap_or_else(PoisonError::into_inner);
        let first = !rates.contains_key(id);
        rates.entry(id.to_owned()).or_insert(rate);
        first
    };
    if first {
        set_rate(&sandbox, 0.0).await;
    }
}

/// Lets all clocks go on as they went before the hold.
pub(super) async fn let_run(sandboxes: &Sandboxes, handle: &Handle) {
    let rates = std::mem::take(&mut *handle.rates.lock().unwrap_or_else(PoisonError::into_inner));
    for (id, rate) in rates {
        if let Some(sandbox) = open(sandboxes, &id).await {
            set_rate(&sandbox, rate).await;
        }
    }
}

/// Lets the clock of the hosts' cluster run, if it is shown.
pub(super) async fn run_shown(state: &AppState, handle: &Handle) {
    let shown = handle.read(|room| {
        let (lesson, _) = room.view().shown?;
        room.sandboxes.get(&lesson).cloned()
    });
    let Some(id) = shown else { return };
    let Some(sandbox) = open(&state.sandboxes, &id).await else { return };
    if sandbox.view().pace.stopped() {
        set_rate(&sandbox, 1.0).await;
    }
}

async fn set_rate(sandbox: &Sandbox, rate: f64) {
    let change = ClockChange { rate: Some(rate), ..ClockChange::default() };
    if let Err(refused) = sandbox.clock(change).await {
        tracing::warn!(%refused, sandbox = %sandbox.id(), "a clock did not take its rate");
    }
}

async fn open(sandboxes: &Sandboxes, id: &str) -> Option<Sandbox> {
    sandboxes.open(&SandboxId::parse(id)?).await.ok()
}
