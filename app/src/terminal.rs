//! The terminal: what was typed, what came of it, and the prompt.

mod complete;
mod console;
mod consoles;
mod forwarded;
mod links;
mod prompt;
mod shell;

use std::sync::Arc;

use leptos::{html, prelude::*};
use protocol::Stream;

pub use console::{Console, refusal, use_console};
pub use consoles::Consoles;

use crate::{
    browser, glossary,
    i18n::{say, use_language},
    icons::{Icon, icon},
    player::Player,
    scene::Selection,
    tabs::move_by_arrows,
};
use console::{Entry, What};
use forwarded::Forwarded;
use links::{Names, Piece, pieces};
use prompt::Prompt;

/// How near to its end, in pixels, the screen must be to follow what is printed.
const FOLLOW_PX: i32 = 48;

/// The page's terminals, one shown at a time; with one alone there are no tabs.
#[component]
pub fn Terminal() -> impl IntoView {
    let consoles = expect_context::<Consoles>();
    let player = expect_context::<Player>();
    let names = Memo::new(move |_| {
        let cluster = player.cluster();
        Arc::new(Names::new(cluster.objects().map(|object| &object.object)))
    });
    view! {
        <section class="terminal" aria-label=say("터미널", "Terminal")>
            <Tabs consoles/>
            <For each=move || consoles.open() key=|number| *number let:number>
                <Screen consoles number names/>
            </For>
            <Forwarded consoles/>
        </section>
    }
    .into_any()
}

/// A tab for each terminal, where there are several.
#[component]
fn Tabs(consoles: Consoles) -> impl IntoView {
    let language = use_language();
    let tab = move |number: u32| {
        view! {
            <button
                type="button"
                role="tab"
                class="tab mono"
                id=format!("terminal-tab-{number}")
                aria-selected=move || (consoles.shown() == number).to_string()
                aria-controls=format!("terminal-{number}")
                tabindex=move || if consoles.shown() == number { "0" } else { "-1" }
                on:click=move |_| consoles.show(number)
            >
                {move || format!("{} {number}", language.get().pick("터미널", "Terminal"))}
            </button>
        }
    };
    let several = move || consoles.open().len() > 1;
    view! {
        <div
            class="tabs sub terminal-tabs"
            role="tablist"
            aria-label=say("터미널들", "Terminals")
            hidden=move || !several()
            on:keydown=|event| move_by_arrows(&event)
        >
            {move || several().then(|| consoles.open().into_iter().map(tab).collect_view())}
        </div>
    }
    .into_any()
}

/// One terminal: what was printed in it, and its prompt.
#[component]
fn Screen(consoles: Consoles, number: u32, names: Memo<Arc<Names>>) -> impl IntoView {
    let console = consoles.get(number);
    let screen = NodeRef::<html::Div>::new();
    let field = NodeRef::<html::Input>::new();
    follow(screen, console);
    view! {
        <div
            class="terminal-one"
            id=format!("terminal-{number}")
            hidden=move || consoles.shown() != number
        >
            <div class="terminal-actions">
                <Show when=move || consoles.has_room()>
                    <button
                        type="button"
                        class="icon-button small"
                        aria-label=say("새 터미널", "New terminal")
                        title=say("새 터미널", "New terminal")
                        on:click=move |_| consoles.add()
                    >
                        {icon(Icon::PLUS)}
                    </button>
                </Show>
                <CopyAll console/>
                <button
                    type="button"
                    class="icon-button small"
                    aria-label=say("화면 지우기", "Clear the screen")
                    title=say("화면 지우기", "Clear the screen")
                    on:click=move |_| console.clear()
                >
                    {icon(Icon::TRASH_2)}
                </button>
                {(number > 1).then(|| view! {
                    <button
                        type="button"
                        class="icon-button small"
                        aria-label=say("터미널 닫기", "Close the terminal")
                        title=say("터미널 닫기", "Close the terminal")
                        on:click=move |_| consoles.close(number)
                    >
                        {icon(Icon::X)}
                    </button>
                })}
            </div>
            <div node_ref=screen class="screen" on:click=move |_| focus_unless_selecting(field)>
                <Greeting console/>
                <div role="log" aria-label=say("출력", "Output")>
                    <For each=move || console.entries().to_vec() key=|entry| entry.id let:entry>
                        <Shown entry names/>
                    </For>
                </div>
                <Prompt console field/>
            </div>
        </div>
    }
    .into_any()
}

