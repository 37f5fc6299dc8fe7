//! What somebody has completed, for anybody who has the link.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use protocol::Completion;

use super::NotFound;
use crate::{
    backend,
    header::{Head, TopBar},
    i18n::{say, use_language},
    icons::{Icon, icon},
};

/// `/{lang}/completed/{id}`
#[component]
pub fn Completed() -> impl IntoView {
    let language = use_language();
    let params = use_params_map();
    let id = Memo::new(move |before: Option<&String>| {
        let id = params.with(|params| params.get("id"));
        id.or_else(|| before.cloned()).unwrap_or_default()
    });
    let found =
        Resource::new(move || (id.get(), language.get()), |(id, l)| backend::completed(id, l));
    let shown = move || {
        found.get().map(|found| match found.ok().flatten() {
            Some(completion) => view! { <Shown completion/> }.into_any(),
            None => view! { <NotFound/> }.into_any(),
        })
    };
    view! { <Transition>{shown}</Transition> }.into_any()
}

#[component]
fn Shown(completion: Completion) -> impl IntoView {
    let language = use_language();
    let Completion { name, date, lessons, of, engine, .. } = completion;
    let (count, whole) = (lessons.len(), lessons.len() == of);
    let title = Signal::derive(move || {
        let language = language.get();
        match whole {
            true => language.pick("과정을 모두 마쳤다", "Completed the course").to_owned(),
            false => language.pick(
                format!("레슨 {of}개 가운데 {count}개를 마쳤다"),
                format!("Completed {count} of {of} lessons"),
            ),
        }
    });
    let rows = lessons.into_iter().map(|lesson| {
        let href = move || format!("/{}/lessons/{}", language.get().code(), lesson.slug);
        view! { <li value=lesson.number><a href=href>{lesson.title}</a></li> }
    });
    let rows = rows.collect_view();
    let named = !name.is_empty();
    view! {
        <Head title description=title/>
        <leptos_meta::Meta name="robots" content="noindex"/>
        <TopBar trail=Signal::derive(move || vec![title.get()])/>
        <main id="main" class="page completed">
            <p class="completed-mark">{icon(Icon::WHEEL)}</p>
            <p class="completed-name" hidden=!named>{name}</p>
            <h1>{title}</h1>
            <p class="completed-proof">
                {icon(Icon::CIRCLE_CHECK)}
                <span>
                    {say("로그를 다시 돌려 확인함", "Verified by replay")} " · " <time datetime=date.clone()>{date.clone()}</time>
                </span>
            </p>
            <ol class="completed-lessons">{rows}</ol>
            <p class="soft small">
                {move || language.get().pick(
                    format!("Wheelhouse는 이 사람이 각 레슨의 클러스터에 한 일의 로그를 처음부터 다시 돌려(모델 {engine}), 모든 목표가 이루어졌음을 확인했다. 이름은 스스로 적은 것이다."),
                    format!("Wheelhouse replayed the log of all that this person did to each lesson's cluster from its beginning (model {engine}), and saw every goal met. The name is what they gave."),
                )}
            </p>
        </main>
    }
    .into_any()
}
