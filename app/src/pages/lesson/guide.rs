//! The text of a lesson. As the server sends it, all steps stand one after the other, to be read
//! without a script; once the page lives, the step where the learner is stands alone.

use std::collections::BTreeMap;

use leptos::{html, prelude::*};
use protocol::{Act, LessonState, LessonText, StepText};
use wasm_bindgen::JsCast;

use super::{
    Edition,
    help::{Help, Hints},
    steps::Step,
};
use crate::{
    browser,
    i18n::{say, use_language},
    icons::{Icon, icon},
    learned,
    live::Prose,
    room::is_look,
    session::{Session, use_session},
    share::is_shared,
};

/// Where the learner is, for all parts of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) text: Signal<LessonText>,
    pub(super) session: Session,
    /// The page lives: one step at a time.
    pub(super) live: RwSignal<bool>,
    /// How many hints are open, by step.
    pub(super) hints: RwSignal<BTreeMap<String, usize>>,
    state: Signal<Option<LessonState>>,
    current: Memo<String>,
}

impl Way {
    fn new(text: Signal<LessonText>) -> Way {
        let session = use_session();
        let state = session.lesson();
        let current = Memo::new(move |_| {
            let told = state.with(|state| state.as_ref().map(|state| state.step.clone()));
            let first = || text.with(|text| text.steps.first().map(|step| step.id.clone()));
            told.filter(|step| !step.is_empty()).or_else(first).unwrap_or_default()
        });
        let live = RwSignal::new(false);
        Effect::new(move |_| live.set(true));
        Way { text, session, live, hints: RwSignal::new(BTreeMap::new()), state, current }
    }

    /// The step where the learner is. Tracked.
    pub(super) fn current(self) -> String {
        self.current.get()
    }

    pub(super) fn current_text(self) -> Option<StepText> {
        let current = self.current.get();
        self.text.with(|text| text.steps.iter().find(|step| step.id == current).cloned())
    }

    /// What the server told of the lesson. Tracked.
    pub(super) fn with_state<T>(self, read: impl FnOnce(Option<&LessonState>) -> T) -> T {
        self.state.with(|state| read(state.as_ref()))
    }

    pub(super) fn is_done(self, step: &str) -> bool {
        self.with_state(|state| state.is_some_and(|s| s.steps_done.iter().any(|done| done == step)))
    }

    pub(super) fn completed(self) -> bool {
        self.with_state(|state| state.is_some_and(|state| state.completed))
    }

    /// Whether the step is done or the first that is not: others cannot be looked at yet.
    pub(super) fn is_open(self, step: &str) -> bool {
        self.text.with(|text| {
            let before = text.steps.iter().take_while(|known| known.id != step);
            before.last().is_none_or(|before| self.is_done(&before.id))
        })
    }

    pub(super) fn go_to(self, step: &str) {
        self.session.tell(Act::GoTo { step: step.to_owned() });
    }
}

/// The text of a lesson beside its cluster.
#[component]
pub(super) fn Guide(text: Signal<LessonText>) -> impl IntoView {
    let way = Way::new(text);
    provide_context(way);
    let body = NodeRef::<html::Div>::new();
    begin_at_the_top(way, body);
    remember_progress(way);
    follow_edition(way);
    let title = move || text.with(|text| text.summary.title.clone());
    let first = Memo::new(move |_| {
        text.with(|text| text.steps.first().is_some_and(|step| step.id == way.current()))
    });
    let steps = move || {
        let steps = text.with(|text| text.steps.clone());
        steps
            .into_iter()
            .enumerate()
            .map(|(n, step)| view! { <Step number=n step/> }.into_any())
            .collect_view()
    };
    view! {
        <article class="guide">
            {view! { <Progress/> }.into_any()}
            <div class="guide-body" node_ref=body tabindex="0" role="region" aria-label=title>
                <h1 class="lesson-title">{title}</h1>
                <div hidden=move || way.live.get() && !first.get()>
                    {move || view! { <Prose html=text.with(|text| text.intro_html.clone())/> }}
                </div>
                {steps}
                {view! { <Hints/> }.into_any()}
                {view! { <Debrief/> }.into_any()}
            </div>
            {view! { <Help/> }.into_any()}
        </article>
    }
    .into_any()
}

/// Begins to read each step at its top, and gives it the focus.
fn begin_at_the_top(way: Way, body: NodeRef<html::Div>) {
    Effect::new(move |before: Option<String>| {
        let now = way.current();
        if before.is_some_and(|before| before != now) {
            let id = format!("step-{now}");
            request_animation_frame(move || {
                if let Some(body) = body.get_untracked() {
                    body.set_scroll_top(0);
                }
                let heading = document().get_element_by_id(&id);
                if let Some(heading) =
                    heading.and_then(|h| h.dyn_into::<web_sys::HtmlElement>().ok())
                {
                    heading.focus().unwrap_or_default();
                }
            });
        }
        now
    });
}

