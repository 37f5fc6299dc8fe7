//! The trace told as a story: a *beat* is what is shown at once. Hops that happen side by side
//! share a beat. A hop does not share one with its own cause, but for this: what is stored at a
//! request follows it in the same beat, one stage later.

use std::collections::VecDeque;

use protocol::{Change, Detail, Hop, Millis, Moment, Position, Transition, What};

/// Hops further apart than this in model time are told one after the other.
const TOGETHER_MS: Millis = 250;
/// No more hops than this share a beat, so that each can be seen.
const HOPS_MAX: u32 = 40;

/// What a hop is, as far as sharing a beat goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Request,
    Write,
    Delivered,
    Decision,
    Container,
    Programmed,
    Packet,
    Fault,
}

/// What a beat is marked with on the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Something from outside: a request of the learner.
    Act,
    /// A warning: a container that failed, a request refused.
    Warning,
    /// A fault, or a heartbeat that did not come.
    Fault,
}

/// Moments `first..end`, shown at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Beat {
    pub first: Position,
    pub end: Position,
    /// Model time of its first and last hop.
    pub from_ms: Millis,
    pub to_ms: Millis,
    /// Nothing to show if there is none: only routine.
    pub kind: Option<Kind>,
    /// How many of its moments are hops.
    pub hops: u32,
    /// 2 where requests are followed by what was stored at them.
    pub stages: u32,
    pub mark: Option<Mark>,
}

/// All beats, in order and without a gap.
#[derive(Clone, Debug, Default)]
pub struct Story {
    beats: VecDeque<Beat>,
}

impl Story {
    /// Takes in the next moment. A beat that began before `sealed` has been played, and takes no
    /// more hops.
    pub fn push(&mut self, moment: &Moment, sealed: Position) {
        let kind = shown(moment);
        let open = self.beats.back_mut().filter(|beat| beat.first >= sealed);
        match (open, kind) {
            (Some(beat), None) => {
                beat.end = moment.position + 1;
                beat.mark = beat.mark.max(mark(moment).filter(|_| is_warning_event(moment)));
            }
            (Some(beat), Some(kind)) if beat.takes(moment, kind) => beat.add(moment, kind),
            _ => self.beats.push_back(Beat::new(moment, kind)),
        }
    }

    /// Forgets the beats before a position.
    pub fn trim(&mut self, first: Position) {
        while self.beats.front().is_some_and(|beat| beat.first < first) {
            self.beats.pop_front();
        }
    }

    /// The beats that show something.
    pub fn shown(&self) -> impl DoubleEndedIterator<Item = &Beat> {
        self.beats.iter().filter(|beat| beat.kind.is_some())
    }

    /// The first beat with something to show that ends after `position`.
    pub fn next(&self, position: Position) -> Option<&Beat> {
        self.from(position).find(|beat| beat.kind.is_some())
    }

    /// The last beat with something to show that begins before `position`.
    pub fn before(&self, position: Position) -> Option<&Beat> {
        let end = self.beats.partition_point(|beat| beat.first < position);
        self.beats.range(..end).rev().find(|beat| beat.kind.is_some())
    }

    /// How many beats with something to show lie after `position`; counted no further than 1,000.
    pub fn left(&self, position: Position) -> usize {
        self.from(position).filter(|beat| beat.kind.is_some()).take(1000).count()
    }

    fn from(&self, position: Position) -> impl Iterator<Item = &Beat> {
        let start = self.beats.partition_point(|beat| beat.end <= position);
        self.beats.range(start..)
    }
}

impl Beat {
    fn new(moment: &Moment, kind: Option<Kind>) -> Beat {
        Beat {
            first: moment.position,
            end: moment.position + 1,
            from_ms: moment.at_ms,
            to_ms: moment.at_ms,
            kind,
            hops: u32::from(kind.is_some()),
            stages: 1,
            mark: mark(moment).filter(|_| kind.is_some() || is_warning_event(moment)),
        }
    }

    fn takes(&self, moment: &Moment, kind: Kind) -> bool {
        let near = self.hops == 0 || moment.at_ms - self.from_ms <= TOGETHER_MS;
        let follows = moment.causes.iter().any(|cause| (self.first..self.end).contains(cause));
        near && self.hops < HOPS_MAX
            && match (self.kind, kind) {
                (None, _) => true,
                (Some(Kind::Request), Kind::Write) => follows,
                (Some(own), kind) => own == kind && !follows,
            }
    }

