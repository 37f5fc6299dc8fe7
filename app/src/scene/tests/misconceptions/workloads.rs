//! Controllers, the scheduler, nodes and volumes.

use protocol::{
    Actor, ClaimView, DeploymentView, Detail, JobView, ObjectView, ReplicaSetView, StatefulSetView,
    StorageClassView, Trouble, Verdict, What,
};

use super::super::{ROOMS, lay};
use super::{answers, cluster, found, pod_with, told};
use crate::i18n::Language::English;
use crate::player::Cluster;
use crate::player::fabricate::{Trace, node, note, object, pod, reference, snapshot};
use crate::scene::Lens;
use crate::scene::links::links;
use crate::scene::look;
use crate::scene::plain::{Cell, plain};
use crate::words;

fn cells(cluster: &Cluster, kind: &str, name: &str) -> Vec<Cell> {
    plain(cluster, &found(cluster, kind, name), English).unwrap().cells
}

fn owned(mut view: ObjectView, owner: &ObjectView) -> ObjectView {
    view.owner = Some(owner.object.clone());
    view
}

pub(super) fn a_set_makes_what_is_missing() {
    let view = ReplicaSetView { desired: 3, current: 2, ready: 2, ..ReplicaSetView::default() };
    let set = object("ReplicaSet", "web", Detail::ReplicaSet(view));
    let mine = owned(pod("web-1", Some("node-1")), &set);
    let cluster = cluster(vec![node("node-1"), set, mine, pod("bare", Some("node-1"))]);
    assert_eq!(told(&cluster, "ReplicaSet", "web", "replicas"), ["2 / 3"]);
    let layout = lay(&cluster, ROOMS[0]);
    assert_eq!(links(&cluster, &layout, Lens::Ownership).len(), 1, "nobody owns the bare one");
    let few = note("TooFewPods", "", &[("name", "web"), ("wanted", "3"), ("saw", "2")]);
    let said = words::note(&few, English);
    assert_eq!(said, "ReplicaSet web wants 3 Pods and sees 2: it makes what is missing.");
}

pub(super) fn a_rollout_stays_in_its_band() {
    let view = DeploymentView {
        desired: 4,
        max_surge: 1,
        max_unavailable: 1,
        ..DeploymentView::default()
    };
    let deployment = object("Deployment", "web", Detail::Deployment(view));
    let set = |name: &str, desired| {
        let view = ReplicaSetView { desired, current: desired, ..ReplicaSetView::default() };
        owned(object("ReplicaSet", name, Detail::ReplicaSet(view)), &deployment)
    };
    let (old, new) = (set("web-old", 3), set("web-new", 2));
    let cluster = cluster(vec![node("node-1"), deployment.clone(), old, new]);
    assert_eq!(told(&cluster, "Deployment", "web", "maxUnavailable…maxSurge"), ["3…5"]);
    let layout = lay(&cluster, ROOMS[0]);
    let side = |name: &str| layout.set_rect(&format!("uid-replicaset-{name}")).unwrap();
    assert!(!side("web-old").overlaps(side("web-new")));
}

pub(super) fn what_admission_refused_is_quoted() {
    let message = "pods \"web-7c9-x\" is forbidden: exceeded quota: few".to_owned();
    let trouble = Some(Trouble { reason: "FailedCreate".to_owned(), message });
    let view = DeploymentView { desired: 3, ..DeploymentView::default() };
    let deployment = object("Deployment", "web", Detail::Deployment(view));
    let view = ReplicaSetView { desired: 3, trouble, ..ReplicaSetView::default() };
    let set = owned(object("ReplicaSet", "web-7c9", Detail::ReplicaSet(view)), &deployment);
    let cluster = cluster(vec![deployment, set]);
    for (kind, name) in [("Deployment", "web"), ("ReplicaSet", "web-7c9")] {
        let said = answers(&cluster, &Trace::default(), kind, name);
        assert!(said.iter().any(|it| it.contains("exceeded quota")), "{kind}: {said:?}");
    }
}

