//! What the keyboard does: listed under `?`. Keys without Ctrl or Cmd can be switched off, for those
//! who speak to their computer (WCAG 2.1.4).

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use crate::{
    browser,
    dialog::Dialog,
    i18n::{Language, say, use_language},
    icons::{Icon, icon},
};

/// Whether keys without Ctrl or Cmd act.
#[derive(Clone, Copy, Debug)]
pub struct SingleKeys(RwSignal<bool>);

impl SingleKeys {
    pub fn on(self) -> bool {
        self.0.get_untracked()
    }
}

/// Makes the choice about single keys known to all below.
pub fn provide_single_keys() {
    let on = RwSignal::new(true);
    provide_context(SingleKeys(on));
    Effect::new(move |first: Option<()>| match first {
        None => on.set(browser::recall("single-keys").as_deref() != Some("off")),
        Some(()) => browser::keep("single-keys", if on.get() { "on" } else { "off" }),
    });
}

/// Whether a key event belongs to a text that is being written, and not to the page.
pub fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    let Some(element) = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlElement>().ok())
    else {
        return false;
    };
    element.is_content_editable()
        || matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
}

/// A group of keys and what they do.
type Group = (&'static str, &'static [(&'static str, &'static str)]);

fn groups(language: Language) -> [Group; 5] {
    language.pick(KOREAN, ENGLISH)
}

const ENGLISH: [Group; 5] = [
    (
        "Everywhere",
        &[
            ("?", "This list"),
            ("/", "Search the lessons and the reference"),
            ("Ctrl Enter", "Apply the file of the editor (⌘ Enter on a Mac)"),
            ("Esc, then Tab", "Leave the editor by the keyboard"),
        ],
    ),
    (
        "Time",
        &[
            ("P", "Pause, and go on"),
            (".", "One step on"),
            (",", "One step back"),
            ("S", "Skip to what happens next"),
            ("N", "Return to now"),
        ],
    ),
    (
        "Picture",
        &[("← → ↑ ↓", "Go from one thing to the next"), ("Enter", "Select it, and inspect it")],
    ),
    (
        "Terminal",
        &[
            ("↑ ↓", "Earlier and later commands"),
            ("Tab", "Complete the word; twice lists what fits"),
            ("Ctrl C", "End the command that runs"),
            ("Ctrl L", "Clear the screen"),
        ],
    ),
    (
        "Regions",
        &[("← → ↑ ↓", "Move a divider that has the focus"), ("Home", "Put a divider back")],
    ),
];

const KOREAN: [Group; 5] = [
    (
        "어디서나",
        &[
            ("?", "이 목록"),
            ("/", "레슨과 찾아보기에서 찾는다"),
            ("Ctrl Enter", "편집기의 파일을 적용한다 (맥에서는 ⌘ Enter)"),
            ("Esc 다음 Tab", "키보드로 편집기에서 나온다"),
        ],
    ),
    (
        "시간",
        &[
            ("P", "멈추고, 다시 흐르게 한다"),
            (".", "한 걸음 앞으로"),
            (",", "한 걸음 뒤로"),
            ("S", "다음에 일어날 일까지 건너뛴다"),
            ("N", "지금으로 돌아온다"),
        ],
    ),
    ("그림", &[("← → ↑ ↓", "다음 것으로 옮겨 간다"), ("Enter", "골라서 살펴본다")]),
    (
        "터미널",
        &[
            ("↑ ↓", "앞뒤 명령"),
            ("Tab", "낱말을 채운다. 두 번 누르면 맞는 것을 모두 보여 준다"),
            ("Ctrl C", "돌고 있는 명령을 끝낸다"),
            ("Ctrl L", "화면을 지운다"),
        ],
    ),
    ("구역", &[("← → ↑ ↓", "초점이 있는 경계를 옮긴다"), ("Home", "경계를 처음 자리로 돌린다")]),
];

/// The button `?` and its dialog.
#[component]
pub fn ShortcutsButton() -> impl IntoView {
    let open = RwSignal::new(false);
    let SingleKeys(single) = expect_context();
    let language = use_language();
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| {
            if event.key() == "?" && single.get_untracked() && !is_typing(&event) {
                event.prevent_default();
                open.set(true);
            }
        });
        on_cleanup(move || listener.remove());
    });
    let title = say("단축키", "Keyboard shortcuts");
    view! {
        <button
            type="button"
            class="icon-button"
            aria-label=title
            title=move || format!("{} (?)", title.get())
            on:click=move |_| open.set(true)
        >
            {icon(Icon::CIRCLE_HELP)}
        </button>
        <Dialog open title id="shortcuts">
            {move || groups(language.get()).map(group).collect_view()}
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || single.get()
                    on:change=move |event| single.set(event_target_checked(&event))
                />
                {say(
                    "Ctrl이나 ⌘ 없이 한 글자로 된 단축키를 쓴다",
                    "Use shortcuts of a single key, without Ctrl or ⌘",
                )}
            </label>
        </Dialog>
    }
    .into_any()
}

fn group((name, keys): Group) -> impl IntoView {
    let rows = keys
        .iter()
        .map(|(key, what)| view! { <div><dt><kbd>{*key}</kbd></dt><dd>{*what}</dd></div> })
        .collect_view();
    view! {
        <section class="keys">
            <h3>{name}</h3>
            <dl>{rows}</dl>
        </section>
    }
}
