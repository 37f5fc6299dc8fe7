//! What the page itself knows of the selected object at the playhead.

use leptos::prelude::*;
use protocol::{
    ContainerState, ContainerView, DeploymentView, Detail, NodeView, ObjectRef, ObjectView,
    PodView, ReplicaSetView, ServiceView,
};

use crate::{
    events::{short, time, when},
    glossary::Term,
    i18n::{Language, say, use_language},
    player::{Object, Player},
    scene::Selection,
    words,
};

/// A longer value takes a line of its own.
const WIDE: usize = 28;

/// A row: what it is called, and what it is.
type Row = (&'static str, String);

/// The rows of a kind's own facts, and of those all objects have.
#[component]
pub(super) fn Summary(object: StoredValue<ObjectRef>) -> impl IntoView {
    let player = expect_context::<Player>();
    let language = use_language();
    let found =
        Memo::new(move |_| object.with_value(|object| player.cluster().get(object).cloned()));
    move || match found.get() {
        Some(found) => facts(&found, language.get()).into_any(),
        None => view! {
            <p class="empty">
                {say(
                    "지금 그림의 시각에는 이 오브젝트가 없다.",
                    "At the time of the picture this object does not exist.",
                )}
            </p>
        }
        .into_any(),
    }
}

fn facts(object: &Object, language: Language) -> impl IntoView + use<> {
    let containers = match &object.detail {
        Detail::Pod(pod) => pod.containers.iter().map(|c| container(c, language)).collect_view(),
        _ => Vec::new(),
    };
    let rows = rows(object, language)
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| {
            let class = if value.len() > WIDE { "wide" } else { "" };
            view! { <div class=class><dt>{name}</dt><dd class="mono"><Term word=value/></dd></div> }
        })
        .collect_view();
    let owner = object.owner.clone().map(|owner| view! { <Owner owner/> });
    view! {
        <dl class="facts">{owner}{rows}</dl>
        <ul class="containers">{containers}</ul>
    }
}

#[component]
fn Owner(owner: ObjectRef) -> impl IntoView {
    let selection = expect_context::<Selection>();
    let name = short(&owner);
    view! {
        <div>
            <dt>{say("소유자", "Owner")}</dt>
            <dd>
                <button
                    type="button"
                    class="name mono"
                    on:click=move |_| selection.selected.set(Some(owner.clone()))
                >
                    {name}
                </button>
            </dd>
        </div>
    }
    .into_any()
}

fn rows(object: &ObjectView, language: Language) -> Vec<Row> {
    let mut rows = match &object.detail {
        Detail::Pod(pod) => pod_rows(pod, language),
        Detail::Node(node) => node_rows(node, language),
        Detail::Deployment(deployment) => deployment_rows(deployment, language),
        Detail::ReplicaSet(set) => replica_set_rows(set, language),
        Detail::Service(service) => service_rows(service, language),
        Detail::EndpointSlice(slice) => {
            let ready = slice.endpoints.iter().filter(|endpoint| endpoint.ready);
            let addresses: Vec<_> = ready.map(|endpoint| endpoint.address.as_str()).collect();
            vec![(language.pick("준비된 주소", "Ready addresses"), addresses.join(" "))]
        }
        Detail::Data { keys } => vec![(language.pick("키", "Keys"), keys.join(" "))],
        Detail::Event(event) => {
            vec![("Reason", event.reason.clone()), ("Message", event.message.clone())]
        }
        _ => {
            let warning = words::warning(&object.object.kind);
            warning.map(|it| ("Warning", it.to_owned())).into_iter().collect()
        }
    };
    let labels: Vec<_> = object.labels.iter().map(|(k, v)| format!("{k}={v}")).collect();
    rows.push((language.pick("레이블", "Labels"), labels.join(" ")));
    rows.push((language.pick("만든 시각", "Created at"), when(object.created_ms, language)));
    if let Some(at) = object.deleting_ms {
        rows.push((language.pick("삭제 요청", "Deletion asked at"), time(at)));
    }
    rows.push(("resourceVersion", object.revision.to_string()));
    rows
}

fn pod_rows(pod: &PodView, language: Language) -> Vec<Row> {
    vec![
        ("STATUS", pod.status.clone()),
        ("phase", pod.phase.clone()),
        ("Ready", if pod.ready { "True" } else { "False" }.to_owned()),
        (language.pick("노드", "Node"), pod.node.clone().unwrap_or_default()),
        ("IP", pod.ip.clone().unwrap_or_default()),
        (language.pick("요청 자원", "Requests"), resources(pod.cpu_milli, pod.memory_bytes)),
        (language.pick("메시지", "Message"), pod.message.clone().unwrap_or_default()),
    ]
}

