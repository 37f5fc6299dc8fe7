//! Korean sentences, in the plain style of kubernetes.io/ko. A name is followed by its kind, so
//! that the particle always has a Korean syllable before it.

use protocol::{Actor, Change, Detail, Moment, ObjectRef, ObjectView, Transition, Verdict, What};

use super::particle::Particle::{Object, Subject, To};
use super::{note, program, with_particle};
use crate::i18n::Language::Korean;

pub(super) fn sentence(moment: &Moment) -> String {
    let who = with_particle(&actor(&moment.actor), Subject);
    match &moment.what {
        What::Request { verb, object, subresource, status, message } => {
            request(&who, verb, object, subresource, *status, message)
        }
        What::Write { revision, change } => write(*revision, change),
        What::Delivered { to, revision, object: what } => format!(
            "API 서버의 watch가 {}에게 리비전 {revision}의 변화를 알렸다: {}.",
            actor(to),
            object(what)
        ),
        What::Decision { object: what, notes, verdicts } => {
            if !verdicts.is_empty() {
                schedule(&object(what), verdicts)
            } else if notes.is_empty() {
                format!("{who} {} 살폈다.", with_particle(&object(what), Object))
            } else {
                let notes: Vec<_> = notes.iter().map(|it| note(it, Korean)).collect();
                format!("{} · {}: {}", actor(&moment.actor), object(what), notes.join(" "))
            }
        }
        What::Container { pod, container, image, transition } => {
            container_did(&moment.actor, pod, container, image, transition)
        }
        What::Programmed { service, endpoints } => format!(
            "{who} {} 서비스의 트래픽을 엔드포인트 {endpoints}개로 보내도록 노드를 설정했다.",
            service.name
        ),
        What::Packet { hop, .. } => super::hop(hop, Korean),
        What::Fault { fault } => super::fault(fault, Korean),
        What::Silence { node } => {
            format!("{node} 노드가 조용하다. kubelet이 Lease를 제때 갱신하지 않았다.")
        }
    }
}

pub(super) fn actor(actor: &Actor) -> String {
    match actor {
        Actor::Client { agent } => program(agent).to_owned(),
        Actor::ApiServer => "API 서버".to_owned(),
        Actor::Controller { name } => controller(name),
        Actor::Scheduler => "스케줄러".to_owned(),
        Actor::Kubelet { node } => format!("{node} 노드의 kubelet"),
        Actor::KubeProxy { node } => format!("{node} 노드의 kube-proxy"),
        Actor::Runtime { node } => format!("{node} 노드의 컨테이너 런타임"),
        Actor::Bootstrap => "클러스터 구성".to_owned(),
        Actor::Fault => "장애".to_owned(),
    }
}

fn controller(name: &str) -> String {
    let known = match name {
        "deployment-controller" => "디플로이먼트 컨트롤러",
        "replicaset-controller" => "레플리카셋 컨트롤러",
        "endpointslice-controller" | "endpoint-slice-controller" => "엔드포인트슬라이스 컨트롤러",
        "node-controller" | "node-lifecycle-controller" => "노드 컨트롤러",
        "taint-eviction-controller" => "테인트 축출 컨트롤러",
        "garbage-collector" | "garbage-collector-controller" => "가비지 컬렉터",
        "namespace-controller" => "네임스페이스 컨트롤러",
        "serviceaccount-controller" => "서비스어카운트 컨트롤러",
        _ => return format!("{} 컨트롤러", name.trim_end_matches("-controller")),
    };
    known.to_owned()
}

pub(super) fn kind(kind: &str) -> &str {
    match kind {
        "Pod" => "파드",
        "Node" => "노드",
        "Deployment" => "디플로이먼트",
        "ReplicaSet" => "레플리카셋",
        "Service" => "서비스",
        "EndpointSlice" => "엔드포인트슬라이스",
        "ConfigMap" => "컨피그맵",
        "Secret" => "시크릿",
        "Namespace" => "네임스페이스",
        "ServiceAccount" => "서비스어카운트",
        "Event" => "이벤트",
        "Lease" => "리스",
        "StatefulSet" => "스테이트풀셋",
        "DaemonSet" => "데몬셋",
        "Job" => "잡",
        "CronJob" => "크론잡",
        "PersistentVolume" => "퍼시스턴트볼륨",
        "PersistentVolumeClaim" => "퍼시스턴트볼륨클레임",
        "StorageClass" => "스토리지클래스",
        "Ingress" => "인그레스",
        "NetworkPolicy" => "네트워크폴리시",
        other => other,
    }
}

pub(super) fn object(object: &ObjectRef) -> String {
    match (object.kind.as_str(), object.name.as_str()) {
        ("", "") => "API".to_owned(),
        (of, "") => format!("{} 목록", kind(of)),
        (of, name) => format!("{name} {}", kind(of)),
    }
}

