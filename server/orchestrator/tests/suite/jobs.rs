//! Jobs: <https://kubernetes.io/docs/concepts/workloads/controllers/job/>

use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::Pod;
use orchestrator::Kind;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::told::events;

const JOBS: &str = "/apis/batch/v1/namespaces/default/jobs";

/// A Job `pi` whose container runs a line of shell.
fn job(script: &str, spec: Value) -> Value {
    let containers = json!([{
        "name": "work", "image": "busybox:1.36", "command": ["sh", "-c", script],
    }]);
    let mut spec = spec;
    if spec["template"]["spec"]["restartPolicy"].is_null() {
        spec["template"]["spec"]["restartPolicy"] = json!("Never");
    }
    spec["template"]["spec"]["containers"] = containers;
    json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "pi"}, "spec": spec})
}

fn run(script: &str, spec: Value) -> Cluster {
    let mut cluster = Cluster::new(2);
    cluster.ok("POST", JOBS, &job(script, spec));
    cluster
}

/// `NAME STATUS COMPLETIONS DURATION`
fn row(cluster: &Cluster) -> String {
    cluster.table(JOBS, &[0, 1, 2, 3]).join("\n")
}

fn get(cluster: &Cluster) -> Job {
    cluster.get::<Job>("default", "pi").expect("the Job is there")
}

/// `Type Status Reason: message` of each condition.
fn conditions(cluster: &Cluster) -> Vec<String> {
    let conditions = get(cluster).status.and_then(|status| status.conditions);
    let show = |c: k8s_openapi::api::batch::v1::JobCondition| {
        let (reason, message) = (c.reason.unwrap_or_default(), c.message.unwrap_or_default());
        format!("{} {} {reason}: {message}", c.type_, c.status)
    };
    conditions.into_iter().flatten().map(show).collect()
}

fn pods(cluster: &Cluster) -> Vec<Pod> {
    let objects = cluster.objects(Kind::Pod);
    let own = objects.iter().filter_map(|object| object.as_typed::<Pod>());
    own.filter(|pod| pod.metadata.namespace.as_deref() == Some("default")).cloned().collect()
}

fn all_let_go(cluster: &Cluster) -> bool {
    pods(cluster).iter().all(|pod| pod.metadata.finalizers.is_none())
}

#[test]
fn a_job_runs_to_its_end_and_says_so() {
    let mut cluster = run("echo 3.14; sleep 4", json!({}));
    cluster.run_s(4);
    assert_eq!(row(&cluster), "pi Running 0/1 4s");
    let status = get(&cluster).status.unwrap();
    assert_eq!((status.active, status.ready, status.terminating), (Some(1), Some(1), Some(0)));
    cluster.run_s(20);
    assert!(row(&cluster).starts_with("pi Complete 1/1 "), "{}", row(&cluster));
    let met = "CompletionsReached: Reached expected number of succeeded pods";
    assert_eq!(
        conditions(&cluster),
        [format!("SuccessCriteriaMet True {met}"), format!("Complete True {met}")]
    );
    assert_eq!(
        events(&cluster, Kind::Job, "pi"),
        ["Normal SuccessfulCreate Created pod: pi-*", "Normal Completed Job completed"]
    );
    let status = get(&cluster).status.unwrap();
    assert_eq!((status.active, status.succeeded, status.failed), (None, Some(1), None));
    let uncounted = status.uncounted_terminated_pods.unwrap();
    assert_eq!((uncounted.succeeded, uncounted.failed), (None, None));
    assert!(all_let_go(&cluster));
    assert!(cluster.pods()[0].ends_with(" 0/1 Completed"), "{:?}", cluster.pods());
}

#[test]
fn a_pod_that_has_ended_is_noted_before_it_is_let_go_and_counted() {
    use orchestrator::trace::What;
    let mut cluster = run("true", json!({}));
    cluster.run_s(20);
    let mut story = Vec::new();
    for entry in cluster.world.trace().iter_from(0) {
        let What::Write { after: Some(after), .. } = &entry.what else { continue };
        if let Some(job) = after.as_typed::<Job>() {
            let status = job.status.clone().unwrap_or_default();
            let noted = status.uncounted_terminated_pods.and_then(|noted| noted.succeeded);
            story.push(format!(
                "active {} noted {} succeeded {}",
                status.active.unwrap_or(0),
                noted.map_or(0, |noted| noted.len()),
                status.succeeded.unwrap_or(0)
            ));
        } else if after.as_typed::<Pod>().is_some_and(|pod| {
            pod.metadata.finalizers.is_none()
                && pod.metadata.namespace.as_deref() == Some("default")
        }) {
            story.push("let go".to_owned());
        }
    }
    story.dedup();
    let expected = [
        "active 0 noted 0 succeeded 0",
        "active 1 noted 0 succeeded 0",
        "active 0 noted 1 succeeded 0",
        "let go",
        "active 0 noted 0 succeeded 1",
    ];
    assert_eq!(story, expected);
}

