//! A world, and the short words in which tests speak to it.

use k8s_openapi::api::core::v1::Event;
use orchestrator::object::{Key, Typed};
use orchestrator::trace::What;
use orchestrator::{ApiRequest, Fault, Input, Kind, Object, Reply, Scenario, Time, World};
use serde_json::{Value, json};

pub(crate) struct Cluster {
    pub(crate) world: World,
}

impl Cluster {
    pub(crate) fn new(workers: u32) -> Cluster {
        Cluster::of(&Scenario::playground(workers))
    }

    pub(crate) fn of(scenario: &Scenario) -> Cluster {
        Cluster { world: World::new(7, scenario) }
    }

    pub(crate) fn request(&mut self, method: &str, uri: &str, body: &Value) -> (u16, Value) {
        let content_type = match method {
            "PATCH" => "application/strategic-merge-patch+json",
            _ => "application/json",
        };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = ApiRequest::new(method, uri, content_type, body);
        let reply = self.world.submit(&Input::Request(request)).into_response();
        let json = serde_json::from_slice(reply.body()).unwrap_or(Value::Null);
        (reply.status().as_u16(), json)
    }

    /// A request that must succeed.
    #[track_caller]
    pub(crate) fn ok(&mut self, method: &str, uri: &str, body: &Value) -> Value {
        let (status, json) = self.request(method, uri, body);
        assert!((200..300).contains(&status), "{method} {uri}: {status} {json}");
        json
    }

    pub(crate) fn deploy(&mut self, name: &str, replicas: u32, image: &str) {
        let body = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": {"app": name}},
                "template": {
                    "metadata": {"labels": {"app": name}},
                    "spec": {"containers": [{
                        "name": "app", "image": image, "ports": [{"containerPort": 8080}],
                    }]},
                },
            },
        });
        self.ok("POST", "/apis/apps/v1/namespaces/default/deployments", &body);
    }

    pub(crate) fn patch_deployment(&mut self, name: &str, patch: &Value) {
        let uri = format!("/apis/apps/v1/namespaces/default/deployments/{name}");
        self.ok("PATCH", &uri, patch);
    }

    pub(crate) fn set_image(&mut self, name: &str, image: &str) {
        let containers = json!([{"name": "app", "image": image}]);
        let patch = json!({"spec": {"template": {"spec": {"containers": containers}}}});
        self.patch_deployment(name, &patch);
    }

    pub(crate) fn fault(&mut self, fault: Fault) {
        let reply = self.world.submit(&Input::Fault(fault));
        assert!(matches!(reply, Reply::Done), "{reply:?}");
    }

    pub(crate) fn run_s(&mut self, seconds: i64) {
        self.world.run_until(self.world.now() + seconds * 1000);
    }

    /// Runs until nothing is left to do but to wait.
    #[track_caller]
    pub(crate) fn settle(&mut self) {
        let limit = self.world.now() + 600_000;
        assert!(self.world.run_to_quiet(limit), "it grows quiet within ten minutes");
    }

    pub(crate) fn get<T: Typed + Clone>(&self, namespace: &str, name: &str) -> Option<T> {
        let key = Key::new(T::KIND, namespace, name);
        self.world.store().objects().get(&key).and_then(|object| object.as_typed::<T>()).cloned()
    }

    pub(crate) fn names(&self, kind: Kind) -> Vec<String> {
        let objects = self.world.store().objects();
        objects.in_namespace(kind, "default").map(|object| object.name().to_owned()).collect()
    }

    /// `name ready/containers STATUS`, as kubectl prints it, for each Pod of `default`.
    pub(crate) fn pods(&self) -> Vec<String> {
        self.table("/api/v1/namespaces/default/pods", &[0, 1, 2])
    }

    /// `REASON message` of each event about an object, by its name.
    pub(crate) fn events(&self, about: &str) -> Vec<String> {
        let events = self.objects(Kind::Event);
        let events = events.iter().filter_map(|event| event.as_typed::<Event>());
        events
            .filter(|event| event.involved_object.name.as_deref() == Some(about))
            .map(|event| {
                let text = |text: &Option<String>| text.clone().unwrap_or_default();
                format!("{} {}", text(&event.reason), text(&event.message))
            })
            .collect()
    }

    /// Some cells of each row of a table.
    pub(crate) fn table(&self, uri: &str, columns: &[usize]) -> Vec<String> {
        let mut request = ApiRequest::new("GET", uri, "", "");
        let accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
        request.headers.push(("accept".to_owned(), accept.to_owned()));
        let response = self.world.peek(&request);
        let table: Value = serde_json::from_slice(response.body()).unwrap();
        let cell = |row: &Value, column: usize| match &row["cells"][column] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let rows = table["rows"].as_array().unwrap();
        rows.iter()
            .map(|row| columns.iter().map(|c| cell(row, *c)).collect::<Vec<_>>().join(" "))
            .collect()
    }

    /// The reasons of the decisions that led to an object's creation, nearest first.
    pub(crate) fn why(&self, object: &Object) -> Vec<String> {
        let trace = self.world.trace();
        let created = trace.iter_from(0).find(|entry| match &entry.what {
            What::Write { before: None, after: Some(after), .. } => after.uid() == object.uid(),
            _ => false,
        });
        let chain = self.world.why(created.expect("it was created").id);
        chain
            .iter()
            .filter_map(|id| match &trace.get(*id)?.what {
                What::Decision { notes, .. } => Some(notes.first()?.reason.to_owned()),
                What::Fault { fault } => Some(format!("{fault:?}")),
                What::Silence { node } => Some(format!("Silence of {node}")),
                _ => None,
            })
            .collect()
    }

    /// All objects of a kind, those of the cluster itself left out.
    pub(crate) fn objects(&self, kind: Kind) -> Vec<Object> {
        let all = self.world.store().objects().of_kind(kind);
        all.filter(|object| object.namespace() != "kube-system").cloned().collect()
    }

    pub(crate) fn now(&self) -> Time {
        self.world.now()
    }
}
