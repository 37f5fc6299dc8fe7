//! How requests fare: a live chart of each load, and a way to begin one.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use protocol::{Act, LoadOrigin, NewLoad, Reply, TrafficChange};

use crate::i18n::{Language, say};
use crate::icons::{Icon, icon};
use crate::player::LoadSeries;
use crate::scene::chart::{Chart, HEIGHT, WIDTH, chart};
use crate::scene::sending::{Target, targets};
use crate::scene::{Lens, Stage};
use crate::session::Session;

/// A load that has ended stays on show for so long, in model time.
const LATELY_MS: i64 = 60_000;
const RATES: [u32; 5] = [1, 10, 50, 200, 500];

#[component]
pub fn Traffic(stage: Stage) -> impl IntoView {
    let shown = Memo::new(move |_| stage.lens.get() == Lens::Traffic);
    view! {
        <Show when=move || shown.get()>
            <div class="traffic" role="group" aria-label=say("트래픽", "Traffic")>
                <Loads stage/>
                <Sender stage/>
            </div>
        </Show>
    }
}

#[component]
fn Loads(stage: Stage) -> impl IntoView {
    // To the second: the chart shall not be drawn anew at each picture.
    let second = Memo::new(move |_| stage.player.face().time_ms.div_euclid(1000));
    let near = Memo::new(move |_| {
        let at_ms = second.get() * 1000 + 999;
        let loads = stage.player.loads();
        let near = loads.near(at_ms, LATELY_MS).map(|it| (key(it), it.runs_at(at_ms)));
        near.collect::<Vec<_>>()
    });
    view! {
        <For each=move || near.get() key=Clone::clone let:row>
            <LoadCard stage name=row.0.0 began=row.0.1 runs=row.1 second/>
        </For>
    }
}

fn key(series: &LoadSeries) -> (String, i64) {
    (series.load.name.clone(), series.began_ms)
}

#[component]
fn LoadCard(
    stage: Stage,
    name: String,
    began: i64,
    runs: bool,
    second: Memo<i64>,
) -> impl IntoView {
    let own = (name.clone(), began);
    let drawn = Memo::new(move |_| {
        let loads: Arc<_> = stage.player.loads();
        loads.iter().find(|it| key(it) == own).map(|it| (it.load.clone(), chart(it, second.get())))
    });
    // The elements stay: each second changes their words and paths alone.
    let load = move |part: fn(&NewLoad, Language) -> String| {
        let language = stage.language;
        Memo::new(move |_| {
            let language = language.get();
            drawn.with(|it| it.as_ref().map(|(load, _)| part(load, language)).unwrap_or_default())
        })
    };
    let session = use_context::<Session>();
    let title = name.clone();
    let stop = move |_| steer(session, TrafficChange::Stop { name: name.clone() });
    view! {
        <section class="load" class:is-over=!runs aria-label=title>
            <p class="load-url">{load(|load, _| load.url.clone())}</p>
            <p class="load-from">
                {load(|load, language| {
                    format!("{} · {}/s", origin(&load.from, language), load.rate_per_s)
                })}
            </p>
            <Figure
                chart=Memo::new(move |_| drawn.get().map(|(_, chart)| chart).unwrap_or_default())
                language=stage.language
            />
            {runs.then(|| view! {
                <button
                    type="button"
                    class="load-stop"
                    aria-label=say("이 요청 멈추기", "Stop these requests")
                    on:click=stop
                >
                    {icon(Icon::SQUARE)}
                </button>
            })}
        </section>
    }
}

fn origin(from: &LoadOrigin, language: Language) -> String {
    match from {
        LoadOrigin::Outside => language.pick("바깥에서", "from outside").to_owned(),
        LoadOrigin::Pod { pod, .. } => {
            language.pick(format!("{pod} 파드에서"), format!("from Pod {pod}"))
        }
    }
}

