//! What a thing of the picture is, in a few lines: shown when it is pointed at or has the focus. A
//! Pod's three layers stand apart: its phase, its containers, and the word that kubectl prints.

use protocol::{ContainerState, ContainerView, Detail, NodeView, ObjectView, PodView, ServiceView};

use super::plain::plain;
use super::selectors::{Empty, empty};
use crate::i18n::Language;
use crate::player::{Cluster, Object};
use crate::words;

/// What is said of an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct About {
    /// `Pod web-1`
    pub title: String,
    /// What it is called, and what it is.
    pub rows: Vec<(&'static str, String)>,
    /// What is wrong, or waited for.
    pub trouble: Option<String>,
}

pub(crate) fn about(cluster: &Cluster, object: &Object, language: Language) -> About {
    let title = format!("{} {}", words::kind(&object.object.kind, language), object.object.name);
    let mut about = About { title, ..About::default() };
    match &object.detail {
        Detail::Pod(pod) => of_pod(&mut about, object, pod, language),
        Detail::Node(node) => of_node(&mut about, cluster, object, node, language),
        Detail::Service(view) => of_service(&mut about, cluster, object, view, language),
        Detail::Deployment(view) => {
            let (desired, surge) = (view.desired, view.max_surge);
            let least = (desired - view.max_unavailable).max(0);
            about.rows.push(("replicas", format!("{} / {desired}", view.ready)));
            about.rows.push(("maxUnavailable…maxSurge", format!("{least}…{}", desired + surge)));
            about.rows.push(("image", view.images.join(", ")));
            about.trouble =
                view.trouble.as_ref().map(|it| format!("{}: {}", it.reason, it.message));
        }
        Detail::ReplicaSet(view) => {
            about.rows.push(("replicas", format!("{} / {}", view.ready, view.desired)));
            about.rows.push(("image", view.images.join(", ")));
            about.trouble =
                view.trouble.as_ref().map(|it| format!("{}: {}", it.reason, it.message));
        }
        _ => {
            about.trouble = words::warning(&object.object.kind).map(str::to_owned);
            if let Some(said) = plain(cluster, object, language) {
                about.rows.push(("", said.count));
                about.rows.extend(said.lines.into_iter().map(|line| ("", line)));
            }
        }
    }
    if let Some(owner) = &object.owner {
        let name = language.pick("소유자", "owner");
        about.rows.push((name, format!("{} {}", owner.kind, owner.name)));
    }
    about.rows.push((language.pick("레이블", "labels"), labels(object)));
    about.rows.retain(|(_, value)| !value.is_empty());
    about
}

fn labels(object: &ObjectView) -> String {
    let labels: Vec<_> =
        object.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    labels.join(" ")
}

fn of_pod(about: &mut About, object: &ObjectView, pod: &PodView, language: Language) {
    let readiness = if pod.ready { "Ready" } else { "NotReady" };
    about.rows.push(("phase", pod.phase.clone()));
    about.rows.extend(pod.containers.iter().map(|it| ("container", container(it))));
    if pod.containers.iter().any(|it| it.restarts > 0) {
        about.rows.push((language.pick("파일", "files"), words::began_anew(language).to_owned()));
    }
    about.rows.push(("STATUS", format!("{} · {readiness}", pod.status)));
    about.rows.push((language.pick("노드", "node"), pod.node.clone().unwrap_or_default()));
    about.rows.push(("IP", pod.ip.clone().unwrap_or_default()));
    let uses = pod.uses.iter().map(|it| {
        let how = if it.env { "env" } else { "volume" };
        format!("{how} {} {}", it.kind, it.name).trim_end().to_owned()
    });
    about.rows.extend(uses.map(|it| (language.pick("쓰는 것", "uses"), it)));
    let ending = object.deleting_ms.map(|_| {
        language.pick(
            "지워지는 중: SIGTERM을 받고 끝나기를 기다린다",
            "being deleted: asked to end by SIGTERM",
        )
    });
    about.trouble = ending.map(str::to_owned).or_else(|| pod.message.clone());
}

fn container(container: &ContainerView) -> String {
    let state = match &container.state {
        ContainerState::Waiting { reason, .. } if reason.is_empty() => "Waiting".to_owned(),
        ContainerState::Waiting { reason, .. } => format!("Waiting: {reason}"),
        ContainerState::Running { .. } => "Running".to_owned(),
        ContainerState::Terminated { reason, exit_code } => {
            format!("Terminated: {reason} ({exit_code})")
        }
    };
    let init = if container.init { "init " } else { "" };
    let ready = if container.ready { ", ready" } else { "" };
    let restarts = match container.restarts {
        0 => String::new(),
        count => format!(", {count}×"),
    };
    format!("{init}{} {state}{ready}{restarts}", container.name)
}

fn of_node(
    about: &mut About,
    cluster: &Cluster,
    object: &ObjectView,
    node: &NodeView,
    language: Language,
) {
    let name = &object.object.name;
    let pods = cluster.pods().filter(|(_, pod)| pod.node.as_ref() == Some(name)).count();
    about.rows.push(("STATUS", node.status.clone()));
    about.rows.push(("IP", node.ip.clone()));
    about.rows.push((language.pick("파드", "Pods"), format!("{pods} / {}", node.pods_max)));
    let zone = object.labels.get("topology.kubernetes.io/zone").cloned().unwrap_or_default();
    about.rows.push(("zone", zone));
    about.rows.push((language.pick("테인트", "taints"), node.taints.join(" ")));
    if cluster.off.contains(name) {
        let off = language.pick("머신의 전원이 꺼져 있다", "the machine is switched off");
        about.trouble = Some(off.to_owned());
    }
}

fn of_service(
    about: &mut About,
    cluster: &Cluster,
    object: &Object,
    view: &ServiceView,
    language: Language,
) {
    let selector: Vec<_> = view.selector.iter().map(|(k, v)| format!("{k}={v}")).collect();
    about.rows.push(("type", view.service_type.clone()));
    about.rows.push(("selector", selector.join(",")));
    about.rows.extend(view.ports.iter().map(|port| {
        let node = port.node_port.map(|node| format!("nodePort {node} → ")).unwrap_or_default();
        ("port", format!("{node}port {} → targetPort {}", port.port, port.target_port))
    }));
    about.trouble = match empty(cluster, object) {
        Some(Empty::Differs(near)) => {
            near.first().and_then(|(_, all)| all.first()).map(|it| it.text())
        }
        Some(Empty::NoPods) => Some(language.pick("파드가 없다", "there are no Pods").to_owned()),
        Some(Empty::NoneOf(deployment, desired)) => {
            let name = &deployment.object.name;
            Some(language.pick(
                format!("디플로이먼트 {name}에 파드가 없다 (원하는 수 {desired})"),
                format!("Deployment {name} has no Pods (it wants {desired})"),
            ))
        }
        Some(Empty::NotReady(_)) => {
            Some(language.pick("준비된 파드가 없다", "no Pod is ready").to_owned())
        }
        Some(Empty::NoSelector) | None => None,
    };
    if view.service_type == "LoadBalancer" && view.external.is_empty() {
        let pending = language.pick(
            "<pending>: 이것을 맡은 로드 밸런서 컨트롤러가 없다",
            "<pending>: no controller of load balancers serves it",
        );
        about.trouble.get_or_insert_with(|| pending.to_owned());
    }
}
