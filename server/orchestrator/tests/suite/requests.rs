//! Requests through Services: by which way they go, and when they fail.
//! <https://kubernetes.io/docs/concepts/services-networking/service/>

use orchestrator::{Fault, Kind};
use serde_json::json;

use crate::cluster::Cluster;

#[test]
fn a_request_goes_by_name_service_and_rules_to_a_pod() {
    let mut cluster = Cluster::new(2);
    cluster.serve("web", 1);
    let made = cluster.service(
        "web",
        &json!({
            "selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "http"}],
        }),
    );
    let client = cluster.client("client");
    cluster.run_s(3);
    let ip = made["spec"]["clusterIP"].as_str().unwrap().to_owned();
    let pod = cluster.names(Kind::Pod).into_iter().find(|name| name.starts_with("web")).unwrap();
    assert_eq!(cluster.curl(&client, "http://web/hostname"), pod);
    let way = cluster.way(&client, "http://web/hostname");
    assert_eq!(way[0], "10.96.0.10 is asked for web.default.svc.cluster.local");
    assert_eq!(way[1], "Pod client sends to 10.96.0.10:53");
    assert!(way[2].contains("rules for Service kube-dns choose"), "{way:#?}");
    assert!(way.contains(&format!("web.default.svc.cluster.local is {ip}")), "{way:#?}");
    assert!(way.contains(&format!("Pod client sends to {ip}:80")), "{way:#?}");
    assert!(way.iter().any(|hop| hop.contains("rules for Service web choose")), "{way:#?}");
    assert!(way.iter().any(|hop| hop.starts_with(&format!("arrives at Pod {pod}"))), "{way:#?}");
    assert!(way.last().unwrap().starts_with("200 OK after"), "{way:#?}");
}

