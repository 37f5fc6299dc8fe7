//! Names: what the cluster's DNS answers.
//! <https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/>

use orchestrator::network::{Dial, Origin, Outcome, Payload, Question, RecordType};
use serde_json::json;

use crate::cluster::Cluster;

/// `A 10.96.0.1`, one record after the other; `NXDOMAIN`.
fn look_up(cluster: &Cluster, from: &Origin, name: &str, record: RecordType) -> String {
    let dial = Dial {
        from: from.clone(),
        host: String::new(),
        port: 53,
        payload: Payload::Dns(Question { name: name.to_owned(), record, search: true }),
        timeout_ms: None,
    };
    match cluster.world.journey(dial).expect("the sender is there").result.outcome {
        Outcome::Dns(answers) if !answers.exists => "NXDOMAIN".to_owned(),
        Outcome::Dns(answers) => {
            let records = answers.records.iter();
            let shown: Vec<String> =
                records.map(|one| format!("{:?} {}", one.record, one.value)).collect();
            shown.join(", ")
        }
        other => other.to_string(),
    }
}

#[test]
fn services_and_pods_have_names() {
    let mut cluster = Cluster::new(2);
    cluster.service(
        "db",
        &json!({
            "clusterIP": "10.96.7.7", "ports": [{"name": "sql", "port": 5432}],
        }),
    );
    cluster.service(
        "out",
        &json!({"type": "ExternalName", "externalName": "db.default.svc.cluster.local"}),
    );
    cluster.service("far", &json!({"type": "ExternalName", "externalName": "example.com"}));
    let client = cluster.client("client");
    let cases = [
        ("kubernetes", RecordType::A, "A 10.96.0.1"),
        ("db", RecordType::A, "A 10.96.7.7"),
        ("db.default", RecordType::A, "A 10.96.7.7"),
        ("db.default.svc.cluster.local.", RecordType::A, "A 10.96.7.7"),
        // IPv4 alone: the name exists, and has no such address.
        ("db", RecordType::Aaaa, ""),
        ("db.other", RecordType::A, "NXDOMAIN"),
        ("out", RecordType::A, "Cname db.default.svc.cluster.local, A 10.96.7.7"),
        ("far", RecordType::A, "Cname example.com"),
        ("_sql._tcp.db", RecordType::Srv, "Srv 0 100 5432 db.default.svc.cluster.local"),
        ("10-244-1-9.default.pod.cluster.local", RecordType::A, "A 10.244.1.9"),
        ("7.7.96.10.in-addr.arpa", RecordType::Ptr, "Ptr db.default.svc.cluster.local"),
        ("kube-dns.kube-system", RecordType::A, "A 10.96.0.10"),
        ("node-1", RecordType::A, "A 10.0.0.11"),
        ("example.com", RecordType::A, "NXDOMAIN"),
    ];
    for (name, record, expected) in cases {
        assert_eq!(look_up(&cluster, &client, name, record), expected, "{name}");
    }
}

#[test]
fn the_pods_of_a_headless_service_are_found_by_their_host_names() {
    let mut cluster = Cluster::new(2);
    cluster.service("peers", &json!({
        "clusterIP": "None", "selector": {"app": "peer"}, "ports": [{"name": "web", "port": 80}],
    }));
    let client = cluster.client("client");
    assert_eq!(look_up(&cluster, &client, "peers", RecordType::A), "NXDOMAIN", "nobody is there");
    let body = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "first", "labels": {"app": "peer"}},
        "spec": {
            "hostname": "one", "subdomain": "peers",
            "containers": [{"name": "app", "image": "registry.k8s.io/pause:3.10"}],
        },
    });
    cluster.ok("POST", "/api/v1/namespaces/default/pods", &body);
    cluster.run_s(20);
    let rows = cluster.table("/api/v1/namespaces/default/pods", &[0, 5]);
    let ip = rows.iter().find_map(|row| row.strip_prefix("first ")).unwrap();
    for name in ["peers", "one.peers", "one.peers.default.svc.cluster.local"] {
        assert_eq!(look_up(&cluster, &client, name, RecordType::A), format!("A {ip}"), "{name}");
    }
    let service = look_up(&cluster, &client, "_web._tcp.peers", RecordType::Srv);
    assert_eq!(service, "Srv 0 100 80 one.peers.default.svc.cluster.local");
}

#[test]
fn a_pod_finds_what_its_policy_lets_it_ask() {
    let mut cluster = Cluster::new(1);
    for (name, spec) in [
        ("default", json!({"dnsPolicy": "Default"})),
        ("host", json!({"hostNetwork": true})),
        ("both", json!({"hostNetwork": true, "dnsPolicy": "ClusterFirstWithHostNet"})),
        (
            "own",
            json!({"dnsPolicy": "None", "dnsConfig": {
                "nameservers": ["10.96.0.10"], "searches": ["kube-system.svc.cluster.local"],
            }}),
        ),
        ("alias", json!({"hostAliases": [{"ip": "10.0.0.10", "hostnames": ["kubernetes"]}]})),
    ] {
        let mut spec = spec;
        spec["containers"] =
            json!([{"name": "c", "image": "busybox:1.36", "command": ["sleep", "infinity"]}]);
        let body = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec,
        });
        cluster.ok("POST", "/api/v1/namespaces/default/pods", &body);
    }
    cluster.settle();
    let asked = |name: &str, of: &str| {
        look_up(&cluster, &cluster.origin("default", name), of, RecordType::A)
    };
    assert_eq!(asked("default", "kubernetes"), "NXDOMAIN");
    assert_eq!(asked("host", "kubernetes"), "NXDOMAIN");
    assert_eq!(asked("both", "kubernetes"), "A 10.96.0.1");
    assert_eq!(asked("own", "kube-dns"), "A 10.96.0.10");
    assert_eq!(asked("own", "kubernetes"), "NXDOMAIN");
    // `/etc/hosts` comes before any server.
    let way = cluster.way(&cluster.origin("default", "alias"), "http://kubernetes:6443/healthz");
    assert_eq!(way[0], "Pod alias sends to 10.0.0.10:6443");
}
