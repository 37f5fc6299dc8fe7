//! Tells what the API says of Pods from moment to moment, and the events.

use k8s_openapi::api::core::v1::{ContainerStatus, Event, Pod};
use serde_json::{Value, json};

use crate::input::{ApiRequest, Input};
use crate::object::Object;
use crate::scenario::Scenario;
use crate::time::{Millis, Time};
use crate::trace::{EntryId, What};
use crate::world::World;

/// A world and how far its story is told.
pub(super) struct Story {
    pub(super) world: World,
    told: EntryId,
    lines: Vec<String>,
}

impl Story {
    pub(super) fn new() -> Story {
        let world = World::new(7, &Scenario { managed: true, ..Scenario::playground(1) });
        let told = world.trace().len();
        Story { world, told, lines: Vec::new() }
    }

    pub(super) fn send(&mut self, method: &str, uri: &str, body: &Value) {
        let request = ApiRequest::new(method, uri, "application/json", body.to_string());
        let response = self.world.submit(&Input::Request(request)).into_response();
        assert!(response.status().is_success(), "{response:?}");
    }

    pub(super) fn create(&mut self, name: &str, spec: &Value) {
        let pod = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec,
        });
        self.send("POST", "/api/v1/namespaces/default/pods", &pod);
    }

    pub(super) fn delete(&mut self, name: &str) {
        self.send("DELETE", &format!("/api/v1/namespaces/default/pods/{name}"), &json!({}));
    }

    pub(super) fn run(&mut self, ms: Millis) {
        self.world.run_until(self.world.now() + ms);
    }

    /// All that has been written of Pods, and the events about them, since the last time.
    pub(super) fn tell(&mut self) -> String {
        let entries: Vec<_> = self.world.trace().iter_from(self.told).cloned().collect();
        self.told = self.world.trace().len();
        for entry in entries {
            let What::Write { before, after, .. } = &entry.what else { continue };
            let line = match (before, after) {
                // The cluster's own Pods have other stories.
                (Some(other), _) | (_, Some(other)) if other.namespace() != "default" => continue,
                (_, Some(Object::Pod(pod))) => row(pod),
                (Some(Object::Pod(pod)), None) => {
                    format!("{} is gone", pod.metadata.name.as_deref().unwrap_or_default())
                }
                (_, Some(Object::Event(event))) if is_of_pod(event) => told(event),
                _ => continue,
            };
            let Time(ms) = entry.at;
            self.lines.push(format!("+{}.{}s {line}", ms / 1000, ms % 1000 / 100));
        }
        self.lines.drain(..).map(|line| line + "\n").collect()
    }
}

fn is_of_pod(event: &Event) -> bool {
    event.involved_object.kind.as_deref() == Some("Pod")
}

fn told(event: &Event) -> String {
    let reason = event.reason.as_deref().unwrap_or_default();
    let count = event.count.filter(|count| *count > 1).map(|count| format!(" x{count}"));
    let message = event.message.as_deref().unwrap_or_default();
    // UIDs depend on what the cluster begins with.
    let uid = event.involved_object.uid.as_deref().unwrap_or("none");
    let message = message.replace(uid, "UID");
    format!("  {reason}{}: {message}", count.unwrap_or_default())
}

/// Phase, containers and true conditions.
fn row(pod: &Pod) -> String {
    let status = pod.status.clone().unwrap_or_default();
    let init = status.init_container_statuses.iter().flatten();
    let containers: Vec<String> =
        init.chain(status.container_statuses.iter().flatten()).map(container).collect();
    let conditions: Vec<&str> = status
        .conditions
        .iter()
        .flatten()
        .filter(|condition| condition.status == "True")
        .map(|condition| condition.type_.as_str())
        .collect();
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    let deleting = if pod.metadata.deletion_timestamp.is_some() { " deleting" } else { "" };
    format!(
        "{name}{deleting} {} [{}] {} {}",
        status.phase.as_deref().unwrap_or_default(),
        containers.join(", "),
        status.pod_ip.as_deref().unwrap_or("-"),
        conditions.join(" ")
    )
}

fn container(status: &ContainerStatus) -> String {
    let state = status.state.clone().unwrap_or_default();
    let now = match (state.waiting, state.running, state.terminated) {
        (Some(waiting), ..) => waiting.reason.unwrap_or_default(),
        (_, Some(_), _) => "running".to_owned(),
        (_, _, Some(ended)) => format!("{} {}", ended.reason.unwrap_or_default(), ended.exit_code),
        _ => "nothing".to_owned(),
    };
    let last = status.last_state.as_ref().and_then(|last| last.terminated.as_ref());
    let last = last.map(|last| format!(" after {}", last.exit_code)).unwrap_or_default();
    let ready = if status.ready { " ready" } else { "" };
    format!("{} {now}{last}{ready} x{}", status.name, status.restart_count)
}
