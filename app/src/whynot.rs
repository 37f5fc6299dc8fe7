//! Why something is *not* so: why a Pod has no node, a Service no endpoints, why a rollout waits.
//! The answer is read from the cluster and the trace at the playhead, so that it is true of the
//! moment that is shown; each finding leads to the moment or the object that it rests on.

mod find;
mod panel;
mod say;

#[cfg(test)]
mod tests;

use protocol::{ObjectRef, Position, Verdict};

pub(crate) use find::{Past, why_not};
pub use panel::WhyNot;
pub(crate) use say::{finding, question};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// Why has this Pod no node?
    NoNode,
    /// Why does this Pod not run?
    NotRunning,
    /// Why is this Pod not ready?
    NotReady,
    /// Why does this Pod not go away?
    StillThere,
    /// Why has this Service no endpoints?
    NoEndpoints,
    /// Why has this Service no address outside?
    NoBalancer,
    /// Why does this rollout wait?
    RolloutWaits,
    /// Why does this set have too few Pods?
    TooFewPods,
    /// Why is this claim not bound?
    NotBound,
    /// Why does nobody serve this Ingress?
    NotServed,
}

/// One thing that is so, and why that matters.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fact {
    /// So many nodes were looked at, and none would do.
    NoNodeFits {
        nodes: usize,
    },
    /// The scheduler has not looked at it yet.
    NotLookedAt,
    /// The scheduler does not run.
    Stopped {
        program: String,
    },
    /// A container waits.
    Waits {
        container: String,
        reason: String,
        message: String,
    },
    /// A container's last run ended badly.
    Ended {
        container: String,
        reason: String,
        code: i32,
        restarts: i32,
    },
    /// It runs, and its probe has not succeeded.
    ProbeFails {
        container: String,
    },
    /// The machine of its node is off or silent: nobody can say that it has ended.
    NodeSilent {
        node: String,
    },
    /// The node is asked to let it end in peace.
    Ending,
    /// A selector wants a label that a Pod has not, or not so.
    Differs {
        pod: String,
        text: String,
    },
    NoPods,
    /// The Deployment whose Pods would match has none, and wants so many.
    NoneOf {
        deployment: String,
        desired: i32,
    },
    NoSelector,
    /// Pods that match are not ready.
    MatchNotReady {
        pods: usize,
    },
    /// It keeps so many available, and there are so many.
    KeepsAvailable {
        least: i32,
        available: i32,
    },
    /// It may have no more than so many at once.
    AtMost {
        most: i32,
        current: i32,
    },
    /// A new Pod is not ready.
    PodNotReady {
        pod: String,
        status: String,
    },
    Paused,
    /// Something was refused, or has gone wrong, in Kubernetes' own words.
    Said {
        reason: String,
        message: String,
    },
    /// Its StorageClass makes a volume only for a Pod.
    WaitsForPod {
        class: String,
    },
    NoSuchClass {
        class: String,
    },
    /// No component of this cluster does that.
    NobodyServes {
        what: &'static str,
    },
}

/// A fact with what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    pub fact: Fact,
    pub object: Option<ObjectRef>,
    pub moment: Option<Position>,
}

/// The whole answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub question: Question,
    pub about: ObjectRef,
    pub findings: Vec<Finding>,
    /// The scheduler's table, where it has one, and the moment of it.
    pub verdicts: Vec<Verdict>,
    pub decided: Option<Position>,
}
