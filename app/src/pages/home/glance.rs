//! A drawing of the idea, at one glance: what is wanted goes to the API server, and nodes that watch
//! it make it so.

use leptos::prelude::*;

use crate::i18n::{say, use_language};

/// The Pods of the drawing: their middle, and how each is.
const PODS: [(i32, &str); 5] = [(80, "ok"), (140, "ok"), (260, "ok"), (320, "next"), (440, "ok")];

#[component]
pub(super) fn Glance() -> impl IntoView {
    let language = use_language();
    let label = say(
        "그림: 내가 원하는 상태를 API 서버에 적으면, 노드들이 그것을 지켜보다가 이루어 낸다.",
        "Drawing: you write what you want to the API server; nodes watch it and make it so.",
    );
    let nodes = [44, 224, 404]
        .map(|x| view! { <rect class="g-node" x=x y="206" width="132" height="92" rx="8"></rect> });
    let watches = [110, 290, 470].map(|x| {
        let path = format!("M290 118 C290 164 {x} 152 {x} 204");
        view! { <path class="g-watch" d=path></path> }
    });
    let pods = PODS.map(|(x, state)| {
        let hexagon = format!("M{x} 228 l21 12 v24 l-21 12 l-21 -12 v-24 Z");
        view! { <path class=format!("g-pod {state}") d=hexagon></path> }
    });
    view! {
        <svg class="glance" viewBox="0 0 580 310" role="img" aria-label=label>
            <g class="g-boxes">
                <rect x="12" y="62" width="104" height="56" rx="8"></rect>
                <rect class="g-api" x="222" y="62" width="136" height="56" rx="8"></rect>
                <rect x="464" y="62" width="104" height="56" rx="8"></rect>
                {nodes.into_iter().collect_view()}
            </g>
            <g class="g-heads">
                <path d="M216 84 l10 6 l-10 6 Z"></path>
                <path d="M458 78 l10 6 l-10 6 Z"></path>
                <path d="M364 92 l-10 6 l10 6 Z"></path>
            </g>
            <g class="g-lines">
                <path d="M116 90 H216"></path>
                <path d="M358 84 H460"></path>
                <path d="M464 98 H360"></path>
                {watches.into_iter().collect_view()}
            </g>
            <g>{pods.into_iter().collect_view()}</g>
            <g class="g-words">
                <text x="64" y="95">{move || language.get().pick("나", "you")}</text>
                <text x="290" y="95">{move || language.get().pick("API 서버", "API server")}</text>
                <text x="516" y="95">"etcd"</text>
                <text class="g-brass" x="166" y="78">"apply"</text>
                <text class="g-sea" x="412" y="142">"watch"</text>
            </g>
        </svg>
    }
    .into_any()
}
