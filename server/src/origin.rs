//! From the wish for a sandbox to the sandbox.

use std::collections::BTreeMap;

use app::i18n::Language;
use http::{HeaderMap, header::ACCEPT_LANGUAGE};
use k8s_openapi::jiff::Timestamp;
use lessons::{START_AGENT, StartClock};
use orchestrator::Scenario;
use protocol::{ClockChange, NewSandbox, Until};

use crate::{
    id::draw_seed,
    lesson,
    problem::Problem,
    sandbox::{Origin, Sandbox, is_rate},
    state::AppState,
    terminal::{Door, Visitor},
};

mod preset;

/// Letters of a learner's name for themselves.
const LEARNER_MAX: usize = 64;
/// The file that a lesson's beginning is applied from.
const START: &str = "start.yaml";

/// Makes the sandbox that is wished for; that of a lesson, with the lesson's beginning in it.
pub(crate) async fn make(state: &AppState, wish: &NewSandbox) -> Result<Sandbox, Problem> {
    let origin = origin(wish)?;
    let start = match &origin.lesson {
        Some(slug) => lesson::find(slug).map_err(unknown)?.start.clone(),
        None => String::new(),
    };
    let sandbox = state.sandboxes.create(origin).await?;
    if !start.trim().is_empty() {
        begin(state, &sandbox, start).await?;
    }
    Ok(sandbox)
}

fn origin(wish: &NewSandbox) -> Result<Origin, Problem> {
    if wish.learner.as_ref().is_some_and(|learner| learner.chars().count() > LEARNER_MAX) {
        return Err(Problem::invalid(format!("learner has at most {LEARNER_MAX} letters")));
    }
    let (mut scenario, rate) = match &wish.lesson {
        Some(slug) => of_lesson(slug)?,
        None => (preset::scenario(wish)?, 1.0),
    };
    // kubectl computes ages with its own machine's clock.
    scenario.epoch_s = Timestamp::now().as_second();
    let rate = wish.rate.unwrap_or(rate);
    if !is_rate(rate) {
        return Err(Problem::invalid("rate must be 0, or 0.01 to 600"));
    }
    Ok(Origin {
        seed: wish.seed.map_or_else(random_seed, Ok)?,
        scenario,
        rate,
        lesson: wish.lesson.clone(),
        learner: wish.learner.clone(),
    })
}

fn of_lesson(slug: &str) -> Result<(Scenario, f64), Problem> {
    let lesson = lesson::find(slug).map_err(unknown)?;
    let rate = match lesson.setting.clock {
        StartClock::Paused => 0.0,
        StartClock::Story => 1.0,
    };
    Ok((lesson.scenario(), rate))
}

fn random_seed() -> Result<u64, Problem> {
    draw_seed().map_err(|error| Problem::unavailable(error.to_string()))
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn unknown(error: lesson::LessonError) -> Problem {
    Problem::invalid(error.to_string())
}

/// Applies a lesson's beginning and lets the cluster grow quiet.
async fn begin(state: &AppState, sandbox: &Sandbox, start: String) -> Result<(), Problem> {
    let files = BTreeMap::from([(START.to_owned(), start)]);
    let door = Door::Sandbox(Visitor { agent: Some(START_AGENT), ..Visitor::new(sandbox) });
    let line = format!("kubectl apply -f {START}");
    let transcript = state.workshop.transcript(line, files, door).await;
    match transcript {
        Some(transcript) if transcript.code == 0 => {
            let quiet = ClockChange { until: Some(Until::Quiet), ..ClockChange::default() };
            sandbox.clock(quiet).await?;
            Ok(())
        }
        other => {
            tracing::error!(?other, "a lesson's beginning could not be applied");
            Err(Problem::unavailable("the lesson's beginning could not be applied"))
        }
    }
}

/// Where a person sees a sandbox, in the language that the browser asks for.
pub(crate) fn page(sandbox: &Sandbox, headers: &HeaderMap) -> String {
    let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    page_in(sandbox, Language::from_accept_language(header.unwrap_or_default()).code())
}

/// Where a person sees a sandbox, in a language.
pub(crate) fn page_in(sandbox: &Sandbox, language: &str) -> String {
    let place =
        sandbox.lesson().map_or_else(|| "play".to_owned(), |slug| format!("lessons/{slug}"));
    format!("/{language}/{place}?sandbox={}", sandbox.id())
}
