//! The object that is selected: what it is and what it belongs to, what Kubernetes says of it, its
//! YAML, events and logs, what it was before, why it is so, and what can be done with it.

mod actions;
mod events;
mod history;
mod logs;
mod related;
mod summary;
mod yaml;

use leptos::{prelude::*, task::spawn_local};
use protocol::{About, Act, Detail, Moment, ObjectRef, Reply};

use crate::{
    connect::Snippet, glossary::Term, i18n::say, player::Player, scene::Selection,
    session::use_session, tabs::move_by_arrows, terminal::refusal, why::Why,
};
use actions::Actions;
use events::OwnEvents;
use history::History;
use logs::Logs;
use related::Related;
use summary::Summary;
use yaml::Yaml;

/// What is shown of the object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Sheet {
    #[default]
    Summary,
    Description,
    Yaml,
    Events,
    Logs,
    History,
    Why,
}

/// What the server answered about the object.
#[derive(Clone, Debug, Default, PartialEq)]
struct Answers {
    yaml: String,
    /// What the YAML was when the object was chosen, or when its changes were last seen.
    before: String,
    description: String,
    chain: Vec<Moment>,
    /// Why there is no answer.
    refused: Option<String>,
}

/// The inspector.
#[component]
pub fn Inspector() -> impl IntoView {
    let selection = expect_context::<Selection>();
    let selected = Memo::new(move |_| selection.selected.get());
    view! {
        <section class="inspector" aria-label=say("살펴보기", "Inspector")>
            {move || match selected.get() {
                Some(object) => view! { <Inspected object/> }.into_any(),
                None => view! {
                    <p class="empty">
                        {say(
                            "그림이나 터미널에서 무엇이든 고르면 여기에서 자세히 볼 수 있다.",
                            "Choose anything in the picture or in the terminal to see all about it here.",
                        )}
                    </p>
                }
                .into_any(),
            }}
        </section>
    }
    .into_any()
}

#[component]
fn Inspected(object: ObjectRef) -> impl IntoView {
    let player = expect_context::<Player>();
    let sheet = RwSignal::new(Sheet::default());
    let answers = RwSignal::new(Answers::default());
    let object = StoredValue::new(object);
    let revision = Memo::new(move |_| {
        object.with_value(|object| player.cluster().get(object).map(|object| object.revision))
    });
    // Taken once: a Pod's containers stay what they are.
    let containers = object.with_value(|object| containers(player, object));
    let has_logs = !containers.is_empty();
    keep_asking(object, revision, sheet, answers);
    let name = object.with_value(|object| object.name.clone());
    let kind = object.with_value(|object| object.kind.clone());
    let namespace = object.with_value(|object| object.namespace.clone());
    view! {
        <header class="inspected">
            <h2>
                <span class="kind"><Term word=kind/></span>
                <span class="mono">{name}</span>
            </h2>
            <span class="soft mono">{namespace}</span>
        </header>
        <Actions object/>
        <Sheets sheet has_logs/>
        <p class="bad" hidden=move || answers.with(|a| a.refused.is_none())>
            {move || answers.with(|a| a.refused.clone())}
        </p>
        <div class="sheet-body" role="tabpanel" id="inspector-sheet" tabindex="0"
            aria-label=say("고른 것의 내용", "What is selected")>
            {move || match sheet.get() {
                Sheet::Summary => view! {
                    <Summary object/>
                    <Related object/>
                }.into_any(),
                Sheet::Description => view! {
                    <Snippet
                        text=Signal::derive(move || answers.with(|a| a.description.clone()))
                        label=say("설명 복사", "Copy the description")
                    />
                }.into_any(),
                Sheet::Yaml => view! {
                    <Yaml
                        yaml=Signal::derive(move || answers.with(|a| a.yaml.clone()))
                        before=Signal::derive(move || answers.with(|a| a.before.clone()))
                        seen=move || answers.update(|a| a.before.clone_from(&a.yaml))
                    />
                }.into_any(),
                Sheet::Events => view! { <OwnEvents object/> }.into_any(),
                Sheet::Logs => view! { <Logs object containers=containers.clone()/> }.into_any(),
                Sheet::History => view! { <History object revision=revision.into()/> }.into_any(),
                Sheet::Why => view! {
                    <Why
                        player
                        chain=Signal::derive(move || answers.with(|a| a.chain.clone()))
                    />
                }.into_any(),
            }}
        </div>
    }
    .into_any()
}

/// The names of a Pod's containers; of anything else none.
fn containers(player: Player, object: &ObjectRef) -> Vec<String> {
    let cluster = untrack(move || player.cluster());
    match cluster.get(object).map(|found| &found.detail) {
        Some(Detail::Pod(pod)) => pod.containers.iter().map(|it| it.name.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Asks the server anew when another sheet is shown and whenever the object has changed.
fn keep_asking(
    object: StoredValue<ObjectRef>,
    revision: Memo<Option<u64>>,
    sheet: RwSignal<Sheet>,
    answers: RwSignal<Answers>,
) {
    let session = use_session();
    let language = crate::i18n::use_language();
    Effect::new(move |_| {
        // Read, not only tracked: a memo that nobody has read follows nothing.
        revision.get();
        let Some(act) = question(object.get_value(), sheet.get()) else { return };
        spawn_local(async move {
            let reply = session.send(act).await;
            let language = language.try_get_untracked().unwrap_or_default();
            // Another object may have been chosen meanwhile: then nobody reads this any more.
            answers.try_update(|answers| match reply {
                Reply::Inspected { yaml, description } => {
                    let before = std::mem::take(&mut answers.before);
                    let before = if before.is_empty() { yaml.clone() } else { before };
                    *answers = Answers { yaml, before, description, ..Answers::default() };
                }
                Reply::Why { chain } => {
                    answers.chain = chain;
                    answers.refused = None;
                }
                Reply::Refused { reason } => answers.refused = Some(refusal(&reason, language)),
                _ => {}
            });
        });
    });
}

/// What to ask the server for a sheet; the summary needs nothing.
fn question(object: ObjectRef, sheet: Sheet) -> Option<Act> {
    match sheet {
        Sheet::Summary | Sheet::Events | Sheet::Logs | Sheet::History => None,
        Sheet::Description | Sheet::Yaml => Some(Act::Inspect { object }),
        Sheet::Why => Some(Act::Why { about: About::Object { object } }),
    }
}

#[component]
fn Sheets(sheet: RwSignal<Sheet>, has_logs: bool) -> impl IntoView {
    let tab = move |of: Sheet, name: Signal<&'static str>| {
        view! {
            <button
                type="button"
                role="tab"
                class="tab"
                aria-selected=move || (sheet.get() == of).to_string()
                aria-controls="inspector-sheet"
                tabindex=move || if sheet.get() == of { "0" } else { "-1" }
                on:click=move |_| sheet.set(of)
            >
                {name}
            </button>
        }
    };
    view! {
        <div
            class="tabs sub"
            role="tablist"
            aria-label=say("무엇을 볼지", "What to see")
            on:keydown=|event| move_by_arrows(&event)
        >
            {tab(Sheet::Summary, say("요약", "Summary"))}
            {tab(Sheet::Description, say("설명", "Describe"))}
            {tab(Sheet::Yaml, say("YAML", "YAML"))}
            {tab(Sheet::Events, say("이벤트", "Events"))}
            {has_logs.then(|| tab(Sheet::Logs, say("로그", "Logs")))}
            {tab(Sheet::History, say("기록", "History"))}
            {tab(Sheet::Why, say("왜?", "Why?"))}
        </div>
    }
    .into_any()
}
