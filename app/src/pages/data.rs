//! A learner's own data: what is kept of this device, here and on the server; all of it as a file; and
//! the end of it.

use leptos::{prelude::*, task::spawn_local};
use protocol::LearnerDeed;

use crate::{
    backend, browser,
    header::{Head, TopBar},
    i18n::{Language, say, use_language},
    icons::{Icon, icon},
    own::{self, Cluster},
    room::{Seat, Wire, address, seat, stand_up},
};

/// `/{lang}/data`
#[component]
pub fn Data() -> impl IntoView {
    let title = say("내 자료", "My data");
    let about = say(
        "이 기기의 학습자에 대해 무엇이 어디에 남아 있는지 보고, 파일로 받고, 지운다.",
        "What is kept of this device's learner and where: see it, take it as a file, delete it.",
    );
    let owned = |text: Signal<&'static str>| Signal::derive(move || text.get().to_owned());
    let wire = Wire::new();
    let changed = RwSignal::new(0_u32);
    view! {
        <Head title=owned(title) description=owned(about)/>
        <leptos_meta::Meta name="robots" content="noindex"/>
        <TopBar trail=Signal::derive(move || vec![title.get().to_owned()])/>
        <main id="main" class="page progress-page">
            <h1>{title}</h1>
            <p class="lead">{about}</p>
            <noscript inner_html=say("이 쪽은 스크립트가 있어야 움직인다.", "This page needs scripts.")></noscript>
            {view! { <Here changed/> }.into_any()}
            {view! { <Clusters changed/> }.into_any()}
            {view! { <All changed wire/> }.into_any()}
        </main>
    }
    .into_any()
}

/// What this browser keeps, by what it is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Kept {
    lessons: usize,
    questions: usize,
    link: bool,
    proof: bool,
    room: Option<Seat>,
    others: usize,
}

impl Kept {
    fn look() -> Kept {
        let names: Vec<String> = own::device().into_keys().collect();
        let count = |prefix: &str| names.iter().filter(|name| name.starts_with(prefix)).count();
        let has = |name: &str| names.iter().any(|known| known == name);
        let (lessons, questions) = (count("progress."), count("review."));
        let (link, proof, room) = (has("link"), has(own::COMPLETION), seat());
        let named = lessons + questions + usize::from(link) + usize::from(proof);
        let others = names.len() - named - usize::from(has("room"));
        Kept { lessons, questions, link, proof, room, others }
    }

    fn lines(&self, language: Language) -> Vec<String> {
        let Kept { lessons, questions, link, proof, room, others } = self;
        let count = |number: usize, korean: &str, english: &str| {
            (number > 0).then(|| {
                language.pick(format!("{korean} {number}개"), format!("{english}: {number}"))
            })
        };
        let there = |is: bool, korean: &str, english: &str| {
            is.then(|| language.pick(korean.to_owned(), english.to_owned()))
        };
        let lines = [
            count(*lessons, "진도가 있는 레슨", "Lessons with progress"),
            count(*questions, "복습 질문", "Questions to review"),
            there(*link, "개인 링크 (서버에도 있다)", "A personal link (also on the server)"),
            there(
                *proof,
                "해냈다는 증명 (서버에도 있다)",
                "A proof of what was completed (also on the server)",
            ),
            there(
                room.is_some(),
                "스터디 잼의 자리 (서버에도 있다)",
                "A seat in a study jam (also on the server)",
            ),
            count(*others, "설정, 편집기 파일, 책갈피", "Settings, files of the editor, bookmarks"),
        ];
        lines.into_iter().flatten().collect()
    }
}

