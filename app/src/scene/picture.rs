//! One picture: the layouts before and after a beat, and what leads from one to the other.

use std::collections::BTreeMap;
use std::sync::Arc;

use protocol::{Actor, Moment, ObjectRef, Transition, Verdict, What};

use super::filter::Filter;
use super::geometry::Room;
use super::layout::{Layout, Place};
use super::motion::Motion;
use super::slots::{Slots, identity};
use super::trail::{Ground, Trail, trails};
use crate::player::{Cluster, Frame, Object};

/// All that is drawn of one frame.
#[derive(Clone, Debug, Default)]
pub(crate) struct Picture {
    pub frame: Arc<Frame>,
    pub before: Layout,
    pub after: Layout,
    /// What each Pod does, by identity, and the Pod as it was and as it becomes.
    pub pods: BTreeMap<String, PodMotion>,
    pub trails: Vec<Trail>,
    /// Who decides, on what.
    pub deciding: Vec<(Actor, ObjectRef)>,
    /// The scheduler's table, while it decides on one Pod.
    pub verdicts: Vec<Verdict>,
    /// What the runtimes do, by the Pod's identity.
    pub runtime: BTreeMap<String, Transition>,
    /// Nodes to which something bad happens: a fault, a silence.
    pub struck: Vec<String>,
    /// Nodes whose kube-proxy programs them.
    pub touched: Vec<String>,
    slots: Slots,
    room: Room,
    filter: Filter,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PodMotion {
    pub before: Option<Object>,
    pub after: Option<Object>,
    pub motion: Motion,
}

impl Picture {
    /// The picture of the next frame. Slots come from the one before, so that nothing jumps.
    pub(crate) fn next(
        previous: Option<&Picture>,
        frame: Arc<Frame>,
        (room, filter): (Room, &Filter),
    ) -> Picture {
        let (before, slots_before) = match previous {
            // The usual case: one beat begins where the last one ended.
            Some(it)
                if it.room == room
                    && it.filter == *filter
                    && Arc::ptr_eq(&it.frame.after, &frame.before) =>
            {
                (it.after.clone(), it.slots.clone())
            }
            _ => {
                let slots = previous.map(|it| it.slots.clone()).unwrap_or_default();
                let slots = slots.follow(&frame.before, filter);
                (Layout::new(&frame.before, filter, &slots, room), slots)
            }
        };
        let (after, slots) = if Arc::ptr_eq(&frame.before, &frame.after) {
            (before.clone(), slots_before)
        } else {
            let slots = slots_before.follow(&frame.after, filter);
            (Layout::new(&frame.after, filter, &slots, room), slots)
        };
        let filter = filter.clone();
        let mut picture = Picture { before, after, slots, room, filter, ..Picture::default() };
        picture.pods = motions(&frame, &picture.before, &picture.after);
        picture.tell(&frame);
        picture.frame = frame;
        picture
    }

    fn tell(&mut self, frame: &Frame) {
        let staged = frame.hops.iter().map(|moment| &**moment).zip(frame.stages.iter().copied());
        let ground =
            Ground { cluster: &frame.after, layout: &self.after, journeys: &frame.journeys };
        self.trails = trails(staged, ground);
        for moment in &frame.hops {
            self.note(moment);
        }
        // Two tables at once could not be read.
        let tables = frame.hops.iter().filter(|it| !verdicts(it).is_empty()).count();
        if tables > 1 {
            self.verdicts.retain(|verdict| verdict.chosen);
        }
    }

    fn note(&mut self, moment: &Moment) {
        match &moment.what {
            What::Decision { object, .. } => {
                self.deciding.push((moment.actor.clone(), object.clone()));
                self.verdicts.extend(verdicts(moment).iter().cloned());
            }
            What::Container { pod, transition, .. } => {
                let id = if pod.uid.is_empty() { &pod.name } else { &pod.uid };
                self.runtime.insert(id.clone(), transition.clone());
            }
            What::Programmed { .. } => {
                if let Actor::KubeProxy { node } = &moment.actor {
                    self.touched.push(node.clone());
                }
            }
            What::Silence { node } => self.struck.push(node.clone()),
            What::Fault { fault } => match fault {
                protocol::Fault::NodeOff { node } | protocol::Fault::NodeOn { node } => {
                    self.struck.push(node.clone());
                }
                protocol::Fault::ContainerKill { .. } => {}
                protocol::Fault::Other(fault) => {
                    self.struck.extend(fault.text("node").map(str::to_owned));
                }
            },
            _ => {}
        }
    }

    /// The dashed ghosts: where the Pod may go that the scheduler decides on.
    pub(crate) fn ghosts(&self) -> impl Iterator<Item = (&Verdict, Place)> {
        self.verdicts
            .iter()
            .filter(|verdict| verdict.chosen)
            .filter_map(|verdict| self.after.next.get(&verdict.node).map(|place| (verdict, *place)))
    }

    /// Hops are drawn while they are under way, and while time is held so that they can be seen.
    pub(crate) fn shows_hops(&self) -> bool {
        self.frame.moving || self.frame.held
    }

    /// How far the writes are when the beat is so far.
    pub(crate) fn write_progress(&self, progress: f64) -> f64 {
        self.frame.stage_progress(self.frame.write_stage(), progress)
    }

    /// The cluster as it is shown: with the writes of the beat, once they have landed.
    pub(crate) fn shown(&self, landed: bool) -> &Arc<Cluster> {
        if landed { &self.frame.after } else { &self.frame.before }
    }

    /// Where things stand in another cluster, with what has a place here in the same place.
    pub(crate) fn layout_of(&self, cluster: &Cluster) -> Layout {
        let slots = self.slots.follow(cluster, &self.filter);
        Layout::new(cluster, &self.filter, &slots, self.room)
    }

    /// How many Pods wait for a node.
    pub(crate) fn waiting(&self) -> usize {
        let pods = self.frame.after.pods().filter(|(pod, _)| self.filter.shows(pod));
        pods.filter(|(_, pod)| pod.node.is_none()).count()
    }

    /// Whether that component works on something now, and on what.
    pub(crate) fn works_on(&self, is: impl Fn(&Actor) -> bool) -> Option<&(Actor, ObjectRef)> {
        self.deciding.iter().find(|(actor, _)| is(actor))
    }
}

fn verdicts(moment: &Moment) -> &[Verdict] {
    match &moment.what {
        What::Decision { verdicts, .. } => verdicts,
        _ => &[],
    }
}

fn motions(frame: &Frame, before: &Layout, after: &Layout) -> BTreeMap<String, PodMotion> {
    let mut pods: BTreeMap<String, (Option<Object>, Option<Object>)> = BTreeMap::new();
    for (object, _) in frame.before.pods() {
        pods.entry(identity(object).to_owned()).or_default().0 = Some(Arc::clone(object));
    }
    for (object, _) in frame.after.pods() {
        pods.entry(identity(object).to_owned()).or_default().1 = Some(Arc::clone(object));
    }
    let born = after.control.etcd.center();
    let motion = |(id, (was, is)): (String, (Option<Object>, Option<Object>))| {
        let places = (before.pods.get(&id).copied(), after.pods.get(&id).copied());
        let motion = Motion::between(places.0, places.1, born)?;
        Some((id, PodMotion { before: was, after: is, motion }))
    };
    pods.into_iter().filter_map(motion).collect()
}
