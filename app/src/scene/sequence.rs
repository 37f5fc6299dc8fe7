//! The trace as lanes over time: who spoke to whom, one line below the other.

use std::sync::Arc;

use protocol::{Actor, Millis, Moment, Position, What};

use crate::player::Mark;

/// A participant, in the order of the lanes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    Client,
    Api,
    Etcd,
    Controller(String),
    Scheduler,
    Node(String),
}

/// One line of the diagram.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub position: Position,
    pub at_ms: Millis,
    pub from: usize,
    /// The same as `from` where somebody does something by itself.
    pub to: usize,
    pub class: &'static str,
    /// Time that passed before it, if it was long.
    pub wait_ms: Option<Millis>,
    pub moment: Arc<Moment>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Chart {
    pub lanes: Vec<Lane>,
    pub rows: Vec<Row>,
}

/// Waits from this on are named.
const WAIT_MS: Millis = 1500;

/// The diagram of some moments, in their order.
pub(crate) fn chart(moments: &[Arc<Moment>]) -> Chart {
    let ends: Vec<(Lane, Lane)> = moments.iter().map(|moment| ends(moment)).collect();
    let mut lanes: Vec<Lane> = vec![Lane::Client, Lane::Api, Lane::Etcd];
    lanes.extend(ends.iter().flat_map(|(from, to)| [from.clone(), to.clone()]));
    lanes.sort();
    lanes.dedup();
    let index = |lane: &Lane| lanes.binary_search(lane).unwrap_or(0);
    let mut last_ms = moments.first().map_or(0, |moment| moment.at_ms);
    let rows = moments.iter().zip(&ends).map(|(moment, (from, to))| {
        let wait = moment.at_ms - last_ms;
        last_ms = moment.at_ms;
        Row {
            position: moment.position,
            at_ms: moment.at_ms,
            from: index(from),
            to: index(to),
            class: class(moment),
            wait_ms: (wait >= WAIT_MS).then_some(wait),
            moment: Arc::clone(moment),
        }
    });
    let rows = rows.collect();
    Chart { lanes, rows }
}

fn lane(actor: &Actor) -> Lane {
    match actor {
        Actor::Client { .. } | Actor::Fault => Lane::Client,
        Actor::ApiServer | Actor::Bootstrap => Lane::Api,
        Actor::Controller { name } => Lane::Controller(name.clone()),
        Actor::Scheduler => Lane::Scheduler,
        Actor::Kubelet { node } | Actor::KubeProxy { node } | Actor::Runtime { node } => {
            Lane::Node(node.clone())
        }
    }
}

fn ends(moment: &Moment) -> (Lane, Lane) {
    let own = lane(&moment.actor);
    match &moment.what {
        What::Request { .. } => (own, Lane::Api),
        What::Write { .. } => (Lane::Api, Lane::Etcd),
        What::Delivered { to, .. } => (Lane::Api, lane(to)),
        What::Fault { fault } => match fault {
            protocol::Fault::NodeOff { node } | protocol::Fault::NodeOn { node } => {
                (Lane::Client, Lane::Node(node.clone()))
            }
            protocol::Fault::ContainerKill { .. } => (own.clone(), own),
            protocol::Fault::Other(fault) => match fault.text("node") {
                Some(node) => (Lane::Client, Lane::Node(node.to_owned())),
                None => (own.clone(), own),
            },
        },
        What::Decision { .. }
        | What::Container { .. }
        | What::Programmed { .. }
        | What::Packet { .. }
        | What::Silence { .. } => (own.clone(), own),
    }
}

fn class(moment: &Moment) -> &'static str {
    if let Some(Mark::Fault | Mark::Warning) = crate::player::mark(moment) {
        return "row is-bad";
    }
    match &moment.what {
        What::Request { .. } => "row is-request",
        What::Write { .. } => "row is-write",
        What::Delivered { .. } => "row is-watch",
        What::Decision { .. } => "row is-decision",
        _ => "row is-node",
    }
}
