//! Files into the editor and out of it: dropped onto it, chosen from the disk, downloaded. And the
//! cluster's own objects as a file.

use leptos::{
    ev::{DragEvent, KeyboardEvent},
    html,
    prelude::*,
    task::spawn_local,
};
use protocol::{Act, File, Reply};

use super::{Desk, use_desk};
use crate::{
    browser,
    i18n::say,
    icons::{Icon, icon},
    session::{Session, use_session},
};

/// Larger files are no manifests.
const BYTES_MAX: f64 = 512.0 * 1024.0;

/// Takes in files that were dropped onto the editor.
pub(super) fn dropped(event: &DragEvent, desk: Desk) {
    let Some(files) = event.data_transfer().and_then(|transfer| transfer.files()) else { return };
    if files.length() > 0 {
        event.prevent_default();
        take_in(files, desk);
    }
}

fn take_in(files: web_sys::FileList, desk: Desk) {
    spawn_local(async move {
        for number in 0..files.length() {
            let Some(file) = files.get(number).filter(|file| file.size() <= BYTES_MAX) else {
                continue;
            };
            if let Some(text) = browser::text_of(&file).await {
                // Names of files are words of a command line.
                desk.put(File { name: file.name().replace([' ', '/'], "-"), text });
            }
        }
    });
}

/// The shown file, as it stands.
fn download_shown(desk: Desk) {
    let (name, text) = untrack(move || (desk.shown_name(), desk.shown_text()));
    browser::download(&name, &text);
}

/// All files as one, as `kubectl apply -f` takes them.
fn download_all(desk: Desk) {
    let texts = desk.files().into_iter().map(|file| file.text.trim_end().to_owned() + "\n");
    browser::download("manifests.yaml", &texts.collect::<Vec<_>>().join("---\n"));
}

fn download_cluster(session: Session) {
    spawn_local(async move {
        if let Reply::Exported { yaml } = session.send(Act::Export).await {
            browser::download("cluster.yaml", &yaml);
        }
    });
}

/// An entry of the menu, which closes it.
fn entry(
    close: impl Fn() + 'static,
    text: Signal<&'static str>,
    act: impl Fn() + 'static,
) -> impl IntoView {
    let click = move |_| {
        act();
        close();
    };
    view! { <li><button type="button" on:click=click>{text}</button></li> }
}

/// The menu of what can be opened and downloaded.
#[component]
pub(super) fn CarryMenu() -> impl IntoView {
    let desk = use_desk();
    let session = use_session();
    let menu = NodeRef::<html::Details>::new();
    let chosen = NodeRef::<html::Input>::new();
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    let open = move || {
        if let Some(field) = chosen.get_untracked() {
            field.click();
        }
    };
    let read = move |_| {
        if let Some(files) = chosen.get_untracked().and_then(|field| field.files()) {
            take_in(files, desk);
        }
    };
    let escape = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            close();
        }
    };
    let title = say("열기와 내려받기", "Open and download");
    view! {
        <input
            node_ref=chosen
            type="file"
            hidden
            multiple
            accept=".yaml,.yml,.json"
            aria-label=say("열 파일", "Files to open")
            on:change=read
        />
        <details class="menu" node_ref=menu on:keydown=escape>
            <summary class="icon-button small" aria-label=title title=title>
                {icon(Icon::DOWNLOAD)}
            </summary>
            <ul class="menu-list">
                {entry(close, say("파일 열기… (끌어다 놓아도 된다)", "Open files… (or drop them here)"), open)}
                {entry(close, say("이 파일 내려받기", "Download this file"), move || download_shown(desk))}
                {entry(
                    close,
                    say("모든 파일을 하나로 내려받기", "Download all files as one"),
                    move || download_all(desk),
                )}
                {entry(
                    close,
                    say("클러스터의 오브젝트 내려받기", "Download the cluster's objects"),
                    move || download_cluster(session),
                )}
            </ul>
        </details>
    }
    .into_any()
}
