//! Load balancers and Ingresses: how a cluster is reached from outside.
//! <https://kubernetes.io/docs/concepts/services-networking/ingress/>

use orchestrator::Input;
use orchestrator::network::{HttpRequest, Origin};
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::wires::OUTSIDE;

fn events_of(cluster: &Cluster, name: &str) -> Vec<String> {
    let rows = cluster.table("/api/v1/namespaces/default/events", &[2, 3, 6]);
    let of_object = format!("service/{name} ");
    let rows = rows.into_iter().filter(|row| row.contains(&of_object));
    rows.map(|row| row.replace(&of_object, "")).collect()
}

#[test]
fn a_load_balancer_gets_its_address_from_the_cloud_after_a_while() {
    let mut cluster = Cluster::new(2);
    cluster.serve("web", 2);
    cluster.service(
        "web",
        &json!({
            "type": "LoadBalancer", "selector": {"app": "web"},
            "ports": [{"port": 80, "targetPort": 8080}],
        }),
    );
    let shown = |cluster: &Cluster| {
        cluster.table("/api/v1/namespaces/default/services", &[0, 1, 3])[1].clone()
    };
    assert_eq!(shown(&cluster), "web LoadBalancer <pending>");
    cluster.run_s(15);
    assert_eq!(shown(&cluster), "web LoadBalancer 198.51.100.10");
    assert_eq!(
        events_of(&cluster, "web"),
        [
            "EnsuringLoadBalancer Ensuring load balancer",
            "EnsuredLoadBalancer Ensured load balancer"
        ]
    );
    assert!(cluster.outside("http://198.51.100.10/hostname").starts_with("web-"));
    // Two of them get two addresses, even at the same time.
    for name in ["a", "b"] {
        cluster.service(name, &json!({"type": "LoadBalancer", "ports": [{"port": 80}]}));
    }
    cluster.run_s(30);
    let mut rows = cluster.table("/api/v1/namespaces/default/services", &[3]);
    rows.sort();
    assert_eq!(rows, ["198.51.100.10", "198.51.100.11", "198.51.100.12", "<none>"]);
    // The address goes back before the Service goes.
    cluster.delete("/api/v1/namespaces/default/services/web");
    assert_eq!(cluster.table("/api/v1/namespaces/default/services", &[0]).len(), 4);
    cluster.run_s(10);
    assert_eq!(cluster.table("/api/v1/namespaces/default/services", &[0]).len(), 3);
    assert_eq!(cluster.outside("http://198.51.100.10/"), "timed out");
}

/// `ingress-nginx` as its manifest for clouds sets it up, as far as the model knows it.
fn install_controller(cluster: &mut Cluster) {
    let namespace =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ingress-nginx"}});
    cluster.ok("POST", "/api/v1/namespaces", &namespace);
    cluster.run_s(1);
    let labels = json!({"app.kubernetes.io/name": "ingress-nginx"});
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "ingress-nginx-controller"},
        "spec": {
            "type": "LoadBalancer", "externalTrafficPolicy": "Local", "selector": labels,
            "ports": [
                {"name": "http", "port": 80, "targetPort": "http"},
                {"name": "https", "port": 443, "targetPort": "https"},
            ],
        },
    });
    cluster.ok("POST", "/api/v1/namespaces/ingress-nginx/services", &service);
    let container = json!({
        "name": "controller",
        "image": "registry.k8s.io/ingress-nginx/controller:v1.13.3",
        "args": [
            "/nginx-ingress-controller",
            "--publish-service=$(POD_NAMESPACE)/ingress-nginx-controller",
        ],
        "ports": [{"name": "http", "containerPort": 80}, {"name": "https", "containerPort": 443}],
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": 10254}},
    });
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "ingress-nginx-controller"},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    });
    cluster.ok("POST", "/apis/apps/v1/namespaces/ingress-nginx/deployments", &deployment);
    let class = json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "IngressClass",
        "metadata": {"name": "nginx"}, "spec": {"controller": "k8s.io/ingress-nginx"},
    });
    cluster.ok("POST", "/apis/networking.k8s.io/v1/ingressclasses", &class);
}

fn path(path: &str, path_type: &str, service: &str) -> Value {
    json!({
        "path": path, "pathType": path_type,
        "backend": {"service": {"name": service, "port": {"number": 80}}},
    })
}

fn ingress(cluster: &mut Cluster) {
    let body = json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "shop"},
        "spec": {
            "ingressClassName": "nginx",
            "rules": [{"host": "shop.example", "http": {"paths": [
                path("/", "Prefix", "web"),
                path("/api", "Prefix", "api"),
                path("/exact", "Exact", "api"),
                path("/nobody", "Prefix", "nobody"),
            ]}}],
        },
    });
    cluster.ok("POST", "/apis/networking.k8s.io/v1/namespaces/default/ingresses", &body);
}

