//! Joining a room with its code and a nickname.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::{use_navigate, use_params_map};
use protocol::RoomJoined;

use super::{Frame, refused, unreachable_words};
use crate::{
    browser::{self, Fetched},
    i18n::{say, use_language},
    room::{Seat, sit},
};

/// `/{lang}/join` and `/{lang}/join/{code}`
#[component]
pub fn JoinRoom() -> impl IntoView {
    let language = use_language();
    let code =
        RwSignal::new(use_params_map().with_untracked(|it| it.get("code")).unwrap_or_default());
    let name = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<u16>);
    let navigate = use_navigate();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let navigate = navigate.clone();
        let wish = protocol::JoinRoom { code: code.get_untracked(), name: name.get_untracked() };
        let language = language.get_untracked();
        problem.set(None);
        spawn_local(async move {
            match browser::post("/rooms/join", &wish).await {
                Fetched::Ok(text) => {
                    if let Ok(RoomJoined { id, secret }) = serde_json::from_str(&text) {
                        sit(&Seat { room: id.clone(), secret: secret.clone(), ..Seat::default() });
                        let path = format!("/{}/rooms/{id}/me#{secret}", language.code());
                        navigate(&path, Default::default());
                    }
                }
                Fetched::Refused(status, _) => drop(problem.try_set(Some(status))),
                Fetched::Unreachable => drop(problem.try_set(Some(0))),
            }
        });
    };
    let title = say("스터디 잼에 들어가기", "Join a study jam");
    let about = say(
        "진행자가 보여 준 코드와 별명이면 된다. 계정은 없다.",
        "The code that the host shows, and a nickname: no account.",
    );
    view! {
        <Frame title about>
            <h1>{title}</h1>
            <p class="lead">{about}</p>
            <form class="choices-form" on:submit=submit>
                <label class="field stacked">
                    <span>{say("코드", "Code")}</span>
                    <input
                        class="text mono room-code-field" required autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="12"
                        prop:value=move || code.get()
                        on:input=move |event| code.set(event_target_value(&event))
                    />
                </label>
                <label class="field stacked">
                    <span>{say("별명", "Nickname")}</span>
                    <input
                        class="text" required maxlength="40" autocomplete="nickname"
                        on:input=move |event| name.set(event_target_value(&event))
                    />
                </label>
                <p class="soft small">
                    {say(
                        "진행자는 별명, 지금 단계, 명령의 성패를 보고, 내 클러스터와 그 기록을 들여다볼 수 있다(볼 때는 나에게 알린다). 모두의 클러스터에 함께 고장이나 파일을 넣을 수도 있다. 나 혼자의 클러스터를 다루려면 내 허락이 있어야 한다. 방이 닫히면 남기기로 한 클러스터 말고는 모두 지워진다.",
                        "Hosts see your nickname, your step and whether commands fail, and may look at your cluster and its history (you are told when they do). They may put a fault or a file into everybody's cluster. To act in yours alone they need your consent. When the room closes, all but the clusters you keep is deleted.",
                    )}
                </p>
                <p class="bad" role="alert">{move || problem.get().map(|status| match status {
                    0 => unreachable_words().get(),
                    status => refused(status).get(),
                })}</p>
                <p><button type="submit" class="button primary">{say("들어가기", "Join")}</button></p>
            </form>
        </Frame>
    }
    .into_any()
}
