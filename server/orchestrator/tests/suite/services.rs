//! Services and the endpoints behind them.

use k8s_openapi::api::discovery::v1::EndpointSlice;
use orchestrator::Kind;
use serde_json::json;

use crate::cluster::Cluster;

fn endpoints(cluster: &Cluster) -> Vec<(String, bool)> {
    cluster
        .objects(Kind::EndpointSlice)
        .iter()
        .filter(|slice| slice.name().starts_with("web-"))
        .filter_map(|slice| slice.as_typed::<EndpointSlice>()?.endpoints.clone())
        .flatten()
        .map(|endpoint| {
            let ready = endpoint.conditions.and_then(|c| c.ready).unwrap_or_default();
            (endpoint.target_ref.and_then(|target| target.name).unwrap_or_default(), ready)
        })
        .collect()
}

fn service(selector: &str) -> serde_json::Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
        "spec": {"selector": {"app": selector}, "ports": [{"port": 80, "targetPort": 8080}]},
    })
}

#[test]
fn ready_pods_that_match_the_selector_stand_behind_a_service() {
    let mut cluster = Cluster::new(2);
    let made = cluster.ok("POST", "/api/v1/namespaces/default/services", &service("web"));
    assert!(made["spec"]["clusterIP"].as_str().unwrap().starts_with("10."), "{made}");
    cluster.deploy("web", 2, "my-app:1.0");
    cluster.settle();
    let mut names: Vec<String> = endpoints(&cluster).into_iter().map(|(name, _)| name).collect();
    names.sort();
    assert_eq!(names, cluster.names(Kind::Pod));
    assert!(endpoints(&cluster).iter().all(|(_, ready)| *ready));
}

#[test]
fn a_selector_that_matches_nothing_has_no_endpoints() {
    let mut cluster = Cluster::new(2);
    cluster.ok("POST", "/api/v1/namespaces/default/services", &service("wbe"));
    cluster.deploy("web", 2, "my-app:1.0");
    cluster.settle();
    assert!(endpoints(&cluster).is_empty());
}

#[test]
fn a_pod_that_ends_is_not_ready_at_once() {
    let mut cluster = Cluster::new(2);
    cluster.ok("POST", "/api/v1/namespaces/default/services", &service("web"));
    cluster.deploy("web", 2, "my-app:1.0");
    cluster.settle();
    let pod = cluster.names(Kind::Pod)[0].clone();
    cluster.ok("DELETE", &format!("/api/v1/namespaces/default/pods/{pod}"), &json!(null));
    cluster.world.run_until(cluster.now() + 50);
    let of_pod = endpoints(&cluster).into_iter().find(|(name, _)| *name == pod);
    assert!(of_pod.is_none_or(|(_, ready)| !ready), "{:?}", endpoints(&cluster));
}

const ENDPOINTS: &str = "/api/v1/namespaces/default/endpoints";

/// Tutorials look at them: <https://kubernetes.io/docs/tutorials/services/connect-applications-service/>
#[test]
fn the_legacy_endpoints_say_what_the_slices_say() {
    let mut cluster = Cluster::new(2);
    cluster.ok("POST", "/api/v1/namespaces/default/services", &service("web"));
    cluster.run_s(5);
    assert_eq!(cluster.table(ENDPOINTS, &[0, 1]), ["kubernetes 10.0.0.10:6443", "web <none>"]);
    cluster.deploy("web", 5, "my-app:1.0");
    cluster.settle();
    let mut ips: Vec<String> = cluster
        .table("/api/v1/namespaces/default/pods", &[5])
        .iter()
        .map(|ip| format!("{ip}:8080"))
        .collect();
    ips.sort();
    let shown = format!("web {} + 2 more...", ips[..3].join(","));
    assert_eq!(cluster.table(ENDPOINTS, &[0, 1])[1], shown);
    let request = orchestrator::ApiRequest::new("GET", &format!("{ENDPOINTS}/web"), "", "");
    let reply = cluster.world.submit(&orchestrator::Input::Request(request)).into_response();
    assert_eq!(
        reply.headers()["warning"],
        "299 - \"v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\""
    );
    cluster.ok("DELETE", "/api/v1/namespaces/default/services/web", &json!(null));
    cluster.settle();
    assert_eq!(cluster.table(ENDPOINTS, &[0]), ["kubernetes"]);
}

/// <https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors>
#[test]
fn endpoints_that_somebody_writes_stand_behind_a_service_without_a_selector() {
    let mut cluster = Cluster::new(1);
    let database = json!({"metadata": {"name": "db"}, "spec": {"ports": [{"port": 5432}]}});
    cluster.ok("POST", "/api/v1/namespaces/default/services", &database);
    let endpoints = json!({"metadata": {"name": "db"}, "subsets": [
        {"addresses": [{"ip": "192.0.2.42"}], "ports": [{"port": 9376}]},
    ]});
    cluster.ok("POST", ENDPOINTS, &endpoints);
    cluster.run_s(5);
    let slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
    let rows = cluster.table(slices, &[1, 2, 3]);
    assert!(rows.contains(&"IPv4 9376 192.0.2.42".to_owned()), "{rows:?}");
    cluster.ok("DELETE", &format!("{ENDPOINTS}/db"), &json!(null));
    cluster.run_s(5);
    assert_eq!(cluster.table(slices, &[3]), ["10.0.0.10"]);
}
