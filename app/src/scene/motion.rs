//! How a Pod gets from where it was to where it is: a function of before, after and progress.

use super::geometry::Point;
use super::layout::Place;

/// A change of the cluster is seen when the write has nearly arrived: from this part of its stage
/// on.
pub(crate) const LANDED: f64 = 0.5;

/// What a Pod does during a beat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Motion {
    Stays(Place),
    Moves {
        from: Place,
        to: Place,
    },
    /// Appears where its cause put it, and travels to its place.
    Enters {
        from: Point,
        to: Place,
    },
    Leaves(Place),
}

/// Where a Pod is drawn at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pose {
    pub center: Point,
    /// Relative to the size at its place.
    pub scale: f64,
    pub opacity: f64,
}

impl Motion {
    /// What leads from one place to the other; none if the Pod is in neither.
    pub(crate) fn between(
        before: Option<Place>,
        after: Option<Place>,
        born: Point,
    ) -> Option<Motion> {
        match (before, after) {
            (Some(from), Some(to)) if from == to => Some(Motion::Stays(to)),
            (Some(from), Some(to)) => Some(Motion::Moves { from, to }),
            (None, Some(to)) => Some(Motion::Enters { from: born, to }),
            (Some(from), None) => Some(Motion::Leaves(from)),
            (None, None) => None,
        }
    }

    /// The place whose size and labels it is drawn with.
    pub(crate) fn place(&self) -> Place {
        match self {
            Motion::Stays(place) | Motion::Leaves(place) => *place,
            Motion::Moves { to, .. } | Motion::Enters { to, .. } => *to,
        }
    }

    pub(crate) fn is_still(&self) -> bool {
        matches!(self, Motion::Stays(_))
    }

    /// Where it is when the stage of the write is so far, 0 to 1.
    pub(crate) fn at(&self, progress: f64) -> Pose {
        let part = ease(((progress - LANDED) / (1.0 - LANDED)).clamp(0.0, 1.0));
        match *self {
            Motion::Stays(place) => Pose { center: place.center, scale: 1.0, opacity: 1.0 },
            Motion::Moves { from, to } => Pose {
                center: from.center.toward(to.center, part),
                scale: (from.radius + (to.radius - from.radius) * part) / to.radius,
                opacity: 1.0,
            },
            Motion::Enters { from, to } => Pose {
                center: from.toward(to.center, part),
                scale: 0.3 + 0.7 * part,
                opacity: (part * 4.0).min(1.0),
            },
            Motion::Leaves(place) => {
                Pose { center: place.center, scale: 1.0 - 0.5 * part, opacity: 1.0 - part }
            }
        }
    }
}

/// Slow at both ends.
fn ease(part: f64) -> f64 {
    part * part * (3.0 - 2.0 * part)
}
