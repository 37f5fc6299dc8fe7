//! Services, requests, and what stands between.

use std::collections::BTreeMap;

use protocol::{
    Detail, EndpointSliceView, EndpointView, Hop, IngressView, LoadSecond, LoadView, Loss, NewLoad,
    ObjectView, ServicePortView, ServiceView,
};

use super::super::{ROOMS, ground, lay};
use super::{answers, cluster, found, labelled, pod_with, pointed};
use crate::i18n::Language::English;
use crate::player::fabricate::{Trace, node, object, reference};
use crate::player::{Cluster, Journey, Loads};
use crate::scene::Lens;
use crate::scene::chart::chart;
use crate::scene::links::links;
use crate::scene::look;
use crate::scene::plain::plain;
use crate::scene::requests::{Fate, Route};
use crate::scene::trail::{TrailKind, trails};

fn service(change: impl FnOnce(&mut ServiceView)) -> ObjectView {
    let selector = BTreeMap::from([("app".to_owned(), "web".to_owned())]);
    let mut view = ServiceView { selector, ..ServiceView::default() };
    change(&mut view);
    object("Service", "web", Detail::Service(view))
}

fn slice(pods: &[(&str, bool)]) -> ObjectView {
    let endpoint = |(pod, ready): &(&str, bool)| EndpointView {
        pod: Some((*pod).to_owned()),
        ready: *ready,
        ..EndpointView::default()
    };
    let endpoints = pods.iter().map(endpoint).collect();
    let view = EndpointSliceView { service: "web".to_owned(), endpoints, ports: vec![8080] };
    object("EndpointSlice", "web-x", Detail::EndpointSlice(view))
}

fn web(name: &str, ready: bool, restarts: i32) -> ObjectView {
    let pod = pod_with(name, Some("node-1"), |pod| {
        pod.ready = ready;
        (pod.containers[0].ready, pod.containers[0].restarts) = (ready, restarts);
    });
    labelled(pod, &[("app", "web")])
}

/// The beams of the traffic lens, by Pod.
fn beams(cluster: &Cluster) -> Vec<(String, &'static str)> {
    let layout = lay(cluster, ROOMS[0]);
    let links = links(cluster, &layout, Lens::Traffic);
    let pod = |at| layout.pods.iter().find(|(_, place)| place.center == at).unwrap().0.clone();
    let mut beams: Vec<_> = links.iter().map(|it| (pod(it.curve.to), it.class)).collect();
    beams.sort();
    beams
}

pub(super) fn endpoints_are_deprecated() {
    let both = [object("Endpoints", "web", Detail::Other), slice(&[("web-1", true)])];
    let cluster = cluster(both.to_vec());
    let warning = pointed(&cluster, "Endpoints", "web").trouble;
    assert!(warning.expect("a warning").contains("use discovery.k8s.io/v1 EndpointSlice"));
    assert_eq!(pointed(&cluster, "EndpointSlice", "web-x").trouble, None);
}

pub(super) fn readiness_closes_again() {
    let open =
        cluster(vec![node("node-1"), service(|_| ()), slice(&[("a", true)]), web("a", true, 0)]);
    let shut =
        cluster(vec![node("node-1"), service(|_| ()), slice(&[("a", false)]), web("a", false, 0)]);
    assert_eq!(beams(&open), [("uid-pod-a".to_owned(), "link is-beam")]);
    assert_eq!(beams(&shut), [("uid-pod-a".to_owned(), "link is-shut")]);
    let pod = found(&shut, "Pod", "a");
    let Detail::Pod(view) = &pod.detail else { panic!() };
    assert_eq!(look::pod(&shut, &pod, view).word, "Running", "and it runs all the same");
}

pub(super) fn liveness_restarts_readiness_shuts() {
    let views = vec![
        node("node-1"),
        service(|_| ()),
        slice(&[("alive", true), ("unready", false)]),
        web("alive", true, 3),
        web("unready", false, 0),
    ];
    let cluster = cluster(views);
    let restarts = |name| {
        let pod = found(&cluster, "Pod", name);
        let Detail::Pod(view) = &pod.detail else { panic!() };
        look::pod(&cluster, &pod, view).restarts
    };
    assert_eq!((restarts("alive"), restarts("unready")), (3, 0));
    let classes: Vec<_> = beams(&cluster).into_iter().map(|(_, class)| class).collect();
    assert_eq!(classes, ["link is-beam", "link is-shut"]);
}

pub(super) fn a_selector_matches_or_does_not() {
    let wrong = |view: &mut ServiceView| {
        view.selector.insert("app".to_owned(), "wbe".to_owned());
    };
    let cluster = cluster(vec![node("node-1"), service(wrong), web("a", true, 0)]);
    let layout = lay(&cluster, ROOMS[0]);
    let links = links(&cluster, &layout, Lens::Traffic);
    assert_eq!(links[0].class, "link is-miss");
    assert_eq!(links[0].label.as_deref(), Some("app: wbe ≠ app: web"));
    let said = answers(&cluster, &Trace::default(), "Service", "web");
    assert_eq!(said, ["Pod a does not match: app: wbe ≠ app: web"]);
}

