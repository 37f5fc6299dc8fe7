//! What is drawn at one moment of telling.

use std::sync::Arc;

use protocol::{Millis, Moment};

use crate::player::cluster::Cluster;
use crate::player::journeys::Journey;

/// What to draw: the cluster before and after the hops that are told now.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    pub before: Arc<Cluster>,
    pub after: Arc<Cluster>,
    /// The hops that lead from one to the other; at rest, those told last.
    pub hops: Vec<Arc<Moment>>,
    /// For each hop: it is told after those of the stages before.
    pub stages: Vec<u32>,
    /// The requests over the network that the hops are steps of.
    pub journeys: Vec<Arc<Journey>>,
    /// The hops are under way; otherwise they have arrived.
    pub moving: bool,
    /// Time is held.
    pub held: bool,
    /// A wait of so many milliseconds of model time that is skipped now.
    pub skip_ms: Option<Millis>,
}

impl Frame {
    /// Whether both draw the same. Asked at each picture of the screen, so that only what is shared
    /// counts as equal.
    pub(super) fn is_same(&self, other: &Frame) -> bool {
        let (hops, others) = (&self.hops, &other.hops);
        Arc::ptr_eq(&self.before, &other.before)
            && Arc::ptr_eq(&self.after, &other.after)
            && (self.moving, self.held, self.skip_ms) == (other.moving, other.held, other.skip_ms)
            && hops.len() == others.len()
            && hops.iter().zip(others).all(|(hop, other)| Arc::ptr_eq(hop, other))
    }

    /// How far a stage is when the whole beat is so far; 0 before it begins, 1 after it ended.
    pub fn stage_progress(&self, stage: u32, progress: f64) -> f64 {
        let count = self.stages.iter().max().map_or(1, |last| last + 1);
        (progress * f64::from(count) - f64::from(stage)).clamp(0.0, 1.0)
    }

    /// The stage in which objects change: that of the last write.
    pub fn write_stage(&self) -> u32 {
        let writes = self.hops.iter().zip(&self.stages);
        let writes = writes.filter(|(hop, _)| matches!(hop.what, protocol::What::Write { .. }));
        let last = self.stages.iter().max().copied().unwrap_or(0);
        writes.map(|(_, stage)| *stage).max().unwrap_or(last)
    }
}