#[test]
fn many_completions_run_a_few_at_a_time() {
    let mut cluster = run("sleep 5", json!({"completions": 5, "parallelism": 2}));
    let mut most = 0;
    for _ in 0..60 {
        cluster.run_s(1);
        most = most.max(cluster.pods().iter().filter(|row| row.ends_with("Running")).count());
    }
    assert_eq!(most, 2);
    assert_eq!(pods(&cluster).len(), 5);
    assert!(row(&cluster).starts_with("pi Complete 5/5 "), "{}", row(&cluster));
}

#[test]
fn a_failing_job_backs_off_and_gives_up() {
    let mut cluster = run("exit 1", json!({"backoffLimit": 2}));
    let mut times = Vec::new();
    for second in 0..120 {
        cluster.run_s(1);
        if pods(&cluster).len() > times.len() {
            times.push(second);
        }
    }
    assert_eq!(times.len(), 3, "three tries: {times:?}");
    assert!((11..=15).contains(&(times[1] - times[0])), "10 s after the first failure: {times:?}");
    assert!((21..=25).contains(&(times[2] - times[1])), "20 s after the second: {times:?}");
    assert_eq!(row(&cluster).split(' ').nth(1), Some("Failed"));
    let why = "BackoffLimitExceeded: Job has reached the specified backoff limit";
    assert_eq!(
        conditions(&cluster),
        [format!("FailureTarget True {why}"), format!("Failed True {why}")]
    );
    assert_eq!(
        events(&cluster, Kind::Job, "pi").last().map(String::as_str),
        Some("Warning BackoffLimitExceeded Job has reached the specified backoff limit")
    );
    assert_eq!(get(&cluster).status.unwrap().failed, Some(3));
    assert!(all_let_go(&cluster));
}

#[test]
fn containers_restarted_in_place_count_against_the_limit_too() {
    let spec = json!({"backoffLimit": 1, "template": {"spec": {"restartPolicy": "OnFailure"}}});
    let mut cluster = run("exit 1", spec);
    cluster.run_s(60);
    assert_eq!(conditions(&cluster).len(), 2, "{:?}", conditions(&cluster));
    assert!(conditions(&cluster)[1].starts_with("Failed True BackoffLimitExceeded"));
    assert!(pods(&cluster).is_empty(), "its Pod was still running, and is deleted");
}

#[test]
fn a_deadline_ends_what_runs() {
    let mut cluster = run("sleep 1000", json!({"activeDeadlineSeconds": 20}));
    cluster.run_s(15);
    assert_eq!(row(&cluster), "pi Running 0/1 15s");
    cluster.run_s(10);
    assert_eq!(row(&cluster).split(' ').nth(1), Some("FailureTarget"), "{}", row(&cluster));
    cluster.run_s(60);
    let why = "DeadlineExceeded: Job was active longer than specified deadline";
    assert_eq!(
        conditions(&cluster),
        [format!("FailureTarget True {why}"), format!("Failed True {why}")]
    );
    assert!(pods(&cluster).is_empty());
    let reasons = events(&cluster, Kind::Job, "pi");
    assert_eq!(
        reasons,
        [
            "Normal SuccessfulCreate Created pod: pi-*",
            "Normal SuccessfulDelete Deleted pod: pi-*",
            "Warning DeadlineExceeded Job was active longer than specified deadline",
        ]
    );
}

#[test]
fn a_finished_job_goes_when_its_time_is_up_and_its_pods_with_it() {
    let mut cluster = run("true", json!({"ttlSecondsAfterFinished": 30}));
    cluster.run_s(20);
    assert!(row(&cluster).starts_with("pi Complete 1/1"));
    cluster.run_s(40);
    assert_eq!(row(&cluster), "");
    assert!(pods(&cluster).is_empty());
}