    /// Something is stored in it.
    pub fn has_write(&self) -> bool {
        self.kind == Some(Kind::Write) || self.stages > 1
    }

    fn add(&mut self, moment: &Moment, kind: Kind) {
        if self.hops == 0 {
            self.from_ms = moment.at_ms;
        }
        self.end = moment.position + 1;
        self.to_ms = moment.at_ms;
        if self.kind.is_some_and(|own| own != kind) {
            self.stages = 2;
        } else {
            self.kind = Some(kind);
        }
        self.hops += 1;
        self.mark = self.mark.max(mark(moment));
    }
}

/// The stage of each hop: one later than its latest cause among them.
pub fn stages(hops: &[std::sync::Arc<Moment>]) -> Vec<u32> {
    let mut stages: Vec<u32> = Vec::with_capacity(hops.len());
    for (index, hop) in hops.iter().enumerate() {
        let causes = hops[..index].iter().zip(&stages);
        let causes = causes.filter(|(cause, _)| hop.causes.contains(&cause.position));
        let stage = causes.map(|(_, stage)| stage + 1).max().unwrap_or(0);
        stages.push(stage);
    }
    stages
}

/// What kind of hop a moment is; none if the story passes over it. Heartbeats are routine, and
/// what components tell about themselves (Events, Leases) is shown where it is listed.
pub fn shown(moment: &Moment) -> Option<Kind> {
    if moment.routine {
        return None;
    }
    match &moment.what {
        What::Request { object, .. } if aside(&object.kind) => None,
        What::Request { verb, status, .. } => told(verb, *status, moment).then_some(Kind::Request),
        What::Write { change, .. } => (!aside(change_kind(change))).then_some(Kind::Write),
        What::Delivered { object, .. } => (!aside(&object.kind)).then_some(Kind::Delivered),
        What::Decision { notes, verdicts, .. } => {
            (!notes.is_empty() || !verdicts.is_empty()).then_some(Kind::Decision)
        }
        What::Container { .. } => Some(Kind::Container),
        What::Programmed { .. } => Some(Kind::Programmed),
        What::Packet { .. } => Some(Kind::Packet),
        What::Fault { .. } | What::Silence { .. } => Some(Kind::Fault),
    }
}

/// Components read all day; what a person asks for is shown whatever it is.
fn told(verb: &str, status: u16, moment: &Moment) -> bool {
    let reads = matches!(verb, "get" | "list" | "watch");
    !reads || status >= 500 || matches!(moment.actor, protocol::Actor::Client { .. })
}

fn aside(kind: &str) -> bool {
    matches!(kind, "Event" | "Lease")
}

fn change_kind(change: &Change) -> &str {
    match change {
        Change::Created { object } | Change::Updated { object } => &object.object.kind,
        Change::Deleted { object } => &object.kind,
    }
}

/// What a moment is marked with on the timeline, if it is.
pub fn mark(moment: &Moment) -> Option<Mark> {
    match &moment.what {
        What::Fault { .. } | What::Silence { .. } => Some(Mark::Fault),
        What::Request { status, .. } if *status >= 400 && *status != 409 => Some(Mark::Warning),
        What::Request { .. } => {
            matches!(moment.actor, protocol::Actor::Client { .. }).then_some(Mark::Act)
        }
        What::Packet { hop, .. } => fails(hop).then_some(Mark::Warning),
        What::Container { transition, .. } => failed(transition).then_some(Mark::Warning),
        _ if is_warning_event(moment) => Some(Mark::Warning),
        What::Write { change: Change::Updated { object }, .. } => {
            matches!(&object.detail, Detail::Pod(pod) if pod.phase == "Failed")
                .then_some(Mark::Warning)
        }
        _ => None,
    }
}

/// Events are no hops of the story, but a warning marks the beat that it belongs to.
fn is_warning_event(moment: &Moment) -> bool {
    let What::Write { change: Change::Created { object } | Change::Updated { object }, .. } =
        &moment.what
    else {
        return false;
    };
    matches!(&object.detail, Detail::Event(event) if event.event_type == "Warning")
}

/// A request that came to nothing.
fn fails(hop: &Hop) -> bool {
    matches!(hop, Hop::Rejected { .. } | Hop::Refused { .. } | Hop::Lost { .. })
}

fn failed(transition: &Transition) -> bool {
    match transition {
        Transition::PullFailed { .. } => true,
        Transition::Exited { code, .. } => *code != 0 && *code != 137 && *code != 143,
        _ => false,
    }
}
