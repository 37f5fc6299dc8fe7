//! The time machine's controls.

use leptos::prelude::*;

use crate::player::Player;

/// The time machine's controls. Wants a `Session` in context.
#[component]
pub fn Timeline(player: Player) -> impl IntoView {
    view! { <section class="timeline">{move || player.face().time_ms}</section> }
}
