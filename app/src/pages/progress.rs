//! What the learner has done: carried to another device by a personal link, and proved to others.
//! No account, and nobody else is told.

mod proof;

use leptos::{prelude::*, task::spawn_local};
use protocol::{Carried, QrCode};

use crate::{
    browser,
    connect::Snippet,
    header::{Head, TopBar},
    i18n::{say, use_language},
    learned::{self, Carrying},
};
use proof::Proof;

/// `/{lang}/progress`, and after `#` the secret of a link that was opened here.
#[component]
pub fn Progress() -> impl IntoView {
    let title = say("내 진도", "My progress");
    let about = say(
        "계정 없이, 나만 아는 링크로 다른 기기에서 이어서 한다.",
        "Go on from another device: no account, a link that only you know.",
    );
    let owned = |text: Signal<&'static str>| Signal::derive(move || text.get().to_owned());
    view! {
        <Head title=owned(title) description=owned(about)/>
        <leptos_meta::Meta name="robots" content="noindex"/>
        <TopBar trail=Signal::derive(move || vec![title.get().to_owned()])/>
        <main id="main" class="page progress-page">
            <h1>{title}</h1>
            <p class="lead">{about}</p>
            <noscript inner_html=say("이 쪽은 스크립트가 있어야 움직인다.", "This page needs scripts.")></noscript>
            {view! { <PersonalLink/> }.into_any()}
            {view! { <Proof/> }.into_any()}
        </main>
    }
    .into_any()
}

/// How the device stands to its link.
#[derive(Clone, Debug, PartialEq)]
enum Stand {
    /// Not known yet.
    Looking,
    None,
    Carried(Carried),
    /// The link that was opened is not known to the server.
    Unknown,
    Failed,
}

impl From<Carrying> for Stand {
    fn from(carrying: Carrying) -> Stand {
        match carrying {
            Carrying::Done(carried) => Stand::Carried(carried),
            Carrying::Unknown => Stand::Unknown,
            Carrying::Failed => Stand::Failed,
        }
    }
}

#[component]
fn PersonalLink() -> impl IntoView {
    let language = use_language();
    let stand = RwSignal::new(Stand::Looking);
    let taken = RwSignal::new(false);
    Effect::new(move |_| {
        let language = language.get_untracked();
        let opened = browser::fragment();
        if opened.is_empty() && learned::kept().is_none() {
            return stand.set(Stand::None);
        }
        browser::drop_fragment();
        spawn_local(async move {
            let carrying = match opened.is_empty() {
                true => learned::begin(language).await,
                false => learned::take(opened.clone(), language).await,
            };
            taken.try_set(!opened.is_empty() && matches!(carrying, Carrying::Done(_)));
            stand.try_set(carrying.into());
        });
    });
    let make = move |_| {
        let language = language.get_untracked();
        spawn_local(async move {
            stand.try_set(learned::begin(language).await.into());
        });
    };
    let body = move || {
        match stand.get() {
        Stand::Looking => ().into_any(),
        Stand::Carried(carried) => view! { <Link carried stand/> }.into_any(),
        other => view! {
            <p class="bad" role="alert" hidden=other != Stand::Unknown>
                {say(
                    "이 링크에는 아무것도 없다. 지워졌거나 잘못 적힌 링크다. 이 기기의 진도는 그대로다.",
                    "There is nothing under this link: it was deleted, or is mistyped. This device's progress is as it was.",
                )}
            </p>
            <p class="bad" role="alert" hidden=other != Stand::Failed>
                {say("서버가 답하지 않는다. 진도는 이 기기에 그대로 있다.", "The server does not answer. Your progress is safe on this device.")}
            </p>
            <p>
                <button type="button" class="button primary" on:click=make>
                    {say("개인 링크 만들기", "Make a personal link")}
                </button>
            </p>
        }
        .into_any(),
    }
    };
    view! {
        <section class="progress-part" aria-labelledby="link-title">
            <h2 id="link-title">{say("다른 기기에서 이어서 하기", "On another device")}</h2>
            <p>
                {say(
                    "지금은 이 브라우저만 진도를 안다. 개인 링크를 만들면 서버가 끝낸 단계, 복습 날짜, 레슨의 클러스터를 그 링크 아래에 두고, 링크를 연 기기마다 합친다. 합칠 때 잃는 것은 없다.",
                    "Only this browser knows your progress. With a personal link the server keeps the steps you have done, the days of your reviews and your lessons' clusters under it, and puts them together on each device that opens it. Nothing is lost in doing so.",
                )}
            </p>
            <div role="status">
                <p class="good" hidden=move || !taken.get()>
                    {say("이 기기와 합쳤다. 이제 두 기기의 진도가 같다.", "Put together with this device: both now know the same.")}
                </p>
                {body}
            </div>
            <p class="soft small">
                {say(
                    "이름, 메일 주소, 방문 기록은 남기지 않는다. 링크의 비밀 값은 서버에 저장되지 않고 해시만 남는다. 오래(이 서버가 달리 정하지 않았으면 400일) 쓰지 않으면 지워지고, 언제든 아래 단추로 지울 수 있다. 다른 곳에 넘기지 않는다.",
                    "No name, no mail address, no record of visits. The link's secret is not stored, only its hash. What is not used for long (400 days, unless this server says otherwise) is deleted, and you can delete it here at any time. Nothing goes to anybody else.",
                )}
            </p>
        </section>
    }
    .into_any()
}

/// The link, as text and as a picture.
#[component]
fn Link(carried: Carried, stand: RwSignal<Stand>) -> impl IntoView {
    let language = use_language();
    let Carried { secret, code, .. } = carried;
    let link = Signal::derive(move || format!("{}#{secret}", learned::address(language.get())));
    let sure = RwSignal::new(false);
    let delete = move |_| {
        if !sure.get_untracked() {
            return sure.set(true);
        }
        spawn_local(async move {
            let next = if learned::forget().await { Stand::None } else { Stand::Failed };
            stand.try_set(next);
        });
    };
    view! {
        <div class="personal-link">
            <Code code/>
            <div>
                <Snippet text=link label=say("링크 복사", "Copy the link")/>
                <p class="soft small">
                    {say(
                        "이 링크를 아는 사람은 누구나 이 진도를 보고 바꿀 수 있다. 나에게만 보내자.",
                        "Whoever knows this link can see and change this progress: send it only to yourself.",
                    )}
                </p>
                <button type="button" class="button" on:click=delete>
                    {move || match sure.get() {
                        true => say("정말 지운다", "Yes, delete it").get(),
                        false => say("서버에서 지우기", "Delete it from the server").get(),
                    }}
                </button>
            </div>
        </div>
    }
    .into_any()
}

/// A QR code, black on white in any theme: cameras want it so.
#[component]
pub fn Code(code: QrCode) -> impl IntoView {
    let QrCode { size, path } = code;
    // A quiet border of four modules belongs to it.
    let view_box = format!("-4 -4 {0} {0}", size + 8);
    view! {
        <svg class="qr-code" viewBox=view_box role="img" aria-label=say("링크의 QR 코드", "QR code of the link")>
            <rect x="-4" y="-4" width=size + 8 height=size + 8 fill="#fff"/>
            <path d=path fill="#000"/>
        </svg>
    }
}
