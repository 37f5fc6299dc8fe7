//! ResourceQuotas and LimitRanges.

use orchestrator::Kind;
use serde_json::{Value, json};

use crate::cluster::Cluster;

const PODS: &str = "/api/v1/namespaces/default/pods";
const QUOTAS: &str = "/api/v1/namespaces/default/resourcequotas";
const RANGES: &str = "/api/v1/namespaces/default/limitranges";

fn quota(name: &str, hard: &Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name},
        "spec": {"hard": hard},
    })
}

fn range(limits: &Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "limits"},
        "spec": {"limits": limits},
    })
}

fn pod(name: &str, resources: &Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
        "spec": {"containers": [{"name": "app", "image": "my-app:1.0", "resources": resources}]},
    })
}

fn refusal(cluster: &mut Cluster, uri: &str, body: &Value) -> String {
    let (status, answer) = cluster.request("POST", uri, body);
    format!("{status} {}", answer["message"].as_str().unwrap_or_default())
}

#[test]
fn a_quota_counts_what_comes_and_goes() {
    let mut cluster = Cluster::new(1);
    cluster.ok("POST", QUOTAS, &quota("q", &json!({"pods": "2", "requests.memory": "1Gi"})));
    let some = json!({"requests": {"memory": "400Mi"}});
    assert_eq!(
        refusal(&mut cluster, PODS, &pod("early", &some)),
        "403 pods \"early\" is forbidden: status unknown for quota: q, resources: \
         pods,requests.memory"
    );
    cluster.settle();
    assert_eq!(cluster.table(QUOTAS, &[0, 2]), ["q pods: 0/2, requests.memory: 0/1Gi"]);
    assert_eq!(
        refusal(&mut cluster, PODS, &pod("mute", &json!({}))),
        "403 pods \"mute\" is forbidden: failed quota: q: must specify requests.memory for: app"
    );
    cluster.ok("POST", PODS, &pod("one", &some));
    assert_eq!(
        refusal(&mut cluster, PODS, &pod("big", &json!({"requests": {"memory": "700Mi"}}))),
        "403 pods \"big\" is forbidden: exceeded quota: q, requested: requests.memory=700Mi, used: \
         requests.memory=400Mi, limited: requests.memory=1Gi"
    );
    cluster.ok("POST", PODS, &pod("two", &some));
    assert_eq!(cluster.table(QUOTAS, &[2]), ["pods: 2/2, requests.memory: 800Mi/1Gi"]);
    let little = json!({"requests": {"memory": "1Mi"}});
    assert_eq!(
        refusal(&mut cluster, PODS, &pod("three", &little)),
        "403 pods \"three\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, \
         limited: pods=2"
    );
    cluster.ok("DELETE", &format!("{PODS}/one"), &json!({"gracePeriodSeconds": 0}));
    cluster.settle();
    assert_eq!(cluster.table(QUOTAS, &[2]), ["pods: 1/2, requests.memory: 400Mi/1Gi"]);
}

#[test]
fn a_deployment_stops_at_the_quota_and_says_so() {
    let mut cluster = Cluster::new(1);
    cluster.ok("POST", QUOTAS, &quota("q", &json!({"pods": "2", "count/deployments.apps": "1"})));
    cluster.settle();
    cluster.deploy("web", 3, "my-app:1.0");
    cluster.settle();
    assert_eq!(cluster.names(Kind::Pod).len(), 2);
    let reason = "exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2";
    let events = cluster.objects(Kind::Event);
    let said = events.iter().any(|event| {
        let json = event.to_json();
        let message = json["message"].as_str().unwrap_or_default();
        message.starts_with("Error creating: pods \"web-") && message.ends_with(reason)
    });
    assert!(said, "{events:?}");
}

#[test]
fn a_quota_with_a_scope_is_for_some_pods() {
    let mut cluster = Cluster::new(1);
    let mut best_effort = quota("q", &json!({"pods": "1"}));
    best_effort["spec"]["scopes"] = json!(["BestEffort"]);
    cluster.ok("POST", QUOTAS, &best_effort);
    cluster.settle();
    cluster.ok("POST", PODS, &pod("one", &json!({})));
    cluster.ok("POST", PODS, &pod("other", &json!({"requests": {"cpu": "10m"}})));
    let refused = refusal(&mut cluster, PODS, &pod("two", &json!({})));
    assert!(refused.contains("exceeded quota: q, requested: pods=1, used: pods=1"), "{refused}");
}

#[test]
fn a_limit_range_gives_defaults_and_keeps_to_its_limits() {
    let mut cluster = Cluster::new(1);
    let made = cluster.ok(
        "POST",
        RANGES,
        &range(&json!([{
            "type": "Container", "max": {"cpu": "1"}, "min": {"cpu": "100m"},
            "defaultRequest": {"cpu": "200m"}, "maxLimitRequestRatio": {"cpu": "4"},
        }])),
    );
    assert_eq!(made["spec"]["limits"][0]["default"], json!({"cpu": "1"}));
    let full = json!({"requests": {"cpu": "250m"}, "limits": {"cpu": "500m"}});
    let made = cluster.ok("POST", PODS, &pod("full", &full));
    assert_eq!(made["metadata"]["annotations"], Value::Null);
    let half = json!({"requests": {"cpu": "500m"}});
    let made = cluster.ok("POST", PODS, &pod("half", &half));
    assert_eq!(made["spec"]["containers"][0]["resources"]["limits"], json!({"cpu": "1"}));
    assert_eq!(
        made["metadata"]["annotations"]["kubernetes.io/limit-ranger"],
        "LimitRanger plugin set: cpu limit for container app"
    );
    let cases = [
        (
            json!({}),
            "403 pods \"bad\" is forbidden: cpu max limit to request ratio per Container is 4, but \
             provided ratio is 5.000000",
        ),
        (
            json!({"requests": {"cpu": "1"}, "limits": {"cpu": "2"}}),
            "403 pods \"bad\" is forbidden: maximum cpu usage per Container is 1, but limit is 2",
        ),
        (
            json!({"requests": {"cpu": "50m"}, "limits": {"cpu": "100m"}}),
            "403 pods \"bad\" is forbidden: minimum cpu usage per Container is 100m, but request \
             is 50m",
        ),
    ];
    for (resources, expected) in cases {
        assert_eq!(refusal(&mut cluster, PODS, &pod("bad", &resources)), expected);
    }
}
