//! The words of the room's lessons, in the host's language: what steps and goals are called that
//! learners are told apart by.

use std::collections::BTreeMap;

use leptos::{prelude::*, task::spawn_local};
use protocol::{HostAct, LessonText, Push, StepRef, StepText};

use super::use_view;
use crate::{
    backend,
    i18n::{Language, say, use_language},
};

/// Lessons that were asked for; those that are not there are none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Texts(RwSignal<BTreeMap<(String, bool), Option<LessonText>>>);

impl Texts {
    pub(super) fn new() -> Texts {
        Texts(RwSignal::new(BTreeMap::new()))
    }

    /// A lesson's text, once it is there. Tracked. For effects: it is asked for if need be.
    pub(super) fn want(self, slug: &str, language: Language) {
        let key = key(slug, language);
        if slug.is_empty() || self.0.with_untracked(|all| all.contains_key(&key)) {
            return;
        }
        self.0.update(|all| drop(all.insert(key.clone(), None)));
        spawn_local(async move {
            let text = backend::lesson(key.0.clone(), language).await.ok().flatten();
            self.0.try_update(|all| all.insert(key, text));
        });
    }

    /// What a step of a lesson is called, and its text. Tracked.
    pub(super) fn step(self, slug: &str, step: &str, language: Language) -> Option<StepText> {
        self.0.with(|all| {
            let text = all.get(&key(slug, language))?.as_ref()?;
            text.steps.iter().find(|known| known.id == step).cloned()
        })
    }

    /// The steps of a lesson: id and title. Tracked.
    pub(super) fn steps(self, slug: &str, language: Language) -> Vec<(String, String)> {
        self.0.with(|all| {
            let text = all.get(&key(slug, language)).and_then(Option::as_ref);
            let steps = text.into_iter().flat_map(|text| &text.steps);
            steps.map(|step| (step.id.clone(), step.title.clone())).collect()
        })
    }
}

fn key(slug: &str, language: Language) -> (String, bool) {
    (slug.to_owned(), language == Language::Korean)
}

/// Puts all to a step, or lets them wait at it, chosen by its title.
#[component]
pub(super) fn ByStep() -> impl IntoView {
    let view = use_view();
    let wire = view.wire;
    let language = use_language();
    let chosen = RwSignal::new(String::new());
    let steps = Memo::new(move |_| view.texts.steps(&view.lesson.get(), language.get()));
    let step = Memo::new(move |_| {
        let chosen = chosen.get();
        steps.with(|steps| {
            let known = steps.iter().find(|(id, _)| *id == chosen).or(steps.first());
            known.map(|(id, _)| id.clone()).unwrap_or_default()
        })
    });
    let held_at =
        move || wire.room.with(|room| room.as_ref().and_then(|room| room.held_at.clone()));
    let waits = move || {
        let at = held_at()?;
        let step = view.texts.step(&at.lesson, &at.step, language.get());
        let title = step.map_or(at.step, |step| step.title);
        let words = language.get().pick("여기서 모두를 기다린다", "All wait here");
        Some(format!("{words}: {title}"))
    };
    let hold = move |_| {
        let at = StepRef { lesson: view.lesson.get_untracked(), step: step.get_untracked() };
        wire.lead(HostAct::HoldAt { step: held_at().is_none().then_some(at) });
    };
    let go = move |_| {
        wire.lead(HostAct::Push { what: Push::Step { step: step.get_untracked() } });
    };
    let options = move || {
        let option = |(id, title): (String, String)| view! { <option value=id>{title}</option> };
        steps.get().into_iter().map(option).collect_view()
    };
    view! {
        <div class="room-line" hidden=move || steps.with(Vec::is_empty)>
            <select
                class="select"
                aria-label=say("단계", "Step")
                prop:value=move || step.get()
                on:change=move |event| chosen.set(event_target_value(&event))
            >
                {options}
            </select>
            <button type="button" class="button small" aria-pressed=move || held_at().is_some().to_string() on:click=hold>
                {move || match held_at().is_some() {
                    true => say("기다림 풀기", "Let them go on from there"),
                    false => say("여기까지 온 사람은 기다리기", "Who comes here waits"),
                }.get()}
            </button>
            <button type="button" class="button small" on:click=go>
                {say("들어온 사람을 모두 이 단계로", "All who came so far to it")}
            </button>
        </div>
        <p class="small" role="status">{waits}</p>
    }
    .into_any()
}
