//! Lines between things that belong together: from what owns Pods to them, from a Service to the
//! Pods that its selector matches, from volumes to those who use them.

use protocol::{Detail, ObjectRef, PodView};

use super::Lens;
use super::geometry::{Curve, Point, Rect};
use super::layout::Layout;
use super::selectors::{Empty, empty, matches};
use super::slots::identity;
use super::workloads::{Card, CardKind, endpoints};
use crate::player::{Cluster, Object};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Link {
    pub curve: Curve,
    pub class: &'static str,
    /// What stands on it.
    pub label: Option<String>,
}

impl Link {
    fn new(class: &'static str, curve: Curve) -> Link {
        Link { curve, class, label: None }
    }
}

/// A ConfigMap that more Pods use than this has no lines: it would be a curtain.
const USERS_MAX: usize = 12;

/// The lines that a lens shows.
pub(crate) fn links(cluster: &Cluster, layout: &Layout, lens: Lens) -> Vec<Link> {
    match lens {
        Lens::Ownership => {
            let pods = owned(cluster, layout).chain(used(cluster, layout));
            pods.chain(between_cards(layout)).collect()
        }
        Lens::Traffic => beams(cluster, layout),
        Lens::Control | Lens::Resources | Lens::Sequence => Vec::new(),
    }
}

fn owned(cluster: &Cluster, layout: &Layout) -> impl Iterator<Item = Link> {
    cluster.pods().filter_map(|(object, _)| {
        let from = layout.set_rect(&object.owner.as_ref()?.uid)?;
        let to = layout.pods.get(identity(object))?.center;
        Some(Link::new("link is-owner", hanging(from, to)))
    })
}

/// From claims, ConfigMaps and Secrets to the Pods that use them.
fn used(cluster: &Cluster, layout: &Layout) -> impl Iterator<Item = Link> {
    layout.cards.iter().flat_map(|(card, rect)| {
        let class = match &card.object.detail {
            Detail::PersistentVolumeClaim(_) => "link is-volume",
            Detail::Data { .. } => "link is-data",
            _ => return Vec::new(),
        };
        let users = cluster.pods().filter(|(pod, view)| uses(pod, view, &card.object));
        let places = users.filter_map(|(pod, _)| layout.pods.get(identity(pod)));
        let links: Vec<Link> =
            places.map(|place| Link::new(class, hanging(*rect, place.center))).collect();
        if links.len() > USERS_MAX { Vec::new() } else { links }
    })
}

fn uses(pod: &Object, view: &PodView, object: &Object) -> bool {
    pod.object.namespace == object.object.namespace
        && view.uses.iter().any(|it| it.kind == object.object.kind && it.name == object.object.name)
}

/// From a CronJob to its Jobs, from an autoscaler to what it scales, from a volume to its claim.
fn between_cards(layout: &Layout) -> impl Iterator<Item = Link> {
    layout.cards.iter().filter_map(|(card, rect)| {
        let (class, other) = match &card.object.detail {
            Detail::HorizontalPodAutoscaler(view) => ("link is-scale", layout.card(&view.target)?),
            Detail::PersistentVolume(view) => {
                ("link is-volume", layout.card(view.claim.as_ref()?)?)
            }
            Detail::Job(_) => ("link is-owner", owner_card(layout, card)?),
            _ => return None,
        };
        Some(Link::new(class, beside(*rect, other)))
    })
}

fn owner_card(layout: &Layout, card: &Card) -> Option<Rect> {
    let owner: &ObjectRef = card.object.owner.as_ref()?;
    layout.card(owner)
}

fn beams(cluster: &Cluster, layout: &Layout) -> Vec<Link> {
    let cards = layout.cards.iter();
    cards
        .flat_map(|(card, rect)| match &card.what {
            CardKind::Service { view, .. } => {
                beams_of(cluster, layout, (card, *rect), &view.selector)
            }
            _ => to_services(layout, card, *rect),
        })
        .collect()
}

/// An Ingress leads to Services.
fn to_services(layout: &Layout, card: &Card, rect: Rect) -> Vec<Link> {
    let Detail::Ingress(view) = &card.object.detail else { return Vec::new() };
    let class = if view.addresses.is_empty() { "link is-shut" } else { "link is-beam" };
    let service = |name: &str| ObjectRef {
        kind: "Service".to_owned(),
        namespace: card.object.object.namespace.clone(),
        name: name.to_owned(),
        ..ObjectRef::default()
    };
    let cards = view.rules.iter().filter_map(|rule| layout.card(&service(&rule.service)));
    let mut links: Vec<Link> = cards.map(|other| Link::new(class, beside(rect, other))).collect();
    links.dedup();
    links
}

/// A beam to each Pod that matches; a full one only to those that are ready endpoints. Where
/// nothing matches, a broken one to those that nearly do, with what differs.
fn beams_of(
    cluster: &Cluster,
    layout: &Layout,
    (card, rect): (&Card, Rect),
    selector: &std::collections::BTreeMap<String, String>,
) -> Vec<Link> {
    let ready: Vec<&str> =
        endpoints(cluster, &card.object).filter_map(|(pod, ready)| ready.then_some(pod)).collect();
    let matching = |object: &Object| {
        object.object.namespace == card.object.object.namespace && matches(selector, &object.labels)
    };
    let beam = |(object, _): (&Object, _)| {
        let to = layout.pods.get(identity(object))?.center;
        let open = ready.contains(&object.object.name.as_str());
        Some(Link::new(if open { "link is-beam" } else { "link is-shut" }, hanging(rect, to)))
    };
    let beams: Vec<Link> =
        cluster.pods().filter(|(object, _)| matching(object)).filter_map(beam).collect();
    if beams.is_empty() { misses(cluster, layout, card, rect) } else { beams }
}

fn misses(cluster: &Cluster, layout: &Layout, card: &Card, rect: Rect) -> Vec<Link> {
    let Some(Empty::Differs(near)) = empty(cluster, &card.object) else { return Vec::new() };
    let mut said: Option<String> = None;
    let mut links = Vec::new();
    for (pod, differences) in near {
        let Some(place) = layout.pods.get(identity(&pod)) else { continue };
        let text: Vec<String> = differences.iter().map(|it| it.text()).collect();
        let text = text.join(", ");
        // Ten Pods of one template differ in the same way: it is said once.
        let label = (said.as_ref() != Some(&text)).then(|| text.clone());
        said = Some(text);
        links.push(Link { label, ..Link::new("link is-miss", hanging(rect, place.center)) });
    }
    links
}

/// From the lower edge of a box down to a point.
fn hanging(from: Rect, to: Point) -> Curve {
    let start = from.bottom_middle();
    Curve { from: start, bend: Point::new(to.x, start.y + (to.y - start.y) * 0.25), to }
}

/// Between two boxes of the band: from the edges that face each other.
fn beside(from: Rect, to: Rect) -> Curve {
    let (a, b) = (from.center(), to.center());
    if (a.y - b.y).abs() < from.height.max(to.height) / 2.0 {
        let right = a.x < b.x;
        let start = Point::new(if right { from.right() } else { from.x }, a.y);
        let end = Point::new(if right { to.x } else { to.right() }, b.y);
        return Curve::line(start, end);
    }
    let down = a.y < b.y;
    let start = if down { from.bottom_middle() } else { from.top_middle() };
    let end = if down { to.top_middle() } else { to.bottom_middle() };
    Curve::line(start, end)
}
