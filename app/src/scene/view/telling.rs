//! Tells what happens to those who do not see the picture. Not every hop: what matters, a few
//! sentences at a time.

use std::time::Duration;

use leptos::prelude::*;
use protocol::{Actor, Change, Hop, Moment, Transition, What};

use crate::scene::Stage;
use crate::words;

/// Sentences of this long are told together.
const TOGETHER: Duration = Duration::from_millis(1500);
/// More at once would not be listened to.
const AT_ONCE: usize = 4;

#[component]
pub fn Telling(stage: Stage) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let waiting = StoredValue::new(Vec::<String>::new());
    Effect::new(move |_| {
        let frame = stage.picture.with(|it| std::sync::Arc::clone(&it.frame));
        if !frame.moving {
            return;
        }
        let language = stage.language.get_untracked();
        let news: Vec<_> = frame
            .hops
            .iter()
            .filter(|hop| matters(hop))
            .map(|hop| words::sentence(hop, language))
            .collect();
        let first = !news.is_empty() && waiting.with_value(Vec::is_empty);
        waiting.update_value(|waiting| waiting.extend(news));
        if first {
            set_timeout(move || speak(said, waiting), TOGETHER);
        }
    });
    view! { <div class="scene-telling" role="status" aria-live="polite">{said}</div> }
}

fn speak(said: RwSignal<String>, waiting: StoredValue<Vec<String>>) {
    let Some(mut all) = waiting.try_update_value(std::mem::take) else { return };
    // The latest matter most.
    let skip = all.len().saturating_sub(AT_ONCE);
    said.set(all.split_off(skip).join(" "));
}

fn matters(moment: &Moment) -> bool {
    match &moment.what {
        What::Fault { .. } | What::Silence { .. } => true,
        What::Request { status, .. } => {
            *status >= 400 && matches!(moment.actor, Actor::Client { .. })
        }
        What::Container { transition, .. } => matches!(
            transition,
            Transition::Started | Transition::Exited { .. } | Transition::PullFailed { .. }
        ),
        What::Write { change, .. } => !matches!(change, Change::Updated { .. }),
        What::Decision { verdicts, .. } => !verdicts.is_empty(),
        What::Packet { hop, .. } => matches!(hop, Hop::Ended { .. }),
        What::Delivered { .. } | What::Programmed { .. } => false,
    }
}
