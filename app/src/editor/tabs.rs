//! The files as tabs: show, rename, close, and begin a new one from a template.

use leptos::{ev::KeyboardEvent, html, prelude::*, task::spawn_local};

use super::{
    carry::CarryMenu,
    templates::{TEMPLATES, Template},
    use_desk,
};
use crate::{
    i18n::{say, use_language},
    icons::{Icon, icon},
    tabs::move_by_arrows,
};

#[component]
pub(super) fn FileTabs() -> impl IntoView {
    let desk = use_desk();
    // The file whose name is being written.
    let renaming = RwSignal::new(None::<usize>);
    // The text changes with each key; the names do not.
    let names = Memo::new(move |_| desk.names());
    let tabs = move || {
        let renamed = renaming.get();
        names
            .get()
            .into_iter()
            .enumerate()
            .map(|(number, name)| {
                if renamed == Some(number) {
                    view! { <NameField number name renaming/> }.into_any()
                } else {
                    view! { <FileTab number name renaming/> }.into_any()
                }
            })
            .collect_view()
    };
    view! {
        <div class="tab-row">
            <div
                class="tabs"
                role="tablist"
                aria-label=say("파일", "Files")
                on:keydown=|event| move_by_arrows(&event)
            >
                {tabs}
            </div>
            <FileActions renaming/>
            <CarryMenu/>
            <NewFile/>
        </div>
    }
    .into_any()
}

#[component]
fn FileTab(number: usize, name: String, renaming: RwSignal<Option<usize>>) -> impl IntoView {
    let desk = use_desk();
    let selected = move || desk.shown() == number;
    view! {
        <button
            type="button"
            role="tab"
            class="tab mono"
            aria-selected=move || selected().to_string()
            aria-controls="sheet"
            tabindex=move || if selected() { "0" } else { "-1" }
            title=say("두 번 누르면 이름을 바꾼다", "Press twice to rename")
            on:click=move |_| desk.show(number)
            on:dblclick=move |_| renaming.set(Some(number))
            on:keydown=move |event| {
                if event.key() == "F2" {
                    renaming.set(Some(number));
                }
            }
        >
            {name}
        </button>
    }
    .into_any()
}

#[component]
fn NameField(number: usize, name: String, renaming: RwSignal<Option<usize>>) -> impl IntoView {
    let desk = use_desk();
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            field.focus().unwrap_or_default();
            field.select();
        }
    });
    let done = move |keep: bool| {
        // Leaving the field by Enter takes the focus from it, which comes here once more.
        if renaming.try_update(Option::take).flatten().is_some() && keep {
            desk.rename(number, &field.get().map(|field| field.value()).unwrap_or_default());
        }
    };
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.is_composing() => done(true),
        "Escape" => done(false),
        _ => {}
    };
    view! {
        <input
            node_ref=field
            class="tab-name mono"
            aria-label=say("파일 이름", "Name of the file")
            value=name
            on:blur=move |_| done(true)
            on:keydown=key
        />
    }
    .into_any()
}

/// What can be done with the file that is shown.
#[component]
fn FileActions(renaming: RwSignal<Option<usize>>) -> impl IntoView {
    let desk = use_desk();
    let language = use_language();
    let label = move |what: (&str, &str)| {
        format!("{}: {}", language.get().pick(what.0, what.1), desk.shown_name())
    };
    view! {
        <button
            type="button"
            class="icon-button small"
            aria-label=move || label(("이름 바꾸기", "Rename"))
            title=say("이름 바꾸기 (F2)", "Rename (F2)")
            on:click=move |_| renaming.set(Some(desk.shown()))
        >
            {icon(Icon::PENCIL)}
        </button>
        <Show when=move || { desk.count() > 1 }>
            <button
                type="button"
                class="icon-button small"
                aria-label=move || label(("닫기", "Close"))
                title=say("파일 닫기", "Close the file")
                on:click=move |_| desk.close(desk.shown())
            >
                {icon(Icon::X)}
            </button>
        </Show>
    }
    .into_any()
}

/// `+` and the templates.
#[component]
fn NewFile() -> impl IntoView {
    let language = use_language();
    let menu = NodeRef::<html::Details>::new();
    let entries = TEMPLATES.map(|template| view! { <TemplateEntry template menu/> }).collect_view();
    let close = move |event: KeyboardEvent| {
        if let (Some(menu), "Escape") = (menu.get(), event.key().as_str()) {
            menu.set_open(false);
        }
    };
    view! {
        <details class="menu" node_ref=menu on:keydown=close>
            <summary
                class="icon-button small"
                aria-label=move || language.get().pick("새 파일", "New file")
                title=say("새 파일", "New file")
            >
                {icon(Icon::PLUS)}
            </summary>
            <ul class="menu-list">{entries}</ul>
        </details>
    }
    .into_any()
}

#[component]
fn TemplateEntry(template: Template, menu: NodeRef<html::Details>) -> impl IntoView {
    let desk = use_desk();
    let language = use_language();
    let (korean, english) = template.title;
    let choose = move |_| {
        spawn_local(async move {
            let file = template.fetch().await;
            desk.add(&file.name, &file.text);
        });
        if let Some(menu) = menu.get() {
            menu.set_open(false);
        }
    };
    view! {
        <li>
            <button type="button" on:click=choose>
                {move || language.get().pick(korean, english)}
            </button>
        </li>
    }
    .into_any()
}
