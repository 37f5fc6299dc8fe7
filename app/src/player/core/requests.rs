//! The requests that are on their way at the playhead.

use std::sync::Arc;

use protocol::{Moment, What};

use super::Core;
use crate::player::journeys::Journey;

/// How long a request of a load is shown on its way, in the viewer's time.
const JOURNEY_MS: f64 = 1_300.0;

impl Core {
    pub fn has_journeys(&self) -> bool {
        !self.journeys.is_empty()
    }

    /// Requests take milliseconds: each is shown for a second of the viewer's time, and for as long
    /// as it takes where time runs slowly.
    pub fn journey_span_ms(&self) -> f64 {
        let rate = if self.clock.rate > 0.0 { self.clock.rate } else { 1.0 };
        (JOURNEY_MS * rate).max(1.0)
    }

    /// The requests of loads that are shown on their way now, the latest first.
    pub fn journeys_now(&self) -> impl Iterator<Item = &Arc<Journey>> {
        let now = self.shown_ms();
        let begun = self.journeys.between(now - self.journey_span_ms(), now);
        begun.filter(|journey| journey.of_load)
    }

    /// The requests that some hops are steps of.
    pub(super) fn journeys_of(&self, hops: &[Arc<Moment>]) -> Vec<Arc<Journey>> {
        let mut journeys: Vec<Arc<Journey>> = Vec::new();
        for hop in hops {
            let What::Packet { flight, .. } = &hop.what else { continue };
            let known = journeys.iter().any(|journey| journey.flight == *flight);
            if let Some(journey) = self.journeys.get(*flight).filter(|_| !known) {
                journeys.push(Arc::clone(journey));
            }
        }
        journeys
    }

    pub fn journey(&self, flight: u64) -> Option<Arc<Journey>> {
        self.journeys.get(flight).cloned()
    }
}