fn node_rows(node: &NodeView, language: Language) -> Vec<Row> {
    vec![
        ("STATUS", node.status.clone()),
        (
            language.pick("할당 가능", "Allocatable"),
            format!("{}, {} Pods", resources(node.cpu_milli, node.memory_bytes), node.pods_max),
        ),
        (language.pick("테인트", "Taints"), node.taints.join(" ")),
        ("podCIDR", node.pod_cidr.clone()),
        ("IP", node.ip.clone()),
    ]
}

fn deployment_rows(deployment: &DeploymentView, language: Language) -> Vec<Row> {
    let DeploymentView { desired, updated, ready, available, .. } = deployment;
    vec![
        ("READY", format!("{ready}/{desired}")),
        ("UP-TO-DATE", updated.to_string()),
        ("AVAILABLE", available.to_string()),
        ("maxSurge", deployment.max_surge.to_string()),
        ("maxUnavailable", deployment.max_unavailable.to_string()),
        (language.pick("이미지", "Images"), deployment.images.join(" ")),
        (language.pick("셀렉터", "Selector"), deployment.selector.clone()),
    ]
}

fn replica_set_rows(set: &ReplicaSetView, language: Language) -> Vec<Row> {
    vec![
        ("DESIRED", set.desired.to_string()),
        ("CURRENT", set.current.to_string()),
        ("READY", set.ready.to_string()),
        (language.pick("리비전", "Revision"), set.revision.clone().unwrap_or_default()),
        (language.pick("이미지", "Images"), set.images.join(" ")),
        (language.pick("셀렉터", "Selector"), set.selector.clone()),
    ]
}

fn service_rows(service: &ServiceView, language: Language) -> Vec<Row> {
    let ports = service
        .ports
        .iter()
        .map(|port| format!("{} → {} {}", port.port, port.target_port, port.protocol));
    let selector = service.selector.iter().map(|(k, v)| format!("{k}={v}"));
    vec![
        ("TYPE", service.service_type.clone()),
        ("CLUSTER-IP", service.cluster_ip.clone()),
        (language.pick("포트", "Ports"), ports.collect::<Vec<_>>().join(", ")),
        (language.pick("셀렉터", "Selector"), selector.collect::<Vec<_>>().join(",")),
    ]
}

/// A container: its state in Kubernetes' words, its image, and how often it began again.
fn container(container: &ContainerView, language: Language) -> impl IntoView + use<> {
    let (state, class, more) = match &container.state {
        ContainerState::Waiting { reason, message } => {
            ("Waiting", "waiting", join(reason, message))
        }
        ContainerState::Running { since_ms } => (
            "Running",
            "running",
            format!("{} {}", language.pick("부터", "since"), time(*since_ms)),
        ),
        ContainerState::Terminated { reason, exit_code } => {
            ("Terminated", "terminated", format!("{reason} ({exit_code})"))
        }
    };
    let ready = if container.ready { "ready" } else { "not ready" };
    let restarts = (container.restarts > 0).then(|| {
        let count =
            format!(" · {} {}", container.restarts, language.pick("번 다시 시작", "restarts"));
        view! { {count} <br/> {words::began_anew(language)} }
    });
    view! {
        <li class=format!("container {class}")>
            <span class="mono">{container.name.clone()}</span>
            <span class="state">{state}</span>
            <span class="soft mono">{container.image.clone()}</span>
            <span class="soft">{more} " · " {ready} {restarts}</span>
        </li>
    }
}

fn join(reason: &str, message: &str) -> String {
    match (reason, message) {
        (reason, "") => reason.to_owned(),
        (reason, message) => format!("{reason}: {message}"),
    }
}

/// `250m CPU, 128Mi`; empty where nothing is asked for.
fn resources(cpu_milli: i64, memory_bytes: i64) -> String {
    let cpu = match cpu_milli {
        0 => None,
        whole if whole % 1_000 == 0 => Some(format!("{} CPU", whole / 1_000)),
        milli => Some(format!("{milli}m CPU")),
    };
    let memory = (memory_bytes > 0).then(|| format!("{}Mi", memory_bytes / (1 << 20)));
    [cpu, memory].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::resources;

    #[test]
    fn resources_are_written_as_kubernetes_does() {
        for (cpu, memory, expected) in [
            (250, 128 << 20, "250m CPU, 128Mi"),
            (2_000, 0, "2 CPU"),
            (0, 1 << 30, "1024Mi"),
            (0, 0, ""),
        ] {
            assert_eq!(resources(cpu, memory), expected);
        }
    }
}
