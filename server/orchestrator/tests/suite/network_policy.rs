//! NetworkPolicies: who reaches whom.
//! <https://kubernetes.io/docs/concepts/services-networking/network-policies/>

use orchestrator::network::Origin;
use serde_json::{Value, json};

use crate::cluster::Cluster;

/// A server, a Service for it, and three clients: `friend`, `stranger`, and one elsewhere.
fn setting() -> (Cluster, [Origin; 3]) {
    let mut cluster = Cluster::new(2);
    cluster.serve("web", 1);
    cluster.service(
        "web",
        &json!({
            "selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}],
        }),
    );
    let other = json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": "other", "labels": {"team": "b"}},
    });
    cluster.ok("POST", "/api/v1/namespaces", &other);
    cluster.run_s(1);
    let friend = cluster.client_in("default", "friend", &json!({"role": "friend"}));
    let stranger = cluster.client_in("default", "stranger", &json!({"role": "stranger"}));
    let elsewhere = cluster.client_in("other", "elsewhere", &json!({"role": "friend"}));
    cluster.run_s(3);
    (cluster, [friend, stranger, elsewhere])
}

fn policy(cluster: &mut Cluster, spec: &Value) {
    let uri = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";
    let body = json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"generateName": "policy-"}, "spec": spec,
    });
    cluster.ok("POST", uri, &body);
}

/// Who gets through: `friend stranger elsewhere`.
fn through(cluster: &Cluster, clients: &[Origin; 3], url: &str) -> String {
    let names = ["friend", "stranger", "elsewhere"];
    let pairs = names.iter().zip(clients);
    let through = pairs.filter(|(_, client)| cluster.curl(client, url).is_empty());
    through.map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
}

const URL: &str = "http://web.default/healthz";

#[test]
fn a_selected_pod_lets_in_only_whom_some_policy_names() {
    let to_web = json!({"matchLabels": {"app": "web"}});
    let cases = [
        (json!({"podSelector": {}}), ""),
        (json!({"podSelector": {}, "ingress": [{}]}), "friend stranger elsewhere"),
        (json!({"podSelector": {"matchLabels": {"app": "api"}}}), "friend stranger elsewhere"),
        (
            json!({"podSelector": to_web, "ingress": [{"from": [
                {"podSelector": {"matchLabels": {"role": "friend"}}},
            ]}]}),
            "friend",
        ),
        (
            json!({"podSelector": to_web, "ingress": [{"from": [
                {"namespaceSelector": {"matchLabels": {"team": "b"}}},
            ]}]}),
            "elsewhere",
        ),
        (
            json!({"podSelector": to_web, "ingress": [{"from": [{
                "namespaceSelector": {}, "podSelector": {"matchLabels": {"role": "friend"}},
            }]}]}),
            "friend elsewhere",
        ),
        // The port is the Pod's, not the Service's.
        (json!({"podSelector": to_web, "ingress": [{"ports": [{"port": 80}]}]}), ""),
        (
            json!({"podSelector": to_web, "ingress": [{"ports": [{"port": "http"}]}]}),
            "friend stranger elsewhere",
        ),
        (
            json!({"podSelector": to_web, "ingress": [{"ports": [{"port": 8000, "endPort": 9000}]}]}),
            "friend stranger elsewhere",
        ),
        (
            json!({"podSelector": to_web, "ingress": [{"from": [
                {"ipBlock": {"cidr": "10.244.0.0/16", "except": ["10.244.0.0/16"]}},
            ]}]}),
            "refused",
        ),
        (
            json!({"podSelector": to_web, "ingress": [{"from": [
                {"ipBlock": {"cidr": "10.244.0.0/16"}},
            ]}]}),
            "friend stranger elsewhere",
        ),
    ];
    let (cluster, clients) = setting();
    assert_eq!(through(&cluster, &clients, URL), "friend stranger elsewhere", "no policy at all");
    for (spec, expected) in cases {
        let mut with = Cluster { world: cluster.world.clone() };
        if expected == "refused" {
            let body = json!({
                "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
                "metadata": {"name": "x"}, "spec": spec,
            });
            let uri = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";
            let (status, answer) = with.request("POST", uri, &body);
            assert_eq!(status, 422);
            let message = answer["message"].as_str().unwrap();
            assert!(message.ends_with("must be a strict subset of `cidr`"), "{message}");
            continue;
        }
        policy(&mut with, &spec);
        assert_eq!(through(&with, &clients, URL), expected, "{spec}");
    }
}

#[test]
fn who_may_not_go_out_cannot_even_ask_for_names() {
    let (mut cluster, clients) = setting();
    policy(
        &mut cluster,
        &json!({
            "podSelector": {"matchLabels": {"role": "friend"}}, "policyTypes": ["Egress"],
            "egress": [{"to": [{"podSelector": {"matchLabels": {"app": "web"}}}]}],
        }),
    );
    assert_eq!(cluster.curl(&clients[0], URL), "timed out");
    let way = cluster.way(&clients[0], URL);
    assert!(way[0].contains("is asked for web.default"), "{way:#?}");
    assert_eq!(cluster.curl(&clients[1], URL), "");
    policy(
        &mut cluster,
        &json!({
            "podSelector": {}, "policyTypes": ["Egress"],
            "egress": [{"ports": [{"port": 53, "protocol": "UDP"}]}],
        }),
    );
    assert_eq!(cluster.curl(&clients[0], URL), "", "policies add up");
    assert_eq!(cluster.curl(&clients[1], URL), "timed out");
    let way = cluster.way(&clients[1], URL);
    let told = "dropped: no NetworkPolicy of Pod stranger lets it out";
    assert!(way.iter().any(|hop| hop == told), "{way:#?}");
}

#[test]
fn the_node_reaches_its_pods_whatever_the_policies_say() {
    let (mut cluster, _) = setting();
    policy(&mut cluster, &json!({"podSelector": {}}));
    let rows = cluster.table("/api/v1/namespaces/default/pods", &[0, 5, 6]);
    let row = rows.iter().find(|row| row.starts_with("web-")).unwrap().clone();
    let parts: Vec<&str> = row.split(' ').collect();
    let url = format!("http://{}:8080/healthz", parts[1]);
    let other = if parts[2] == "node-1" { "node-2" } else { "node-1" };
    assert_eq!(cluster.curl(&Origin::Node { node: parts[2].into() }, &url), "");
    assert_eq!(cluster.curl(&Origin::Node { node: other.into() }, &url), "timed out");
}