pub(super) fn ports_are_told_one_by_one() {
    let port = ServicePortView {
        port: 80,
        target_port: "9090".to_owned(),
        node_port: Some(30080),
        ..ServicePortView::default()
    };
    let views = vec![node("node-1"), service(|view| view.ports = vec![port]), web("a", true, 0)];
    let cluster = cluster(views);
    let said = super::told(&cluster, "Service", "web", "port");
    assert_eq!(said, ["nodePort 30080 → port 80 → targetPort 9090"]);
    // Nobody listens at the targetPort: there it falls, with the number.
    let (arrived, refused) = (
        Hop::Arrived {
            node: "node-1".to_owned(),
            pod: Some(reference("Pod", "a")),
            to: "10.244.1.2:9090".to_owned(),
        },
        Hop::Refused { node: "node-1".to_owned(), to: "10.244.1.2:9090".to_owned() },
    );
    let mut trace = Trace::default();
    let sent = Hop::Sent { pod: None, from: "203.0.113.7".into(), to: "10.0.0.2:30080".into() };
    for hop in [sent, arrived, refused] {
        let what = protocol::What::Packet { flight: 1, hop };
        trace.add(0, &[], crate::player::fabricate::kubectl(), what);
    }
    let hops = trace.moments.iter().map(|moment| match &moment.what {
        protocol::What::Packet { hop, .. } => (moment.position, hop.clone()),
        other => panic!("{other:?}"),
    });
    let journey =
        Journey { flight: 1, began_ms: 0, last_ms: 0, of_load: false, hops: hops.collect() };
    let layout = lay(&cluster, ROOMS[0]);
    let journeys = [journey.into()];
    let mut on = ground(&cluster, &layout);
    on.journeys = &journeys;
    let fallen = trails(trace.moments.iter().map(|it| (it, 0)), on);
    let fallen = fallen.iter().find(|trail| trail.kind == TrailKind::Fallen).unwrap();
    assert_eq!(fallen.label.as_ref().unwrap().text, ":9090 refused");
    assert_eq!(fallen.curve.to, layout.pods["uid-pod-a"].center);
}

pub(super) fn nobody_makes_a_balancer() {
    let balancer = |view: &mut ServiceView| view.service_type = "LoadBalancer".to_owned();
    let views = vec![node("node-1"), service(balancer), slice(&[("a", true)]), web("a", true, 0)];
    let said = answers(&cluster(views), &Trace::default(), "Service", "web");
    assert!(said[0].starts_with("No controller of load balancers runs here"), "{said:?}");
}

pub(super) fn an_ingress_is_data() {
    let inert = object("Ingress", "shop", Detail::Ingress(IngressView::default()));
    let cluster = cluster(vec![inert]);
    let card = plain(&cluster, &found(&cluster, "Ingress", "shop"), English).unwrap();
    assert!(!card.settled);
    assert_eq!(card.lines, ["no controller serves it"]);
}

pub(super) fn requests_are_lost_and_counted() {
    let second = LoadSecond {
        second: 1,
        succeeded: 96,
        failed: BTreeMap::from([("timed-out".to_owned(), 4)]),
        ..LoadSecond::default()
    };
    let load = NewLoad { name: "web".to_owned(), ..NewLoad::default() };
    let mut loads = Loads::default();
    loads.take(&[LoadView { load, began_ms: 0, ended_ms: None, seconds: vec![second] }]);
    let chart = chart(loads.iter().next().unwrap(), 5);
    assert_eq!((chart.succeeded, chart.failed), (96, 4));
    // The endpoint was written before its Pod ended: the rules are stale, and the request falls.
    let cluster = cluster(vec![node("node-1"), service(|_| ()), web("a", true, 0)]);
    let layout = lay(&cluster, ROOMS[0]);
    let translated = Hop::Translated {
        node: "node-1".to_owned(),
        service: reference("Service", "web"),
        endpoint: "10.244.1.9:8080".to_owned(),
        written_ms: 0,
    };
    let lost = Hop::Lost { loss: Loss::NobodyThere { address: "10.244.1.9".to_owned() } };
    let from = Hop::Sent { pod: Some(reference("Pod", "a")), from: "Pod a".into(), to: "x".into() };
    let route = Route::new([from, translated, lost].iter(), &cluster, &layout);
    assert_eq!(route.fate, Fate::Lost);
}

pub(super) fn only_a_policy_stops_a_request() {
    let mut stranger = web("b", true, 0);
    stranger.object.namespace = "other".to_owned();
    let target = stranger.object.clone();
    let cluster = cluster(vec![node("node-1"), web("a", true, 0), stranger]);
    let layout = lay(&cluster, ROOMS[0]);
    let from = Hop::Sent { pod: Some(reference("Pod", "a")), from: "Pod a".into(), to: "b".into() };
    let arrived = Hop::Arrived {
        node: "node-1".to_owned(),
        pod: Some(target.clone()),
        to: "10.244.1.3:8080".to_owned(),
    };
    let crossed = Route::new([from.clone(), arrived].iter(), &cluster, &layout);
    assert_eq!(crossed.end(), Some(layout.pods["uid-pod-b"].center));
    assert_eq!(crossed.fate, Fate::Open);
    let lost = Hop::Lost { loss: Loss::Ingress { pod: target } };
    let stopped = Route::new([from, lost].iter(), &cluster, &layout);
    assert_eq!(stopped.fate, Fate::Lost);
}
