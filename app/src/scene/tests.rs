//! Where things stand, and what moves.

mod misconceptions;
mod requests;
mod workloads;

use std::sync::Arc;

use protocol::{Detail, ObjectView, What};

use super::filter::{Filter, Namespaces};
use super::geometry::{Rect, Room};
use super::layout::{Layout, Level};
use super::look::{self, Mark, Tone};
use super::motion::Motion;
use super::picture::Picture;
use super::sequence::{Lane, chart};
use super::slots::Slots;
use super::trail::{Ground, TrailKind, trails};
use crate::player::fabricate::{
    Trace, first_pod, kubectl, kubelet, node, pod, reference, snapshot,
};
use crate::player::{Cluster, Frame};

/// Nothing is hidden but what is the cluster's own.
const ALL: Filter = Filter { namespaces: Namespaces::Learners, labels: Vec::new() };

const ROOMS: [Room; 4] = [
    Room { width: 1070.0, height: 470.0 },
    Room { width: 660.0, height: 420.0 },
    Room { width: 768.0, height: 600.0 },
    Room { width: 390.0, height: 520.0 },
];

/// A cluster of so many nodes, and so many Pods spread over them; a tenth have no node.
fn cluster(nodes: usize, pods: usize) -> Cluster {
    let nodes_of = (1..=nodes).map(|index| node(&format!("node-{index}")));
    let pods_of = (0..pods).map(|index| {
        let home = format!("node-{}", index * 7 % nodes + 1);
        let mut view = pod(&format!("web-{index}"), (index % 10 != 9).then_some(&home));
        view.created_ms = index as i64;
        view
    });
    Cluster::new(&snapshot(nodes_of.chain(pods_of).collect()))
}

fn lay(cluster: &Cluster, room: Room) -> Layout {
    Layout::new(cluster, &ALL, &Slots::default().follow(cluster, &ALL), room)
}

fn ground<'a>(cluster: &'a Cluster, layout: &'a Layout) -> Ground<'a> {
    Ground { cluster, layout, journeys: &[] }
}

fn inside(outer: Rect, inner: Rect) -> bool {
    inner.x + 0.01 >= outer.x
        && inner.y + 0.01 >= outer.y
        && inner.right() <= outer.right() + 0.01
        && inner.bottom() <= outer.bottom() + 0.01
}

fn assert_apart(what: &str, rects: &[Rect]) {
    let mut sorted = rects.to_vec();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x));
    for (index, one) in sorted.iter().enumerate() {
        let near = sorted[index + 1..].iter().take_while(|other| other.x < one.right());
        for other in near {
            assert!(!one.overlaps(*other), "{what}: {one:?} and {other:?}");
        }
    }
}

#[test]
fn nothing_overlaps_and_everything_fits() {
    for room in ROOMS {
        for nodes in [1, 2, 3, 5, 12, 50] {
            for pods in [0, 1, 7, 40, 160, 500] {
                let cluster = cluster(nodes, pods);
                let layout = lay(&cluster, room);
                let what = format!("{nodes} nodes, {pods} pods, {room:?}");
                assert_eq!(layout.pods.len(), pods, "{what}");
                let cells: Vec<_> = layout.pods.values().map(|place| place.cell).collect();
                assert_apart(&what, &cells);
                let control = layout.control;
                let mut boxes = vec![
                    control.client,
                    control.api,
                    control.etcd,
                    control.manager,
                    control.scheduler,
                    layout.tray,
                ];
                boxes.extend(layout.nodes.iter().map(|node| node.rect));
                assert_apart(&what, &boxes);
                let all = Rect::new(0.0, 0.0, layout.width, layout.height);
                assert!(boxes.iter().chain(&cells).all(|rect| inside(all, *rect)), "{what}");
                let homes = layout.nodes.iter().map(|node| node.rect).chain([layout.tray]);
                let homes: Vec<_> = homes.collect();
                let housed = |cell: &Rect| homes.iter().any(|home| inside(*home, *cell));
                assert!(cells.iter().all(housed), "{what}");
            }
        }
    }
}

#[test]
fn few_pods_are_large_and_named_many_are_a_grid() {
    let level = |nodes, pods| lay(&cluster(nodes, pods), ROOMS[0]).nodes[0].level;
    assert_eq!(level(3, 0), Level::Large);
    assert_eq!(level(3, 9), Level::Large);
    assert_eq!(level(3, 60), Level::Medium);
    assert_eq!(level(50, 500), Level::Small);
}

#[test]
fn the_mock_fits_without_scrolling() {
    let layout = lay(&cluster(3, 8), ROOMS[0]);
    assert!(layout.height * 0.78 <= ROOMS[0].height, "{}", layout.height);
}

