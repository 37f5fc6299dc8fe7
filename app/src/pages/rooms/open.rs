//! Opening a room: what it is about, how long it is open, and who lets learners in.

use leptos::{prelude::*, task::spawn_local};
use protocol::{LessonSummary, NewRoom, RoomOpened};

use super::{Frame, refused, unreachable_words};
use crate::{
    backend,
    browser::{self, Fetched},
    i18n::{say, use_language},
};

/// `/{lang}/rooms/new`
#[component]
pub fn OpenRoom() -> impl IntoView {
    let language = use_language();
    let course = Resource::new(move || language.get(), backend::course);
    let title = say("스터디 잼 열기", "Open a study jam");
    let about = say(
        "계정 없이 방을 연다. 배우는 사람은 코드나 QR로 들어오고, 누가 어디서 막혔는지 함께 보며 이끈다.",
        "Open a room without an account. Learners join by a code; you see where each one is, and lead.",
    );
    view! {
        <Frame title about>
            <h1>{title}</h1>
            <p class="lead">{about}</p>
            <Transition>
                {move || course.get().and_then(Result::ok).map(|lessons| view! { <Form lessons/> })}
            </Transition>
        </Frame>
    }
    .into_any()
}

#[component]
fn Form(lessons: Vec<LessonSummary>) -> impl IntoView {
    let language = use_language();
    let wish = RwSignal::new(NewRoom { minutes: 120, ..NewRoom::default() });
    let problem = RwSignal::new(None::<u16>);
    let waiting = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let mut wish = wish.get_untracked();
        wish.language = language.get_untracked().code().to_owned();
        waiting.set(true);
        problem.set(None);
        spawn_local(async move {
            let answer = browser::post("/rooms", &wish).await;
            waiting.try_set(false);
            match answer {
                Fetched::Ok(text) => {
                    if let Ok(RoomOpened { id, secret, .. }) = serde_json::from_str(&text) {
                        browser::go(&format!("/{}/rooms/{id}#{secret}", wish.language));
                    }
                }
                Fetched::Refused(status, _) => drop(problem.try_set(Some(status))),
                Fetched::Unreachable => drop(problem.try_set(Some(0))),
            }
        });
    };
    let toggle = move |slug: String, on: bool| {
        wish.update(|wish| {
            wish.lessons.retain(|known| *known != slug);
            if on {
                wish.lessons.push(slug);
            }
        });
    };
    let lesson = |slug: String, title: String| {
        view! {
            <label class="check">
                <input type="checkbox" on:change=move |event| toggle(slug.clone(), event_target_checked(&event))/>
                <span>{title}</span>
            </label>
        }
    };
    let playground = say("놀이터", "Playground");
    view! {
        <form class="choices-form" on:submit=submit>
            <label class="field stacked">
                <span>{say("방 이름", "Name of the room")}</span>
                <input
                    class="text" required maxlength="80"
                    on:input=move |event| wish.update(|wish| wish.name = event_target_value(&event))
                />
            </label>
            <fieldset class="field stacked">
                <legend>{say("무엇을 할까 (고른 순서대로; 고르지 않으면 놀이터)", "What for (in the order you choose; the playground if nothing)")}</legend>
                <div class="room-lessons">
                    <label class="check">
                        <input type="checkbox" on:change=move |event| toggle(String::new(), event_target_checked(&event))/>
                        <span>{playground}</span>
                    </label>
                    {lessons.into_iter().map(|it| lesson(it.slug, format!("{}. {}", it.number, it.title))).collect_view()}
                </div>
            </fieldset>
            <label class="field">
                <span>{say("몇 분 뒤에 저절로 닫을까", "Minutes until it closes by itself")}</span>
                <input
                    type="number" class="number" min="1" max="1440" required
                    prop:value=move || wish.with(|wish| wish.minutes).to_string()
                    on:change=move |event| wish.update(|wish| {
                        wish.minutes = event_target_value(&event).parse().unwrap_or(120).clamp(1, 1_440);
                    })
                />
            </label>
            <label class="check">
                <input type="checkbox" on:change=move |event| wish.update(|wish| wish.admission = event_target_checked(&event))/>
                <span>{say("들어오는 사람을 내가 한 명씩 받는다", "I let each learner in")}</span>
            </label>
            <p class="soft small">
                {say(
                    "방에는 별명, 단계, 명령의 성패, 손 든 것만 남고, 방이 닫히면 방에서 만든 클러스터까지 모두 지운다. 배우는 사람이 남기기로 한 클러스터는 남는다.",
                    "A room has nicknames, steps, whether commands failed, and hands. All of it is deleted when the room closes, with the clusters made in it, but for those that learners keep.",
                )}
            </p>
            <p class="bad" role="alert">{move || problem.get().map(|status| match status {
                0 => unreachable_words().get(),
                status => refused(status).get(),
            })}</p>
            <p><button type="submit" class="button primary" disabled=move || waiting.get()>{say("방 열기", "Open the room")}</button></p>
        </form>
    }
    .into_any()
}
