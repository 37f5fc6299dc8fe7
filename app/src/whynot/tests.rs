//! Answers, as a person reads them.

use std::collections::BTreeMap;

use protocol::{
    ClaimView, ContainerState, ContainerView, DeploymentView, Detail, Moment, ObjectRef,
    ObjectView, PodView, Position, ReplicaSetView, ServiceView, StorageClassView, Trouble, Verdict,
    What,
};

use super::{Answer, Past, Question, finding, why_not};
use crate::i18n::Language::English;
use crate::player::Cluster;
use crate::player::fabricate::{Trace, node, object, pod, reference, snapshot};

impl Past for Trace {
    fn latest(&self, fits: &dyn Fn(&Moment) -> bool) -> Option<(Position, Moment)> {
        let found = self.moments.iter().rfind(|moment| fits(moment))?;
        Some((found.position, found.clone()))
    }
}

fn ask(objects: Vec<ObjectView>, past: &Trace, about: &ObjectRef) -> Option<Answer> {
    why_not(&Cluster::new(&snapshot(objects)), past, about)
}

fn words(answer: &Answer) -> Vec<String> {
    answer.findings.iter().map(|it| finding(&it.fact, English)).collect()
}

fn labelled(mut view: ObjectView, labels: &[(&str, &str)]) -> ObjectView {
    view.labels = labels.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
    view
}

fn service(name: &str, selector: &[(&str, &str)]) -> ObjectView {
    let selector: BTreeMap<String, String> =
        selector.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
    object("Service", name, Detail::Service(ServiceView { selector, ..ServiceView::default() }))
}

#[test]
fn a_pending_pod_shows_the_schedulers_table_and_leads_to_it() {
    let mut past = Trace::default();
    let verdict = |node: &str, plugin: &str, reason: &str| Verdict {
        node: node.to_owned(),
        refused_by: Some(plugin.to_owned()),
        reason: reason.to_owned(),
        scores: Vec::new(),
        total: 0,
        chosen: false,
    };
    let verdicts = vec![
        verdict("node-1", "NodeResourcesFit", "Insufficient cpu"),
        verdict("node-2", "TaintToleration", "node(s) had untolerated taint(s)"),
    ];
    let table = What::Decision { object: reference("Pod", "web"), notes: Vec::new(), verdicts };
    past.routine(0);
    let position = past.add(10, &[], protocol::Actor::Scheduler, table);
    let mut waiting = pod("web", None);
    let Detail::Pod(view) = &mut waiting.detail else { panic!() };
    view.message = Some("0/2 nodes are available".to_owned());
    let objects = vec![node("node-1"), node("node-2"), waiting];
    let answer = ask(objects, &past, &reference("Pod", "web")).unwrap();
    assert_eq!(answer.question, Question::NoNode);
    assert_eq!(answer.decided, Some(position));
    assert_eq!(answer.verdicts[0].refused_by.as_deref(), Some("NodeResourcesFit"));
    assert_eq!(
        words(&answer),
        [
            "The scheduler looked at 2 nodes; none would do.",
            "FailedScheduling: 0/2 nodes are available"
        ]
    );
    assert_eq!(answer.findings[0].moment, Some(position));
}

#[test]
fn without_a_scheduler_nobody_places_a_pod() {
    let mut host = node("control-plane");
    let Detail::Node(view) = &mut host.detail else { panic!() };
    view.control_plane = true;
    let mut start = snapshot(vec![host, pod("web", None)]);
    start.stopped = vec![("kube-scheduler".to_owned(), "control-plane".to_owned())];
    let cluster = Cluster::new(&start);
    let answer = why_not(&cluster, &Trace::default(), &reference("Pod", "web")).unwrap();
    assert_eq!(words(&answer), ["kube-scheduler does not run: nobody does its work."]);
}

#[test]
fn a_service_without_endpoints_names_the_label_that_differs() {
    let objects = vec![
        service("web", &[("app", "helo")]),
        labelled(pod("web-1", Some("node-1")), &[("app", "hello")]),
        labelled(pod("db-1", Some("node-1")), &[("tier", "db")]),
    ];
    let answer = ask(objects, &Trace::default(), &reference("Service", "web")).unwrap();
    assert_eq!(answer.question, Question::NoEndpoints);
    assert_eq!(words(&answer), ["Pod web-1 does not match: app: helo ≠ app: hello"]);
    assert_eq!(answer.findings[0].object.as_ref().unwrap().name, "web-1");
}

#[test]
fn a_service_whose_pods_are_not_ready_says_so() {
    let mut view = labelled(pod("web-1", Some("node-1")), &[("app", "web")]);
    let Detail::Pod(it) = &mut view.detail else { panic!() };
    it.ready = false;
    let objects = vec![service("web", &[("app", "web")]), view];
    let answer = ask(objects, &Trace::default(), &reference("Service", "web")).unwrap();
    assert_eq!(
        words(&answer),
        [
            "1 Pods match its selector; none is ready, so none gets requests.",
            "Pod web-1 is not ready: Running."
        ]
    );
}