fn shop(cluster: &mut Cluster) {
    for name in ["web", "api"] {
        cluster.serve(name, 1);
    }
    for (name, app) in [("web", "web"), ("api", "api"), ("nobody", "none")] {
        cluster.service(
            name,
            &json!({
                "selector": {"app": app}, "ports": [{"port": 80, "targetPort": 8080}],
            }),
        );
    }
}

#[test]
fn an_ingress_leads_by_host_and_path_once_there_is_a_controller() {
    let mut cluster = Cluster::new(2);
    shop(&mut cluster);
    ingress(&mut cluster);
    let shown = |cluster: &Cluster| {
        cluster.table("/apis/networking.k8s.io/v1/namespaces/default/ingresses", &[0, 1, 2, 3, 4])
    };
    cluster.run_s(120);
    assert_eq!(shown(&cluster), ["shop nginx shop.example  80"], "nobody looks after it");
    install_controller(&mut cluster);
    cluster.run_s(180);
    assert_eq!(shown(&cluster), ["shop nginx shop.example 198.51.100.10 80"]);
    let cases = [
        ("http://shop.example/hostname", "web"),
        ("http://shop.example/api/", "404 Not Found"),
        ("http://shop.example/apis", "404 Not Found"),
        ("http://shop.example/nobody", "503 Service Unavailable"),
    ];
    for (url, expected) in cases {
        let got = cluster.outside(url);
        let expected = expected.replace(" Temporarily", "");
        assert!(got.starts_with(&expected), "{url}: {got}");
    }
    let way = cluster
        .way(&Origin::Outside { address: OUTSIDE.to_owned() }, "http://shop.example/hostname");
    let by_controller = way.iter().any(|hop| hop.starts_with("Pod ingress-nginx-controller-"));
    assert!(by_controller, "the controller asks a Pod itself: {way:#?}");
    // A host that no rule names is nobody's.
    assert_eq!(cluster.outside("http://198.51.100.10/"), "404 Not Found");
}

#[test]
fn what_an_ingress_must_not_say_is_refused_in_kubernetes_words() {
    let mut cluster = Cluster::new(1);
    let uri = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";
    let mut refused = |spec: Value| {
        let body = json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": {"name": "x"}, "spec": spec,
        });
        let (status, answer) = cluster.request("POST", uri, &body);
        assert_eq!(status, 422, "{answer}");
        let message = answer["message"].as_str().unwrap().to_owned();
        message.strip_prefix("Ingress.networking.k8s.io \"x\" is invalid: ").unwrap().to_owned()
    };
    assert_eq!(
        refused(json!({})),
        "spec: Invalid value: []networking.IngressRule(nil): either `defaultBackend` or `rules` \
         must be specified"
    );
    let rule = |one: Value| json!({"rules": [{"http": {"paths": [one]}}]});
    assert_eq!(
        refused(rule(path("shop", "Prefix", "web"))),
        "spec.rules[0].http.paths[0].path: Invalid value: \"shop\": must be an absolute path"
    );
    assert_eq!(
        refused(rule(path("/", "prefix", "web"))),
        "spec.rules[0].http.paths[0].pathType: Unsupported value: \"prefix\": supported values: \
         \"Exact\", \"ImplementationSpecific\", \"Prefix\""
    );
    assert_eq!(
        refused(json!({"defaultBackend": {"service": {"name": "web"}}})),
        "spec.defaultBackend: Required value: port name or number is required"
    );
}

#[test]
fn a_client_outside_is_answered_or_told_why_not() {
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
    let ask = |cluster: &mut Cluster, address: &str, port: u16| {
        let request = HttpRequest::get(address, "/healthz");
        let address = address.to_owned();
        cluster.ask(&Input::Outside { address, port, request, timeout_ms: Some(10_000) })
    };
    assert_eq!(ask(&mut cluster, "10.0.0.11", 30080), (200, String::new()));
    let cases = [
        (
            "10.0.0.11",
            30081,
            "10.0.0.11:30081: connection refused (nobody listens at 10.0.0.11:30081)\n",
        ),
        ("10.0.0.99", 80, "10.0.0.99:80: timed out (lost: nothing leads to 10.0.0.99)\n"),
        ("nowhere.example", 80, "nowhere.example:80: no such host\n"),
    ];
    for (address, port, expected) in cases {
        assert_eq!(ask(&mut cluster, address, port), (504, expected.to_owned()));
    }
}