#[test]
fn a_pod_that_comes_or_goes_moves_no_other() {
    let mut views: Vec<ObjectView> = vec![node("node-1"), node("node-2")];
    for index in 0..6 {
        let mut view = pod(&format!("web-{index}"), Some("node-1"));
        view.created_ms = index;
        views.push(view);
    }
    let first = Cluster::new(&snapshot(views.clone()));
    let slots = Slots::default().follow(&first, &ALL);
    let before = Layout::new(&first, &ALL, &slots, ROOMS[0]);

    views.remove(4);
    let mut newer = pod("aaa", Some("node-1"));
    newer.created_ms = -1;
    views.push(newer);
    let second = Cluster::new(&snapshot(views));
    let after = Layout::new(&second, &ALL, &slots.follow(&second, &ALL), ROOMS[0]);
    for (id, place) in &before.pods {
        if let Some(now) = after.pods.get(id) {
            assert_eq!(place, now, "{id}");
        }
    }
    // The new one takes the place that was left, whatever its name.
    assert_eq!(after.pods["uid-pod-aaa"], before.pods["uid-pod-web-2"]);
}

#[test]
fn slots_do_not_depend_on_the_order_of_things() {
    let cluster = cluster(4, 40);
    let once = || Slots::default().follow(&cluster, &ALL);
    assert_eq!(once(), once());
    assert_eq!(once().follow(&cluster, &ALL), once());
}

fn frame(before: Cluster, after: Cluster, hops: Vec<Arc<protocol::Moment>>) -> Arc<Frame> {
    let (before, after) = (Arc::new(before), Arc::new(after));
    let stages = vec![0; hops.len()];
    Arc::new(Frame { before, after, hops, stages, moving: true, ..Frame::default() })
}

/// The pictures of the first Pod's story, one for each moment.
fn story() -> Vec<Picture> {
    let mut cluster = Cluster::new(&snapshot(vec![node("node-1"), node("node-2")]));
    let mut pictures: Vec<Picture> = Vec::new();
    for moment in first_pod().moments {
        let before = cluster.clone();
        cluster.apply(&moment);
        let frame = frame(before, cluster.clone(), vec![Arc::new(moment)]);
        pictures.push(Picture::next(pictures.last(), frame, (ROOMS[0], &ALL)));
    }
    pictures
}

#[test]
fn a_pod_is_born_in_etcd_and_travels_to_the_tray_then_to_its_node() {
    let pictures = story();
    let stored = &pictures[1];
    let motion = stored.pods["uid-pod-web"].motion;
    let Motion::Enters { from, to } = motion else { panic!("{motion:?}") };
    assert_eq!(from, stored.after.control.etcd.center());
    assert!(inside(stored.after.tray, to.cell));

    let bound = &pictures[6];
    let Motion::Moves { from, to } = bound.pods["uid-pod-web"].motion else { panic!() };
    assert!(inside(bound.after.tray, from.cell));
    assert!(inside(bound.after.node("node-2").unwrap().rect, to.cell));
}

#[test]
fn motion_begins_where_it_was_and_ends_where_it_is() {
    for motion in story().iter().flat_map(|it| it.pods.values()).map(|pod| pod.motion) {
        match motion {
            Motion::Stays(place) => assert_eq!(motion.at(0.3).center, place.center),
            Motion::Moves { from, to } => {
                assert_eq!(motion.at(0.0).center, from.center);
                assert_eq!(motion.at(1.0).center, to.center);
            }
            Motion::Enters { from, to } => {
                assert_eq!(motion.at(0.0).center, from);
                assert_eq!(motion.at(0.0).opacity, 0.0);
                assert_eq!(motion.at(1.0).center, to.center);
                assert_eq!(motion.at(1.0).scale, 1.0);
            }
            Motion::Leaves(_) => assert_eq!(motion.at(1.0).opacity, 0.0),
        }
    }
}

#[test]
fn the_ghost_stands_where_the_pod_will_be() {
    let pictures = story();
    let ghosts: Vec<_> =
        pictures[4].ghosts().map(|(verdict, place)| (verdict.total, place)).collect();
    assert_eq!(ghosts.len(), 1);
    let bound = pictures[6].after.pods["uid-pod-web"];
    assert_eq!(ghosts[0], (88, bound));
}

