//! The API server's proxies, and what `kubectl port-forward` hands on.
//! <https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/>

use orchestrator::{ApiRequest, Forwarded, Input, Reply};
use serde_json::{Value, json};

use crate::cluster::Cluster;

fn setting() -> (Cluster, String) {
    let mut cluster = Cluster::new(2);
    cluster.serve("web", 1);
    cluster.service(
        "web",
        &json!({
            "selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}],
        }),
    );
    cluster.service("nobody", &json!({"selector": {"app": "x"}, "ports": [{"port": 80}]}));
    cluster.settle();
    let pod = cluster.names(orchestrator::Kind::Pod)[0].clone();
    (cluster, pod)
}

#[test]
fn proxies_lead_to_pods_services_and_nodes() {
    let (mut cluster, pod) = setting();
    let base = "/api/v1/namespaces/default";
    let cases = [
        (format!("{base}/pods/{pod}/proxy/hostname"), 200, pod.as_str()),
        (format!("{base}/pods/{pod}:8080/proxy/echo?msg=a%20b"), 200, "a b"),
        (format!("{base}/services/web/proxy/hostname"), 200, &pod),
        (format!("{base}/services/http:web:http/proxy/hostname"), 200, &pod),
        (format!("{base}/services/web:80/proxy/hostname"), 200, &pod),
        ("/api/v1/nodes/node-1/proxy/healthz".to_owned(), 200, "ok"),
        (format!("{base}/services/web/proxy"), 301, ""),
    ];
    for (uri, status, expected) in cases {
        assert_eq!(cluster.get_text(&uri), (status, expected.to_owned()), "{uri}");
    }
    let refusals = [
        (format!("{base}/services/nobody/proxy/"), "no endpoints available for service \"nobody\""),
        (format!("{base}/services/none/proxy/"), "services \"none\" not found"),
        (
            format!("{base}/services/web:99/proxy/"),
            "no service port \"99\" found for service \"web\"",
        ),
    ];
    for (uri, expected) in refusals {
        let (status, text) = cluster.get_text(&uri);
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answer["message"], expected, "{status}");
    }
    let (status, text) = cluster.get_text(&format!("{base}/pods/{pod}:9/proxy/"));
    assert_eq!(status, 503);
    let reason = ":9: connect: connection refused";
    assert!(
        text.contains("error trying to reach service: dial tcp ") && text.contains(reason),
        "{text}"
    );
}

#[test]
fn proxies_obey_roles() {
    let (mut cluster, pod) = setting();
    let uri = format!("/api/v1/namespaces/default/pods/{pod}/proxy/hostname");
    let mut ask = |uri: &str, user: &str| {
        let mut request = ApiRequest::new("GET", uri, "", "");
        request.headers.push(("impersonate-user".to_owned(), user.to_owned()));
        let answer = cluster.world.submit(&Input::Request(request)).into_response();
        (answer.status().as_u16(), String::from_utf8_lossy(answer.body()).into_owned())
    };
    let (status, text) = ask(&uri, "bob");
    let answer: Value = serde_json::from_str(&text).unwrap();
    let why = format!(
        "pods \"{pod}\" is forbidden: User \"bob\" cannot get resource \"pods/proxy\" in API group \
         \"\" in the namespace \"default\""
    );
    assert_eq!((status, answer["message"].as_str()), (403, Some(why.as_str())));
    let (_, text) = ask("/api/v1/nodes/node-1/proxy/healthz", "bob");
    assert!(text.contains("cannot get resource \\\"nodes/proxy\\\""), "{text}");
    let rules = json!([{"apiGroups": [""], "resources": ["pods/proxy"], "verbs": ["get"]}]);
    let role = json!({"metadata": {"name": "reach"}, "rules": rules});
    let subject = json!({"kind": "User", "name": "bob", "apiGroup": "rbac.authorization.k8s.io"});
    let binding = json!({
        "metadata": {"name": "reach"}, "subjects": [subject],
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reach"},
    });
    let base = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
    for (kind, object) in [("roles", role), ("rolebindings", binding)] {
        let uri = format!("{base}/{kind}");
        let request = ApiRequest::new("POST", &uri, "application/json", object.to_string());
        let made = cluster.world.submit(&Input::Request(request)).into_response();
        assert_eq!(made.status().as_u16(), 201, "{made:?}");
    }
    let mut ask = |user: &str| {
        let mut request = ApiRequest::new("GET", &uri, "", "");
        request.headers.push(("impersonate-user".to_owned(), user.to_owned()));
        cluster.world.submit(&Input::Request(request)).into_response().status().as_u16()
    };
    assert_eq!((ask("bob"), ask("eve")), (200, 403));
}

#[test]
fn forwarded_bytes_are_answered_in_http() {
    let (mut cluster, pod) = setting();
    let mut forward = |port: u16, bytes: &[u8]| {
        let input = Input::Forward {
            namespace: "default".to_owned(),
            pod: pod.clone(),
            uid: String::new(),
            port,
            bytes: bytes.to_vec(),
        };
        match cluster.world.submit(&input) {
            Reply::Forwarded(forwarded) => forwarded,
            other => panic!("{other:?}"),
        }
    };
    let request = b"GET /hostname HTTP/1.1\r\nHost: localhost:8080\r\n\r\n";
    assert_eq!(forward(8080, &request[..20]), Forwarded::Incomplete);
    let two = [request.as_slice(), request.as_slice()].concat();
    let Forwarded::Answered { consumed, bytes } = forward(8080, &two) else { panic!() };
    assert_eq!(consumed, request.len(), "one request, one answer");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && text.ends_with(&pod), "{text}");
    let Forwarded::Failed(words) = forward(81, request) else { panic!() };
    assert!(words.contains("failed to connect to localhost:81 inside namespace"), "{words}");
    assert!(words.contains("dial tcp4 127.0.0.1:81: connect: connection refused"), "{words}");
}
