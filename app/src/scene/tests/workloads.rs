//! Cards above the nodes, and what leads from them to Pods.

use std::collections::BTreeMap;

use protocol::{
    DeploymentView, Detail, EndpointSliceView, EndpointView, ObjectView, ReplicaSetView,
    ServiceView,
};

use super::{ROOMS, inside, lay};
use crate::player::Cluster;
use crate::player::fabricate::{node, object, pod, snapshot};
use crate::scene::Lens;
use crate::scene::keys::{Direction, items, neighbour};
use crate::scene::links::{Link, links};

/// A Deployment in the midst of a rolling update, with a Service before its Pods.
pub(super) fn rolling() -> Cluster {
    let owned = |mut view: ObjectView, owner: &ObjectView| {
        view.owner = Some(owner.object.clone());
        view.labels = BTreeMap::from([("app".to_owned(), "web".to_owned())]);
        view
    };
    let detail = DeploymentView { desired: 2, ready: 2, ..DeploymentView::default() };
    let deployment = object("Deployment", "web", Detail::Deployment(detail));
    let set = |name: &str, desired| {
        let view = ReplicaSetView { desired, current: 1, ready: 1, ..ReplicaSetView::default() };
        owned(object("ReplicaSet", name, Detail::ReplicaSet(view)), &deployment)
    };
    let (old, new) = (set("web-old", 1), set("web-new", 1));
    let service = ServiceView {
        selector: BTreeMap::from([("app".to_owned(), "web".to_owned())]),
        ..ServiceView::default()
    };
    let endpoint = |pod: &str, ready| EndpointView {
        pod: Some(pod.to_owned()),
        ready,
        ..EndpointView::default()
    };
    let slice = EndpointSliceView {
        service: "web".to_owned(),
        endpoints: vec![endpoint("a", true), endpoint("b", false)],
        ports: vec![80],
    };
    let (a, b) = (owned(pod("a", Some("node-1")), &old), owned(pod("b", Some("node-1")), &new));
    Cluster::new(&snapshot(vec![
        node("node-1"),
        object("Service", "web", Detail::Service(service)),
        object("EndpointSlice", "web-x", Detail::EndpointSlice(slice)),
        pod("stranger", Some("node-1")),
        a,
        b,
        old,
        new,
        deployment,
    ]))
}

#[test]
fn ownership_and_traffic_are_drawn_to_the_right_pods() {
    let cluster = rolling();
    let layout = lay(&cluster, ROOMS[0]);
    let drawn = |lens| {
        let links = links(&cluster, &layout, lens);
        let name = |link: &Link| {
            let at = |place: &crate::scene::layout::Place| place.center == link.curve.to;
            let pod = layout.pods.iter().find(|(_, place)| at(place)).unwrap().0;
            format!("{} {}", link.class, pod.trim_start_matches("uid-pod-"))
        };
        let mut names: Vec<_> = links.iter().map(name).collect();
        names.sort();
        names
    };
    assert_eq!(drawn(Lens::Ownership), ["link is-owner a", "link is-owner b"]);
    assert_eq!(drawn(Lens::Traffic), ["link is-beam a", "link is-shut b"]);
    assert!(drawn(Lens::Control).is_empty());
}

#[test]
fn old_and_new_replica_set_stand_side_by_side_in_their_deployment() {
    let cluster = rolling();
    let layout = lay(&cluster, ROOMS[0]);
    let card =
        layout.cards.iter().find(|(card, _)| card.object.object.kind == "Deployment").unwrap().1;
    let old = layout.set_rect("uid-replicaset-web-old").unwrap();
    let new = layout.set_rect("uid-replicaset-web-new").unwrap();
    assert!(inside(card, old) && inside(card, new) && !old.overlaps(new));
    assert_eq!(old.y, new.y);
}

#[test]
fn arrow_keys_reach_everything() {
    let cluster = rolling();
    let layout = lay(&cluster, ROOMS[0]);
    let items = items(&cluster, &layout);
    assert_eq!(items.len(), 8, "a Deployment, two sets, a Service, a node, three Pods");
    let mut reached = vec![items[0].id.clone()];
    let mut next = 0;
    while let Some(from) = reached.get(next).cloned() {
        use Direction::{Down, Left, Right, Up};
        for direction in [Left, Right, Up, Down] {
            if let Some(item) = neighbour(&items, &from, direction)
                && !reached.contains(&item.id)
            {
                reached.push(item.id.clone());
            }
        }
        next += 1;
    }
    assert_eq!(reached.len(), items.len());
}
