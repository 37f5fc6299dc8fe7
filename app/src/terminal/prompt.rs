//! The line that is being typed. Works with an input method: while a Korean syllable is being
//! composed, Enter, Tab and the arrows belong to it.

use std::time::Duration;

use leptos::{ev::KeyboardEvent, html, leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::{
    complete::{Vocabulary, candidates, completed},
    console::{Console, END, INTERRUPT, use_console},
};
use crate::{
    i18n::say,
    icons::{Icon, icon},
    player::Player,
    session::use_session,
};

/// A command that takes longer than this waits for something.
const PATIENCE: Duration = Duration::from_millis(600);

#[component]
pub(super) fn Prompt(field: NodeRef<html::Input>) -> impl IntoView {
    let console = use_console();
    let player = expect_context::<Player>();
    let line = RwSignal::new(String::new());
    // How far back in the history the line was taken from; 0 is the line itself.
    let back = RwSignal::new(0_usize);
    // The last key was a Tab that found more than one word.
    let asked = RwSignal::new(false);
    let keys = Keys { console, player, line, back, asked };
    let running = move || console.running().is_some();
    view! {
        <form
            class="prompt"
            on:submit=move |event| {
                event.prevent_default();
                keys.submit();
            }
        >
            <label class="dollar" for="prompt">
                <span aria-hidden="true" hidden=move || console.is_read() && running()>"$"</span>
                <span class="visually-hidden">{say("명령", "Command")}</span>
            </label>
            <input
                node_ref=field
                id="prompt"
                type="text"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                enterkeyhint="send"
                aria-describedby="prompt-state"
                prop:value=move || line.get()
                on:input=move |event| {
                    line.set(event_target_value(&event));
                    asked.set(false);
                }
                on:keydown=move |event| keys.down(&event)
            />
            <Show when=running>
                <button type="button" class="button small" on:click=move |_| console.interrupt()>
                    {icon(Icon::SQUARE)}
                    {say("멈춤", "Stop")}
                    <kbd aria-hidden="true">"Ctrl C"</kbd>
                </button>
            </Show>
        </form>
        <Waiting console/>
    }
    .into_any()
}

/// Says under the prompt what a command waits for, when it waits long.
#[component]
fn Waiting(console: Console) -> impl IntoView {
    let session = use_session();
    let long = RwSignal::new(false);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        let running = console.running().is_some();
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        long.set(false);
        if running {
            let handle = set_timeout_with_handle(move || long.set(true), PATIENCE);
            timer.set_value(handle.ok());
        }
    });
    on_cleanup(move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    });
    let still = move || session.clock().with(|clock| clock.rate == 0.0);
    let frozen = say(
        "이 명령은 클러스터를 기다리는데, 시간이 멈춰 있다. 시간을 흐르게 하거나 한 걸음씩 나아간다.",
        "This command waits for the cluster, and time stands still. Let time run, or step.",
    );
    let typed = say(
        "적은 줄은 컨테이너의 프로그램으로 간다. Ctrl-D로 입력을 끝낸다.",
        "What you type goes to the program in the container. Ctrl-D ends its input.",
    );
    let waits = say("이 명령은 클러스터를 기다리고 있다.", "This command waits for the cluster.");
    view! {
        <p id="prompt-state" class="said" role="status">
            {move || match (long.get() && console.running().is_some(), still()) {
                (true, _) if console.is_read() => typed.get(),
                (true, true) => frozen.get(),
                (true, false) => waits.get(),
                (false, _) => "",
            }}
        </p>
    }
    .into_any()
}

/// What the keys do.
#[derive(Clone, Copy)]
struct Keys {
    console: Console,
    player: Player,
    line: RwSignal<String>,
    back: RwSignal<usize>,
    asked: RwSignal<bool>,
}

impl Keys {
    fn down(self, event: &KeyboardEvent) {
        if event.is_composing() {
            return;
        }
        let handled = match (event.key().as_str(), event.ctrl_key()) {
            ("c", true) if !has_selection() => self.interrupt(),
            // At the end of a line's typing it is sent along, as terminals do.
            ("d", true) if self.console.is_running() => {
                let line = self.line.get_untracked();
                let typed = self.console.type_in(&format!("{line}{END}"));
                if typed {
                    self.line.set(String::new());
                }
                typed
            }
            ("l", true) => {
                self.console.clear();
                true
            }
            ("u", true) => {
                self.line.set(String::new());
                true
            }
            ("ArrowUp", false) => self.recall(true),
            ("ArrowDown", false) => self.recall(false),
            // On an empty line Tab goes on to what follows, so that nobody is caught here.
            ("Tab", false) if !event.shift_key() && !self.line.with_untracked(String::is_empty) => {
                self.complete()
            }
            _ => false,
        };
        if handled {
            event.prevent_default();
        }
    }

    fn submit(self) {
        let line = self.line.get_untracked();
        if self.console.is_running() {
            if self.console.type_in(&format!("{line}\n")) {
                self.line.set(String::new());
            }
            return;
        }
        self.line.set(String::new());
        self.back.set(0);
        self.asked.set(false);
        self.console.run(&line);
    }

    fn interrupt(self) -> bool {
        if self.console.is_running() {
            if !self.console.type_in(INTERRUPT) {
                self.console.interrupt();
            }
        } else {
            self.console.echo(&format!("{}^C", self.line.get_untracked()));
            self.line.set(String::new());
        }
        self.back.set(0);
        true
    }

    /// Goes one line up or down in the history.
    fn recall(self, up: bool) -> bool {
        let history = self.console.history();
        let back = self.back.get_untracked();
        let back = if up { (back + 1).min(history.len()) } else { back.saturating_sub(1) };
        self.back.set(back);
        self.line.set(match back {
            0 => String::new(),
            back => history[history.len() - back].clone(),
        });
        true
    }

    fn complete(self) -> bool {
        let line = self.line.get_untracked();
        let found = candidates(&line, &self.vocabulary());
        let longer = completed(&line, &found).filter(|longer| *longer != line);
        match longer {
            Some(longer) => {
                self.line.set(longer);
                self.asked.set(false);
            }
            None if self.asked.get_untracked() && !found.is_empty() => {
                self.console.echo(&line);
                self.console.print(protocol::Stream::Out, &format!("{}\n", found.join("  ")));
                self.asked.set(false);
            }
            None => self.asked.set(true),
        }
        true
    }

    fn vocabulary(self) -> Vocabulary {
        let cluster = untrack(move || self.player.cluster());
        let refs = || cluster.objects().map(|object| &object.object);
        Vocabulary {
            objects: refs().map(|object| (object.kind.clone(), object.name.clone())).collect(),
            namespaces: refs()
                .filter(|object| object.kind == "Namespace")
                .map(|object| object.name.clone())
                .collect(),
            files: self.console.files().into_iter().map(|file| file.name).collect(),
        }
    }
}

/// Whether text is selected, which Ctrl-C copies.
fn has_selection() -> bool {
    let selection = window().get_selection().ok().flatten();
    selection.is_some_and(|selection| !selection.is_collapsed())
}
