//! Wrong ideas that beginners have of Kubernetes, and what the picture shows against each: a state,
//! and what a person then sees. The words of a row are the wrong idea.

mod network;
mod pods;
mod workloads;

use protocol::{ContainerState, ContainerView, Detail, ObjectView, PodView};

use crate::i18n::Language::English;
use crate::player::fabricate::{Trace, snapshot};
use crate::player::{Cluster, Object};
use crate::scene::about::{About, about};
use crate::whynot::{finding, why_not};

/// Number, wrong idea, and the test of what is shown against it.
type Row = (u32, &'static str, fn());

const ROWS: [Row; 26] = [
    (1, "the API server pushes orders", pods::nobody_is_ordered_about),
    (2, "created means running", pods::a_stored_pod_waits),
    (3, "I deleted the Pod, why is it back?", workloads::a_set_makes_what_is_missing),
    (4, "a Pod moves to another node", pods::a_replaced_pod_is_a_new_one),
    (5, "a Pod is a small machine", pods::a_restart_begins_with_the_images_files),
    (6, "STATUS is the phase", pods::three_layers_stand_apart),
    (7, "readiness is looked at only at the start", network::readiness_closes_again),
    (8, "liveness is readiness", network::liveness_restarts_readiness_shuts),
    (9, "a Service is wired to its Pods", network::a_selector_matches_or_does_not),
    (10, "port, targetPort, nodePort: all the same", network::ports_are_told_one_by_one),
    (11, "<pending> of a LoadBalancer is an error", network::nobody_makes_a_balancer),
    (12, "an Ingress works alone", network::an_ingress_is_data),
    (13, "a rolling update loses nothing", network::requests_are_lost_and_counted),
    (14, "a rollout replaces all at once", workloads::a_rollout_stays_in_its_band),
    (15, "0/3 and no Pods, without an error", workloads::what_admission_refused_is_quoted),
    (16, "Pending: nobody says why", workloads::the_schedulers_table_is_shown),
    (17, "requests are limits", workloads::requests_are_reserved_limits_are_ceilings),
    (18, "a node dies and its Pods move at once", workloads::what_is_so_and_what_is_believed),
    (19, "a StatefulSet recovers like a Deployment", workloads::a_lost_member_stays),
    (20, "CrashLoopBackOff is a crash", pods::waits_between_restarts_grow),
    (21, "ImagePullBackOff is a failing program", pods::the_image_is_what_is_missing),
    (
        22,
        "a changed ConfigMap reaches the environment",
        pods::environment_and_volume_are_told_apart,
    ),
    (23, "a Pending claim is an error", workloads::a_claim_waits_for_its_pod),
    (24, "Endpoints are what a Service uses", network::endpoints_are_deprecated),
    (25, "a Job is a Deployment that ends", workloads::a_job_counts_completions),
    (26, "a namespace isolates the network", network::only_a_policy_stops_a_request),
];

#[test]
fn every_wrong_idea_meets_its_picture() {
    for (number, idea, test) in ROWS {
        println!("{number}. {idea}");
        test();
    }
    assert!(ROWS.iter().map(|(number, ..)| *number).eq(1..=26), "a row for each, in order");
}

fn cluster(views: Vec<ObjectView>) -> Cluster {
    Cluster::new(&snapshot(views))
}

/// A Pod with one container, changed as a test wants it.
fn pod_with(name: &str, node: Option<&str>, change: impl FnOnce(&mut PodView)) -> ObjectView {
    let mut view = crate::player::fabricate::pod(name, node);
    let Detail::Pod(pod) = &mut view.detail else { panic!("a Pod") };
    pod.containers = vec![container()];
    change(pod);
    view
}

fn container() -> ContainerView {
    ContainerView {
        name: "app".to_owned(),
        image: "app:1".to_owned(),
        state: ContainerState::Running { since_ms: 0 },
        ready: true,
        restarts: 0,
        ports: vec![8080],
        init: false,
        probes: Vec::new(),
        last: None,
    }
}

fn labelled(mut view: ObjectView, labels: &[(&str, &str)]) -> ObjectView {
    view.labels = labels.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
    view
}

fn found(cluster: &Cluster, kind: &str, name: &str) -> Object {
    let mut all = cluster.of_kind(kind);
    all.find(|object| object.object.name == name).cloned().expect("it is there")
}

/// What is said of an object that is pointed at.
fn pointed(cluster: &Cluster, kind: &str, name: &str) -> About {
    about(cluster, &found(cluster, kind, name), English)
}

/// The rows of that under one name.
fn told(cluster: &Cluster, kind: &str, name: &str, row: &str) -> Vec<String> {
    let rows = pointed(cluster, kind, name).rows.into_iter();
    rows.filter(|(name, _)| *name == row).map(|(_, value)| value).collect()
}

/// The sentences of the answer to "why not?".
fn answers(cluster: &Cluster, past: &Trace, kind: &str, name: &str) -> Vec<String> {
    let object = found(cluster, kind, name).object.clone();
    let answer = why_not(cluster, past, &object).expect("an answer");
    answer.findings.iter().map(|it| finding(&it.fact, English)).collect()
}
