//! What came down from the server: where it began, and every moment since, without a gap. The
//! cluster at any position in it is the nearest keyframe and the moments after that.

use std::collections::VecDeque;
use std::sync::Arc;

use protocol::{Millis, Moment, Position};

use super::cluster::Cluster;

/// A keyframe is kept every so many moments.
const KEYFRAME_EVERY: u64 = 200;
/// When more moments than this are kept, the older half is dropped: the server still has it.
const MOMENTS_MAX: usize = 60_000;

/// Moments `first()..end()` and the cluster at each.
#[derive(Clone, Debug, Default)]
pub struct History {
    moments: VecDeque<Arc<Moment>>,
    keyframes: VecDeque<Arc<Cluster>>,
    /// The cluster at `end()`.
    last: Arc<Cluster>,
}

impl History {
    /// Begins with the cluster at one position.
    pub fn new(start: Cluster) -> History {
        let start = Arc::new(start);
        History {
            moments: VecDeque::new(),
            keyframes: VecDeque::from([Arc::clone(&start)]),
            last: start,
        }
    }

    /// Takes in a moment. One that is known already is passed over; `false` says that moments
    /// are missing before it, so that the page must ask for them.
    pub fn push(&mut self, moment: Arc<Moment>) -> bool {
        if moment.position != self.end() {
            return moment.position < self.end();
        }
        Arc::make_mut(&mut self.last).apply(&moment);
        self.moments.push_back(moment);
        if (self.end() - self.first()).is_multiple_of(KEYFRAME_EVERY) {
            self.keyframes.push_back(Arc::clone(&self.last));
        }
        true
    }

    /// Drops the older half when there is too much of it; says whether it did.
    pub fn trim(&mut self) -> bool {
        if self.moments.len() <= MOMENTS_MAX || self.keyframes.len() < 3 {
            return false;
        }
        self.keyframes.drain(..self.keyframes.len() / 2);
        let first = self.keyframes.front().map_or(0, |frame| frame.position);
        while self.moments.front().is_some_and(|moment| moment.position < first) {
            self.moments.pop_front();
        }
        true
    }

    /// The first position known.
    pub fn first(&self) -> Position {
        self.keyframes.front().map_or(self.last.position, |frame| frame.position)
    }

    /// The position after the last moment known.
    pub fn end(&self) -> Position {
        self.last.position
    }

    /// Model time of the first position.
    pub fn first_ms(&self) -> Millis {
        self.keyframes.front().map_or(0, |frame| frame.at_ms)
    }

    /// Model time of the last moment known.
    pub fn end_ms(&self) -> Millis {
        self.last.at_ms
    }

    pub fn last(&self) -> &Arc<Cluster> {
        &self.last
    }

    pub fn get(&self, position: Position) -> Option<&Arc<Moment>> {
        let index = position.checked_sub(self.first())?;
        self.moments.get(usize::try_from(index).ok()?)
    }

    /// The moments of a range of positions, as far as they are known.
    pub fn between(
        &self,
        from: Position,
        to: Position,
    ) -> impl DoubleEndedIterator<Item = &Arc<Moment>> {
        let index =
            |at: Position| usize::try_from(at.saturating_sub(self.first())).unwrap_or(usize::MAX);
        let end = index(to).min(self.moments.len());
        self.moments.range(index(from).min(end)..end)
    }

    /// The cluster with all moments before `position`, as far as they are known.
    pub fn at(&self, position: Position) -> Arc<Cluster> {
        if position >= self.end() {
            return Arc::clone(&self.last);
        }
        let after = self.keyframes.partition_point(|frame| frame.position <= position);
        let Some(frame) = self.keyframes.get(after.saturating_sub(1)) else {
            return Arc::clone(&self.last);
        };
        if frame.position >= position {
            return Arc::clone(frame);
        }
        let mut cluster = (**frame).clone();
        self.between(frame.position, position).for_each(|moment| cluster.apply(moment));
        Arc::new(cluster)
    }

    /// The position before the first moment later than `at_ms`.
    pub fn position_at(&self, at_ms: Millis) -> Position {
        self.first() + self.moments.partition_point(|moment| moment.at_ms <= at_ms) as u64
    }
}
