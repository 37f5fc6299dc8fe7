//! "My kubectl": how the learner's own kubectl reaches this sandbox.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    browser::{self, Fetched},
    dialog::Dialog,
    i18n::say,
    icons::{Icon, icon},
    room::is_look,
    session::use_session,
    share::is_shared,
};

/// The button and its dialog.
#[component]
pub fn Connect() -> impl IntoView {
    let session = use_session();
    let open = RwSignal::new(false);
    // What is only looked at takes no requests.
    let only_looks = |id: &str| is_look(id) || is_shared(id);
    let none = move || session.sandbox().with(|id| id.as_deref().is_none_or(only_looks));
    let title = say("내 kubectl로 연결", "Connect your own kubectl");
    view! {
        <button
            type="button"
            class="button small"
            disabled=none
            on:click=move |_| open.set(true)
        >
            {icon(Icon::PLUG)}
            {say("내 kubectl", "My kubectl")}
        </button>
        <Dialog open title id="connect">
            <Ways/>
        </Dialog>
    }
    .into_any()
}

#[component]
fn Ways() -> impl IntoView {
    let session = use_session();
    let sandbox = move || session.sandbox().get().unwrap_or_default();
    let server = move || format!("{}/sandboxes/{}", browser::origin(), sandbox());
    let command = Signal::derive(move || format!("kubectl --server {} get pods -w", server()));
    let address = move || format!("/sandboxes/{}/kubeconfig", sandbox());
    let kubeconfig = RwSignal::new(String::new());
    let failed = RwSignal::new(false);
    Effect::new(move |_| {
        let address = address();
        spawn_local(async move {
            match browser::get(&address).await {
                Fetched::Ok(text) => drop(kubeconfig.try_set(text)),
                Fetched::Refused(..) | Fetched::Unreachable => drop(failed.try_set(true)),
            }
        });
    });
    let use_file =
        Signal::derive(|| "export KUBECONFIG=$PWD/wheelhouse.yaml\nkubectl get nodes".to_owned());
    view! {
        <p>
            {say(
                "이 클러스터는 진짜 kubectl도 받아들인다. 여기서 하는 일이 그림에 그대로 나타난다.",
                "The real kubectl works against this cluster too, and the picture shows what it does.",
            )}
        </p>
        <h3>{say("한 줄로", "In one line")}</h3>
        <Snippet text=command label=say("명령 복사", "Copy the command")/>
        <h3>{say("kubeconfig 파일로", "With a kubeconfig file")}</h3>
        <Show
            when=move || !failed.get()
            fallback=move || view! {
                <p class="bad">{say("파일을 받지 못했다.", "The file could not be fetched.")}</p>
            }
        >
            <Snippet text=kubeconfig label=say("kubeconfig 복사", "Copy the kubeconfig")/>
        </Show>
        <p>
            <a class="button" href=address download="wheelhouse.yaml" rel="external">
                {icon(Icon::DOWNLOAD)}
                {say("wheelhouse.yaml 내려받기", "Download wheelhouse.yaml")}
            </a>
        </p>
        <Snippet text=use_file label=say("명령 복사", "Copy the commands")/>
        <p class="soft">
            {say(
                "이 주소를 아는 사람은 누구나 이 샌드박스를 다룰 수 있다.",
                "Whoever knows this address can steer this sandbox.",
            )}
        </p>
    }
    .into_any()
}

/// A text to copy.
#[component]
pub fn Snippet(#[prop(into)] text: Signal<String>, label: Signal<&'static str>) -> impl IntoView {
    let copied = RwSignal::new(false);
    let done = say("복사했다", "Copied");
    let copy = move |_| {
        spawn_local(async move {
            copied.try_set(browser::copy(&text.get_untracked()).await);
            browser::sleep_ms(1_500).await;
            copied.try_set(false);
        });
    };
    view! {
        <div class="snippet">
            // It scrolls, so the keyboard must be able to reach it.
            <pre tabindex="0">{move || text.get()}</pre>
            <button
                type="button"
                class="icon-button small"
                aria-label=label
                title=label
                on:click=copy
            >
                {move || icon(if copied.get() { Icon::CHECK } else { Icon::COPY })}
            </button>
            <span class="visually-hidden" role="status">
                {move || if copied.get() { done.get() } else { "" }}
            </span>
        </div>
    }
    .into_any()
}