#[test]
fn requests_end_at_the_api_server_and_watches_begin_there() {
    let cluster = cluster(3, 3);
    for room in ROOMS {
        let layout = lay(&cluster, room);
        let api = layout.control.api;
        let near = |point: super::geometry::Point| {
            inside(
                Rect::new(api.x - 1.0, api.y - 1.0, api.width + 2.0, api.height + 2.0),
                Rect::new(point.x, point.y, 0.0, 0.0),
            )
        };
        let mut trace = Trace::default();
        for actor in [kubectl(), kubelet("node-2"), protocol::Actor::Scheduler] {
            trace.request(0, &[], actor.clone(), "patch", reference("Pod", "web-1"));
            trace.delivered(0, 0, actor, reference("Pod", "web-1"));
        }
        for trail in
            trails(trace.moments.iter().map(|moment| (moment, 0)), ground(&cluster, &layout))
        {
            match trail.kind {
                TrailKind::Watch => assert!(near(trail.curve.from), "{room:?} {trail:?}"),
                TrailKind::Request => assert!(near(trail.curve.to), "{room:?} {trail:?}"),
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn labels_of_hops_do_not_cover_each_other() {
    let cluster = cluster(12, 12);
    let layout = lay(&cluster, ROOMS[0]);
    let mut trace = Trace::default();
    for index in 1..=12 {
        let to = kubelet(&format!("node-{index}"));
        trace.delivered(0, 0, to, reference("Pod", &format!("web-{index}")));
    }
    let moments = trace.moments.iter().map(|moment| (moment, 0));
    let trails = trails(moments, ground(&cluster, &layout));
    let labels: Vec<_> = trails.iter().filter_map(|it| it.label.as_ref()).collect();
    assert!((2..=8).contains(&labels.len()), "{}", labels.len());
    assert_apart("labels", &labels.iter().map(|label| label.rect).collect::<Vec<_>>());
}

#[test]
fn every_state_has_a_mark_of_its_own() {
    let show = |phase: &str, status: &str, ready, node: Option<&str>, deleting: Option<i64>| {
        let mut view = pod("p", node);
        view.deleting_ms = deleting;
        let Detail::Pod(it) = &mut view.detail else { panic!() };
        (it.phase, it.status, it.ready) = (phase.to_owned(), status.to_owned(), ready);
        let it = it.clone();
        let look = look::pod(&Cluster::default(), &Arc::new(view), &it);
        (look.mark, look.tone)
    };
    let n = Some("node-1");
    let cases = [
        (show("Pending", "Pending", false, None, None), (Mark::Waiting, Tone::Busy)),
        (show("Pending", "ContainerCreating", false, n, None), (Mark::Starting, Tone::Busy)),
        (show("Pending", "ImagePullBackOff", false, n, None), (Mark::NoImage, Tone::Bad)),
        (show("Running", "Running", false, n, None), (Mark::Running, Tone::Busy)),
        (show("Running", "Running", true, n, None), (Mark::Ready, Tone::Ok)),
        (show("Running", "CrashLoopBackOff", false, n, None), (Mark::Failing, Tone::Bad)),
        (show("Succeeded", "Completed", false, n, None), (Mark::Done, Tone::Quiet)),
        (show("Running", "Terminating", true, n, Some(5)), (Mark::Ending, Tone::Ending)),
        (show("Unknown", "Unknown", false, n, None), (Mark::Unknown, Tone::Quiet)),
    ];
    for (index, (shown, expected)) in cases.into_iter().enumerate() {
        assert_eq!(shown, expected, "case {index}");
    }
}

#[test]
fn a_node_that_is_off_may_still_be_believed_ready() {
    let mut start = snapshot(vec![node("node-1"), pod("web", Some("node-1"))]);
    start.off = vec!["node-1".to_owned()];
    let cluster = Cluster::new(&start);
    let (_, view) = cluster.nodes().next().unwrap();
    let look = look::node(&cluster, "node-1", view);
    assert!(look.off);
    assert_eq!(look.word, "Ready");
    assert_eq!((look.cpu.requested, look.cpu.allocatable), (100, 2000));
    assert_eq!(look.cpu.part(), 0.05);
}

#[test]
fn lanes_show_who_spoke_to_whom() {
    let moments: Vec<_> = first_pod().moments.into_iter().map(Arc::new).collect();
    let chart = chart(&moments);
    let node = |name: &str| Lane::Node(name.to_owned());
    assert_eq!(
        chart.lanes,
        [Lane::Client, Lane::Api, Lane::Etcd, Lane::Scheduler, node("node-1"), node("node-2")]
    );
    let arrows: Vec<_> = chart.rows.iter().map(|row| (row.from, row.to)).collect();
    assert_eq!(arrows[..5], [(0, 1), (1, 2), (1, 3), (1, 4), (3, 3)]);
    assert!(chart.rows.last().is_some_and(|row| row.wait_ms.is_some()));
}

#[test]
fn nothing_ever_goes_to_a_kubelet_but_a_watch() {
    for moment in first_pod().moments {
        let chart = chart(&[Arc::new(moment.clone())]);
        let row = &chart.rows[0];
        if matches!(chart.lanes[row.to], Lane::Node(_)) && row.from != row.to {
            assert!(matches!(moment.what, What::Delivered { .. }), "{moment:?}");
        }
    }
}
