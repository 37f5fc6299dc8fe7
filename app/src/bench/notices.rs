//! What must be said above the regions: a lost connection, a new sandbox in place of a forgotten
//! one, a server that does not answer.

use leptos::prelude::*;

use super::opening::{Notice, Opening};
use crate::{
    i18n::{Language, say, use_language},
    icons::{Icon, icon},
    player::Player,
    session::{Link, use_session},
};

/// The line above the regions; nothing when all is well.
#[component]
pub(super) fn Notices(opening: Opening) -> impl IntoView {
    let session = use_session();
    let language = use_language();
    let notice = opening.notice();
    let words = Memo::new(move |_| {
        let language = language.get();
        match (session.link().get(), notice.get()) {
            (_, Some(notice)) => Some(about(&notice, language)),
            (Link::Lost, None) => Some(lost(language)),
            _ => None,
        }
    });
    let can_close = move || matches!(notice.get(), Some(Notice::Replaced | Notice::Unshared));
    view! {
        <div class="notices" role="status">
            {move || words.get().map(|words| view! {
                <p class="notice">
                    {icon(Icon::CLOUD_OFF)}
                    <span>{words}</span>
                    <Show when=can_close>
                        <button
                            type="button"
                            class="icon-button small"
                            aria-label=say("닫기", "Close")
                            on:click=move |_| notice.set(None)
                        >
                            {icon(Icon::X)}
                        </button>
                    </Show>
                </p>
            })}
        </div>
    }
    .into_any()
}

fn lost(language: Language) -> String {
    language
        .pick(
            "서버와 연결이 끊겼다. 하던 일은 그대로 있고, 다시 잇는 중이다.",
            "The connection to the server is lost. Your work is kept; connecting again.",
        )
        .to_owned()
}

fn about(notice: &Notice, language: Language) -> String {
    match notice {
        Notice::Replaced => language.pick(
            "서버가 전에 쓰던 클러스터를 더는 갖고 있지 않아 새로 만들었다. 편집기의 파일은 그대로다.",
            "The server no longer has your earlier cluster, so this one is new. Your files are kept.",
        ),
        Notice::Unshared => language.pick(
            "이 링크로 공유된 실험은 이제 없다. 지워졌거나 잘못 적힌 링크다. 이것은 새 클러스터다.",
            "Nothing is shared under this link any more: it was deleted, or is mistyped. This cluster is new.",
        ),
        Notice::Unreachable => language.pick(
            "서버가 대답하지 않는다. 몇 초마다 다시 물어본다.",
            "The server does not answer. It is asked again every few seconds.",
        ),
        Notice::Refused(message) => {
            let words = language.pick(
                "서버가 새 클러스터를 만들어 주지 않았다.",
                "The server made no new cluster.",
            );
            return format!("{words} {message}");
        }
    }
    .to_owned()
}

/// What stands in the picture's place until there is something to see.
#[component]
pub(super) fn Preparing() -> impl IntoView {
    let player = expect_context::<Player>();
    let known = Memo::new(move |_| player.face().known);
    view! {
        <div class="preparing" hidden=move || known.get()>
            <span class="turning">{icon(Icon::WHEEL)}</span>
            <p>{say("클러스터를 준비하고 있다…", "Preparing your cluster…")}</p>
            // Where scripts run, its content is no part of the page's tree.
            <noscript inner_html=say(
                "클러스터를 움직이려면 자바스크립트가 필요하다.",
                "The cluster needs JavaScript to move.",
            )></noscript>
        </div>
    }
    .into_any()
}
