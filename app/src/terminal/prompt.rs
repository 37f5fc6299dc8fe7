//! The line that is being typed. Works with an input method: while a Korean syllable is being
//! composed, Enter, Tab and the arrows belong to it.

use std::time::Duration;

use leptos::{ev::KeyboardEvent, html, leptos_dom::helpers::TimeoutHandle, prelude::*};
use protocol::Detail;

use super::{
    complete::{Named, Vocabulary, candidates, completed},
    console::{Console, END, INTERRUPT},
};
use crate::{
    i18n::say,
    icons::{Icon, icon},
    player::{Object, Player},
    session::use_session,
};

/// A command that takes longer than this waits for something.
const PATIENCE: Duration = Duration::from_millis(600);

/// The code of keys that an input method takes, also where it has just ended (Safari).
const COMPOSING: u32 = 229;

#[component]
pub(super) fn Prompt(console: Console, field: NodeRef<html::Input>) -> impl IntoView {
    let player = expect_context::<Player>();
    let line = RwSignal::new(String::new());
    // How far back in the history the line was taken from; 0 is the line itself.
    let back = RwSignal::new(0_usize);
    // The last key was a Tab that found more than one word.
    let asked = RwSignal::new(false);
    let skipped = RwSignal::new(None);
    let keys = Keys { console, player, line, back, asked, skipped };
    let running = move || console.running().is_some();
    view! {
        <form
            class="prompt"
            on:submit=move |event| {
                event.prevent_default();
                keys.submit();
            }
        >
            <label class="dollar" for=format!("prompt-{}", console.number())>
                <span aria-hidden="true" hidden=move || console.is_read() && running()>"$"</span>
                <span class="visually-hidden">{say("명령", "Command")}</span>
            </label>
            <input
                node_ref=field
                id=format!("prompt-{}", console.number())
                type="text"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                enterkeyhint="send"
                aria-describedby=format!("prompt-state-{}", console.number())
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
        <Search keys/>
        <Waiting console/>
    }
    .into_any()
}

/// While an earlier line is looked for: the one that was found.
#[component]
fn Search(keys: Keys) -> impl IntoView {
    let none = say("그런 줄이 없다", "no such line");
    let text = move || {
        let found = keys.found().unwrap_or_else(|| format!("({})", none.get()));
        keys.skipped.get().map(|_| format!("reverse-i-search: {found}"))
    };
    view! { <p class="said search" role="status">{text}</p> }.into_any()
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
        <p id=format!("prompt-state-{}", console.number()) class="said" role="status">
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
    /// While an earlier line is looked for: how many that fit are passed over.
    skipped: RwSignal<Option<usize>>,
}

impl Keys {
    fn down(self, event: &KeyboardEvent) {
        if event.is_composing() || event.key_code() == COMPOSING {
            // Enter ends the syllable, not the line.
            if event.key() == "Enter" {
                event.prevent_default();
            }
            return;
        }
        let searching = self.skipped.with_untracked(Option::is_some);
        let handled = match (event.key().as_str(), event.ctrl_key()) {
            ("r", true) => self.seek(),
            ("Escape" | "ArrowRight" | "Tab", false) | ("g", true) if searching => {
                self.end_search()
            }

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
        if self.skipped.with_untracked(Option::is_some) {
            self.end_search();
        }
        let line = self.line.get_untracked();
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
        let named = |object: &Object| Named {
            kind: object.object.kind.clone(),
            namespace: object.object.namespace.clone(),
            name: object.object.name.clone(),
            containers: match &object.detail {
                Detail::Pod(pod) => pod.containers.iter().map(|it| it.name.clone()).collect(),
                _ => Vec::new(),
            },
        };
        Vocabulary {
            objects: cluster.objects().map(named).collect(),
            files: self.console.files().into_iter().map(|file| file.name).collect(),
        }
    }

    /// Ctrl-R: begins to look for an earlier line, or goes on to one before it.
    fn seek(self) -> bool {
        self.skipped.update(|skipped| *skipped = Some(skipped.map_or(0, |skipped| skipped + 1)));
        true
    }

    /// Ends the search; what it found takes the place of what was looked for.
    fn end_search(self) -> bool {
        let found = untrack(move || self.found()).unwrap_or_default();
        self.skipped.set(None);
        self.line.set(found);
        true
    }

    /// The earlier line that contains what is typed, while one is looked for. Tracked.
    fn found(self) -> Option<String> {
        let skipped = self.skipped.get()?;
        let history = self.console.history();
        self.line.with(|wanted| found(&history, wanted, skipped)).cloned()
    }
}

/// The latest line that contains a text, after so many others that do.
fn found<'a>(history: &'a [String], wanted: &str, skipped: usize) -> Option<&'a String> {
    let mut fitting = history.iter().rev().filter(|line| line.contains(wanted));
    fitting.nth(skipped)
}

/// Whether text is selected, which Ctrl-C copies.
fn has_selection() -> bool {
    let selection = window().get_selection().ok().flatten();
    selection.is_some_and(|selection| !selection.is_collapsed())
}

#[cfg(test)]
mod tests {
    use super::found;

    #[test]
    fn the_latest_line_that_fits_is_found_first() {
        let history = ["kubectl get pods", "ls", "kubectl get nodes"].map(str::to_owned);
        let look = |wanted, skipped| found(&history, wanted, skipped).map(String::as_str);
        assert_eq!(look("get", 0), Some("kubectl get nodes"));
        assert_eq!(look("get", 1), Some("kubectl get pods"));
        assert_eq!(look("get", 2), None);
        assert_eq!(look("", 1), Some("ls"));
    }
}
