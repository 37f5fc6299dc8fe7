//! Buttons and choices.

use leptos::prelude::*;

use super::commands::{Helm, Stride, Way, can_skip, warning};
use crate::i18n::say;
use crate::player::{Face, Pace};
use crate::words;

/// Pace by the clock: model time per wall-clock time, and how it is written.
const RATES: [(&str, &str); 8] = [
    ("0.01", "×1/100"),
    ("0.1", "×1/10"),
    ("0.5", "×1/2"),
    ("1", "×1"),
    ("5", "×5"),
    ("10", "×10"),
    ("60", "×60"),
    ("600", "×600"),
];

#[component]
pub fn Buttons(helm: Helm) -> impl IntoView {
    let stopped = Memo::new(move |_| helm.face.with(Face::is_stopped));
    let known = Memo::new(move |_| helm.face.with(|face| face.known));
    let toggle_name = move || {
        let language = helm.language.get();
        if stopped.get() {
            language.pick("재생", "Play")
        } else {
            language.pick("멈춤", "Pause")
        }
    };
    view! {
        <div class="timeline-buttons">
            <button
                type="button"
                class="timeline-button is-icon"
                disabled=move || !known.get()
                aria-label=say("한 장면 뒤로", "One scene back")
                title=say("한 장면 뒤로 (,)", "One scene back (,)")
                on:click=move |_| helm.step_back()
            >
                <Shape path="M18 6v12L9 12zM6 6v12"/>
            </button>
            <button
                type="button"
                class="timeline-button is-icon"
                disabled=move || !known.get()
                aria-label=toggle_name
                title=move || format!("{} (P)", toggle_name())
                on:click=move |_| helm.toggle()
            >
                <Shape path=Signal::derive(move || {
                    if stopped.get() { "M7 5v14l12-7z" } else { "M8 5v14M16 5v14" }
                })/>
            </button>
            <Steps helm/>
            <SkipButton helm/>
            <PaceChoice helm/>
            <Marks helm/>
        </div>
    }
}

/// A shape of 24 by 24, drawn by a stroke.
#[component]
fn Shape(#[prop(into)] path: Signal<&'static str>) -> impl IntoView {
    view! {
        <svg class="timeline-shape" viewBox="0 0 24 24" aria-hidden="true"><path d=path></path></svg>
    }
}

#[component]
fn Steps(helm: Helm) -> impl IntoView {
    let option = move |stride: Stride| {
        view! {
            <option value=format!("{stride:?}") selected=stride == Stride::default()>
                {move || stride.name(helm.language.get())}
            </option>
        }
    };
    let choose = move |event| {
        let value = event_target_value(&event);
        let chosen = Stride::ALL.into_iter().find(|stride| format!("{stride:?}") == value);
        helm.stride.set(chosen.unwrap_or_default());
    };
    view! {
        <span class="timeline-steps">
            <button
                type="button"
                class="timeline-button is-main"
                disabled=move || helm.face.with(|face| !face.known)
                title=say("한 걸음 (.)", "Step (.)")
                on:click=move |_| helm.step()
            >
                {say("한 걸음", "Step")}
            </button>
            <select
                class="timeline-select"
                aria-label=say("걸음의 크기", "How far a step goes")
                on:change=choose
            >
                {Stride::ALL.map(option).collect_view()}
            </select>
        </span>
    }
}

/// Names the wait that it will pass over.
#[component]
fn SkipButton(helm: Helm) -> impl IntoView {
    let wait = Memo::new(move |_| {
        helm.face.with(|face| {
            let wait = face.next_ms.filter(|_| face.live)? - face.server_ms;
            // To the second: the button shall not flicker.
            Some(wait.max(0) / 1000 * 1000)
        })
    });
    let possible = Memo::new(move |_| helm.face.with(can_skip));
    let text = move || {
        let language = helm.language.get();
        match wait.get() {
            Some(wait) if wait >= 1000 => {
                let span = words::span(wait, language);
                language.pick(format!("{span} 건너뛰기"), format!("Skip {span}"))
            }
            _ if possible.get() => language.pick("다음 일까지", "To what is next").to_owned(),
            _ => language.pick("건너뛰기", "Skip").to_owned(),
        }
    };
    view! {
        <button
            type="button"
            class="timeline-button is-skip"
            disabled=move || !possible.get()
            title=say("다음에 일어날 일까지 건너뛴다 (S)", "Skip to what happens next (S)")
            on:click=move |_| helm.skip()
        >
            <Shape path="M5 6l7 6-7 6zM13 6l7 6-7 6z"/>
            <span>{text}</span>
        </button>
    }
}

#[component]
fn PaceChoice(helm: Helm) -> impl IntoView {
    let chosen = Memo::new(move |_| helm.face.with(choice));
    let rate = move |(rate, name): (&'static str, &'static str)| {
        view! { <option value=rate>{name}</option> }
    };
    view! {
        <select
            class="timeline-select is-pace"
            aria-label=say("빠르기", "Pace")
            prop:value=move || chosen.get()
            on:change=move |event| helm.set_pace(&event_target_value(&event))
        >
            <option value="story">{say("이야기 속도", "Story pace")}</option>
            {RATES.map(rate).collect_view()}
        </select>
    }
}

