//! Requests over the cluster's network, each with all its steps: what the traffic lens draws.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use protocol::{Hop, Millis, Moment, Position, What};

/// The oldest are forgotten when there are more.
const KEPT_MAX: usize = 20_000;

/// A request and its steps so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Journey {
    pub flight: u64,
    pub began_ms: Millis,
    pub last_ms: Millis,
    /// One of many that a load sends; otherwise somebody made it.
    pub of_load: bool,
    pub hops: Vec<(Position, Hop)>,
}

/// All requests that were received, in the order in which they began.
#[derive(Clone, Debug, Default)]
pub struct Journeys {
    list: VecDeque<Arc<Journey>>,
    /// How many were forgotten: the number of the first of the list.
    forgotten: usize,
    numbers: BTreeMap<u64, usize>,
}

impl Journeys {
    /// Takes in a moment, if it is a step of a request.
    pub fn push(&mut self, moment: &Moment) {
        let What::Packet { flight, hop } = &moment.what else { return };
        let step = (moment.position, hop.clone());
        let known = self.numbers.get(flight).and_then(|number| {
            let index = number.checked_sub(self.forgotten)?;
            self.list.get_mut(index)
        });
        if let Some(journey) = known {
            let journey = Arc::make_mut(journey);
            journey.last_ms = moment.at_ms;
            journey.hops.push(step);
            return;
        }
        self.numbers.insert(*flight, self.forgotten + self.list.len());
        self.list.push_back(Arc::new(Journey {
            flight: *flight,
            began_ms: moment.at_ms,
            last_ms: moment.at_ms,
            of_load: moment.routine,
            hops: vec![step],
        }));
        if self.list.len() > KEPT_MAX
            && let Some(oldest) = self.list.pop_front()
        {
            self.forgotten += 1;
            self.numbers.remove(&oldest.flight);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn get(&self, flight: u64) -> Option<&Arc<Journey>> {
        let index = self.numbers.get(&flight)?.checked_sub(self.forgotten)?;
        self.list.get(index)
    }

    /// Those that began after one time and not after another, the latest first.
    pub fn between(&self, after_ms: f64, until_ms: f64) -> impl Iterator<Item = &Arc<Journey>> {
        let end = self.list.partition_point(|journey| journey.began_ms as f64 <= until_ms);
        let begin = self.list.partition_point(|journey| journey.began_ms as f64 <= after_ms);
        self.list.range(begin.min(end)..end).rev()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Actor;

    fn step(flight: u64, position: Position, at_ms: Millis) -> Moment {
        let hop = Hop::Repeated { to: "10.0.0.1:80".to_owned() };
        let actor = Actor::Runtime { node: "node-1".to_owned() };
        let what = What::Packet { flight, hop };
        Moment { position, at_ms, causes: Vec::new(), actor, routine: true, what }
    }

    #[test]
    fn steps_of_two_requests_are_told_apart() {
        let mut journeys = Journeys::default();
        for (flight, position, at_ms) in [(7, 0, 10), (8, 1, 11), (7, 2, 12), (8, 3, 400)] {
            journeys.push(&step(flight, position, at_ms));
        }
        let seven = journeys.get(7).unwrap();
        let positions: Vec<_> = seven.hops.iter().map(|(position, _)| *position).collect();
        assert_eq!((seven.began_ms, seven.last_ms, positions), (10, 12, vec![0, 2]));
        let flights: Vec<_> = journeys.between(9.0, 11.0).map(|it| it.flight).collect();
        assert_eq!(flights, [8, 7]);
        assert_eq!(journeys.between(10.0, 11.0).count(), 1);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut journeys = Journeys::default();
        for flight in 0..KEPT_MAX as u64 + 5 {
            journeys.push(&step(flight, flight, flight as i64));
        }
        assert!(journeys.get(4).is_none());
        assert_eq!(journeys.get(5).unwrap().flight, 5);
        journeys.push(&step(5, 99, 99));
        assert_eq!(journeys.get(5).unwrap().hops.len(), 2);
    }
}
