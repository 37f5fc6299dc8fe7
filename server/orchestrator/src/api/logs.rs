//! What containers have logged, as the kubelet answers through the API server.

use std::sync::Arc;

use imbl::{OrdMap, Vector};
use k8s_openapi::api::core::v1::{ContainerStatus, Pod, PodSpec};
use k8s_openapi::jiff::Timestamp;

use super::asked::Asked;
use super::read::Reader;
use super::status::Status;
use crate::components::pods::runtime_uid;
use crate::machine::{LogLine, Machine};
use crate::object::{Key, Kind, Typed};
use crate::store::Store;
use crate::time::{Clock, Time};

/// What of a log is wanted.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) pod: Key,
    uid: String,
    node: Arc<str>,
    container: String,
    previous: bool,
    timestamps: bool,
    since: Option<Time>,
    tail: Option<usize>,
    limit_bytes: Option<usize>,
    pub(super) follow: bool,
    /// How often the container had been restarted when it was asked for.
    restarts: i32,
    /// The number of the next line.
    next: u64,
}

/// Reads a request for a log. None where the Pod is on no node yet: there is nothing to tell.
///
/// # Errors
/// 400 in the words of the API server or the kubelet, 404, or 500 where the node does not answer.
pub(super) fn wanted(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
    key: &Key,
) -> Result<Option<Wanted>, Status> {
    let objects = reader.store.objects();
    let pod = objects.get_typed::<Pod>(key.namespace(), key.name());
    let pod = pod.ok_or_else(|| Status::not_found(key))?;
    let query = &asked.query;
    let none = PodSpec::default();
    let spec = pod.spec.as_ref().unwrap_or(&none);
    let container = container(spec, key.name(), query.get("container"))?;
    let Some(node) = spec.node_name.as_deref().filter(|node| !node.is_empty()) else {
        return Ok(None);
    };
    let on = reader.machines.get(node).is_some_and(|machine| machine.on);
    if !on {
        return Err(unreachable(pod, key, &container));
    }
    let previous = query.flag("previous");
    let status = status_of(pod, &container);
    check(status, key.name(), &container, previous)?;
    let now = reader.clock.now;
    let since_s = query.number("sinceSeconds").map(|seconds| now + seconds.saturating_mul(-1000));
    let since_time = query.get("sinceTime").and_then(|text| text.parse::<Timestamp>().ok());
    let count = |name: &str| query.number(name).and_then(|count| usize::try_from(count).ok());
    Ok(Some(Wanted {
        pod: key.clone(),
        uid: runtime_uid(pod).to_owned(),
        node: node.into(),
        container,
        previous,
        timestamps: query.flag("timestamps"),
        since: since_s.or_else(|| since_time.map(|time| reader.clock.model_time(time))),
        tail: count("tailLines"),
        limit_bytes: count("limitBytes"),
        follow: query.flag("follow"),
        restarts: status.map_or(0, |status| status.restart_count),
        next: 0,
    }))
}

pub(super) fn container(spec: &PodSpec, pod: &str, asked: Option<&str>) -> Result<String, Status> {
    let names = |containers: &[k8s_openapi::api::core::v1::Container]| -> Vec<String> {
        containers.iter().map(|one| one.name.clone()).collect()
    };
    let main = names(&spec.containers);
    let init = names(spec.init_containers.as_deref().unwrap_or_default());
    let ephemeral = spec.ephemeral_containers.iter().flatten().map(|one| &one.name);
    match asked {
        Some(name) if main.iter().chain(&init).chain(ephemeral).any(|known| known == name) => {
            Ok(name.to_owned())
        }
        Some(name) => {
            Err(Status::bad_request(format!("container {name} is not valid for pod {pod}")))
        }
        None if main.len() == 1 => Ok(main.into_iter().next().unwrap_or_default()),
        None => {
            let mut message = format!(
                "a container name must be specified for pod {pod}, choose one of: [{}]",
                main.join(" ")
            );
            if !init.is_empty() {
                message.push_str(&format!(" or one of the init containers: [{}]", init.join(" ")));
            }
            Err(Status::bad_request(message))
        }
    }
}

