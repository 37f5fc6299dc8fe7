//! The picture of the cluster.

use leptos::prelude::*;
use protocol::ObjectRef;

use crate::player::Player;

/// What is selected on the page, for all that shows it: provided as a context.
#[derive(Clone, Copy, Debug)]
pub struct Selection {
    pub selected: RwSignal<Option<ObjectRef>>,
}

impl Selection {
    pub fn new() -> Selection {
        Selection { selected: RwSignal::new(None) }
    }
}

impl Default for Selection {
    fn default() -> Selection {
        Selection::new()
    }
}

/// The picture of the cluster at the playhead. Wants a [`Selection`] in context.
#[component]
pub fn Scene(player: Player) -> impl IntoView {
    view! { <section class="scene">{move || player.cluster().objects().count()}</section> }
}
