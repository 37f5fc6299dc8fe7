//! The learner's bar above a cluster: which room this is, who may see what and who looks now, the
//! hand, hints, the question, and the hosts' cluster while it is shown.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use protocol::{Closing, LearnerDeed, Question};

use super::{Wire, is_look, keep_seat, seat};
use crate::{
    i18n::{say, use_language},
    icons::{Icon, icon},
    session::{Session, use_session},
};

/// Whether a host holds this learner, so that nothing on this page can be done.
pub fn held() -> Signal<bool> {
    let wire = use_context::<Wire>();
    let session = use_context::<Session>();
    Signal::derive(move || {
        let held =
            wire.is_some_and(|wire| wire.you.with(|you| you.as_ref().is_some_and(|you| you.held)));
        held && session.is_some_and(|session| session.sandbox().with(|id| in_room(id.as_ref())))
    })
}

fn in_room(sandbox: Option<&String>) -> bool {
    sandbox.is_some_and(|id| !is_look(id) && super::is_of_room(id))
}

/// The bar; nothing on a device that is in no room, and in clusters of its own.
#[component]
pub fn RoomBar(wire: Wire) -> impl IntoView {
    let session = use_session();
    let shown = RwSignal::new(false);
    Effect::new(move |_| {
        let Some(seat) = seat() else { return };
        let of_room = session
            .sandbox()
            .with(|id| id.as_ref().is_some_and(|id| seat.sandboxes.values().any(|own| own == id)));
        if of_room && !shown.get_untracked() {
            shown.set(true);
            wire.connect(&seat.room, &seat.secret);
        }
    });
    keep_seat(wire);
    follow(wire, session);
    view! {
        <Show when=move || shown.get()>
            <section class="room-bar" aria-label=say("스터디 잼", "Study jam")>
                <Head wire/>
                <Words wire/>
                <Asked wire/>
            </section>
        </Show>
    }
    .into_any()
}

/// Goes where the room is: to the hosts' cluster when it is shown, and back when it is not.
fn follow(wire: Wire, session: Session) {
    let go = use_go(wire);
    let look = Memo::new(move |_| {
        wire.room.with(|room| room.as_ref().and_then(|room| room.shown.clone()))
    });
    Effect::new(move |before: Option<Option<(String, String)>>| {
        let look = look.get();
        let here = session.sandbox().get_untracked().unwrap_or_default();
        match (&look, before.flatten()) {
            (Some((_, name)), before) if before.as_ref().map(|(_, name)| name) != Some(name) => {
                go(name);
            }
            (None, Some(_)) if is_look(&here) => go(""),
            _ => {}
        }
        look
    });
}

/// Opens a cluster on this page; an empty name is the learner's own.
fn use_go(wire: Wire) -> impl Fn(&str) + Clone + 'static {
    let navigate = use_navigate();
    let location = use_location();
    move |name: &str| {
        let own = wire.you.with_untracked(|you| {
            let you = you.as_ref()?;
            you.sandboxes.get(you.at.as_ref()?).cloned()
        });
        let wanted = if name.is_empty() { own } else { Some(name.to_owned()) };
        let Some(id) = wanted else { return };
        let path = location.pathname.get_untracked();
        let options = NavigateOptions { replace: true, scroll: false, ..Default::default() };
        navigate(&format!("{path}?sandbox={id}"), options);
    }
}

/// Who is here, who sees, and what one can do.
#[component]
fn Head(wire: Wire) -> impl IntoView {
    let language = use_language();
    let name = move || wire.room.with(|room| room.as_ref().map(|room| room.name.clone()));
    let you = move || wire.you.get().unwrap_or_default();
    let lobby = move || {
        let room = seat().map(|seat| seat.room).unwrap_or_default();
        format!("/{}/rooms/{room}/me", language.get().code())
    };
    let sees = move || {
        match (you().lookers, you().consent) {
            (0, false) => say(
                "진행자는 내 단계와 명령의 성패를 본다. 지금 내 클러스터를 들여다보는 사람은 없다.",
                "Hosts see your step and whether commands fail. Nobody looks at your cluster now.",
            ),
            (0, true) => say(
                "진행자가 내 클러스터를 다룰 수 있게 허락했다.",
                "You let hosts act in your cluster.",
            ),
            (_, false) => say(
                "진행자가 지금 내 클러스터를 보고 있다. 바꿀 수는 없다.",
                "A host is looking at your cluster now, and cannot change it.",
            ),
            (_, true) => say(
                "진행자가 지금 내 클러스터를 보고 있고, 다룰 수 있다.",
                "A host is looking at your cluster now, and may act in it.",
            ),
        }
        .get()
    };
    let hand_up = move || you().hand.is_some();
    let raise = move |_| wire.learn(LearnerDeed::Hand { up: you().hand.is_none() });
    let keep = move |event| wire.learn(LearnerDeed::Keep { kept: event_target_checked(&event) });
    view! {
        <p class="room-who">
            <a href=lobby>{name}</a>
            <strong>{move || you().name}</strong>
            <span class="soft" role="status">{sees}</span>
        </p>
        <p class="room-actions">
            <button type="button" class="button small" aria-pressed=move || hand_up().to_string() on:click=raise>
                {move || match you().hand {
                    None => say("손 들기", "Raise my hand").get().to_owned(),
                    Some(before) => format!("{} {before}", say("손 내리기 · 내 앞", "Lower my hand · before me:").get()),
                }}
            </button>
            <button
                type="button"
                class="button small"
                hidden=move || !you().consent
                on:click=move |_| wire.learn(LearnerDeed::Consent { given: false })
            >
                {say("허락 거두기", "Take the consent back")}
            </button>
            <label class="check">
                <input type="checkbox" prop:checked=move || you().kept on:change=keep/>
                <span>{say("방이 닫혀도 내 클러스터 남기기", "Keep my cluster when the room closes")}</span>
            </label>
        </p>
    }
    .into_any()
}