fn status_of<'a>(pod: &'a Pod, container: &str) -> Option<&'a ContainerStatus> {
    let status = pod.status.as_ref()?;
    let main = status.container_statuses.iter().flatten();
    let others = [&status.init_container_statuses, &status.ephemeral_container_statuses];
    let mut all = main.chain(others.into_iter().flatten().flatten());
    all.find(|status| status.name == container)
}

/// As the kubelet checks it.
/// <https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kubelet_pods.go>
fn check(
    status: Option<&ContainerStatus>,
    pod: &str,
    container: &str,
    previous: bool,
) -> Result<(), Status> {
    let of = format!("container \"{container}\" in pod \"{pod}\"");
    let Some(status) = status else {
        return Err(Status::bad_request(format!("{of} is waiting to start: ContainerCreating")));
    };
    let state = status.state.clone().unwrap_or_default();
    let ended = status.last_state.as_ref().is_some_and(|state| state.terminated.is_some());
    if previous {
        return match ended {
            true => Ok(()),
            false => Err(Status::bad_request(format!("previous terminated {of} not found"))),
        };
    }
    if state.running.is_some() || state.terminated.is_some() || ended {
        return Ok(());
    }
    let reason = state.waiting.and_then(|waiting| waiting.reason).unwrap_or_default();
    let why = match &*reason {
        "" => return Err(Status::bad_request(format!("{of} is waiting to start - no logs yet"))),
        "ErrImagePull" => "image can't be pulled",
        "ImagePullBackOff" => "trying and failing to pull image",
        reason => reason,
    };
    Err(Status::bad_request(format!("{of} is waiting to start: {why}")))
}

fn unreachable(pod: &Pod, key: &Key, container: &str) -> Status {
    let host = pod.status.as_ref().and_then(|status| status.host_ip.clone()).unwrap_or_default();
    let (namespace, name) = (key.namespace(), key.name());
    let mut refused = Status::internal("");
    refused.message = format!(
        "Get \"https://{host}:10250/containerLogs/{namespace}/{name}/{container}\": dial tcp \
         {host}:10250: connect: no route to host"
    );
    refused
}

impl Wanted {
    fn lines<'a>(&self, machines: &'a OrdMap<Arc<str>, Machine>) -> Option<&'a Vector<LogLine>> {
        machines.get(&self.node)?.logs(&self.uid, &self.container, self.previous)
    }

    /// What there is to tell since the last reading.
    pub(super) fn read(&mut self, machines: &OrdMap<Arc<str>, Machine>, clock: Clock) -> Vec<u8> {
        let mut text = Vec::new();
        let Some(lines) = self.lines(machines) else { return text };
        let fresh = |line: &&LogLine| {
            line.number >= self.next && self.since.is_none_or(|since| line.at >= since)
        };
        let first = match self.tail.take() {
            Some(tail) => {
                let count = lines.iter().filter(fresh).count();
                count.saturating_sub(tail)
            }
            None => 0,
        };
        for line in lines.iter().filter(fresh).skip(first) {
            if self.timestamps {
                let stamp = clock.timestamp_at(line.at);
                text.extend_from_slice(format!("{stamp:.9} ").as_bytes());
            }
            text.extend_from_slice(line.text.as_bytes());
            text.push(b'\n');
        }
        self.next = lines.last().map_or(self.next, |line| line.number + 1);
        if let Some(limit) = &mut self.limit_bytes {
            text.truncate(*limit);
            *limit -= text.len();
        }
        text
    }

    /// Whether the container that is followed has ended.
    pub(super) fn ended(&self, store: &Store, machines: &OrdMap<Arc<str>, Machine>) -> bool {
        let key = Key::new(Kind::Pod, self.pod.namespace(), self.pod.name());
        let pod = store.objects().get(&key).and_then(Pod::of);
        let same = pod.filter(|pod| runtime_uid(pod) == self.uid);
        let runs = same.and_then(|pod| status_of(pod, &self.container)).is_some_and(|status| {
            let running = status.state.as_ref().is_some_and(|state| state.running.is_some());
            running && status.restart_count == self.restarts
        });
        let on = machines.get(&self.node).is_some_and(|machine| machine.on);
        !runs || !on || self.previous || self.limit_bytes == Some(0)
    }
}