/// The choice that the player is at; a stopped clock has the rate that it will go on with.
fn choice(face: &Face) -> &'static str {
    let is = |rate: &str| rate.parse().is_ok_and(|rate: f64| (rate - face.rate).abs() < 1e-9);
    match face.pace {
        Pace::Story => "story",
        Pace::Clock => RATES.iter().find(|(rate, _)| is(rate)).map_or("1", |(rate, _)| rate),
    }
}

/// To what went wrong, a mark to come back to, and what has changed since.
#[component]
fn Marks(helm: Helm) -> impl IntoView {
    let position = Memo::new(move |_| helm.face.with(|face| face.position));
    let any = move |way: Way| {
        Memo::new(move |_| warning(&helm.player.notches(), position.get(), way).is_none())
    };
    let (none_before, none_after) = (any(Way::Back), any(Way::On));
    let marked = move || {
        let here = position.get();
        helm.bookmarks.with(|all| all.iter().any(|it| it.position == here)).to_string()
    };
    let compares = move || helm.player.base().is_some().to_string();
    view! {
        <span class="timeline-group">
            <button
                type="button"
                class="timeline-button is-icon"
                disabled=move || none_before.get()
                aria-label=say("앞의 경고로", "To the warning before")
                title=say("앞의 경고로 (Shift W)", "To the warning before (Shift W)")
                on:click=move |_| helm.to_warning(Way::Back)
            >
                <Shape path="M9 6L3 12L9 18M16 6L22 17H10ZM16 10.5V13M16 15h.01"/>
            </button>
            <button
                type="button"
                class="timeline-button is-icon"
                disabled=move || none_after.get()
                aria-label=say("다음 경고로", "To the next warning")
                title=say("다음 경고로 (W)", "To the next warning (W)")
                on:click=move |_| helm.to_warning(Way::On)
            >
                <Shape path="M15 6L21 12L15 18M8 6L2 17H14ZM8 10.5V13M8 15h.01"/>
            </button>
            <button
                type="button"
                class="timeline-button is-icon"
                aria-pressed=marked
                aria-label=say("책갈피", "Bookmark")
                title=say("이 순간에 책갈피를 꽂는다 (B)", "Bookmark this moment (B)")
                on:click=move |_| helm.toggle_bookmark()
            >
                <Shape path="M7 3H17V21L12 16L7 21Z"/>
            </button>
            <button
                type="button"
                class="timeline-button is-icon"
                aria-pressed=compares
                aria-label=say("이 순간과 견주기", "Compare with this moment")
                title=say(
                    "이 순간을 기준으로 삼고, 다른 순간과 무엇이 다른지 본다 (C)",
                    "Take this moment as the base, and see what differs elsewhere (C)",
                )
                on:click=move |_| helm.toggle_comparison()
            >
                <Shape path="M12 3V21M5 8H9M7 6V10M15 8H19M5 16H9M15 16H19"/>
            </button>
        </span>
    }
}

/// The time that is shown, how far it is from now, and the ways out of the past.
#[component]
pub fn Where(helm: Helm) -> impl IntoView {
    let time = move || words::clock_time(helm.face.with(|face| face.time_ms));
    let away = Memo::new(move |_| helm.face.with(|face| !face.live && face.known));
    let past = Memo::new(move |_| {
        helm.face.with(|face| face.known && (face.detached || (face.held && !face.live)))
    });
    let back = Signal::derive(move || {
        let language = helm.language.get();
        let (past, story) =
            (language.pick("지금으로", "Return to now"), language.pick("따라잡기", "Catch up"));
        if helm.face.with(|face| face.held || face.detached) { past } else { story }
    });
    view! {
        <div class="timeline-where">
            <span class="timeline-time" role="timer" aria-label=say("모델 시간", "Model time")>
                {time}
            </span>
            <span class="timeline-behind">{move || away.get().then(|| behind(helm))}</span>
            <Show when=move || away.get()>
                <button
                    type="button"
                    class="timeline-button is-back"
                    title=move || format!("{} (N)", back.get())
                    on:click=move |_| helm.player.return_to_now()
                >
                    {back}
                </button>
            </Show>
            <Show when=move || past.get()>
                <button
                    type="button"
                    class="timeline-button"
                    title=say(
                        "이 순간부터 갈라지는 새 클러스터를 연다",
                        "Opens a new cluster that goes on from this moment",
                    )
                    on:click=move |_| helm.fork()
                >
                    {say("여기서 갈라지기", "Fork from here")}
                </button>
            </Show>
            <Show when=move || helm.trouble.get()>
                <span class="timeline-trouble" role="alert">
                    {say("서버가 이 명령을 받지 않았다.", "The server did not take this command.")}
                </span>
            </Show>
        </div>
    }
}

/// How far what is shown lies behind the cluster.
fn behind(helm: Helm) -> String {
    let language = helm.language.get();
    let (ms, beats) = helm.face.with(|face| (face.behind_ms, face.behind_beats));
    if ms >= 1000 {
        let span = words::span(ms / 1000 * 1000, language);
        language.pick(format!("{span} 전"), format!("{span} behind"))
    } else if beats > 1 {
        language.pick(format!("{beats}장면 전"), format!("{beats} scenes behind"))
    } else {
        String::new()
    }
}
