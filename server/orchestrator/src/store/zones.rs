//! How the nodes of each zone are, counted as they change.

use std::sync::Arc;

use imbl::OrdMap;
use k8s_openapi::api::core::v1::Node;

/// How many nodes are ready, and how many are not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readiness {
    pub ready: usize,
    pub ill: usize,
}

/// By region and zone.
#[derive(Clone, Debug, Default)]
pub(super) struct Zones {
    counts: OrdMap<(Arc<str>, Arc<str>), Readiness>,
}

/// The region and the zone of a node, or nothing: all nodes without labels are of one zone.
pub fn zone(node: &Node) -> (&str, &str) {
    let label = |name: &str| {
        node.metadata.labels.as_ref().and_then(|labels| labels.get(name)).map(String::as_str)
    };
    (
        label("topology.kubernetes.io/region").unwrap_or_default(),
        label("topology.kubernetes.io/zone").unwrap_or_default(),
    )
}

fn is_ready(node: &Node) -> bool {
    let conditions = node.status.as_ref().and_then(|status| status.conditions.as_deref());
    let mut conditions = conditions.unwrap_or_default().iter();
    conditions.any(|condition| condition.type_ == "Ready" && condition.status == "True")
}

impl Zones {
    pub(super) fn change(&mut self, before: Option<&Node>, after: Option<&Node>) {
        let place = |node: &Node| {
            let (region, zone) = zone(node);
            ((Arc::from(region), Arc::from(zone)), is_ready(node))
        };
        let (before, after) = (before.map(place), after.map(place));
        if before == after {
            return;
        }
        if let Some((zone, ready)) = before
            && let Some(count) = self.counts.get_mut(&zone)
        {
            let number = if ready { &mut count.ready } else { &mut count.ill };
            *number = number.saturating_sub(1);
        }
        if let Some((zone, ready)) = after {
            let count = self.counts.entry(zone).or_default();
            *(if ready { &mut count.ready } else { &mut count.ill }) += 1;
        }
    }

    /// The zone of a node, and all others together.
    pub(super) fn around(&self, node: &Node) -> (Readiness, Readiness) {
        let own = zone(node);
        let (mut here, mut elsewhere) = (Readiness::default(), Readiness::default());
        for ((region, zone), count) in &self.counts {
            let sum = if (&**region, &**zone) == own { &mut here } else { &mut elsewhere };
            sum.ready += count.ready;
            sum.ill += count.ill;
        }
        (here, elsewhere)
    }
}
