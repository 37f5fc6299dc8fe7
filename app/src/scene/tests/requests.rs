//! Requests in the picture: their way, what becomes of them, and how the counts are drawn.

use std::collections::BTreeMap;

use protocol::{
    DeploymentView, Detail, Hop, LoadSecond, LoadView, Loss, NewLoad, ObjectView, ServiceView,
};

use super::workloads::rolling;
use super::{ROOMS, lay};
use crate::player::fabricate::{object, pod, reference};
use crate::player::{Cluster, Loads};
use crate::scene::Lens;
use crate::scene::chart::{HEIGHT, chart};
use crate::scene::layout::Layout;
use crate::scene::links::links;
use crate::scene::requests::{Dot, Fate, Route, Swarm, fate};
use crate::scene::selectors::{Empty, empty};

fn sent() -> Hop {
    Hop::Sent { pod: None, from: "203.0.113.7".to_owned(), to: "10.0.0.2:30080".to_owned() }
}

fn from_outside() -> Vec<Hop> {
    vec![sent(), Hop::Crossed { from: String::new(), to: "node-1".to_owned() }]
}

fn translated() -> Hop {
    Hop::Translated {
        node: "node-1".to_owned(),
        service: reference("Service", "web"),
        endpoint: "10.244.1.2:8080".to_owned(),
        written_ms: 0,
    }
}

fn arrived(pod: &str) -> Hop {
    let pod = Some(reference("Pod", pod));
    Hop::Arrived { node: "node-1".to_owned(), pod, to: "10.244.1.2:8080".to_owned() }
}

fn ended(outcome: &str) -> Hop {
    Hop::Ended { outcome: outcome.to_owned(), latency_ms: 3 }
}

fn route(hops: &[Hop], cluster: &Cluster, layout: &Layout) -> Route {
    Route::new(hops.iter(), cluster, layout)
}

#[test]
fn a_request_goes_over_the_node_and_the_service_to_a_pod_and_its_answer_comes_back() {
    let cluster = rolling();
    let layout = lay(&cluster, ROOMS[0]);
    let mut hops = from_outside();
    hops.extend([translated(), arrived("a"), ended("200 OK")]);
    let route = route(&hops, &cluster, &layout);
    let card = layout.card(&reference("Service", "web")).unwrap();
    let stops: Vec<_> = route.legs.iter().map(|leg| leg.to).collect();
    let pod = layout.pods["uid-pod-a"].center;
    assert_eq!(
        stops,
        [layout.node("node-1").unwrap().rect.top_middle(), card.bottom_middle(), pod]
    );
    assert_eq!(route.fate, Fate::Answered);
    let client = layout.control.client.bottom_middle();
    assert_eq!(route.dot(0.0), Some((client, Dot::Going)));
    let (back, shape) = route.dot(1.0).unwrap();
    assert_eq!((back, shape), (client, Dot::Coming));
}

#[test]
fn a_refused_request_falls_where_it_is_refused() {
    let cluster = rolling();
    let layout = lay(&cluster, ROOMS[0]);
    let rejected = Hop::Rejected {
        node: "node-1".to_owned(),
        service: reference("Service", "web"),
        written_ms: 0,
    };
    let mut hops = from_outside();
    hops.extend([rejected, ended("connection refused")]);
    let route = route(&hops, &cluster, &layout);
    assert_eq!(route.fate, Fate::Refused);
    let card = layout.card(&reference("Service", "web")).unwrap().bottom_middle();
    let (end, shape) = route.dot(1.0).unwrap();
    assert_eq!((end.x, shape), (card.x, Dot::Refused));
    assert!(end.y > card.y + 40.0, "it has fallen");
}

#[test]
fn a_packet_that_a_policy_drops_falls_at_the_pod_and_has_another_shape() {
    let cluster = rolling();
    let layout = lay(&cluster, ROOMS[0]);
    let lost = Hop::Lost { loss: Loss::Ingress { pod: reference("Pod", "b") } };
    let mut hops = from_outside();
    hops.extend([translated(), lost]);
    let route = route(&hops, &cluster, &layout);
    assert_eq!(route.end(), Some(layout.pods["uid-pod-b"].center));
    assert_eq!(route.dot(0.9).unwrap().1, Dot::Lost);
}

#[test]
fn a_name_that_is_looked_up_is_no_detour() {
    let cluster = rolling();
    let layout = lay(&cluster, ROOMS[0]);
    let asked = Hop::Asked { name: "web".to_owned(), server: "10.96.0.10".to_owned() };
    let named = Hop::Named { name: "web".to_owned(), addresses: vec!["10.96.0.1".to_owned()] };
    let own = Hop::Sent {
        pod: Some(reference("Pod", "stranger")),
        from: "Pod stranger".to_owned(),
        to: "10.96.0.10:53".to_owned(),
    };
    let plain = route(&[own.clone(), translated(), arrived("a")], &cluster, &layout);
    let with = [asked, own.clone(), arrived("b"), named, own, translated(), arrived("a")];
    assert_eq!(route(&with, &cluster, &layout), plain);
}