/// A press anywhere on the screen is for the prompt, unless it ended a selection or hit a button.
fn focus_unless_selecting(field: NodeRef<html::Input>) {
    let selection = window().get_selection().ok().flatten();
    let selects = selection.is_some_and(|selection| !selection.is_collapsed());
    let on_button = document().active_element().is_some_and(|e| e.tag_name() == "BUTTON");
    if let (false, false, Some(field)) = (selects, on_button, field.get_untracked()) {
        field.focus().unwrap_or_default();
    }
}

/// Keeps the end of the screen in view, unless the learner has scrolled up.
fn follow(screen: NodeRef<html::Div>, console: Console) {
    Effect::new(move |_| {
        let entries = console.entries();
        if let Some(What::Printed { text, .. }) = entries.last().map(|entry| &entry.what) {
            text.track();
        }
        let Some(screen) = screen.get_untracked() else { return };
        let typed = matches!(entries.last().map(|e| &e.what), Some(What::Typed(_)));
        let below = screen.scroll_height() - screen.scroll_top() - screen.client_height();
        if typed || below < FOLLOW_PX + screen.client_height() {
            request_animation_frame(move || screen.set_scroll_top(screen.scroll_height()));
        }
    });
}

#[component]
fn Greeting(console: Console) -> impl IntoView {
    view! {
        <p class="said" hidden=move || !console.entries().is_empty()>
            {say(
                "여기에 kubectl 명령을 적는다. help라고 적으면 할 수 있는 일을 보여 준다.",
                "Type kubectl commands here. Type help to see what can be done.",
            )}
        </p>
    }
    .into_any()
}

#[component]
fn CopyAll(console: Console) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        leptos::task::spawn_local(async move {
            copied.set(browser::copy(&console.text()).await);
            browser::sleep_ms(1_500).await;
            copied.try_set(false);
        });
    };
    view! {
        <button
            type="button"
            class="icon-button small"
            aria-label=say("출력 복사", "Copy the output")
            title=say("출력 복사", "Copy the output")
            on:click=copy
        >
            {move || icon(if copied.get() { Icon::CHECK } else { Icon::COPY })}
        </button>
    }
    .into_any()
}

/// One entry of the screen.
#[component]
fn Shown(entry: Entry, names: Memo<Arc<Names>>) -> impl IntoView {
    match entry.what {
        What::Typed(line) => view! {
            <div class="typed"><span class="dollar" aria-hidden="true">"$ "</span>{line}</div>
        }
        .into_any(),
        What::Said(text) => view! { <div class="said">{text}</div> }.into_any(),
        What::Printed { stream, text } => view! {
            <pre class=if stream == Stream::Err { "printed err" } else { "printed" }>
                {move || text.with(|text| linked(text, &names.get()))}
            </pre>
        }
        .into_any(),
    }
}

/// The text with each name of an object as a button that selects it, and each word that the
/// reference explains as the way there.
fn linked(text: &str, names: &Names) -> Vec<AnyView> {
    let selection = expect_context::<Selection>();
    let (words, language) = (glossary::words(), use_language().get());
    pieces(text, names)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => glossary::marked(text, &words, language).into_any(),
            Piece::Name(name, object) => {
                let object = object.clone();
                view! {
                    // Out of the Tab key's way: the picture is the keyboard's path to objects.
                    <button
                        type="button"
                        class="name"
                        tabindex="-1"
                        on:click=move |_| selection.selected.set(Some(object.clone()))
                    >
                        {name.to_owned()}
                    </button>
                }
                .into_any()
            }
        })
        .collect()
}