/// What hosts say and do.
#[component]
fn Words(wire: Wire) -> impl IntoView {
    let session = use_session();
    let go = use_go(wire);
    let back = go.clone();
    let closed = move || {
        wire.closed.get().map(|why| match why {
            Closing::Removed => say("이 방에서 나왔다.", "You are no longer in this room.").get(),
            _ => say(
                "방이 닫혔다. 남기지 않은 클러스터는 지워졌다.",
                "The room is closed. Clusters that were not kept are deleted.",
            )
            .get(),
        })
    };
    let note = move |all: bool| {
        let text = if all {
            wire.room.with(|room| room.as_ref().and_then(|room| room.note.clone()))
        } else {
            wire.you.with(|you| you.as_ref().and_then(|you| you.note.clone()))
        };
        text.map(|note| note.text)
    };
    let is_held = held();
    let all_held = move || wire.room.with(|room| room.as_ref().is_some_and(|room| room.held));
    let shown = move || wire.room.with(|room| room.as_ref().and_then(|room| room.shown.clone()));
    let looks = move || session.sandbox().with(|id| id.as_deref().is_some_and(is_look));
    let asked = move || wire.you.with(|you| you.as_ref().is_some_and(|you| you.asked));
    let answer = move |given| wire.learn(LearnerDeed::Consent { given });
    let said = move |text: Option<String>, class: &'static str| {
        text.map(|text| {
            view! {
                <p class=class>{icon(Icon::LIGHTBULB)}<span>{text}</span></p>
            }
        })
    };
    view! {
        <div role="status">
            {move || closed().map(|text| view! { <p class="room-word">{text}</p> })}
            {move || said(note(true), "room-word")}
            {move || said(note(false), "room-word own")}
            <p class="room-word held" hidden=move || !is_held.get()>
                {move || match all_held() {
                    true => say("진행자가 모두를 잠시 멈췄다. 시계도 멈춰 있다.", "A host holds everybody for a moment. Clocks stand still."),
                    false => say("여기서 모두를 기다린다. 진행자가 다시 가게 할 때까지 시계도 멈춰 있다.", "Here all wait for each other. Clocks stand still until a host lets you go on."),
                }.get()}
            </p>
        </div>
        <p class="room-word" hidden=move || !asked()>
            <span>{say("진행자가 내 클러스터를 다뤄도 되는지 묻는다.", "A host asks to act in your cluster.")}</span>
            <button type="button" class="button small primary" on:click=move |_| answer(true)>{say("허락", "Allow")}</button>
            <button type="button" class="button small" on:click=move |_| answer(false)>{say("아니요", "No")}</button>
        </p>
        <p class="room-word" hidden=move || shown().is_none()>
            <span>{move || match looks() {
                true => say("지금 진행자의 클러스터를 보고 있다.", "You are looking at the host's cluster.").get(),
                false => say("진행자가 자기 클러스터를 보여 주고 있다.", "A host shows their cluster.").get(),
            }}</span>
            <button type="button" class="button small" hidden=move || !looks() on:click=move |_| back("")>
                {say("내 클러스터로", "To my own cluster")}
            </button>
            <button
                type="button"
                class="button small"
                hidden=looks
                on:click=move |_| if let Some((_, name)) = shown() { go(&name) }
            >
                {say("따라 보기", "Follow")}
            </button>
        </p>
    }
    .into_any()
}

/// The question to all, if there is one.
#[component]
fn Asked(wire: Wire) -> impl IntoView {
    let question = Memo::new(move |_| {
        wire.room.with(|room| room.as_ref().and_then(|room| room.question.clone()))
    });
    move || question.get().map(|question| view! { <Choices wire question/> })
}

#[component]
fn Choices(wire: Wire, question: Question) -> impl IntoView {
    let mine = move || wire.you.with(|you| you.as_ref().and_then(|you| you.choice));
    let Question { question, choices, revealed, .. } = question;
    let is_open = revealed.is_none();
    let choice = |(n, text): (usize, String)| {
        let revealed = revealed.clone();
        let count =
            revealed.as_ref().map(|(counts, _)| format!(" · {}", counts.get(n).unwrap_or(&0)));
        let right = revealed.is_some_and(|(_, right)| right == Some(n));
        view! {
            <button
                type="button"
                class="button small"
                class:primary=right
                disabled=!is_open
                aria-pressed=move || (mine() == Some(n)).to_string()
                on:click=move |_| wire.learn(LearnerDeed::Choose { choice: n })
            >
                {right.then(|| icon(Icon::CHECK))} {text} {count}
            </button>
        }
    };
    view! {
        <div class="room-word" role="group" aria-label=say("예측", "Prediction")>
            <strong>{question}</strong>
            {choices.into_iter().enumerate().map(choice).collect_view()}
        </div>
    }
}