pub(super) fn the_schedulers_table_is_shown() {
    let verdict = Verdict {
        node: "node-1".to_owned(),
        refused_by: Some("NodeResourcesFit".to_owned()),
        reason: "Insufficient memory".to_owned(),
        scores: Vec::new(),
        total: 0,
        chosen: false,
    };
    let mut past = Trace::default();
    let object = reference("Pod", "web");
    let what =
        What::Decision { object: object.clone(), notes: Vec::new(), verdicts: vec![verdict] };
    past.add(1, &[], Actor::Scheduler, what);
    let cluster = cluster(vec![node("node-1"), pod("web", None)]);
    let answer = crate::whynot::why_not(&cluster, &past, &object).unwrap();
    assert_eq!(answer.verdicts[0].reason, "Insufficient memory");
    let layout = lay(&cluster, ROOMS[0]);
    assert!(layout.tray.overlaps(layout.pods["uid-pod-web"].cell), "it stands in the tray");
}

pub(super) fn requests_are_reserved_limits_are_ceilings() {
    let greedy = pod_with("web", Some("node-1"), |pod| {
        (pod.cpu_milli, pod.cpu_limit_milli) = (500, 3000);
    });
    let cluster = cluster(vec![node("node-1"), greedy]);
    let (_, view) = cluster.nodes().next().unwrap();
    let look = look::node(&cluster, "node-1", view);
    assert_eq!((look.cpu.requested, look.cpu.limits, look.cpu.allocatable), (500, 3000, 2000));
    assert_eq!(look.cpu.part(), 0.25, "limits reserve nothing");
}

pub(super) fn what_is_so_and_what_is_believed() {
    let mut start = snapshot(vec![node("node-1"), pod("web", Some("node-1"))]);
    start.off = vec!["node-1".to_owned()];
    let cluster = Cluster::new(&start);
    let (_, view) = cluster.nodes().next().unwrap();
    let look = look::node(&cluster, "node-1", view);
    assert!(look.off && look.word == "Ready", "believed to be well");
    let layout = lay(&cluster, ROOMS[0]);
    let home = layout.node("node-1").unwrap().rect;
    assert!(home.overlaps(layout.pods["uid-pod-web"].cell), "and its Pod is still there");
}

pub(super) fn a_lost_member_stays() {
    let view = StatefulSetView { desired: 2, ready: 1, current: 2, ..StatefulSetView::default() };
    let set = object("StatefulSet", "web", Detail::StatefulSet(view));
    let mut silent = node("node-2");
    let Detail::Node(view) = &mut silent.detail else { panic!() };
    view.ready = "Unknown".to_owned();
    let mut leaving = pod_with("web-1", Some("node-2"), |pod| pod.ready = false);
    leaving.deleting_ms = Some(300_000);
    let views = vec![node("node-1"), silent, set, pod("web-0", Some("node-1")), leaving];
    let cluster = cluster(views);
    assert_eq!(cells(&cluster, "StatefulSet", "web"), [Cell::Full, Cell::Open]);
    let said = answers(&cluster, &Trace::default(), "Pod", "web-1");
    assert!(said[0].contains("nobody can confirm"), "{said:?}");
}

pub(super) fn a_claim_waits_for_its_pod() {
    let class = StorageClassView { waits_for_pod: true, ..StorageClassView::default() };
    let claim = ClaimView {
        phase: "Pending".to_owned(),
        class: Some("standard".to_owned()),
        requested_bytes: 1 << 30,
        ..ClaimView::default()
    };
    let cluster = cluster(vec![
        object("StorageClass", "standard", Detail::StorageClass(class)),
        object("PersistentVolumeClaim", "data", Detail::PersistentVolumeClaim(claim)),
    ]);
    let chip = plain(&cluster, &found(&cluster, "PersistentVolumeClaim", "data"), English).unwrap();
    assert_eq!((&*chip.count, &*chip.lines[0]), ("Pending", "1Gi · WaitForFirstConsumer"));
    let said = answers(&cluster, &Trace::default(), "PersistentVolumeClaim", "data");
    assert!(said[0].starts_with("No error"), "{said:?}");
}

pub(super) fn a_job_counts_completions() {
    let view = JobView {
        completions: Some(4),
        parallelism: 2,
        active: 1,
        succeeded: 2,
        failed: 1,
        backoff_limit: 6,
        ..JobView::default()
    };
    let cluster = cluster(vec![object("Job", "import", Detail::Job(view))]);
    use Cell::{Failed, Full, Open, Wanted};
    assert_eq!(cells(&cluster, "Job", "import"), [Full, Full, Open, Wanted, Failed]);
    let card = plain(&cluster, &found(&cluster, "Job", "import"), English).unwrap();
    assert_eq!((&*card.count, &*card.lines[1]), ("2/4", "failed 1 · backoffLimit 6"));
}