#[test]
fn outcomes_are_told_apart() {
    let cases = [
        ("200 OK", Fate::Answered),
        ("404 Not Found", Fate::Answered),
        ("502 Bad Gateway", Fate::Refused),
        ("connection refused", Fate::Refused),
        ("timed out", Fate::Lost),
        ("no such host", Fate::Refused),
    ];
    for (outcome, expected) in cases {
        assert_eq!(fate(outcome), expected, "{outcome}");
    }
}

#[test]
fn many_dots_are_four_paths() {
    let cluster = rolling();
    let layout = lay(&cluster, ROOMS[0]);
    let mut hops = from_outside();
    hops.extend([translated(), arrived("a"), ended("200 OK")]);
    let route = route(&hops, &cluster, &layout);
    let swarm = Swarm::new((0..500).filter_map(|index| route.dot(f64::from(index) / 500.0)));
    assert_eq!(swarm.going.matches('M').count() + swarm.coming.matches('M').count(), 500);
    assert!(swarm.refused.is_empty() && swarm.lost.is_empty());
}

#[test]
fn the_chart_stacks_failures_upon_successes() {
    let second = |second, succeeded, refused| LoadSecond {
        second,
        succeeded,
        failed: BTreeMap::from([("refused".to_owned(), refused)]),
        latency_mean_ms: 4,
        latency_p95_ms: 10,
    };
    let view = LoadView {
        load: NewLoad { name: "web".to_owned(), ..NewLoad::default() },
        began_ms: 0,
        ended_ms: None,
        seconds: vec![second(1, 10, 0), second(2, 4, 6), second(90, 9, 0)],
    };
    let mut loads = Loads::default();
    loads.take(&[view]);
    let series = loads.iter().next().unwrap();
    let early = chart(series, 2);
    assert_eq!((early.succeeded, early.failed), (14, 6));
    assert_eq!(early.kinds[0], ("refused".to_owned(), 6));
    assert_eq!((early.latency_mean_ms, early.latency_p95_ms), (4, 10));
    let heights: Vec<_> = early.bars.iter().map(|bar| bar.succeeded + bar.failed).collect();
    assert_eq!(heights, [HEIGHT, HEIGHT]);
    assert_eq!(chart(series, 100).succeeded, 9, "what is older than a minute has gone");
}

/// A Service whose selector has a typing error.
fn misspelt() -> Cluster {
    let mut views: Vec<ObjectView> = rolling().objects().map(|it| (**it).clone()).collect();
    for view in &mut views {
        if let protocol::Detail::Service(service) = &mut view.detail {
            service.selector = BTreeMap::from([("app".to_owned(), "wbe".to_owned())]);
        }
        if let protocol::Detail::EndpointSlice(slice) = &mut view.detail {
            slice.endpoints.clear();
        }
    }
    Cluster::new(&crate::player::fabricate::snapshot(views))
}

#[test]
fn a_service_without_pods_names_the_deployment_that_would_make_them() {
    let mut api = pod("api-1", Some("node-1"));
    api.labels = [("app".to_owned(), "api".to_owned())].into();
    let mut views = vec![api];
    let asleep =
        DeploymentView { desired: 0, selector: "app=cart".to_owned(), ..DeploymentView::default() };
    views.push(object("Deployment", "cart", Detail::Deployment(asleep)));
    let selector = [("app".to_owned(), "cart".to_owned())].into();
    let service = ServiceView { selector, ..ServiceView::default() };
    views.push(object("Service", "cart", Detail::Service(service)));
    let cluster = Cluster::new(&crate::player::fabricate::snapshot(views));
    let service = cluster.get(&reference("Service", "cart")).expect("the Service");
    let Some(Empty::NoneOf(deployment, 0)) = empty(&cluster, service) else {
        panic!("{:?}", empty(&cluster, service));
    };
    assert_eq!(deployment.object.name, "cart");
}

#[test]
fn a_selector_that_matches_nothing_names_what_differs_on_its_broken_beam() {
    let cluster = misspelt();
    let layout = lay(&cluster, ROOMS[0]);
    let links = links(&cluster, &layout, Lens::Traffic);
    assert!(!links.is_empty() && links.iter().all(|link| link.class == "link is-miss"));
    let labels: Vec<_> = links.iter().filter_map(|link| link.label.clone()).collect();
    assert_eq!(labels, ["app: wbe ≠ app: web"], "said once for Pods of the same labels");
}