#[component]
fn Here(changed: RwSignal<u32>) -> impl IntoView {
    let language = use_language();
    let kept = RwSignal::new(None::<Kept>);
    Effect::new(move |_| {
        changed.track();
        kept.set(Some(Kept::look()));
    });
    let lines = move || kept.get().map(|kept| kept.lines(language.get())).unwrap_or_default();
    let list = move || lines().into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
    view! {
        <section class="progress-part" aria-labelledby="data-here">
            <h2 id="data-here">{say("이 브라우저에", "In this browser")}</h2>
            <p class="empty" hidden=move || kept.with(Option::is_none) || !lines().is_empty()>
                {say("아무것도 없다.", "Nothing.")}
            </p>
            <ul class="data-list" hidden=move || lines().is_empty()>{list}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Clusters(changed: RwSignal<u32>) -> impl IntoView {
    let language = use_language();
    let course = Resource::new(move || language.get(), backend::course);
    let clusters = RwSignal::new(Vec::<Cluster>::new());
    Effect::new(move |_| {
        changed.track();
        clusters.set(own::clusters());
    });
    let title = move |lesson: &str| {
        let course = course.get().and_then(Result::ok).unwrap_or_default();
        super::rooms::title_of(&course, lesson, say("놀이터", "Playground").get())
    };
    let row = move |cluster: Cluster| {
        let Cluster { id, lesson, .. } = cluster;
        let href = address(language.get(), &lesson, &id);
        let name = title(&lesson);
        let label = format!("{}: {name}", language.get().pick("지우기", "Delete"));
        let delete = move |_| {
            let id = id.clone();
            spawn_local(async move {
                own::delete_cluster(&id).await;
                changed.try_update(|count| *count += 1);
            });
        };
        view! {
            <li>
                <a href=href rel="external">{name}</a>
                <button type="button" class="button small" aria-label=label on:click=delete>
                    {icon(Icon::TRASH_2)}
                    {say("지우기", "Delete")}
                </button>
            </li>
        }
    };
    view! {
        <section class="progress-part" aria-labelledby="data-clusters">
            <h2 id="data-clusters">{say("서버에 있는 클러스터", "Clusters on the server")}</h2>
            <p>
                {say(
                    "이 기기에서 연 클러스터다. 서버는 각 클러스터를 한 일의 기록으로 갖고 있고, 오래 아무도 쓰지 않으면 지운다. 지우면 거기서 공유한 링크도 사라진다.",
                    "The clusters that were opened on this device. The server keeps each as the log of what was done, and deletes it when nobody uses it for long. What was shared of a cluster goes with it.",
                )}
            </p>
            <p class="empty" hidden=move || !clusters.with(Vec::is_empty)>
                {say("아무것도 없다.", "None.")}
            </p>
            <Transition>
                <ul class="data-list" hidden=move || clusters.with(Vec::is_empty)>
                    {move || clusters.get().into_iter().map(row).collect_view()}
                </ul>
            </Transition>
        </section>
    }
    .into_any()
}

/// How a deletion of everything stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    Idle,
    Sure,
    Busy,
    Done,
    Failed,
}

#[component]
fn All(changed: RwSignal<u32>, wire: Wire) -> impl IntoView {
    let stand = RwSignal::new(Stand::Idle);
    let export = move |_| {
        spawn_local(async move {
            let text = own::export().await;
            browser::download("wheelhouse-data.json", &text);
        });
    };
    let delete = move |_| {
        if stand.get_untracked() != Stand::Sure {
            return stand.set(Stand::Sure);
        }
        stand.set(Stand::Busy);
        spawn_local(async move {
            let left = leave_room(wire).await;
            let done = left && own::delete_all().await;
            stand.try_set(if done { Stand::Done } else { Stand::Failed });
            changed.try_update(|count| *count += 1);
        });
    };
    view! {
        <section class="progress-part" aria-labelledby="data-all">
            <h2 id="data-all">{say("모두", "All of it")}</h2>
            <p class="share-copies">
                <button type="button" class="button" on:click=export>
                    {icon(Icon::DOWNLOAD)}
                    {say("파일로 받기", "Take it as a file")}
                </button>
                <button type="button" class="button" disabled=move || stand.get() == Stand::Busy on:click=delete>
                    {icon(Icon::TRASH_2)}
                    {move || match stand.get() {
                        Stand::Sure => say("정말 모두 지운다", "Yes, delete all of it"),
                        _ => say("서버와 이 브라우저에서 모두 지우기", "Delete all, on the server and here"),
                    }.get()}
                </button>
            </p>
            <p role="status">
                {move || match stand.get() {
                    Stand::Idle => "",
                    Stand::Sure => say(
                        "진도, 클러스터, 공유한 링크, 개인 링크, 증명, 설정이 모두 사라지고 되돌릴 수 없다.",
                        "Progress, clusters, shared links, the personal link, proofs and settings will be gone for good.",
                    ).get(),
                    Stand::Busy => say("지우는 중…", "Deleting…").get(),
                    Stand::Done => say("모두 지웠다.", "All of it is deleted.").get(),
                    Stand::Failed => say(
                        "서버가 답하지 않아 다 지우지 못했다. 다시 해 보자.",
                        "Not all could be deleted: the server did not answer. Try again.",
                    ).get(),
                }}
            </p>
        </section>
    }
    .into_any()
}

/// How long a room is waited for.
const PATIENCE_MS: u32 = 10_000;
const LOOK_MS: u32 = 100;

/// Leaves the room where this device has a seat, which deletes what is there. Whether there is none.
async fn leave_room(wire: Wire) -> bool {
    let Some(seat) = seat() else { return true };
    wire.connect(&seat.room, &seat.secret);
    let mut asked = false;
    for _ in 0..PATIENCE_MS / LOOK_MS {
        if wire.closed.try_get_untracked().is_none_or(|closed| closed.is_some()) {
            stand_up();
            return true;
        }
        if !asked && wire.you.with_untracked(Option::is_some) {
            wire.learn(LearnerDeed::Leave);
            asked = true;
        }
        browser::sleep_ms(LOOK_MS).await;
    }
    false
}
