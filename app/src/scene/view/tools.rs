//! Which objects are shown, and going to one by its name.

use leptos::{ev, html, prelude::*};
use protocol::ObjectRef;

use super::looking::Looking;
use crate::i18n::{Language, say};
use crate::icons::{Icon, icon};
use crate::scene::Stage;
use crate::scene::filter::{Filter, Namespaces, find, namespaces};
use crate::shortcuts::is_typing;
use crate::words;

const LEARNERS: &str = "";
const ALL: &str = "*";

#[component]
pub fn Tools(stage: Stage) -> impl IntoView {
    let open = RwSignal::new(false);
    let active = Memo::new(move |_| stage.filter.with(|it| *it != Filter::default()));
    view! {
        <button
            type="button"
            class="tools-toggle"
            class:is-active=move || active.get()
            aria-expanded=move || open.get().to_string()
            aria-label=say("거르기와 찾기", "Filter and find")
            on:click=move |_| open.update(|open| *open = !*open)
        >
            {icon(Icon::SEARCH)}
        </button>
        <div class="tools" class:is-open=move || open.get()>
            <Looking stage/>
            <NamespaceChoice stage/>
            <LabelField stage/>
            <Find stage/>
        </div>
    }
}

#[component]
fn NamespaceChoice(stage: Stage) -> impl IntoView {
    let names = Memo::new(move |_| stage.picture.with(|it| namespaces(&it.frame.after)));
    let value = move || {
        stage.filter.with(|it| match &it.namespaces {
            Namespaces::Learners => LEARNERS.to_owned(),
            Namespaces::All => ALL.to_owned(),
            Namespaces::One(name) => name.clone(),
        })
    };
    let choose = move |event| {
        let namespaces = match event_target_value(&event) {
            name if name == LEARNERS => Namespaces::Learners,
            name if name == ALL => Namespaces::All,
            name => Namespaces::One(name),
        };
        stage.filter.update(|it| it.namespaces = namespaces);
    };
    view! {
        <select
            class="tools-field"
            aria-label=say("네임스페이스", "Namespace")
            prop:value=value
            on:change=choose
        >
            <option value=LEARNERS>{say("내 네임스페이스", "my namespaces")}</option>
            <option value=ALL>{say("모든 네임스페이스", "all namespaces")}</option>
            {move || {
                let option = |name: String| {
                    let value = name.clone();
                    view! { <option value=value>{name}</option> }
                };
                names.get().into_iter().map(option).collect_view()
            }}
        </select>
    }
}

#[component]
fn LabelField(stage: Stage) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let write = move |event| {
        text.set(event_target_value(&event));
        let labels = text.with_untracked(|text| Filter::parse_labels(text));
        stage.filter.update(|it| it.labels = labels);
    };
    view! {
        <input
            class="tools-field is-labels"
            type="text"
            spellcheck="false"
            autocomplete="off"
            placeholder="app=web"
            aria-label=say("레이블로 거르기", "Filter by labels")
            prop:value=move || text.get()
            on:input=write
        />
    }
}

/// Finds an object by words of its name, kind or labels, and goes to it.
#[component]
fn Find(stage: Stage) -> impl IntoView {
    let words = RwSignal::new(String::new());
    let marked = RwSignal::new(0_usize);
    let field = NodeRef::<html::Input>::new();
    let found = Memo::new(move |_| {
        let text = words.get();
        stage.picture.with(|it| find(&it.frame.after, &text))
    });
    let go = move |object: &ObjectRef| {
        words.set(String::new());
        let hidden = stage.picture.with_untracked(|it| {
            let found = it.frame.after.get(object);
            found.is_some_and(|it| !stage.filter.with_untracked(|filter| filter.shows(it)))
        });
        if hidden {
            stage.filter.set(Filter { namespaces: Namespaces::All, labels: Vec::new() });
        }
        stage.go_to(object);
    };
    focus_by_key(field);
    let press = move |event: web_sys::KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" => marked.update(|it| *it = (*it + 1) % count.max(1)),
            "ArrowUp" => marked.update(|it| *it = (*it + count.max(1) - 1) % count.max(1)),
            "Enter" => {
                let chosen = found.with_untracked(|all| all.get(marked.get_untracked()).cloned());
                if let Some(object) = chosen {
                    go(&object);
                }
            }
            "Escape" => words.set(String::new()),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let expanded = move || found.with(|all| !all.is_empty());
    let row = move |(index, object): (usize, ObjectRef)| {
        let language = stage.language.get();
        let target = object.clone();
        view! {
            <li
                id=format!("find-{index}")
                role="option"
                class="find-row"
                aria-selected=move || (marked.get() == index).to_string()
                // The field would lose the focus before the click.
                on:pointerdown=move |event| {
                    event.prevent_default();
                    go(&target);
                }
            >
                <span class="find-kind">{words::kind(&object.kind, language).to_owned()}</span>
                <span class="find-name">{object.name.clone()}</span>
                <span class="find-place">{object.namespace.clone()}</span>
            </li>
        }
    };
    view! {
        <div class="find">
            <input
                node_ref=field
                class="tools-field is-find"
                type="text"
                role="combobox"
                spellcheck="false"
                autocomplete="off"
                aria-label=say("찾기", "Find")
                aria-expanded=move || expanded().to_string()
                aria-controls="find-list"
                aria-activedescendant=move || expanded().then(|| format!("find-{}", marked.get()))
                placeholder=move || placeholder(stage.language.get())
                prop:value=move || words.get()
                on:input=move |event| {
                    marked.set(0);
                    words.set(event_target_value(&event));
                }
                on:keydown=press
                on:blur=move |_| words.set(String::new())
            />
            <ul id="find-list" role="listbox" class="find-list" hidden=move || !expanded()>
                {move || found.get().into_iter().enumerate().map(row).collect_view()}
            </ul>
        </div>
    }
}

fn placeholder(language: Language) -> &'static str {
    language.pick("찾기 (Ctrl K)", "Find (Ctrl K)")
}

/// Ctrl K, or ⌘ K, goes to the field from anywhere.
fn focus_by_key(field: NodeRef<html::Input>) {
    Effect::new(move |_| {
        let handle = window_event_listener(ev::keydown, move |event| {
            let with = event.ctrl_key() || event.meta_key();
            // In a text, Ctrl K is the text's own key.
            let taken = event.ctrl_key() && is_typing(&event);
            if with && !taken && event.key().eq_ignore_ascii_case("k") {
                event.prevent_default();
                if let Some(field) = field.get_untracked() {
                    field.focus().unwrap_or_default();
                }
            }
        });
        on_cleanup(move || handle.remove());
    });
}