fn request(
    who: &str,
    verb: &str,
    what: &ObjectRef,
    subresource: &str,
    status: u16,
    message: &str,
) -> String {
    let what_text = object(what);
    let it = with_particle(&what_text, Object);
    let wish = match (verb, subresource) {
        (_, "binding") => format!("{it} 노드에 배정해 달라고"),
        (_, "eviction") => format!("{it} 축출해 달라고"),
        (_, "scale") if verb != "get" => format!("{what_text}의 레플리카 수를 바꿔 달라고"),
        (_, "log") => format!("{what_text}의 로그를 달라고"),
        ("update" | "patch", "status") => format!("{what_text}의 상태를 기록해 달라고"),
        ("create", _) => format!("{it} 만들어 달라고"),
        ("update" | "patch", _) => format!("{it} 바꿔 달라고"),
        ("delete", _) => format!("{it} 지워 달라고"),
        ("deletecollection", _) => format!("{it} 모두 지워 달라고"),
        ("list", _) if what.name.is_empty() => format!("{it} 달라고"),
        ("watch", _) => format!("{what_text}의 변화를 계속 알려 달라고"),
        (_, _) => format!("{it} 보여 달라고"),
    };
    if status >= 400 {
        format!("{who} API 서버에 {wish} 요청했지만 거절당했다({status}): {message}")
    } else {
        format!("{who} API 서버에 {wish} 요청했다.")
    }
}

fn write(revision: u64, change: &Change) -> String {
    let at = with_particle(&format!("리비전 {revision}"), To);
    match change {
        Change::Created { object: view } => {
            let it = with_particle(&object(&view.object), Object);
            format!("API 서버가 {it} etcd에 {at} 저장했다.")
        }
        Change::Updated { object: view } => {
            let it = with_particle(&object(&view.object), Object);
            format!("API 서버가 바뀐 {it} etcd에 {at} 저장했다{}.", state(view))
        }
        Change::Deleted { object: gone } => {
            let it = with_particle(&object(gone), Object);
            format!("API 서버가 {it} etcd에서 지웠다(리비전 {revision}).")
        }
    }
}

fn state(view: &ObjectView) -> String {
    match &view.detail {
        _ if view.deleting_ms.is_some() => ": 삭제 요청됨".to_owned(),
        Detail::Pod(pod) => match &pod.node {
            Some(node) if pod.status == "Pending" => format!(": {node} 노드에 배정됨"),
            _ if pod.status == "Running" && !pod.ready => ": Running, 준비 안 됨".to_owned(),
            _ => format!(": {}", pod.status),
        },
        Detail::Node(node) => match node.taints.as_slice() {
            [] => format!(": {}", node.status),
            taints => format!(": {}, 테인트 {}", node.status, taints.join(", ")),
        },
        Detail::Deployment(it) => format!(": {}개 중 {}개 준비", it.desired, it.ready),
        Detail::ReplicaSet(it) => format!(": 원하는 수 {}, 준비 {}", it.desired, it.ready),
        Detail::EndpointSlice(it) => {
            let ready = it.endpoints.iter().filter(|endpoint| endpoint.ready).count();
            format!(": 엔드포인트 {}개 중 {ready}개 준비", it.endpoints.len())
        }
        _ => String::new(),
    }
}

fn schedule(pod: &str, verdicts: &[Verdict]) -> String {
    let pod = with_particle(pod, Object);
    if let Some(chosen) = verdicts.iter().find(|verdict| verdict.chosen) {
        let fit = verdicts.iter().filter(|verdict| verdict.refused_by.is_none()).count();
        return format!(
            "스케줄러가 {pod} 놓을 곳으로 {} 노드를 골랐다. 가능한 {fit}곳 가운데 점수가 가장 높다({}).",
            chosen.node, chosen.total
        );
    }
    let mut reasons: Vec<_> = verdicts.iter().map(|it| it.reason.as_str()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    format!("스케줄러가 {pod} 놓을 노드를 찾지 못했다: {}.", reasons.join("; "))
}

fn container_did(
    who: &Actor,
    pod: &ObjectRef,
    container: &str,
    image: &str,
    transition: &Transition,
) -> String {
    let node = match who {
        Actor::Runtime { node } | Actor::Kubelet { node } => format!("{node} 노드에서 "),
        _ => String::new(),
    };
    let of = format!("{} 파드의 {container} 컨테이너", pod.name);
    let name = &pod.name;
    let did = match transition {
        Transition::Pulling => format!("{name} 파드가 쓸 {image} 이미지를 내려받기 시작했다."),
        Transition::Pulled => format!("{name} 파드가 쓸 {image} 이미지가 준비되었다."),
        Transition::PullFailed { reason, message } => {
            format!("{image} 이미지를 내려받지 못했다({reason}): {message}")
        }
        Transition::Created => format!("{of}를 만들었다."),
        Transition::Started => format!("{of}가 시작되었다."),
        Transition::Ready => format!("{of}가 준비되었다."),
        Transition::NotReady => format!("{of}가 더는 준비 상태가 아니다."),
        Transition::Stopping => format!("{of}에 끝내라는 신호(SIGTERM)를 보냈다."),
        Transition::Exited { code, reason } => {
            format!("{of}가 코드 {}({reason}) 끝났다.", with_particle(&code.to_string(), To))
        }
        Transition::Removed => format!("{name} 파드의 컨테이너와 네트워크를 치웠다."),
    };
    format!("{node}{did}")
}
