//! Requests of loads on their way: dots that run along the beams. All dots of a kind are one path,
//! so that a thousand cost no more than one.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;

use crate::scene::requests::{Route, Swarm};
use crate::scene::{Lens, Stage};

/// No more are drawn at once.
const DOTS_MAX: usize = 600;

/// The ways that are known, as long as the picture stays the same: by request, with the number of
/// steps that they are made of.
type Known = BTreeMap<u64, (usize, Route)>;

#[component]
pub fn Requests(stage: Stage) -> impl IntoView {
    let known = StoredValue::new((0_usize, Known::new()));
    let swarm = Memo::new(move |_| {
        if stage.lens.get() != Lens::Traffic {
            return Swarm::default();
        }
        let now = stage.player.now();
        let span = stage.player.span_ms();
        let journeys = stage.player.journeys(DOTS_MAX);
        stage.picture.with(|picture| {
            known
                .try_update_value(|(of, known)| {
                    let own = Arc::as_ptr(picture) as usize;
                    if *of != own || known.len() > 4 * DOTS_MAX {
                        (*of, *known) = (own, Known::new());
                    }
                    let dots = journeys.iter().filter_map(|journey| {
                        let steps = journey.hops.len();
                        let entry = known.entry(journey.flight).or_default();
                        if entry.0 != steps {
                            let hops = journey.hops.iter().map(|(_, hop)| hop);
                            let route = Route::new(hops, &picture.frame.after, &picture.after);
                            *entry = (steps, route);
                        }
                        entry.1.dot((now - journey.began_ms as f64) / span)
                    });
                    Swarm::new(dots)
                })
                .unwrap_or_default()
        })
    });
    view! {
        <g class="requests" aria-hidden="true">
            <path class="request is-going" d=move || swarm.with(|it| it.going.clone())></path>
            <path class="request is-coming" d=move || swarm.with(|it| it.coming.clone())></path>
            <path class="request is-refused" d=move || swarm.with(|it| it.refused.clone())></path>
            <path class="request is-lost" d=move || swarm.with(|it| it.lost.clone())></path>
        </g>
    }
}
