//! The way of a hop through the picture. What goes to the API server is a request; what comes out
//! of it is a watch that tells of a change. No way leads to a kubelet with an order on it.

use protocol::{Change, Hop, Loss, Moment, ObjectRef, Position, Transition, What};

use std::sync::Arc;

use super::geometry::{Curve, Point, Rect};
use super::layout::Layout;
use super::requests::Route;
use super::view::shorten;
use crate::player::{Cluster, Journey};
use protocol::Actor;

/// What a hop is, for the eye.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TrailKind {
    Request,
    /// A request that was refused: it falls off at the API server.
    Refused,
    Write,
    Watch,
    /// A request over the cluster's network, on its way.
    Packet,
    /// One that is refused or dropped: it falls where that happens.
    Fallen,
}

impl TrailKind {
    /// Its dot falls at the end of the way.
    pub(crate) fn falls(self) -> bool {
        matches!(self, TrailKind::Refused | TrailKind::Fallen)
    }

    pub(crate) fn class(self) -> &'static str {
        match self {
            TrailKind::Request => "hop is-request",
            TrailKind::Refused => "hop is-refused",
            TrailKind::Write => "hop is-write",
            TrailKind::Watch => "hop is-watch",
            TrailKind::Packet => "hop is-packet",
            TrailKind::Fallen => "hop is-refused is-fallen",
        }
    }
}

/// A way from one box to another, with a word on it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trail {
    pub kind: TrailKind,
    pub curve: Curve,
    /// It is told after those of the stages before.
    pub stage: u32,
    /// None where another trail of the same beat says it already.
    pub label: Option<Label>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Label {
    pub text: String,
    pub rect: Rect,
}

/// So many trails are drawn at once; what is beyond would be a blur.
const TRAILS_MAX: usize = 48;
const LABELS_MAX: usize = 8;

/// What trails lead through: the cluster, where it stands, and the requests on their way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ground<'a> {
    pub cluster: &'a Cluster,
    pub layout: &'a Layout,
    pub journeys: &'a [Arc<Journey>],
}

/// The trails of a beat's hops.
pub(crate) fn trails<'a>(
    moments: impl Iterator<Item = (&'a Moment, u32)>,
    ground: Ground<'_>,
) -> Vec<Trail> {
    let layout = ground.layout;
    let mut trails: Vec<(Trail, String)> = Vec::new();
    for (moment, stage) in moments {
        let Some((kind, curve, text)) = way(moment, ground) else { continue };
        // Ten requests of one component look like one.
        let known = |(trail, _): &(Trail, String)| trail.curve == curve && trail.kind == kind;
        if let Some((_, words)) = trails.iter_mut().find(|it| known(it)) {
            count_up(words, &text);
        } else if trails.len() < TRAILS_MAX {
            trails.push((Trail { kind, curve, stage, label: None }, text));
        }
    }
    label(trails, layout)
}

/// `create Pod web-1` and another: `create Pod web-1 +1`.
fn count_up(words: &mut String, other: &str) {
    if words == other {
        return;
    }
    let (stem, count) = match words.rsplit_once(" +") {
        Some((stem, count)) => (stem.to_owned(), count.parse().unwrap_or(0)),
        None => (words.clone(), 0),
    };
    *words = format!("{stem} +{}", count + 1);
}

fn label(trails: Vec<(Trail, String)>, layout: &Layout) -> Vec<Trail> {
    let mut taken: Vec<Label> = Vec::new();
    let place = |(mut trail, text): (Trail, String)| {
        let said = taken.iter().any(|label| label.text == text);
        if !said && !text.is_empty() && taken.len() < LABELS_MAX {
            let label = free_label(text, label_point(&trail, layout), &taken, layout);
            taken.push(label.clone());
            trail.label = Some(label);
        }
        trail
    };
    trails.into_iter().map(place).collect()
}

/// Short ways between two boxes have no room for words: they stand under them.
fn label_point(trail: &Trail, layout: &Layout) -> Point {
    let (middle, end) = (trail.curve.at(0.5), trail.curve.to);
    let over = trail.kind == TrailKind::Watch && (end.y - layout.control.manager.y).abs() < 1.0;
    if over && !layout.narrow {
        // Over the component that is told.
        return Point::new(end.x, end.y - 13.0);
    }
    let level = (trail.curve.from.y - trail.curve.to.y).abs() < 1.0;
    if level { Point::new(middle.x, layout.control.api.bottom() + 13.0) } else { middle }
}

/// A label near a point, moved down until it covers no other, and kept inside the picture.
fn free_label(text: String, near: Point, taken: &[Label], layout: &Layout) -> Label {
    let width = text.chars().count() as f64 * 6.3 + 20.0;
    let x = near.x.clamp(width / 2.0 + 4.0, (layout.width - width / 2.0 - 4.0).max(width / 2.0));
    let mut rect = Rect::around(Point::new(x, near.y.max(14.0)), width, 22.0);
    while let Some(other) = taken.iter().find(|label| label.rect.overlaps(rect)) {
        rect.y = other.rect.bottom() + 2.0;
    }
    Label { text, rect }
}

