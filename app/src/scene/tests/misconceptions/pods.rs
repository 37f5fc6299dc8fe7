//! What Pods are, and are not.

use protocol::{ContainerState, Detail, Transition, UseView};

use super::super::{ALL, ROOMS, ground, lay, story};
use super::{cluster, found, pod_with, pointed, told};
use crate::player::fabricate::{Trace, first_pod, hello, kubectl, node, pod, reference};
use crate::player::{Core, Frame};
use crate::scene::look::{self, Mark};
use crate::scene::motion::Motion;
use crate::scene::picture::Picture;
use crate::scene::trail::{TrailKind, trails};

pub(super) fn nobody_is_ordered_about() {
    let cluster = cluster(vec![node("node-1"), node("node-2"), pod("web", Some("node-1"))]);
    let layout = lay(&cluster, ROOMS[0]);
    let control = layout.control;
    let moments = first_pod().moments;
    let all = trails(moments.iter().map(|it| (it, 0)), ground(&cluster, &layout));
    assert!(all.len() > 4);
    for trail in all {
        let to_node = layout.nodes.iter().any(|node| node.rect.top_middle() == trail.curve.to);
        assert!(!to_node || trail.kind == TrailKind::Watch, "only watches reach a node: {trail:?}");
        let at_etcd =
            trail.curve.to.x >= control.etcd.x && trail.curve.to.x <= control.etcd.right();
        assert_eq!(at_etcd && trail.curve.to.y < control.bottom, trail.kind == TrailKind::Write);
    }
}

pub(super) fn a_stored_pod_waits() {
    let pictures = story();
    let stored = &pictures[1].frame.after;
    let web = found(stored, "Pod", "web");
    let Detail::Pod(view) = &web.detail else { panic!() };
    let look = look::pod(stored, &web, view);
    assert_eq!((look.mark, &*look.word), (Mark::Waiting, "Pending"));
    assert!(pictures[1].after.tray.overlaps(pictures[1].after.pods["uid-pod-web"].cell));
    assert!(pictures.len() > 5, "and the story goes on after the answer");
}

/// Before and after in one picture.
fn change(before: crate::player::Cluster, after: crate::player::Cluster) -> Picture {
    let (before, after) = (before.into(), after.into());
    let frame = Frame { before, after, moving: true, ..Frame::default() };
    Picture::next(None, frame.into(), (ROOMS[0], &ALL))
}

pub(super) fn a_replaced_pod_is_a_new_one() {
    let nodes = || vec![node("node-1"), node("node-2")];
    let mut anew = pod("web-0", Some("node-2"));
    anew.object.uid = "uid-second".to_owned();
    let before = cluster([nodes(), vec![pod("web-0", Some("node-1"))]].concat());
    let picture = change(before, cluster([nodes(), vec![anew]].concat()));
    assert!(matches!(picture.pods["uid-pod-web-0"].motion, Motion::Leaves(_)));
    assert!(matches!(picture.pods["uid-second"].motion, Motion::Enters { .. }));
    let moves = picture.pods.values().any(|pod| matches!(pod.motion, Motion::Moves { .. }));
    assert!(!moves, "the same name, and still another Pod");
}

pub(super) fn three_layers_stand_apart() {
    let crashing = pod_with("web", Some("node-1"), |pod| {
        pod.status = "CrashLoopBackOff".to_owned();
        pod.ready = false;
        let (reason, message) = ("CrashLoopBackOff".to_owned(), String::new());
        pod.containers[0].state = ContainerState::Waiting { reason, message };
        (pod.containers[0].ready, pod.containers[0].restarts) = (false, 4);
    });
    let cluster = cluster(vec![node("node-1"), crashing]);
    let row = |name| told(&cluster, "Pod", "web", name);
    assert_eq!(row("phase"), ["Running"]);
    assert_eq!(row("container"), ["app Waiting: CrashLoopBackOff, 4×"]);
    assert_eq!(row("STATUS"), ["CrashLoopBackOff · NotReady"]);
}

pub(super) fn a_restart_begins_with_the_images_files() {
    let row = |restarts| {
        let pod = pod_with("web", Some("node-1"), |pod| pod.containers[0].restarts = restarts);
        told(&cluster(vec![node("node-1"), pod]), "Pod", "web", "files")
    };
    assert!(row(0).is_empty(), "what it has written is there");
    assert_eq!(
        row(1),
        ["a restarted container has the files of its image: what it wrote outside volumes is gone"]
    );
}

pub(super) fn waits_between_restarts_grow() {
    let mut trace = Trace::default();
    let mut at_ms = 1000;
    let asked = trace.request(0, &[], kubectl(), "create", reference("Pod", "web"));
    for wait_s in [10, 20, 40] {
        let reason = "Error".to_owned();
        trace.container(at_ms, asked, "web", Transition::Exited { code: 1, reason });
        at_ms += wait_s * 1000;
        trace.container(at_ms, asked, "web", Transition::Started);
        at_ms += 1000;
    }
    let mut core = Core::default();
    core.receive(&hello(vec![node("node-1")], 1.0), 0.0);
    core.receive(&trace.down(), 0.0);
    let waits: Vec<_> = core.notches().iter().filter_map(|notch| notch.wait_ms).collect();
    assert_eq!(waits, [10_000, 20_000, 40_000], "named on the timeline");
}

pub(super) fn the_image_is_what_is_missing() {
    let without = pod_with("web", Some("node-1"), |pod| {
        pod.phase = "Pending".to_owned();
        pod.status = "ImagePullBackOff".to_owned();
        pod.ready = false;
        let message = "Back-off pulling image \"ngnix\"".to_owned();
        pod.message = Some(message.clone());
        let reason = "ImagePullBackOff".to_owned();
        pod.containers[0].state = ContainerState::Waiting { reason, message };
    });
    let cluster = cluster(vec![node("node-1"), without]);
    let web = found(&cluster, "Pod", "web");
    let Detail::Pod(view) = &web.detail else { panic!() };
    assert_eq!(look::pod(&cluster, &web, view).mark, Mark::NoImage);
    let trouble = pointed(&cluster, "Pod", "web").trouble;
    assert_eq!(trouble.as_deref(), Some("Back-off pulling image \"ngnix\""));
}

pub(super) fn environment_and_volume_are_told_apart() {
    let reads = pod_with("web", Some("node-1"), |pod| {
        let used = |env| UseView { kind: "ConfigMap".to_owned(), name: "colours".to_owned(), env };
        pod.uses = vec![used(true), used(false)];
    });
    let cluster = cluster(vec![node("node-1"), reads]);
    assert_eq!(
        told(&cluster, "Pod", "web", "uses"),
        ["env ConfigMap colours", "volume ConfigMap colours"]
    );
}
