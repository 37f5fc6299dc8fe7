//! Terminal, events, inspector and faults, one at a time.

use leptos::prelude::*;

use crate::{
    events::Events,
    faults::Faults,
    i18n::say,
    inspector::Inspector,
    scene::Selection,
    tabs::move_by_arrows,
    terminal::{Terminal, use_console},
};

/// What can be in front.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Pane {
    #[default]
    Terminal,
    Events,
    Inspector,
    Faults,
}

impl Pane {
    fn id(self) -> &'static str {
        match self {
            Pane::Terminal => "pane-terminal",
            Pane::Events => "pane-events",
            Pane::Inspector => "pane-inspector",
            Pane::Faults => "pane-faults",
        }
    }
}

/// Which pane is in front; a context, so that other parts can bring one there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Front(RwSignal<Pane>);

impl Front {
    pub(super) fn new() -> Front {
        Front(RwSignal::new(Pane::default()))
    }

    pub(super) fn show(self, pane: Pane) {
        self.0.set(pane);
    }
}

#[component]
pub(super) fn ConsoleTabs() -> impl IntoView {
    let Front(front) = expect_context();
    follow(front);
    let tab = move |of: Pane, name: Signal<&'static str>| {
        view! {
            <button
                type="button"
                role="tab"
                class="tab"
                id=format!("{}-tab", of.id())
                aria-selected=move || (front.get() == of).to_string()
                aria-controls=of.id()
                tabindex=move || if front.get() == of { "0" } else { "-1" }
                on:click=move |_| front.set(of)
            >
                {name}
            </button>
        }
    };
    // All stay on the page: what is typed in the terminal is still there on coming back.
    let pane = move |of: Pane, content: AnyView| {
        view! {
            <div
                class="pane"
                id=of.id()
                role="tabpanel"
                aria-labelledby=format!("{}-tab", of.id())
                hidden=move || front.get() != of
            >
                {content}
            </div>
        }
    };
    view! {
        <div class="console">
            <div class="tab-row">
                <div
                    class="tabs"
                    role="tablist"
                    aria-label=say("터미널과 그 이웃", "Terminal and its neighbours")
                    on:keydown=|event| move_by_arrows(&event)
                >
                    {tab(Pane::Terminal, say("터미널", "Terminal"))}
                    {tab(Pane::Events, say("이벤트", "Events"))}
                    {tab(Pane::Inspector, say("살펴보기", "Inspector"))}
                    {tab(Pane::Faults, say("고장 내기", "Break things"))}
                </div>
            </div>
            {pane(Pane::Terminal, view! { <Terminal/> }.into_any())}
            {pane(Pane::Events, view! { <Events/> }.into_any())}
            {pane(Pane::Inspector, view! { <Inspector/> }.into_any())}
            {pane(Pane::Faults, view! { <Faults/> }.into_any())}
        </div>
    }
    .into_any()
}

/// Brings the inspector to the front when something is selected elsewhere, and the terminal when a
/// button typed something there.
fn follow(front: RwSignal<Pane>) {
    let selection = expect_context::<Selection>();
    let console = use_console();
    Effect::new(move |_| {
        if selection.selected.with(Option::is_some) && !chosen_here() {
            front.set(Pane::Inspector);
        }
    });
    Effect::new(move |before: Option<u32>| {
        let called = console.called();
        if before.is_some_and(|before| before != called) {
            front.set(Pane::Terminal);
        }
        called
    });
}

/// Whether a name in the terminal or the events was pressed: the reader wants to go on reading.
fn chosen_here() -> bool {
    let focused = document().active_element();
    focused
        .and_then(|element| element.closest(".terminal, .events, .faults").ok().flatten())
        .is_some()
}
