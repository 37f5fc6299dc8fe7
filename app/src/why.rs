//! The chain of causes, in words.

use leptos::prelude::*;
use protocol::Moment;

use crate::player::Player;

/// A `Reply::Why` chain as sentences; each leads to its moment.
#[component]
pub fn Why(player: Player, #[prop(into)] chain: Signal<Vec<Moment>>) -> impl IntoView {
    let _ = player;
    view! { <ol class="why">{move || chain.with(|chain| chain.len())}</ol> }
}
