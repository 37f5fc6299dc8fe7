//! The way of a request through the picture: from its sender over a Service's card to a Pod, and
//! what becomes of it there. Where a dot stands on that way is a function of how far it is.

use protocol::{Hop, Loss, ObjectRef};

use super::geometry::{Curve, Point};
use super::layout::Layout;
use super::slots::identity;
use crate::player::Cluster;

/// What became of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is still on its way.
    #[default]
    Open,
    Answered,
    /// Refused, or answered with an error: its sender knows.
    Refused,
    /// Dropped: its sender waits in vain.
    Lost,
}

/// A way, piece by piece.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Route {
    pub legs: Vec<Curve>,
    pub fate: Fate,
    /// Where it stands at the end of the legs.
    at: Option<Point>,
}

/// The part of a request's time in which it goes out; after that the answer comes back, or it falls.
const OUT: f64 = 0.58;
/// How far a request falls that came to nothing.
const FALL: f64 = 64.0;

impl Route {
    /// The way of a request as far as these steps lead.
    pub(crate) fn new<'a>(
        hops: impl Iterator<Item = &'a Hop>,
        cluster: &Cluster,
        layout: &Layout,
    ) -> Route {
        let mut tracer = Tracer { cluster, layout, route: Route::default(), naming: false };
        hops.for_each(|hop| tracer.step(hop));
        tracer.route
    }

    pub(crate) fn end(&self) -> Option<Point> {
        self.at
    }

    pub(crate) fn start(&self) -> Option<Point> {
        self.legs.first().map(|leg| leg.from).or(self.at)
    }

    /// Where it is on its way out, 0 to 1.
    fn along(&self, part: f64) -> Option<Point> {
        let count = self.legs.len();
        if count == 0 {
            return self.at;
        }
        let place = part.clamp(0.0, 1.0) * count as f64;
        let index = (place.floor() as usize).min(count - 1);
        Some(self.legs[index].at(place - index as f64))
    }

    /// Where its dot is when so much of its time is over, and how it is drawn.
    pub(crate) fn dot(&self, part: f64) -> Option<(Point, Dot)> {
        if part < OUT || self.fate == Fate::Open {
            return Some((self.along((part / OUT).min(1.0))?, Dot::Going));
        }
        let rest = ((part - OUT) / (1.0 - OUT)).clamp(0.0, 1.0);
        if self.fate == Fate::Answered {
            return Some((self.along(1.0 - rest)?, Dot::Coming));
        }
        let at = self.at?;
        let dot = if self.fate == Fate::Refused { Dot::Refused } else { Dot::Lost };
        Some((Point { y: at.y + FALL * rest * rest, ..at }, dot))
    }
}

/// How a request is drawn: each has a shape of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Dot {
    /// A full dot.
    Going,
    /// A small dot: the answer.
    Coming,
    /// A cross that falls.
    Refused,
    /// A ring that falls.
    Lost,
}

struct Tracer<'a> {
    cluster: &'a Cluster,
    layout: &'a Layout,
    route: Route,
    /// A name is being looked up: a request of its own, which is not drawn.
    naming: bool,
}