#[test]
fn a_rollout_that_waits_names_its_band_and_the_pod_it_waits_for() {
    let detail = DeploymentView {
        desired: 3,
        current: 4,
        updated: 1,
        ready: 3,
        available: 3,
        max_surge: 1,
        max_unavailable: 0,
        ..DeploymentView::default()
    };
    let deployment = object("Deployment", "web", Detail::Deployment(detail));
    let mut set = object("ReplicaSet", "web-new", Detail::ReplicaSet(ReplicaSetView::default()));
    set.owner = Some(deployment.object.clone());
    let mut fresh = pod("web-new-1", Some("node-1"));
    let Detail::Pod(it) = &mut fresh.detail else { panic!() };
    (it.ready, it.status) = (false, "ImagePullBackOff".to_owned());
    fresh.owner = Some(set.object.clone());
    let about = deployment.object.clone();
    let answer = ask(vec![deployment, set, fresh], &Trace::default(), &about).unwrap();
    assert_eq!(
        words(&answer),
        [
            "At least 3 Pods must stay available; 3 are.",
            "At most 4 Pods may be there at once; 4 are.",
            "Pod web-new-1 is not ready: ImagePullBackOff."
        ]
    );
}

#[test]
fn a_quota_that_forbids_pods_is_quoted() {
    let message = "pods \"web-x\" is forbidden: exceeded quota: few".to_owned();
    let trouble = Trouble { reason: "FailedCreate".to_owned(), message };
    let view = ReplicaSetView { desired: 3, trouble: Some(trouble), ..ReplicaSetView::default() };
    let set = object("ReplicaSet", "web", Detail::ReplicaSet(view));
    let about = set.object.clone();
    let answer = ask(vec![set], &Trace::default(), &about).unwrap();
    assert_eq!(words(&answer), ["FailedCreate: pods \"web-x\" is forbidden: exceeded quota: few"]);
}

#[test]
fn a_claim_that_waits_for_its_pod_is_no_error() {
    let class = StorageClassView { waits_for_pod: true, ..StorageClassView::default() };
    let claim = ClaimView {
        phase: "Pending".to_owned(),
        class: Some("standard".to_owned()),
        ..ClaimView::default()
    };
    let claim = object("PersistentVolumeClaim", "data", Detail::PersistentVolumeClaim(claim));
    let about = claim.object.clone();
    let class = object("StorageClass", "standard", Detail::StorageClass(class));
    let answer = ask(vec![claim, class], &Trace::default(), &about).unwrap();
    assert!(words(&answer)[0].starts_with("No error: StorageClass standard"), "{answer:?}");
}

#[test]
fn a_container_that_keeps_ending_says_how_it_ended() {
    let container = ContainerView {
        name: "app".to_owned(),
        image: "app".to_owned(),
        state: ContainerState::Waiting {
            reason: "CrashLoopBackOff".to_owned(),
            message: "back-off 40s restarting failed container".to_owned(),
        },
        ready: false,
        restarts: 3,
        ports: Vec::new(),
        init: false,
        probes: Vec::new(),
        last: Some(("Error".to_owned(), 1)),
    };
    let view = PodView {
        phase: "Running".to_owned(),
        node: Some("node-1".to_owned()),
        containers: vec![container],
        ..PodView::default()
    };
    let view = object("Pod", "web", Detail::Pod(view));
    let about = view.object.clone();
    let answer = ask(vec![view], &Trace::default(), &about).unwrap();
    assert_eq!(
        words(&answer),
        [
            "Container app ended with 1 (Error); it has been restarted 3 times.",
            "Container app waits: CrashLoopBackOff — back-off 40s restarting failed container"
        ]
    );
}

#[test]
fn a_pod_of_a_silent_node_stays_because_nobody_confirms_its_end() {
    let mut silent = node("node-1");
    let Detail::Node(view) = &mut silent.detail else { panic!() };
    view.ready = "Unknown".to_owned();
    let mut leaving = pod("web-1", Some("node-1"));
    leaving.deleting_ms = Some(5);
    let about = leaving.object.clone();
    let answer = ask(vec![silent, leaving], &Trace::default(), &about).unwrap();
    assert_eq!(answer.question, Question::StillThere);
    assert!(words(&answer)[0].contains("node-1 is silent"));
}

#[test]
fn nothing_is_asked_of_what_is_well() {
    let about = reference("Pod", "web");
    assert_eq!(ask(vec![pod("web", Some("node-1"))], &Trace::default(), &about), None);
    assert_eq!(ask(Vec::new(), &Trace::default(), &about), None);
}