#[test]
fn a_suspended_job_waits_and_one_that_is_suspended_loses_its_pods() {
    let mut cluster = run("sleep 15", json!({"suspend": true}));
    cluster.run_s(10);
    assert_eq!(row(&cluster), "pi Suspended 0/1 ");
    assert_eq!(conditions(&cluster), ["Suspended True JobSuspended: Job suspended"]);
    assert!(pods(&cluster).is_empty());
    let uri = format!("{JOBS}/pi");
    cluster.ok("PATCH", &uri, &json!({"spec": {"suspend": false}}));
    cluster.run_s(10);
    assert_eq!(conditions(&cluster), ["Suspended False JobResumed: Job resumed"]);
    assert_eq!(row(&cluster), "pi Running 0/1 10s");
    cluster.ok("PATCH", &uri, &json!({"spec": {"suspend": true}}));
    cluster.run_s(40);
    assert!(pods(&cluster).is_empty());
    assert_eq!(get(&cluster).status.unwrap().start_time, None);
    cluster.ok("PATCH", &uri, &json!({"spec": {"suspend": false}}));
    cluster.run_s(40);
    assert!(row(&cluster).starts_with("pi Complete 1/1"), "{}", row(&cluster));
    let told = events(&cluster, Kind::Job, "pi");
    for wanted in ["Normal Suspended Job suspended", "Normal Resumed Job resumed"] {
        assert!(told.iter().any(|event| event == wanted), "{told:?}");
    }
}

#[test]
fn an_indexed_job_numbers_its_pods() {
    let spec = json!({"completions": 3, "parallelism": 3, "completionMode": "Indexed"});
    let mut cluster = run("echo I am $JOB_COMPLETION_INDEX; sleep 5", spec);
    cluster.run_s(4);
    let mut hosts = Vec::new();
    for pod in pods(&cluster) {
        let name = pod.metadata.name.clone().unwrap();
        let index =
            pod.metadata.annotations.clone().unwrap()["batch.kubernetes.io/job-completion-index"]
                .clone();
        assert!(name.starts_with(&format!("pi-{index}-")), "{name}");
        let uri = format!("/api/v1/namespaces/default/pods/{name}/log");
        let request = orchestrator::ApiRequest::new("GET", &uri, "", "");
        let log = cluster.world.peek(&request).into_body();
        assert_eq!(String::from_utf8_lossy(&log), format!("I am {index}\n"));
        hosts.push(pod.spec.unwrap().hostname.unwrap());
    }
    assert_eq!(hosts, ["pi-0", "pi-1", "pi-2"]);
    cluster.run_s(20);
    let status = get(&cluster).status.unwrap();
    assert_eq!((status.completed_indexes.as_deref(), status.succeeded), (Some("0-2"), Some(3)));
    assert!(row(&cluster).starts_with("pi Complete 3/3"));
}

#[test]
fn each_index_may_have_its_own_limit() {
    let spec = json!({
        "completions": 3, "parallelism": 3, "completionMode": "Indexed",
        "backoffLimitPerIndex": 1,
    });
    let mut cluster = run("[ $JOB_COMPLETION_INDEX = 1 ] && exit 1; exit 0", spec);
    cluster.run_s(60);
    let status = get(&cluster).status.unwrap();
    assert_eq!(status.completed_indexes.as_deref(), Some("0,2"));
    assert_eq!(status.failed_indexes.as_deref(), Some("1"));
    assert_eq!((status.succeeded, status.failed), (Some(2), Some(2)));
    let why = "FailedIndexes: Job has failed indexes";
    assert_eq!(
        conditions(&cluster),
        [format!("FailureTarget True {why}"), format!("Failed True {why}")]
    );
    assert!(all_let_go(&cluster));
}

#[test]
fn a_failure_policy_can_fail_the_job_at_once_or_look_away() {
    let rule = |action: &str| {
        let codes = json!({"containerName": "work", "operator": "In", "values": [42]});
        json!({"podFailurePolicy": {"rules": [{"action": action, "onExitCodes": codes}]}})
    };
    let mut cluster = run("exit 42", rule("FailJob"));
    cluster.run_s(20);
    let name = pods(&cluster)[0].metadata.name.clone().unwrap();
    let why = format!(
        "PodFailurePolicy: Container work for pod default/{name} failed with exit code 42 \
         matching FailJob rule at index 0"
    );
    assert_eq!(
        conditions(&cluster),
        [format!("FailureTarget True {why}"), format!("Failed True {why}")]
    );
    let mut spec = rule("Ignore");
    spec["backoffLimit"] = json!(0);
    let mut cluster = run("exit 42", spec);
    cluster.run_s(60);
    assert!(pods(&cluster).len() > 1 && conditions(&cluster).is_empty());
}

