//! The editor: the files of the learner, one shown at a time, and what is wrong in them. CodeMirror
//! is loaded when an editor is on the page; without it a plain textarea does the same work.

mod carry;
mod code;
mod desk;
mod diagnostics;
mod diff;
mod tabs;
mod templates;

use leptos::{html, prelude::*};

pub use desk::{Desk, use_desk};
pub use diagnostics::sentence;
pub use templates::{TEMPLATES, Template, first_file};

use crate::{i18n::say, icons::Icon, icons::icon};
use code::Code;
use diagnostics::Problems;
use diff::Difference;
use tabs::FileTabs;

/// The editor with its tabs, its buttons, and the list of what is wrong.
#[component]
pub fn Editor() -> impl IntoView {
    let desk = use_desk();
    view! {
        <section
            class="editor"
            aria-label=say("편집기", "Editor")
            on:dragover=|event| event.prevent_default()
            on:drop=move |event| carry::dropped(&event, desk)
        >
            <FileTabs/>
            <Sheet/>
            <p id="editor-hint" class="visually-hidden">
                {say(
                    "Tab은 들여쓴다. 편집기에서 나오려면 Esc를 누른 다음 Tab을 누른다.",
                    "Tab indents. To leave the editor press Escape, then Tab.",
                )}
            </p>
            <Problems/>
            <Difference/>
            <div class="editor-actions">
                <button
                    type="button"
                    class="button primary"
                    disabled=move || desk.is_busy()
                    on:click=move |_| desk.apply(false)
                >
                    {icon(Icon::PLAY)}
                    {say("적용", "Apply")}
                    <kbd aria-hidden="true">"Ctrl ⏎"</kbd>
                </button>
                <button
                    type="button"
                    class="button"
                    disabled=move || desk.is_busy()
                    on:click=move |_| desk.apply(true)
                >
                    {say("시험 적용", "Dry run")}
                </button>
                <Show when=move || { desk.count() > 1 }>
                    <button
                        type="button"
                        class="button"
                        disabled=move || desk.is_busy()
                        on:click=move |_| desk.apply_all()
                    >
                        {say("모두 적용", "Apply all")}
                    </button>
                </Show>
            </div>
        </section>
    }
    .into_any()
}

/// Where the text stands: a textarea, and over it CodeMirror as soon as it is there.
#[component]
fn Sheet() -> impl IntoView {
    let desk = use_desk();
    let parent = NodeRef::<html::Div>::new();
    let code = Code::load(parent, desk);
    let label = say("매니페스트", "Manifest");
    view! {
        <div class="sheet" id="sheet" role="tabpanel" aria-label=move || desk.shown_name()>
            <div node_ref=parent class="code" hidden=move || !code.is_ready()></div>
            <textarea
                class="plain"
                hidden=move || code.is_ready()
                aria-label=label
                spellcheck="false"
                autocapitalize="off"
                prop:value=move || desk.shown_text()
                on:input=move |event| desk.write(event_target_value(&event))
                on:keydown=move |event| {
                    if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                        event.prevent_default();
                        desk.apply(false);
                    }
                }
            ></textarea>
        </div>
    }
    .into_any()
}
