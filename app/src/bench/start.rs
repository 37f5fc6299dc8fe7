//! Beginning again: a lesson's cluster as it was, or a cluster of the playground as one wants it.

use leptos::prelude::*;

use super::opening::Opening;
use crate::{
    browser,
    connect::Snippet,
    dialog::Dialog,
    examples::EXAMPLES,
    i18n::{say, use_language},
    icons::{Icon, icon},
    session::{WORKERS_MAX, Wish, ZONES_MAX},
};

/// The button; in a lesson it asks first, in the playground it opens a dialog.
#[component]
pub(super) fn StartOver(opening: Opening, is_lesson: bool) -> impl IntoView {
    let language = use_language();
    let open = RwSignal::new(false);
    let start = move |_| {
        if !is_lesson {
            return open.set(true);
        }
        let question = language.get_untracked().pick(
            "새 클러스터로 처음부터 시작할까? 지금 클러스터는 주소를 아는 동안만 다시 열 수 있다.",
            "Begin again with a new cluster? The present one can be reopened only by its address.",
        );
        if window().confirm_with_message(question).unwrap_or(false) {
            opening.begin_again(Wish::default());
        }
    };
    view! {
        <button type="button" class="button small" on:click=start>
            {icon(Icon::ROTATE_CCW)}
            {say("새로 시작", "Start over")}
        </button>
        {(!is_lesson).then(|| view! {
            <Dialog open title=say("새 클러스터", "A new cluster") id="start">
                <Choices opening open/>
            </Dialog>
        })}
    }
    .into_any()
}

/// What the new cluster shall be.
#[component]
fn Choices(opening: Opening, open: RwSignal<bool>) -> impl IntoView {
    let language = use_language();
    let wish = RwSignal::new(Wish::default());
    let start = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        open.set(false);
        opening.begin_again(wish.get_untracked());
    };
    let link = Signal::derive(move || {
        let query = wish.with(Wish::query);
        let query = if query.is_empty() { query } else { format!("?{query}") };
        format!("{}/{}/play{query}", browser::origin(), language.get().code())
    });
    let workers = move |event| {
        let typed = event_target_value(&event).parse().unwrap_or(1);
        wish.update(|wish| wish.workers = u32::clamp(typed, 1, WORKERS_MAX));
    };
    view! {
        <form class="choices-form" on:submit=start>
            <label class="field">
                <span>{say("워커 노드 (1~50)", "Worker nodes (1 to 50)")}</span>
                <input
                    type="number"
                    class="number"
                    min="1"
                    max=WORKERS_MAX
                    required
                    prop:value=move || wish.with(|wish| wish.workers).to_string()
                    on:change=workers
                />
            </label>
            <Choice
                legend=say("가용 영역", "Zones")
                name="zones"
                options=(1..=ZONES_MAX).map(|n| (n, n.to_string(), n.to_string())).collect()
                chosen=Signal::derive(move || wish.with(|wish| wish.zones))
                choose=move |n| wish.update(|wish| wish.zones = n)
            />
            <Choice
                legend=say("컨트롤 플레인 노드", "Control-plane nodes")
                name="control-plane"
                options=vec![
                    (1, "1".to_owned(), "1".to_owned()),
                    (3, "3 (하나를 잃어도 산다)".to_owned(), "3 (survives the loss of one)".to_owned()),
                ]
                chosen=Signal::derive(move || wish.with(|wish| wish.control_plane))
                choose=move |n| wish.update(|wish| wish.control_plane = n)
            />
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || wish.with(|wish| wish.cloud)
                    on:change=move |event| wish.update(|wish| wish.cloud = event_target_checked(&event))
                />
                <span>
                    {say(
                        "클라우드 안에 있다 (LoadBalancer 서비스가 주소를 받는다)",
                        "It stands in a cloud (LoadBalancer Services get an address)",
                    )}
                </span>
            </label>
            <Applications wish/>
            <p class="soft small">
                {say(
                    "지금 클러스터는 주소를 아는 동안 다시 열 수 있다. 편집기의 파일은 처음으로 돌아간다.",
                    "The present cluster can be reopened by its address. The editor's files are as at the beginning.",
                )}
            </p>
            <p>
                <button type="submit" class="button primary">
                    {icon(Icon::PLAY)}
                    {say("이 클러스터로 시작", "Start this cluster")}
                </button>
            </p>
            <h3>{say("이렇게 시작하는 링크", "A link that starts so")}</h3>
            <Snippet text=link label=say("링크 복사", "Copy the link")/>
        </form>
    }
    .into_any()
}

/// One of several numbers.
#[component]
fn Choice(
    legend: Signal<&'static str>,
    name: &'static str,
    /// Each with its words in Korean and in English.
    options: Vec<(u32, String, String)>,
    chosen: Signal<u32>,
    choose: impl Fn(u32) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let language = use_language();
    let radio = move |(number, korean, english): (u32, String, String)| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name=name
                    prop:checked=move || chosen.get() == number
                    on:change=move |_| choose(number)
                />
                <span>{move || language.get().pick(korean.clone(), english.clone())}</span>
            </label>
        }
    };
    view! {
        <fieldset class="field">
            <legend>{legend}</legend>
            {options.into_iter().map(radio).collect_view()}
        </fieldset>
    }
    .into_any()
}

/// The example to begin with, or none.
#[component]
fn Applications(wish: RwSignal<Wish>) -> impl IntoView {
    let language = use_language();
    let radio = move |name: Option<&'static str>,
                      title: (&'static str, &'static str),
                      about: (&'static str, &'static str)| {
        let is = move || wish.with(|wish| wish.example.as_deref() == name);
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="example"
                    prop:checked=is
                    on:change=move |_| wish.update(|wish| wish.example = name.map(str::to_owned))
                />
                <span>
                    {move || language.get().pick(title.0, title.1)}
                    <small class="soft">{move || language.get().pick(about.0, about.1)}</small>
                </span>
            </label>
        }
    };
    let examples = EXAMPLES.map(|example| radio(Some(example.name), example.title, example.about));
    view! {
        <fieldset class="field stacked">
            <legend>{say("처음부터 도는 애플리케이션", "An application to begin with")}</legend>
            {radio(None, ("없음", "None"), ("빈 클러스터", "An empty cluster"))}
            {examples.collect_view()}
        </fieldset>
    }
    .into_any()
}
