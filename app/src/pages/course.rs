//! The course's parts and its table of contents.

use leptos::prelude::*;
use protocol::LessonSummary;

use crate::{
    i18n::{Language, say, use_language},
    icons::{Icon, icon},
    learned,
};

/// The parts of the course, in Korean and in English.
const PARTS: [(&str, &str, &str); 6] = [
    ("A", "왜 오케스트레이터인가", "Why an orchestrator"),
    ("B", "파드", "Pods"),
    ("C", "여럿을 똑같이 유지하기", "Keeping many alike"),
    ("D", "연결하기", "Connecting"),
    ("E", "상태, 작업, 설정", "State, work, configuration"),
    ("F", "클러스터 다루기", "Working with a cluster"),
];

/// `B. Pods`
pub(super) fn part_name(part: &str, language: Language) -> String {
    match PARTS.iter().find(|(letter, _, _)| *letter == part) {
        Some((letter, korean, english)) => format!("{letter}. {}", language.pick(korean, english)),
        None => part.to_owned(),
    }
}

/// The lessons that exist, part by part. What this browser's learner has done is marked once the
/// page lives.
#[component]
pub(super) fn Course(mut lessons: Vec<LessonSummary>) -> impl IntoView {
    let language = use_language();
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    lessons.sort_by_key(|lesson| lesson.number);
    let all = lessons.clone();
    let next = Memo::new(move |_| {
        let next = live.get().then(|| learned::next(&all)).flatten();
        next.map(|next| next.slug).unwrap_or_default()
    });
    let parts = PARTS.map(|(letter, _, _)| {
        let of_part: Vec<_> = lessons.extract_if(.., |lesson| lesson.part == letter).collect();
        (!of_part.is_empty()).then(|| {
            let sum = view! { <Sum lessons=of_part.clone() live/> };
            let rows =
                of_part.into_iter().map(|lesson| view! { <Row lesson live next/> }).collect_view();
            view! {
                <section class="part">
                    <h3>{move || part_name(letter, language.get())} {sum}</h3>
                    <ol class="rows">{rows}</ol>
                </section>
            }
        })
    });
    view! { <div class="course">{parts.into_iter().collect_view()}</div> }
}

/// How much of a part is done, and how long the rest takes.
#[component]
fn Sum(lessons: Vec<LessonSummary>, live: RwSignal<bool>) -> impl IntoView {
    let language = use_language();
    let words = move || {
        let is_done = |lesson: &&LessonSummary| {
            live.get() && learned::done(&lesson.slug).is_some_and(|(_, all)| all)
        };
        let done = lessons.iter().filter(is_done).count();
        let all: u32 = lessons.iter().map(|lesson| lesson.minutes).sum();
        let spent: u32 = lessons.iter().filter(is_done).map(|lesson| lesson.minutes).sum();
        let (count, left) = (lessons.len(), all - spent);
        match (done, left) {
            (0, _) => language.get().pick(format!("{all}분"), format!("{all} min")),
            (_, 0) => language.get().pick("끝냄", "Done").to_owned(),
            _ => language.get().pick(
                format!("{done} / {count} · {left}분 남음"),
                format!("{done} / {count} · {left} min left"),
            ),
        }
    };
    view! { <span class="soft small part-sum">{words}</span> }
}

#[component]
fn Row(lesson: LessonSummary, live: RwSignal<bool>, next: Memo<String>) -> impl IntoView {
    let language = use_language();
    let LessonSummary { slug, number, title, summary, minutes, steps, .. } = lesson;
    let href = {
        let slug = slug.clone();
        move || format!("/{}/lessons/{slug}", language.get().code())
    };
    let is_next = {
        let slug = slug.clone();
        move || next.with(|next| *next == slug)
    };
    let done = Memo::new(move |_| if live.get() { learned::done(&slug) } else { None });
    let effort = move || {
        let language = language.get();
        let minutes = language.pick(format!("{minutes}분"), format!("{minutes} min"));
        // A pool of cases has no steps of its own.
        if steps == 0 {
            return minutes;
        }
        let steps = language.pick(format!("{steps}단계"), format!("{steps} steps"));
        format!("{minutes} · {steps}")
    };
    let mark = move || match done.get() {
        Some((_, true)) => view! {
            <span class="done">{icon(Icon::CIRCLE_CHECK)} {say("끝냄", "Done")}</span>
        }
        .into_any(),
        Some((some, false)) if some > 0 => {
            view! { <span class="begun">{format!("{some} / {steps}")}</span> }.into_any()
        }
        _ => ().into_any(),
    };
    view! {
        <li>
            <a class="lesson-link" class:next=is_next href=href>
                <span class="lesson-number">{number}</span>
                <span class="lesson-text">
                    <strong>{title}</strong>
                    <span class="soft">{summary}</span>
                </span>
                <span class="lesson-effort">{effort} {mark}</span>
                {icon(Icon::CHEVRON_RIGHT)}
            </a>
        </li>
    }
    .into_any()
}
