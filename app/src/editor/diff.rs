//! What a dry run would change, line by line, as `kubectl diff` prints it.

use leptos::prelude::*;

use super::use_desk;
use crate::{
    i18n::say,
    icons::{Icon, icon},
};

/// The difference that the last dry run found; nothing until there was one.
#[component]
pub(super) fn Difference() -> impl IntoView {
    let desk = use_desk();
    let lines = move || {
        let text = desk.diff().unwrap_or_default();
        text.lines().map(|text| line(text.to_owned())).collect_view()
    };
    let same = move || desk.diff().is_some_and(|diff| diff.is_empty());
    view! {
        <div class="difference" role="region" aria-label=say("적용하면 바뀌는 것", "What applying would change")
            hidden=move || desk.diff().is_none()>
            <div class="difference-head">
                <p>{say("적용하면 바뀌는 것", "What applying would change")}</p>
                <button
                    type="button"
                    class="icon-button small"
                    aria-label=say("비교 닫기", "Close the comparison")
                    on:click=move |_| desk.close_diff()
                >
                    {icon(Icon::X)}
                </button>
            </div>
            <p class="soft" hidden=move || !same()>
                {say("클러스터가 이미 이 파일대로다.", "The cluster is already as the file says.")}
            </p>
            // It scrolls, so the keyboard must be able to reach it.
            <pre tabindex="0" hidden=same>{lines}</pre>
        </div>
    }
    .into_any()
}

/// A line with its `+` or `-`, which say what the colours say.
fn line(text: String) -> AnyView {
    let is_head = ["+++", "---", "diff "].iter().any(|head| text.starts_with(head));
    match text.chars().next() {
        _ if is_head => view! { <span class="soft">{text}</span>"\n" }.into_any(),
        Some('+') => view! { <ins>{text}</ins>"\n" }.into_any(),
        Some('-') => view! { <del>{text}</del>"\n" }.into_any(),
        _ => view! { <span>{text}</span>"\n" }.into_any(),
    }
}
