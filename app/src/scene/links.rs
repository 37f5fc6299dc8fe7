//! Lines between things that belong together: from a ReplicaSet to its Pods, from a Service to
//! the Pods that its selector matches.

use super::Lens;
use super::geometry::{Curve, Point, Rect};
use super::layout::Layout;
use super::slots::identity;
use super::workloads::{Card, CardKind, endpoints};
use crate::player::{Cluster, Object};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Link {
    pub curve: Curve,
    pub class: &'static str,
}

/// The lines that a lens shows.
pub(crate) fn links(cluster: &Cluster, layout: &Layout, lens: Lens) -> Vec<Link> {
    match lens {
        Lens::Ownership => owned(cluster, layout),
        Lens::Traffic => beams(cluster, layout),
        Lens::Control | Lens::Resources | Lens::Sequence => Vec::new(),
    }
}

fn owned(cluster: &Cluster, layout: &Layout) -> Vec<Link> {
    let link = |(object, _): (&Object, _)| {
        let from = layout.set_rect(&object.owner.as_ref()?.uid)?;
        let to = layout.pods.get(identity(object))?.center;
        Some(Link { curve: hanging(from, to), class: "link is-owner" })
    };
    cluster.pods().filter_map(link).collect()
}

fn beams(cluster: &Cluster, layout: &Layout) -> Vec<Link> {
    let services = layout.cards.iter().filter_map(|(card, rect)| match &card.what {
        CardKind::Service { view, .. } => Some((card, *rect, view)),
        _ => None,
    });
    services
        .flat_map(|(card, rect, view)| beams_of(cluster, layout, card, rect, &view.selector))
        .collect()
}

/// A beam to each Pod that matches; a full one only to those that are ready endpoints.
fn beams_of(
    cluster: &Cluster,
    layout: &Layout,
    card: &Card,
    rect: Rect,
    selector: &std::collections::BTreeMap<String, String>,
) -> Vec<Link> {
    let ready: Vec<&str> =
        endpoints(cluster, &card.object).filter_map(|(pod, ready)| ready.then_some(pod)).collect();
    let matches = |object: &Object| {
        object.object.namespace == card.object.object.namespace
            && selector.iter().all(|(key, value)| object.labels.get(key) == Some(value))
    };
    let beam = |(object, _): (&Object, _)| {
        let to = layout.pods.get(identity(object))?.center;
        let open = ready.contains(&object.object.name.as_str());
        let class = if open { "link is-beam" } else { "link is-shut" };
        Some(Link { curve: hanging(rect, to), class })
    };
    cluster.pods().filter(|(object, _)| matches(object)).filter_map(beam).collect()
}

/// From the lower edge of a box down to a point.
fn hanging(from: Rect, to: Point) -> Curve {
    let start = from.bottom_middle();
    Curve { from: start, bend: Point::new(to.x, start.y + (to.y - start.y) * 0.25), to }
}
