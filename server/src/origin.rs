//! From the wish for a sandbox to the sandbox.

use app::i18n::Language;
use http::{HeaderMap, header::ACCEPT_LANGUAGE};
use k8s_openapi::jiff::Timestamp;
use lessons::{Lesson, StartClock};
use orchestrator::{Input, Reply, Scenario};
use protocol::{ClockChange, NewSandbox, Until};

use crate::{
    id::draw_seed,
    lesson,
    problem::Problem,
    sandbox::{Origin, Sandbox, is_rate},
    state::AppState,
};

mod preset;

/// Letters of a learner's name for themselves.
const LEARNER_MAX: usize = 64;

/// Makes the sandbox that is wished for; that of a lesson, with the lesson's beginning in it.
pub(crate) async fn make(state: &AppState, wish: &NewSandbox) -> Result<Sandbox, Problem> {
    let origin = origin(wish)?;
    let lesson = origin.lesson.as_deref().map(lesson::find).transpose().map_err(unknown)?;
    let sandbox = state.sandboxes.create(origin).await?;
    if let Some(lesson) = lesson {
        begin(&sandbox, lesson).await?;
    }
    Ok(sandbox)
}

fn origin(wish: &NewSandbox) -> Result<Origin, Problem> {
    let seed = wish.seed.map_or_else(random_seed, Ok)?;
    if wish.learner.as_ref().is_some_and(|learner| learner.chars().count() > LEARNER_MAX) {
        return Err(Problem::invalid(format!("learner has at most {LEARNER_MAX} letters")));
    }
    let lesson = wish.lesson.as_deref().map(lesson::find).transpose().map_err(unknown)?;
    let lesson = lesson.map(|lesson| lesson.drawn(seed));
    let (mut scenario, rate) = match lesson {
        Some(lesson) => of_lesson(lesson),
        None => (preset::scenario(wish)?, 1.0),
    };
    // kubectl computes ages with its own machine's clock.
    scenario.epoch_s = Timestamp::now().as_second();
    let rate = wish.rate.unwrap_or(rate);
    if !is_rate(rate) {
        return Err(Problem::invalid("rate must be 0, or 0.01 to 600"));
    }
    Ok(Origin {
        seed,
        scenario,
        rate,
        lesson: lesson.map(|lesson| lesson.slug.clone()),
        learner: wish.learner.clone(),
    })
}

fn of_lesson(lesson: &Lesson) -> (Scenario, f64) {
    let rate = match lesson.setting.clock {
        StartClock::Paused => 0.0,
        StartClock::Story => 1.0,
    };
    (lesson.scenario(), rate)
}

fn random_seed() -> Result<u64, Problem> {
    draw_seed().map_err(|error| Problem::unavailable(error.to_string()))
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn unknown(error: lesson::LessonError) -> Problem {
    Problem::invalid(error.to_string())
}

/// Makes a lesson's beginning, lets the cluster grow quiet, and lets its traffic begin.
async fn begin(sandbox: &Sandbox, lesson: &Lesson) -> Result<(), Problem> {
    for stage in lesson.start_stages() {
        for input in stage {
            put_in(sandbox, input).await?;
        }
        let quiet = ClockChange { until: Some(Until::Quiet), ..ClockChange::default() };
        sandbox.clock(quiet).await?;
    }
    for input in lesson.late_inputs() {
        put_in(sandbox, input).await?;
    }
    if lesson.setting.after_s > 0 {
        let after_ms = i64::from(lesson.setting.after_s) * 1_000;
        let later = ClockChange { advance_ms: Some(after_ms), ..ClockChange::default() };
        sandbox.clock(later).await?;
    }
    Ok(())
}

async fn put_in(sandbox: &Sandbox, input: Input) -> Result<(), Problem> {
    let refused = match sandbox.submit(input).await? {
        Reply::Response(response) if !response.status().is_success() => {
            String::from_utf8_lossy(response.body()).into_owned()
        }
        Reply::NotFound => "it names what is not there".to_owned(),
        _ => return Ok(()),
    };
    tracing::error!(refused, "a lesson's beginning could not be made");
    Err(Problem::unavailable("the lesson's beginning could not be made"))
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
