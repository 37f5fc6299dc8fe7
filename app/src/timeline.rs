//! The time machine: pause and play, steps, the skip through a wait, the pace, the slider over all
//! that happened, and the way back to now.
//!
//! There are two clocks: the cluster's, which the server keeps, and the playhead's, which is the
//! viewer's. Pausing stops both. A step first goes through what was received and not yet shown;
//! when there is no more, the cluster itself takes the step.

pub mod bookmarks;
pub mod commands;
pub mod controls;
mod past;
pub mod track;

use leptos::prelude::*;

use crate::i18n::{say, use_language};
use crate::player::Player;
use crate::session::use_session;
use commands::{Helm, listen_to_keys};
use controls::{Buttons, Where};
use track::Track;

/// The time machine's controls. Wants a `Session` in context.
#[component]
pub fn Timeline(player: Player) -> impl IntoView {
    let helm = Helm::new(player, use_session(), use_language());
    listen_to_keys(helm);
    past::fetch_when_missing(helm);
    bookmarks::keep_in_browser(helm);
    view! {
        <section class="timeline" aria-label=say("시간", "Time")>
            <Buttons helm/>
            <Track helm/>
            <Where helm/>
        </section>
    }
}