#[test]
fn a_success_policy_ends_the_rest() {
    let spec = json!({
        "completions": 3, "parallelism": 3, "completionMode": "Indexed",
        "successPolicy": {"rules": [{"succeededIndexes": "0"}]},
    });
    let mut cluster = run("[ $JOB_COMPLETION_INDEX = 0 ] && exit 0; sleep 1000", spec);
    cluster.run_s(90);
    let why = "SuccessPolicy: Matched rules at index 0";
    assert_eq!(
        conditions(&cluster),
        [format!("SuccessCriteriaMet True {why}"), format!("Complete True {why}")]
    );
    assert_eq!(pods(&cluster).len(), 1, "the others are deleted");
}

#[test]
fn a_lost_pod_is_replaced_at_once_or_when_it_is_gone() {
    for (policy, early) in [("TerminatingOrFailed", 2), ("Failed", 1)] {
        let script = "trap 'sleep 20; exit 1' TERM; while true; do sleep 1; done";
        let mut cluster = run(script, json!({"podReplacementPolicy": policy}));
        cluster.run_s(5);
        let name = pods(&cluster)[0].metadata.name.clone().unwrap();
        cluster.ok("DELETE", &format!("/api/v1/namespaces/default/pods/{name}"), &Value::Null);
        cluster.run_s(14);
        let status = get(&cluster).status.unwrap();
        assert_eq!(pods(&cluster).len(), early, "{policy}: {:?}", cluster.pods());
        assert_eq!(status.terminating, Some(1), "{policy}");
    }
}

#[test]
fn a_deleted_job_keeps_its_pods_only_if_nobody_says_otherwise() {
    let mut cluster = run("sleep 1000", json!({}));
    cluster.run_s(5);
    cluster.ok("DELETE", &format!("{JOBS}/pi"), &json!({"propagationPolicy": "Background"}));
    cluster.run_s(60);
    assert!(pods(&cluster).is_empty(), "{:?}", cluster.pods());
    let mut cluster = run("sleep 1000", json!({}));
    cluster.run_s(5);
    cluster.ok("DELETE", &format!("{JOBS}/pi"), &Value::Null);
    cluster.run_s(60);
    assert_eq!(pods(&cluster).len(), 1);
    assert!(all_let_go(&cluster));
}

#[test]
fn what_is_wrong_with_a_job_is_said_in_kubernetes_words() {
    let always = json!({"template": {"spec": {"restartPolicy": "Always"}}});
    let cases = [
        (
            always,
            "Job.batch \"pi\" is invalid: spec.template.spec.restartPolicy: Required value: valid \
             values: \"OnFailure\", \"Never\"",
        ),
        (
            json!({"parallelism": -1}),
            "Job.batch \"pi\" is invalid: spec.parallelism: Invalid value: -1: must be greater \
             than or equal to 0",
        ),
        (
            json!({"completionMode": "Indexed", "parallelism": 1}),
            "Job.batch \"pi\" is invalid: spec.completions: Required value: when completion mode \
             is Indexed",
        ),
        (
            json!({"backoffLimitPerIndex": 1}),
            "Job.batch \"pi\" is invalid: spec.backoffLimitPerIndex: Invalid value: 1: requires \
             indexed completion mode",
        ),
    ];
    for (spec, expected) in cases {
        let mut cluster = Cluster::new(1);
        let (code, answer) = cluster.request("POST", JOBS, &job("true", spec));
        assert_eq!((code, answer["message"].as_str()), (422, Some(expected)));
    }
    let mut cluster = run("sleep 1000", json!({"completions": 2}));
    let patch = json!({"spec": {"completions": 3}});
    let (code, answer) = cluster.request("PATCH", &format!("{JOBS}/pi"), &patch);
    let expected = "Job.batch \"pi\" is invalid: spec.completions: Invalid value: 3: field is \
                    immutable";
    assert_eq!((code, answer["message"].as_str()), (422, Some(expected)));
    let labels = get(&cluster).metadata.labels.unwrap();
    let names: Vec<&str> = labels.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "batch.kubernetes.io/controller-uid",
            "batch.kubernetes.io/job-name",
            "controller-uid",
            "job-name"
        ]
    );
}