/// The few words that stand on a hop in the picture, where long names are shortened.
fn label_words(moment: &Moment) -> String {
    words(moment).split(' ').map(|word| shorten(word, 12)).collect::<Vec<_>>().join(" ")
}

/// The few words that stand on a hop.
pub(crate) fn words(moment: &Moment) -> String {
    match &moment.what {
        What::Request { verb, object, subresource, status, .. } => {
            let refused = if *status >= 400 { format!(" ({status})") } else { String::new() };
            if subresource.is_empty() || subresource == "status" {
                format!("{verb} {}{refused}", short(object))
            } else {
                format!("{subresource} {}{refused}", short(object))
            }
        }
        What::Write { revision, change } => match change {
            Change::Deleted { object } => format!("−{} rev {revision}", short(object)),
            Change::Created { object } | Change::Updated { object } => {
                format!("{} rev {revision}", short(&object.object))
            }
        },
        What::Delivered { object, .. } => format!("watch · {}", short(object)),
        What::Decision { object, notes, verdicts } => {
            let chosen = verdicts.iter().find(|verdict| verdict.chosen);
            let reason = chosen
                .map(|verdict| format!("→ {}", verdict.node))
                .or_else(|| notes.first().map(|note| note.reason.clone()));
            format!("{} {}", short(object), reason.unwrap_or_default()).trim().to_owned()
        }
        What::Container { pod, transition, .. } => {
            format!("{} {}", pod.name, transition_word(transition))
        }
        What::Programmed { service, endpoints } => format!("{} → {endpoints}", service.name),
        What::Packet { hop, .. } => hop_words(hop),
        What::Fault { fault } => match fault {
            protocol::Fault::NodeOff { node } => format!("{node} off"),
            protocol::Fault::NodeOn { node } => format!("{node} on"),
            protocol::Fault::ContainerKill { pod, .. } => format!("kill {pod}"),
            protocol::Fault::Other(fault) => fault.words(),
        },
        What::Silence { node } => format!("{node}: no heartbeat"),
    }
}

fn transition_word(transition: &Transition) -> String {
    match transition {
        Transition::PullFailed { reason, .. } => reason.clone(),
        Transition::Exited { code, .. } => format!("Exited {code}"),
        other => format!("{other:?}"),
    }
}

fn way(moment: &Moment, ground: Ground<'_>) -> Option<(TrailKind, Curve, String)> {
    let layout = ground.layout;
    let control = &layout.control;
    match &moment.what {
        What::Request { status, .. } => {
            let kind = if *status >= 400 { TrailKind::Refused } else { TrailKind::Request };
            Some((kind, to_api(&moment.actor, layout), label_words(moment)))
        }
        What::Write { revision, change } => {
            let sign = if matches!(change, Change::Deleted { .. }) { "−" } else { "" };
            let (from, to) = facing(control.api, control.etcd, 0.35);
            Some((TrailKind::Write, Curve::line(from, to), format!("{sign}rev {revision}")))
        }
        What::Delivered { to, .. } => {
            Some((TrailKind::Watch, from_api(to, layout), label_words(moment)))
        }
        What::Packet { flight, hop } => {
            let (kind, curve) = step(*flight, moment.position, hop, ground)?;
            Some((kind, curve, hop_words(hop)))
        }
        _ => None,
    }
}

/// The piece of a request's way that one step of it takes.
fn step(
    flight: u64,
    position: Position,
    hop: &Hop,
    ground: Ground<'_>,
) -> Option<(TrailKind, Curve)> {
    let journey = ground.journeys.iter().find(|journey| journey.flight == flight)?;
    let until = |last: Position| {
        let steps = journey.hops.iter().take_while(move |(at, _)| *at <= last);
        Route::new(steps.map(|(_, hop)| hop), ground.cluster, ground.layout)
    };
    let after = until(position);
    let here = after.end()?;
    let fallen = matches!(hop, Hop::Refused { .. } | Hop::Lost { .. } | Hop::Rejected { .. });
    let kind = if fallen { TrailKind::Fallen } else { TrailKind::Packet };
    if matches!(hop, Hop::Ended { .. }) {
        // The answer goes back the whole way.
        return Some((kind, Curve::line(here, after.start()?)));
    }
    let went = position.checked_sub(1).map(until).is_none_or(|it| it.legs.len() < after.legs.len());
    match after.legs.last().filter(|_| went) {
        Some(leg) => Some((kind, *leg)),
        None => fallen.then(|| (kind, Curve::line(here, here))),
    }
}

