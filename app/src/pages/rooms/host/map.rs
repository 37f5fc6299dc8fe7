//! The map: learners × steps of one lesson, with what does not work.

use std::collections::BTreeMap;

use leptos::prelude::*;
use protocol::LearnerRow;

use super::{super::title_of, use_view};
use crate::{
    backend,
    i18n::{Language, say, use_language},
    icons::{Icon, icon},
    room::{Trouble, trouble},
};

#[component]
pub(super) fn Map() -> impl IntoView {
    let view = use_view();
    let wire = view.wire;
    let language = use_language();
    let course = Resource::new(move || language.get(), backend::course);
    let lessons = Memo::new(move |_| {
        wire.room.with(|room| room.as_ref().map(|room| room.lessons.clone()).unwrap_or_default())
    });
    let (lesson, chosen) = (view.lesson, view.picked);
    let tabs = move || {
        let course = course.get().and_then(Result::ok).unwrap_or_default();
        let playground = say("놀이터", "Playground").get();
        let tab = |slug: String| {
            let (title, own) = (title_of(&course, &slug, playground), slug.clone());
            view! {
                <button
                    type="button" class="button small"
                    aria-pressed=move || (lesson.get() == own).to_string()
                    on:click=move |_| chosen.set(Some(slug.clone()))
                >{title}</button>
            }
        };
        let lessons = lessons.get();
        (lessons.len() > 1).then(|| lessons.into_iter().map(tab).collect_view())
    };
    let table = move || {
        let (lesson, language) = (lesson.get(), language.get());
        let steps = view.texts.steps(&lesson, language);
        wire.learners.with(|all| table(all, &steps, &lesson, wire.now_s(), language))
    };
    view! {
        <section class="room-map" aria-labelledby="room-map">
            <h2 id="room-map">{say("누가 어디에", "Who is where")}</h2>
            <Transition>
                <p class="room-actions">{tabs}</p>
                // It scrolls, so the keyboard must be able to reach it.
                <div class="room-scroll" tabindex="0" role="group" aria-labelledby="room-map">{table}</div>
            </Transition>
        </section>
    }
    .into_any()
}

fn table(
    all: &BTreeMap<u32, LearnerRow>,
    steps: &[(String, String)],
    lesson: &str,
    now_s: i64,
    language: Language,
) -> AnyView {
    if all.is_empty() {
        let words =
            say("아직 아무도 없다. 코드를 보여 주자.", "Nobody is here yet. Show them the code.");
        return view! { <p class="soft">{words}</p> }.into_any();
    }
    let heads = steps.iter().enumerate().map(|(n, (_, title))| {
        view! { <th scope="col" title=title.clone()>{n + 1}<span class="visually-hidden">" "{title.clone()}</span></th> }
    });
    let rows = all.values().map(|row| learner(row, steps, lesson, now_s, language));
    view! {
        <table>
            <thead><tr>
                <th scope="col">{say("이름", "Name")}</th>
                {heads.collect_view()}
                <th scope="col">{say("막힘", "Stuck")}</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
        <Common wrong=common(all)/>
    }
    .into_any()
}

fn learner(
    row: &LearnerRow,
    steps: &[(String, String)],
    lesson: &str,
    now_s: i64,
    language: Language,
) -> AnyView {
    let view = use_view();
    let number = row.number;
    let is_here = row.lesson.as_deref() == Some(lesson);
    let cells = steps.iter().map(|(id, _)| {
        let done = is_here && row.steps_done.contains(id);
        let now = is_here && row.step == *id;
        let (class, words) = match (done, now) {
            (true, _) => ("done", language.pick("끝", "done")),
            (_, true) => ("now", language.pick("여기", "here")),
            _ => ("", "—"),
        };
        view! { <td class=class>{words}</td> }
    });
    let name = row.name.clone();
    let hand = row.hand_s.map(|_| language.pick("손", "hand"));
    let stuck = trouble(row, now_s).map(|trouble| words(trouble, language));
    view! {
        <tr class:away=!row.present>
            <th scope="row">
                <button type="button" class="link" on:click=move |_| view.chosen.set(Some(number))>
                    {move || if view.projector.get() { format!("#{number}") } else { name.clone() }}
                </button>
                " " <strong>{hand}</strong>
            </th>
            {cells.collect_view()}
            <td class="stuck">{stuck.map(|text| view! { {icon(Icon::TRIANGLE_ALERT)} {text} })}</td>
        </tr>
    }
    .into_any()
}

pub(super) fn words(trouble: Trouble, language: Language) -> String {
    match trouble {
        Trouble::Repeats(n) => {
            language.pick(format!("같은 오류 {n}번"), format!("same error {n} times"))
        }
        Trouble::Wrong => language.pick("알려진 오답", "a known wrong answer").to_owned(),
        Trouble::Fails(n) => {
            language.pick(format!("명령 {n}개 실패"), format!("{n} commands failed"))
        }
        Trouble::Idle(n) => language.pick(format!("{n}분째 조용함"), format!("quiet for {n} min")),
    }
}

/// The wrong answers that are recognised now, the most common first.
fn common(all: &BTreeMap<u32, LearnerRow>) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for wrong in all.values().filter_map(|row| row.wrong.clone()) {
        *counts.entry(wrong).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(name, count)| (usize::MAX - count, name.clone()));
    counts
}

#[component]
fn Common(wrong: Vec<(String, usize)>) -> impl IntoView {
    (!wrong.is_empty()).then(|| {
        let rows = wrong
            .into_iter()
            .map(|(name, count)| view! { <li><code>{name}</code> " × " {count}</li> });
        view! {
            <h3>{say("지금 흔한 오답", "Common wrong answers now")}</h3>
            <ul>{rows.collect_view()}</ul>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_common_wrong_answer_stands_first() {
        let row = |number, wrong: Option<&str>| {
            (
                number,
                LearnerRow { number, wrong: wrong.map(str::to_owned), ..LearnerRow::default() },
            )
        };
        let all = [row(1, Some("a")), row(2, Some("b")), row(3, None), row(4, Some("b"))];
        let expected = [("b".to_owned(), 2), ("a".to_owned(), 1)];
        assert_eq!(common(&all.into_iter().collect()), expected);
    }
}
