//! How much of a zone is ill, and how fast its nodes may therefore be emptied.
//!
//! Where most of a zone does not answer, it is more likely the network than the nodes.
//! <https://kubernetes.io/docs/concepts/architecture/nodes/#rate-limits-on-eviction>

use k8s_openapi::api::core::v1::Node;
use serde_json::json;

use crate::component::{Memory, View};
use crate::object::Kind;
use crate::store::{Readiness, zone};
use crate::time::Millis;

/// `--node-eviction-rate` 0.1 and `--secondary-node-eviction-rate` 0.01: a node in so long.
const USUAL_MS: Millis = 10_000;
const SECONDARY_MS: Millis = 100_000;
/// `--large-cluster-size-threshold`: a smaller zone that is partly ill is left alone.
const LARGE: usize = 50;

/// The state of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Normal,
    PartialDisruption,
    FullDisruption,
}

/// `--unhealthy-zone-threshold` 0.55, and more than two nodes.
fn state(zone: Readiness) -> State {
    match (zone.ready, zone.ill) {
        (0, 1..) => State::FullDisruption,
        (ready, ill) if ill > 2 && ill * 100 >= (ready + ill) * 55 => State::PartialDisruption,
        _ => State::Normal,
    }
}

/// When a node may be given the taint that evicts its Pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Eviction {
    Now,
    /// Another node of the zone was, a moment ago.
    After(Millis),
    /// Not while the zone is so.
    Never,
}

/// Whether a node that is ill may be emptied now.
pub(super) fn eviction(view: &View<'_>, node: &Node) -> Eviction {
    let own = zone(node);
    let (here, elsewhere) = view.cache.zones_around(node);
    let every_ms = match state(here) {
        // All of it is ill: if all others are too, it is the control plane that is cut off.
        State::FullDisruption if elsewhere.ready == 0 => return Eviction::Never,
        State::Normal | State::FullDisruption => USUAL_MS,
        State::PartialDisruption if here.ready + here.ill > LARGE => SECONDARY_MS,
        State::PartialDisruption => return Eviction::Never,
    };
    let last =
        view.memory.iter().filter(|(key, _)| key.kind == Kind::Node).filter_map(|(key, memory)| {
            let other = view.cache.get_typed::<Node>("", key.name())?;
            (zone(other) == own).then(|| memory.get("emptied_at")?.as_i64())?
        });
    let left = last.max().map_or(0, |last| last + every_ms - view.clock.now.0);
    if left > 0 { Eviction::After(left) } else { Eviction::Now }
}

/// Whether no node at all is ready.
pub(super) fn all_ill(view: &View<'_>, node: &Node) -> bool {
    let (here, elsewhere) = view.cache.zones_around(node);
    here.ready + elsewhere.ready == 0
}

/// What is remembered of a node that is being emptied.
pub(super) fn emptied(view: &View<'_>) -> Memory {
    json!({"emptied_at": view.clock.now.0}).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_partly_ill_when_more_than_half_of_it_and_more_than_two_nodes_are() {
        let check = |ready, ill, expected| assert_eq!(state(Readiness { ready, ill }), expected);
        check(3, 0, State::Normal);
        check(0, 0, State::Normal);
        check(1, 2, State::Normal);
        check(3, 3, State::Normal);
        check(2, 3, State::PartialDisruption);
        check(0, 1, State::FullDisruption);
    }
}