/// The few words that stand on a step of a request: above all its ports.
fn hop_words(hop: &Hop) -> String {
    let port = |address: &str| match address.rsplit_once(':') {
        Some((_, port)) => format!(":{port}"),
        None => address.to_owned(),
    };
    match hop {
        Hop::Asked { name, .. } => format!("DNS {name}?"),
        Hop::Named { addresses, .. } if addresses.is_empty() => "NXDOMAIN".to_owned(),
        Hop::Named { addresses, .. } => addresses.join(", "),
        Hop::Sent { to, .. } => format!("→ {to}"),
        Hop::Translated { service, endpoint, .. } => format!("{} → {endpoint}", service.name),
        Hop::Rejected { service, .. } => format!("{}: 0 endpoints", service.name),
        Hop::Crossed { to, .. } => to.clone(),
        Hop::Repeated { to } => format!("↻ {to}"),
        Hop::Arrived { to, .. } => port(to),
        Hop::Refused { to, .. } => format!("{} refused", port(to)),
        Hop::Lost { loss } => loss_word(loss).to_owned(),
        Hop::Answered { answer, .. } => answer.clone(),
        Hop::Ended { outcome, latency_ms } => format!("{outcome} · {latency_ms} ms"),
    }
}

fn loss_word(loss: &Loss) -> &'static str {
    match loss {
        Loss::Egress { .. } | Loss::Ingress { .. } => "NetworkPolicy",
        Loss::NodeOff { .. } | Loss::CutOff { .. } => "node lost",
        Loss::NobodyThere { .. } => "no such Pod",
        Loss::NoLocalEndpoint { .. } => "no local endpoint",
        Loss::NoBackend { .. } => "no backend",
        Loss::NoRoute { .. } => "no route",
    }
}

/// `Pod web-1`, or the kind alone where a request is about many.
fn short(object: &ObjectRef) -> String {
    match (object.kind.as_str(), object.name.as_str()) {
        (kind, "") => kind.to_owned(),
        (kind, name) => format!("{kind} {name}"),
    }
}

/// Where a straight line from one box to its neighbour leaves and arrives; `part` of the way down
/// if they are side by side, and of the way across if one is under the other.
fn facing(from: Rect, to: Rect, part: f64) -> (Point, Point) {
    let beside = (from.center().y - to.center().y).abs() < from.height / 2.0;
    if beside {
        let y = from.y + from.height * part;
        let right = from.x < to.x;
        let start = if right { from.right() } else { from.x };
        let end = if right { to.x } else { to.right() };
        return (Point::new(start, y), Point::new(end, y));
    }
    let down = from.y < to.y;
    let start = if down { from.bottom() } else { from.y };
    let end = if down { to.y } else { to.bottom() };
    let (left, right) = (from.x.max(to.x), from.right().min(to.right()));
    if left < right {
        let x = left + (right - left) * part;
        return (Point::new(x, start), Point::new(x, end));
    }
    // Across the corner: each leaves by the quarter that is nearer to the other.
    let near = |one: Rect, other: Rect| {
        let side = if one.x < other.x { 0.8 } else { 0.2 };
        one.x + one.width * (side + (part - 0.5) * 0.2)
    };
    (Point::new(near(from, to), start), Point::new(near(to, from), end))
}

fn to_api(actor: &Actor, layout: &Layout) -> Curve {
    let (seat, api) = (layout.seat(actor), layout.control.api);
    match actor {
        Actor::Controller { .. } | Actor::Scheduler if !layout.narrow => {
            // Under the boxes, so as not to meet the watches that go over them.
            let from = Point::new(seat.center().x - seat.width * 0.2, seat.bottom());
            let to = Point::new(api.center().x + api.width * 0.2, api.bottom());
            let bend = Point::new(from.toward(to, 0.5).x, api.bottom() + 36.0);
            Curve { from, bend, to }
        }
        Actor::Kubelet { .. } | Actor::KubeProxy { .. } | Actor::Runtime { .. } => {
            let from = Point::new(seat.center().x + seat.width * 0.1, seat.y);
            let to = Point::new(api.center().x + api.width * 0.15, api.bottom());
            Curve { from, bend: Point::new(from.x, from.y - 30.0), to }
        }
        _ => {
            let (from, to) = facing(seat, api, 0.35);
            Curve::line(from, to)
        }
    }
}

/// The way of a watch: also drawn faintly at rest, because the connection is always there.
pub(crate) fn from_api(to: &Actor, layout: &Layout) -> Curve {
    let (seat, api) = (layout.seat(to), layout.control.api);
    match to {
        Actor::Controller { .. } | Actor::Scheduler if !layout.narrow => {
            let (from, to) = (api.top_middle(), seat.top_middle());
            let bend = Point::new(from.toward(to, 0.5).x, layout.control.frame.y - 26.0);
            Curve { from, bend, to }
        }
        Actor::Kubelet { .. } | Actor::KubeProxy { .. } | Actor::Runtime { .. } => {
            let (from, to) = (api.bottom_middle(), seat.top_middle());
            Curve { from, bend: Point::new(to.x, to.y - 60.0), to }
        }
        _ => {
            let (from, to) = facing(api, seat, 0.7);
            Curve::line(from, to)
        }
    }
}