impl Tracer<'_> {
    fn step(&mut self, hop: &Hop) {
        match hop {
            Hop::Asked { .. } => self.naming = true,
            Hop::Named { .. } => self.naming = false,
            Hop::Sent { pod, from, .. } if !self.naming || self.route.at.is_none() => {
                self.go(self.sender(pod.as_ref(), from));
            }
            _ if self.naming => {}
            Hop::Crossed { from, to } if from.is_empty() => self.go(self.door(to)),
            Hop::Translated { node, service, .. } => {
                self.go(self.card(service).or_else(|| self.door(node)));
            }
            Hop::Rejected { node, service, .. } => {
                self.go(self.card(service).or_else(|| self.door(node)));
                self.route.fate = Fate::Refused;
            }
            Hop::Arrived { node, pod, .. } => {
                let place = pod.as_ref().and_then(|pod| self.pod(pod));
                self.go(place.or_else(|| self.door(node)));
            }
            Hop::Refused { .. } => self.route.fate = Fate::Refused,
            Hop::Lost { loss } => {
                self.go(self.of_loss(loss));
                self.route.fate = Fate::Lost;
            }
            Hop::Ended { outcome, .. } if self.route.fate == Fate::Open => {
                self.route.fate = fate(outcome);
            }
            Hop::Sent { .. }
            | Hop::Crossed { .. }
            | Hop::Repeated { .. }
            | Hop::Answered { .. }
            | Hop::Ended { .. } => {}
        }
    }

    fn go(&mut self, to: Option<Point>) {
        let Some(to) = to else { return };
        if let Some(from) = self.route.at.filter(|from| *from != to) {
            self.route.legs.push(leg(from, to));
        }
        self.route.at = Some(to);
    }

    fn sender(&self, pod: Option<&ObjectRef>, from: &str) -> Option<Point> {
        match pod {
            Some(pod) => self.pod(pod),
            None => self.door(from).or(Some(self.layout.control.client.bottom_middle())),
        }
    }

    fn pod(&self, pod: &ObjectRef) -> Option<Point> {
        let object = self.cluster.get(pod)?;
        self.layout.pods.get(identity(object)).map(|place| place.center)
    }

    /// Where a node is entered.
    fn door(&self, node: &str) -> Option<Point> {
        self.layout.node(node).map(|node| node.rect.top_middle())
    }

    fn card(&self, service: &ObjectRef) -> Option<Point> {
        self.layout.card(service).map(|rect| rect.bottom_middle())
    }

    fn of_loss(&self, loss: &Loss) -> Option<Point> {
        match loss {
            Loss::Egress { pod } | Loss::Ingress { pod } => self.pod(pod),
            Loss::NodeOff { node } | Loss::CutOff { node } => self.door(node),
            Loss::NoLocalEndpoint { service, .. } | Loss::NoBackend { service } => {
                self.card(service)
            }
            Loss::NobodyThere { .. } | Loss::NoRoute { .. } => None,
        }
    }
}

/// Ways down hang like the beams that they follow.
fn leg(from: Point, to: Point) -> Curve {
    if to.y > from.y + 40.0 {
        let bend = Point::new(to.x, from.y + (to.y - from.y) * 0.25);
        return Curve { from, bend, to };
    }
    let middle = from.toward(to, 0.5);
    Curve { from, bend: Point { y: middle.y - 18.0, ..middle }, to }
}

/// By what the sender sees: `200 OK`, `connection refused`, `timed out`.
pub(crate) fn fate(outcome: &str) -> Fate {
    let status: Option<u16> = outcome.split(' ').next().and_then(|word| word.parse().ok());
    match (status, outcome) {
        (Some(status), _) if status < 500 => Fate::Answered,
        (None, "connected" | "NOERROR" | "NXDOMAIN") => Fate::Answered,
        (None, "timed out") => Fate::Lost,
        _ => Fate::Refused,
    }
}

/// All dots of one moment, each kind as the `d` of one path: a thousand dots are four elements.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Swarm {
    pub going: String,
    pub coming: String,
    pub refused: String,
    pub lost: String,
}

impl Swarm {
    pub(crate) fn new(dots: impl Iterator<Item = (Point, Dot)>) -> Swarm {
        use std::fmt::Write;
        let mut swarm = Swarm::default();
        for (Point { x, y }, dot) in dots {
            // Writing into a text cannot fail.
            let _ = match dot {
                // A line of no length with round ends is a dot.
                Dot::Going => write!(swarm.going, "M{x:.1} {y:.1}h.01"),
                Dot::Coming => write!(swarm.coming, "M{x:.1} {y:.1}h.01"),
                Dot::Refused => {
                    write!(swarm.refused, "M{:.1} {:.1}l7 7m0 -7l-7 7", x - 3.5, y - 3.5)
                }
                Dot::Lost => {
                    write!(swarm.lost, "M{:.1} {y:.1}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", x - 4.0)
                }
            };
        }
        swarm
    }
}