#[test]
fn what_can_go_wrong_with_a_service() {
    let mut cluster = Cluster::new(2);
    cluster.serve("web", 1);
    cluster.service(
        "web",
        &json!({"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]}),
    );
    cluster.service("nobody", &json!({"selector": {"app": "wbe"}, "ports": [{"port": 80}]}));
    cluster.service(
        "wrong",
        &json!({"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 9999}]}),
    );
    let client = cluster.client("client");
    cluster.run_s(3);
    let cases = [
        ("http://web/healthz", ""),
        ("http://web.default/healthz", ""),
        ("http://web.default.svc.cluster.local/healthz", ""),
        ("http://web/none", "404 Not Found"),
        // No endpoint: the rules refuse. https://kubernetes.io/docs/reference/networking/virtual-ips/
        ("http://nobody/", "connection refused"),
        // An endpoint at which nobody listens.
        ("http://wrong/", "connection refused"),
        ("http://web.other/", "no such host"),
        ("http://none/", "no such host"),
        // A cluster IP answers on its Service's ports alone.
        ("http://web:81/", "timed out"),
        ("http://example.com/", "no such host"),
        ("http://localhost/", "connection refused"),
    ];
    for (url, expected) in cases {
        assert_eq!(cluster.curl(&client, url), expected, "{url}");
    }
}

#[test]
fn without_the_clusters_dns_names_are_not_found_but_addresses_work() {
    let mut cluster = Cluster::new(2);
    cluster.serve("web", 1);
    let made = cluster.service(
        "web",
        &json!({"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]}),
    );
    let client = cluster.client("client");
    let scale = json!({"spec": {"replicas": 0}});
    cluster.ok("PATCH", "/apis/apps/v1/namespaces/kube-system/deployments/coredns/scale", &scale);
    cluster.run_s(20);
    assert_eq!(cluster.curl(&client, "http://web/healthz"), "no name server answers");
    let ip = made["spec"]["clusterIP"].as_str().unwrap();
    assert_eq!(cluster.curl(&client, &format!("http://{ip}/healthz")), "");
}

#[test]
fn a_node_port_is_open_on_every_node() {
    let mut cluster = Cluster::new(2);
    cluster.serve("web", 1);
    cluster.service(
        "web",
        &json!({
            "type": "NodePort", "selector": {"app": "web"},
            "ports": [{"port": 80, "targetPort": 8080, "nodePort": 30080}],
        }),
    );
    cluster.settle();
    cluster.run_s(3);
    let pod = cluster.names(Kind::Pod)[0].clone();
    for address in ["10.0.0.10", "10.0.0.11", "10.0.0.12", "node-2"] {
        assert_eq!(cluster.outside(&format!("http://{address}:30080/hostname")), pod);
    }
    assert_eq!(cluster.outside("http://10.0.0.11:30081/"), "connection refused");
    // Neither Pods nor cluster IPs are reached from outside.
    assert_eq!(cluster.outside("http://10.96.0.10:80/"), "timed out");
    assert_eq!(cluster.outside("http://10.244.1.2:8080/"), "timed out");
}

#[test]
fn with_the_policy_local_only_nodes_with_an_endpoint_answer_and_the_client_is_seen() {
    let mut cluster = Cluster::new(2);
    cluster.serve("web", 1);
    for (name, policy, port) in [("all", "Cluster", 30001), ("near", "Local", 30002)] {
        cluster.service(
            name,
            &json!({
                "type": "NodePort", "selector": {"app": "web"}, "externalTrafficPolicy": policy,
                "ports": [{"port": 80, "targetPort": 8080, "nodePort": port}],
            }),
        );
    }
    cluster.settle();
    cluster.run_s(3);
    let near: Vec<String> = ["10.0.0.11", "10.0.0.12"]
        .map(|ip| cluster.outside(&format!("http://{ip}:30002/clientip")))
        .into();
    assert!(near.contains(&"timed out".to_owned()), "{near:?}");
    assert!(near.iter().any(|client| client.starts_with("203.0.113.7:")), "{near:?}");
    let all = cluster.outside("http://10.0.0.11:30001/clientip");
    assert!(all.starts_with("10.0.0.11:"), "the node stands in for the client: {all}");
}

#[test]
fn a_client_keeps_its_endpoint_with_session_affinity() {
    let mut cluster = Cluster::new(3);
    cluster.serve("web", 3);
    let spec = |affinity: &str| {
        json!({
            "selector": {"app": "web"}, "sessionAffinity": affinity,
            "ports": [{"port": 80, "targetPort": 8080}],
        })
    };
    cluster.service("any", &spec("None"));
    cluster.service("same", &spec("ClientIP"));
    cluster.client("client");
    cluster.run_s(3);
    let answers = |cluster: &mut Cluster, url: &str| {
        cluster.traffic(url, 20, 5_000);
        cluster.run_s(6);
        let pods = cluster.names(Kind::Pod).into_iter().filter(|name| name.starts_with("web"));
        pods.filter(|pod| cluster.requests(pod, "app") > 0).count()
    };
    assert_eq!(answers(&mut cluster, "http://same/"), 1);
    assert_eq!(answers(&mut cluster, "http://any/"), 3);
}

#[test]
fn a_headless_service_is_the_addresses_of_its_pods() {
    let mut cluster = Cluster::new(2);
    cluster.serve("web", 2);
    cluster.service("web", &json!({
        "clusterIP": "None", "selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}],
    }));
    let client = cluster.client("client");
    cluster.run_s(3);
    // There is no rule that would change the port.
    assert_eq!(cluster.curl(&client, "http://web:8080/healthz"), "");
    assert_eq!(cluster.curl(&client, "http://web/healthz"), "connection refused");
}

#[test]
fn requests_to_a_dead_node_are_lost_until_its_endpoints_are_taken_out() {
    let mut cluster = Cluster::new(2);
    cluster.serve("web", 6);
    let port = json!({"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]});
    cluster.service("web", &port);
    cluster.client("client");
    cluster.run_s(3);
    let on = cluster.table("/api/v1/namespaces/default/pods", &[0, 6]);
    let home = on.iter().find_map(|row| row.strip_prefix("client ")).unwrap().to_owned();
    let other = if home == "node-1" { "node-2" } else { "node-1" };
    let there = on.iter().filter(|row| row.ends_with(other)).count();
    assert!((1..6).contains(&there), "{on:?}");
    cluster.fault(Fault::NodeOff { node: other.to_owned() });
    cluster.traffic("http://web/healthz", 20, 3_000);
    cluster.run_s(10);
    assert_eq!(cluster.fared("http://web/healthz"), "200 timed-out");
    // The node is found out after 50 s at the latest.
    cluster.run_s(60);
    cluster.traffic("http://web/hostname", 20, 3_000);
    cluster.run_s(10);
    assert_eq!(cluster.fared("http://web/hostname"), "200");
}