/// Fetches the text again when the lesson's author has changed it.
fn follow_edition(way: Way) {
    let shown = expect_context::<Edition>();
    Effect::new(move |_| {
        let told = way.with_state(|state| state.map(|state| state.edition));
        if let Some(told) = told.filter(|told| *told != shown.0.get_untracked()) {
            shown.0.set(told);
        }
    });
}

/// What was counted in a lesson that is done: name, value, whether it is good.
pub(super) type Result = Vec<(String, i64, bool)>;

/// Keeps how far this browser's learner is, for the marks in the course's table.
fn remember_progress(way: Way) {
    let language = use_language();
    // What others have done is not this learner's.
    let own = move || {
        way.session
            .sandbox()
            .with(|id| id.as_deref().is_some_and(|id| !is_look(id) && !is_shared(id)))
    };
    Effect::new(move |_| {
        if !own() {
            return;
        }
        let slug = way.text.with(|text| text.summary.slug.clone());
        let scores = way.with_state(|state| state.map(|it| it.scores.clone()).unwrap_or_default());
        let kept: Result = scores.into_iter().map(|it| (it.id, it.value, it.good)).collect();
        if !kept.is_empty() {
            browser::keep_as(&format!("scores.{slug}"), &kept);
        }
    });
    Effect::new(move |_| {
        let slug = way.text.with(|text| text.summary.slug.clone());
        let done =
            way.with_state(|state| state.map(|state| (state.steps_done.len(), state.completed)));
        if let Some(done) = done.filter(|_| own()) {
            learned::keep_done(&slug, done);
            learned::carry_on_change(language.get_untracked());
        }
    });
}

/// A mark for each step: done, here, to come. A press on it goes there.
#[component]
fn Progress() -> impl IntoView {
    let way = expect_context::<Way>();
    let language = use_language();
    let marks =
        move || {
            let steps = way.text.with(|text| text.steps.clone());
            steps.into_iter().enumerate().map(|(n, step)| {
            let StepText { id, title, .. } = step;
            let (done_id, here_id, open_id) = (id.clone(), id.clone(), id.clone());
            let label = move || {
                let done = way.is_done(&done_id);
                let language = language.get();
                let state = if done { language.pick(", 끝냄", ", done") } else { "" };
                format!("{} {}: {title}{state}", language.pick("단계", "Step"), n + 1)
            };
            let class_id = id.clone();
            view! {
                <li>
                    <button
                        type="button"
                        class=move || if way.is_done(&class_id) { "mark done" } else { "mark" }
                        aria-label=label.clone()
                        title=label
                        aria-current=move || (way.current() == here_id).then_some("step")
                        disabled=move || !way.live.get() || !way.is_open(&open_id)
                        on:click=move |_| way.go_to(&id)
                    ></button>
                </li>
            }
        }).collect_view()
        };
    view! { <ol class="progress" aria-label=say("단계", "Steps")>{marks}</ol> }
}

/// What there is to say when all is done, and what comes next.
#[component]
fn Debrief() -> impl IntoView {
    let way = expect_context::<Way>();
    let language = use_language();
    let html = move || way.text.with(|text| text.debrief_html.clone());
    let next = move || {
        way.text.with(|text| text.next.clone()).map(|next| {
            let href = format!("/{}/lessons/{}", language.get().code(), next.slug);
            view! {
                <a class="button primary" href=href>
                    {next.title}
                    {icon(Icon::ARROW_RIGHT)}
                </a>
            }
        })
    };
    view! {
        <section class="debrief" hidden=move || way.live.get() && !way.completed()>
            <h2>
                {icon(Icon::CIRCLE_CHECK)}
                {say("돌아보기", "Looking back")}
            </h2>
            {view! { <Scores/> }.into_any()}
            <div class="prose" inner_html=html></div>
            <p class="debrief-next">
                {next}
                <a class="button" href=move || format!("/{}/play", language.get().code())>
                    {say("놀이터에서 더 해 보기", "Try more in the playground")}
                </a>
                <a class="button" href=move || format!("/{}/progress", language.get().code())>
                    {say("내 진도와 증명", "My progress, and proof")}
                </a>
            </p>
        </section>
    }
    .into_any()
}

/// What was counted, and whether it is good.
#[component]
fn Scores() -> impl IntoView {
    let way = expect_context::<Way>();
    let rows = move || {
        let scores = way.with_state(|state| state.map(|it| it.scores.clone()).unwrap_or_default());
        let rows = scores.into_iter().map(|score| {
            let mark = if score.good { Icon::CIRCLE_CHECK } else { Icon::LIGHTBULB };
            view! {
                <li class=if score.good { "score good" } else { "score" }>
                    {icon(mark)}
                    <span>{score.text}</span>
                    <strong>{score.value}</strong>
                </li>
            }
        });
        rows.collect_view()
    };
    view! { <ul class="scores">{rows}</ul> }
}
