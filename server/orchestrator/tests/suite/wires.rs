//! Requests over the network of a cluster, as tests make them.

use orchestrator::network::http::Url;
use orchestrator::network::traffic::{From, Load, Traffic};
use orchestrator::network::{Dial, HttpRequest, Journey, Origin, Outcome, Payload};
use orchestrator::object::Key;
use orchestrator::{Input, Kind, Reply};
use serde_json::{Value, json};

use crate::cluster::Cluster;

/// A client outside of the cluster.
pub(crate) const OUTSIDE: &str = "203.0.113.7";

impl Cluster {
    /// `kubectl run NAME --image=busybox -- sleep infinity`, running.
    pub(crate) fn client(&mut self, name: &str) -> Origin {
        self.client_in("default", name, &json!({"run": name}))
    }

    pub(crate) fn client_in(&mut self, namespace: &str, name: &str, labels: &Value) -> Origin {
        let body = json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "labels": labels},
            "spec": {"containers": [{
                "name": name, "image": "busybox:1.36", "command": ["sleep", "infinity"],
            }]},
        });
        self.ok("POST", &format!("/api/v1/namespaces/{namespace}/pods"), &body);
        self.settle();
        self.origin(namespace, name)
    }

    pub(crate) fn origin(&self, namespace: &str, name: &str) -> Origin {
        let key = Key::new(Kind::Pod, namespace, name);
        let pod = self.world.store().objects().get(&key).expect("the Pod is there");
        Origin::Pod { uid: pod.uid().into() }
    }

    pub(crate) fn journey(&self, from: &Origin, url: &str) -> Journey {
        let url = Url::parse(url).expect("an address");
        let dial = Dial {
            from: from.clone(),
            host: url.host.clone(),
            port: url.port,
            payload: Payload::Http(HttpRequest::get(&url.authority(), &url.target)),
            timeout_ms: Some(5_000),
        };
        self.world.journey(dial).expect("the sender is there")
    }

    /// What a request comes to: the body, or why there is none.
    pub(crate) fn curl(&self, from: &Origin, url: &str) -> String {
        match self.journey(from, url).result.outcome {
            Outcome::Http(response) if response.status == 200 => {
                String::from_utf8_lossy(&response.body).into_owned()
            }
            other => other.to_string(),
        }
    }

    /// The same, of a client outside of the cluster.
    pub(crate) fn outside(&self, url: &str) -> String {
        self.curl(&Origin::Outside { address: OUTSIDE.to_owned() }, url)
    }

    /// The way of a request, hop by hop.
    pub(crate) fn way(&self, from: &Origin, url: &str) -> Vec<String> {
        self.journey(from, url).hops.iter().map(ToString::to_string).collect()
    }

    /// A Deployment of servers that tell their names.
    pub(crate) fn serve(&mut self, name: &str, replicas: u32) {
        let body = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": {"app": name}},
                "template": {
                    "metadata": {"labels": {"app": name}},
                    "spec": {"containers": [{
                        "name": "app",
                        "image": "registry.k8s.io/e2e-test-images/agnhost:2.53",
                        "args": ["netexec"],
                        "ports": [{"containerPort": 8080, "name": "http"}],
                    }]},
                },
            },
        });
        self.ok("POST", "/apis/apps/v1/namespaces/default/deployments", &body);
    }

    pub(crate) fn service(&mut self, name: &str, spec: &Value) -> Value {
        let body = json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec,
        });
        self.ok("POST", "/api/v1/namespaces/default/services", &body)
    }

    pub(crate) fn delete(&mut self, uri: &str) {
        self.ok("DELETE", uri, &Value::Null);
    }

    /// An input, answered with a finished response.
    pub(crate) fn ask(&mut self, input: &Input) -> (u16, String) {
        let response = self.world.submit(input).into_response();
        let body = String::from_utf8_lossy(response.body()).into_owned();
        (response.status().as_u16(), body)
    }

    pub(crate) fn get_text(&mut self, uri: &str) -> (u16, String) {
        let request = orchestrator::ApiRequest::new("GET", uri, "", "");
        match self.world.submit(&Input::Request(request)) {
            Reply::Response(response) => {
                let body = String::from_utf8_lossy(response.body()).into_owned();
                (response.status().as_u16(), body)
            }
            other => panic!("{other:?}"),
        }
    }

    /// Lets the Pod `client` ask an address again and again.
    pub(crate) fn traffic(&mut self, url: &str, rate_per_s: u32, duration_ms: i64) {
        let load = Load {
            name: url.to_owned(),
            from: From::Pod { namespace: "default".to_owned(), pod: "client".to_owned() },
            url: url.to_owned(),
            rate_per_s,
            duration_ms: Some(duration_ms),
            timeout_ms: None,
        };
        let reply = self.world.submit(&Input::Traffic(Traffic::Start(load)));
        assert!(matches!(reply, Reply::Done), "{reply:?}");
    }

    /// How the requests to an address ended: `200 timed-out`.
    pub(crate) fn fared(&self, url: &str) -> String {
        let series = self.world.traffic().find(|one| one.load.name == url).expect("traffic");
        let mut words = std::collections::BTreeSet::new();
        for bucket in series.buckets(self.now()) {
            words.extend(bucket.answers.keys().map(ToString::to_string));
            words.extend(bucket.failures.keys().map(|word| (*word).to_owned()));
        }
        words.into_iter().collect::<Vec<_>>().join(" ")
    }

    /// How many requests a container of `default` has answered.
    pub(crate) fn requests(&self, pod: &str, container: &str) -> u64 {
        let key = Key::new(Kind::Pod, "default", pod);
        let uid = self.world.store().objects().get(&key).map(|pod| pod.uid().to_owned());
        let uid = uid.unwrap_or_default();
        let found = self.world.machines().find_map(|one| one.requests(&uid, container));
        found.map_or(0, |requests| requests.total)
    }
}