#[component]
fn Figure(chart: Memo<Chart>, language: Signal<Language>) -> impl IntoView {
    let part = move |of: fn(&Chart) -> String| Memo::new(move |_| chart.with(of));
    view! {
        <svg
            class="load-chart"
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            role="img"
            aria-label=move || chart.with(|chart| summary(chart, language.get()))
            preserveAspectRatio="none"
        >
            <path class="load-ok" d=part(Chart::good)></path>
            <path class="load-bad" d=part(Chart::bad)></path>
            <polyline class="load-latency" points=part(|chart| chart.latency.clone())></polyline>
        </svg>
        <p class="load-figures">
            <span class="load-good">{part(|chart| format!("✓ {}", chart.succeeded))}</span>
            <span class="load-failed" class:is-none=move || chart.with(|chart| chart.failed == 0)>
                {part(|chart| format!("✕ {}", chart.failed))}
            </span>
            <span class="load-kinds">{part(kinds)}</span>
            <span class="load-time">
                {part(|chart| {
                    format!("{} ms · p95 {} ms", chart.latency_mean_ms, chart.latency_p95_ms)
                })}
            </span>
        </p>
    }
}

/// The three most frequent failures.
fn kinds(chart: &Chart) -> String {
    let kinds = chart.kinds.iter().take(3).map(|(kind, count)| format!("{kind} {count}"));
    kinds.collect::<Vec<_>>().join(" · ")
}

fn summary(chart: &Chart, language: Language) -> String {
    let Chart { succeeded, failed, latency_mean_ms, .. } = chart;
    language.pick(
        format!("지난 1분: 성공 {succeeded}, 실패 {failed}, 평균 지연 {latency_mean_ms}밀리초"),
        format!(
            "The last minute: {succeeded} succeeded, {failed} failed, {latency_mean_ms} ms on average"
        ),
    )
}

/// Chooses where requests go, and how many.
#[component]
fn Sender(stage: Stage) -> impl IntoView {
    let session = use_context::<Session>();
    let offered = Memo::new(move |_| {
        let filter = stage.filter.get();
        stage.picture.with(|it| targets(&it.frame.after, &filter))
    });
    let chosen = RwSignal::new(0_usize);
    let rate = RwSignal::new(RATES[1]);
    let option = move |(index, target): (usize, Target)| {
        let language = stage.language.get();
        let by = if target.by.is_empty() { String::new() } else { format!(" ({})", target.by) };
        let text = format!("{}: {}{by}", origin(&target.from, language), target.url);
        view! { <option value=index.to_string()>{text}</option> }
    };
    let send = move |_| {
        let target = offered.with_untracked(|all| all.get(chosen.get_untracked()).cloned());
        if let Some(target) = target {
            steer(session, TrafficChange::Start(target.load(rate.get_untracked())));
        }
    };
    let none = say(
        "서비스와 실행 중인 파드가 있으면 여기서 요청을 보낼 수 있다.",
        "With a Service and a Pod that runs, requests can be sent from here.",
    );
    view! {
        <div class="sender">
            <Show
                when=move || offered.with(|all| !all.is_empty())
                fallback=move || view! { <p class="sender-none">{none}</p> }
            >
                <select
                    class="timeline-select sender-target"
                    aria-label=say("어디에서 어디로", "From where to where")
                    on:change=move |event| {
                        chosen.set(event_target_value(&event).parse().unwrap_or_default());
                    }
                >
                    {move || offered.get().into_iter().enumerate().map(option).collect_view()}
                </select>
                <select
                    class="timeline-select"
                    aria-label=say("1초에 몇 번", "How many a second")
                    on:change=move |event| {
                        rate.set(event_target_value(&event).parse().unwrap_or(RATES[1]));
                    }
                >
                    {RATES
                        .map(|it| {
                            view! {
                                <option value=it.to_string() selected=it == RATES[1]>
                                    {format!("{it}/s")}
                                </option>
                            }
                        })
                        .collect_view()}
                </select>
                <button type="button" class="timeline-button" on:click=send>
                    {say("요청 보내기", "Send requests")}
                </button>
            </Show>
        </div>
    }
}

fn steer(session: Option<Session>, change: TrafficChange) {
    let Some(session) = session else { return };
    spawn_local(async move {
        // A load that has ended meanwhile needs no stopping.
        let _: Reply = session.send(Act::Traffic { change }).await;
    });
}
