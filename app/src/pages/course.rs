//! The course's parts and its table of contents.

use leptos::prelude::*;
use protocol::LessonSummary;

use crate::{
    browser,
    i18n::{Language, say, use_language},
    icons::{Icon, icon},
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

/// How many steps of a lesson are done, and whether all are.
type Done = (usize, bool);

/// The lessons that exist, part by part. What this browser's learner has done is marked once the
/// page lives.
#[component]
pub(super) fn Course(mut lessons: Vec<LessonSummary>) -> impl IntoView {
    let language = use_language();
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    lessons.sort_by_key(|lesson| lesson.number);
    let parts = PARTS.map(|(letter, _, _)| {
        let of_part: Vec<_> = lessons.extract_if(.., |lesson| lesson.part == letter).collect();
        (!of_part.is_empty()).then(|| {
            let rows =
                of_part.into_iter().map(|lesson| view! { <Row lesson live/> }).collect_view();
            view! {
                <section class="part">
                    <h3>{move || part_name(letter, language.get())}</h3>
                    <ol>{rows}</ol>
                </section>
            }
        })
    });
    view! { <div class="course">{parts.into_iter().collect_view()}</div> }
}

#[component]
fn Row(lesson: LessonSummary, live: RwSignal<bool>) -> impl IntoView {
    let language = use_language();
    let LessonSummary { slug, number, title, summary, minutes, steps, .. } = lesson;
    let href = {
        let slug = slug.clone();
        move || format!("/{}/lessons/{slug}", language.get().code())
    };
    let done = Memo::new(move |_| {
        if live.get() { browser::recall_as::<Done>(&format!("progress.{slug}")) } else { None }
    });
    let effort = move || {
        language
            .get()
            .pick(format!("{minutes}분 · {steps}단계"), format!("{minutes} min · {steps} steps"))
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
            <a class="lesson-link" href=href>
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
