//! CronJobs: <https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/>

use k8s_openapi::api::batch::v1::CronJob;
use orchestrator::Kind;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::told::events;

const CRON_JOBS: &str = "/apis/batch/v1/namespaces/default/cronjobs";

/// A CronJob `tick` whose container runs a line of shell each minute.
fn cron_job(script: &str, spec: &Value) -> Value {
    let containers = json!([{
        "name": "work", "image": "busybox:1.36", "command": ["sh", "-c", script],
    }]);
    let template = json!({"spec": {"restartPolicy": "Never", "containers": containers}});
    let mut all = json!({
        "schedule": "* * * * *", "jobTemplate": {"spec": {"template": template}},
    });
    for (name, value) in spec.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "tick"}, "spec": all})
}

fn run(script: &str, spec: &Value) -> Cluster {
    let mut cluster = Cluster::new(2);
    cluster.ok("POST", CRON_JOBS, &cron_job(script, spec));
    cluster
}

/// Minutes since 1970 at the end of each Job's name.
fn minutes(cluster: &Cluster) -> Vec<i64> {
    let names = cluster.names(Kind::Job);
    names.iter().map(|name| name.rsplit_once('-').unwrap().1.parse().unwrap()).collect()
}

fn get(cluster: &Cluster) -> CronJob {
    cluster.get::<CronJob>("default", "tick").expect("the CronJob is there")
}

#[test]
fn each_minute_has_its_job_and_the_old_ones_go() {
    let mut cluster = run("sleep 5", &json!({}));
    cluster.run_s(62);
    assert_eq!(minutes(&cluster).len(), 1);
    let row = cluster.table(CRON_JOBS, &[0, 1, 2, 3, 4]).join("");
    assert_eq!(row, "tick * * * * * <none> False 1");
    cluster.run_s(360);
    let made = minutes(&cluster);
    assert!((3..=4).contains(&made.len()), "three finished ones are kept: {made:?}");
    assert!(made.windows(2).all(|pair| pair[1] == pair[0] + 1), "{made:?}");
    let name = format!("tick-{}", made[0]);
    let told = events(&cluster, Kind::CronJob, "tick");
    for wanted in [
        format!("Normal SuccessfulCreate Created job {name}"),
        format!("Normal SawCompletedJob Saw completed job: {name}, condition: Complete"),
    ] {
        assert!(told.contains(&wanted), "{wanted}: {told:?}");
    }
    assert!(
        told.iter().any(|event| event.starts_with("Normal SuccessfulDelete Deleted job tick-"))
    );
    let status = get(&cluster).status.unwrap();
    assert!(status.last_schedule_time.is_some() && status.last_successful_time.is_some());
    assert_eq!(told.iter().filter(|event| event.contains("UnexpectedJob")).count(), 0);
}

#[test]
fn jobs_run_side_by_side_or_wait_or_replace_each_other() {
    for (policy, expected) in [("Allow", 3), ("Forbid", 1), ("Replace", 1)] {
        let mut cluster = run("sleep 100000", &json!({"concurrencyPolicy": policy}));
        cluster.run_s(190);
        let made = minutes(&cluster);
        assert_eq!(made.len(), expected, "{policy}");
        assert_eq!(get(&cluster).status.unwrap().active.map_or(0, |all| all.len()), expected);
        let told = events(&cluster, Kind::CronJob, "tick");
        let replaced = told.iter().filter(|event| event.contains("Deleted job tick-")).count();
        assert_eq!(replaced, if policy == "Replace" { 2 } else { 0 }, "{told:?}");
        let waits = "Normal JobAlreadyActive Not starting job because prior execution is running \
                     and concurrency policy is Forbid";
        assert_eq!(told.iter().any(|event| event == waits), policy == "Forbid", "{told:?}");
    }
}

#[test]
fn a_suspended_one_makes_nothing_and_does_not_catch_up_what_is_too_late() {
    let spec = json!({"suspend": true, "startingDeadlineSeconds": 20, "schedule": "*/5 * * * *"});
    let mut cluster = run("true", &spec);
    let to_the_minute = 300 - (cluster.world.clock().time().0.as_second() % 300);
    cluster.run_s(to_the_minute + 60);
    assert!(minutes(&cluster).is_empty());
    cluster.ok("PATCH", &format!("{CRON_JOBS}/tick"), &json!({"spec": {"suspend": false}}));
    cluster.run_s(60);
    assert!(minutes(&cluster).is_empty(), "a minute late, of which 20 s are allowed");
    cluster.run_s(200);
    assert_eq!(minutes(&cluster).len(), 1);
}

#[test]
fn what_is_wrong_with_a_cron_job_is_said_in_kubernetes_words() {
    let cases = [
        (
            json!({"schedule": "61 * * * *"}),
            "spec.schedule: Invalid value: \"61 * * * *\": end of range (61) above maximum (59): \
             61",
        ),
        (
            json!({"timeZone": "Mars/Olympus"}),
            "spec.timeZone: Invalid value: \"Mars/Olympus\": unknown time zone Mars/Olympus",
        ),
        (
            json!({"schedule": "TZ=UTC 0 * * * *"}),
            "spec.schedule: Invalid value: \"TZ=UTC 0 * * * *\": cannot use TZ or CRON_TZ in \
             schedule, use timeZone field instead",
        ),
        (
            json!({"concurrencyPolicy": "Never"}),
            "spec.concurrencyPolicy: Unsupported value: \"Never\": supported values: \"Allow\", \
             \"Forbid\", \"Replace\"",
        ),
    ];
    for (spec, expected) in cases {
        let mut cluster = Cluster::new(1);
        let (code, answer) = cluster.request("POST", CRON_JOBS, &cron_job("true", &spec));
        let expected = format!("CronJob.batch \"tick\" is invalid: {expected}");
        assert_eq!((code, answer["message"].as_str()), (422, Some(expected.as_str())));
    }
}
