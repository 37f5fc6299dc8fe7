//! Sentences for the steps of a request over the network.

use protocol::{Hop, Loss, ObjectRef};

use super::{object, particle::Particle, with_particle};
use crate::i18n::Language::{self, English, Korean};

/// What happened to a request.
pub fn hop(hop: &Hop, language: Language) -> String {
    match language {
        Korean => korean(hop),
        English => english(hop),
    }
}

fn english(hop: &Hop) -> String {
    match hop {
        Hop::Asked { name, server } => format!("The name server {server} is asked for {name}."),
        Hop::Named { name, addresses } if addresses.is_empty() => {
            format!("There is no address for {name}.")
        }
        Hop::Named { name, addresses } => format!("{name} is {}.", addresses.join(", ")),
        Hop::Sent { pod, from, to } => {
            format!("{} sends a request to {to}.", sender(pod.as_ref(), from, English))
        }
        Hop::Translated { node, service, endpoint, .. } => format!(
            "The rules on {node} exchange the address of Service {} for that of an endpoint: {endpoint}.",
            service.name
        ),
        Hop::Rejected { node, service, .. } => {
            format!("The rules on {node} know no endpoint of Service {}, and refuse.", service.name)
        }
        Hop::Crossed { from, to } if from.is_empty() => {
            format!("The request comes from outside to {to}.")
        }
        Hop::Crossed { from, to } => format!("The request crosses from {from} to {to}."),
        Hop::Repeated { to } => format!("Lost on the way to {to}: it is sent again."),
        Hop::Arrived { node, pod: None, to } => format!("The request is at {node} ({to})."),
        Hop::Arrived { pod: Some(pod), to, .. } => {
            format!("The request is at Pod {} ({to}).", pod.name)
        }
        Hop::Refused { to, .. } => format!("Nobody listens at {to}: the connection is refused."),
        Hop::Lost { loss } => lost_english(loss),
        Hop::Answered { pod, container, answer, .. } => {
            format!("Container {container} of Pod {} answers {answer}.", pod.name)
        }
        Hop::Ended { outcome, latency_ms } => {
            format!("For its sender: {outcome}, after {latency_ms} ms.")
        }
    }
}

fn lost_english(loss: &Loss) -> String {
    match loss {
        Loss::Egress { pod } => {
            format!("Dropped: no NetworkPolicy of Pod {} lets the request out.", pod.name)
        }
        Loss::Ingress { pod } => {
            format!("Dropped: no NetworkPolicy of Pod {} lets the request in.", pod.name)
        }
        Loss::NodeOff { node } => format!("Lost: {node} has no power."),
        Loss::CutOff { node } => format!("Lost: {node} is cut off."),
        Loss::NobodyThere { address } => {
            format!("Lost: no Pod has the address {address} any more.")
        }
        Loss::NoLocalEndpoint { node, service } => {
            format!("Dropped: Service {} has no endpoint on {node}.", service.name)
        }
        Loss::NoBackend { service } => {
            format!("Lost: no node takes requests for Service {}.", service.name)
        }
        Loss::NoRoute { address } => format!("Lost: nothing leads to {address}."),
    }
}

fn korean(hop: &Hop) -> String {
    match hop {
        Hop::Asked { name, server } => format!("네임 서버 {server}에 {name}의 주소를 묻는다."),
        Hop::Named { name, addresses } if addresses.is_empty() => {
            format!("{name}의 주소는 없다.")
        }
        Hop::Named { name, addresses } => {
            format!("{name}의 주소는 {}이다.", addresses.join(", "))
        }
        Hop::Sent { pod, from, to } => {
            let who = with_particle(&sender(pod.as_ref(), from, Korean), Particle::Subject);
            format!("{who} {to}(으)로 요청을 보낸다.")
        }
        Hop::Translated { node, service, endpoint, .. } => format!(
            "{node} 노드의 규칙이 {} 서비스의 주소를 엔드포인트의 주소 {endpoint}(으)로 바꾼다.",
            service.name
        ),
        Hop::Rejected { node, service, .. } => format!(
            "{node} 노드의 규칙은 {} 서비스의 엔드포인트를 하나도 몰라서 거절한다.",
            service.name
        ),
        Hop::Crossed { from, to } if from.is_empty() => {
            format!("요청이 바깥에서 {to} 노드로 들어온다.")
        }
        Hop::Crossed { from, to } => format!("요청이 {from} 노드에서 {to} 노드로 건너간다."),
        Hop::Repeated { to } => format!("{to}(으)로 가는 길에 사라져서 다시 보낸다."),
        Hop::Arrived { node, pod: None, to } => format!("요청이 {node} 노드({to})에 닿는다."),
        Hop::Arrived { pod: Some(pod), to, .. } => {
            format!("요청이 {} 파드({to})에 닿는다.", pod.name)
        }
        Hop::Refused { to, .. } => format!("{to}에서 아무도 듣지 않아 연결이 거절된다."),
        Hop::Lost { loss } => lost_korean(loss),
        Hop::Answered { pod, container, answer, .. } => {
            format!("{} 파드의 {container} 컨테이너가 {answer}(으)로 답한다.", pod.name)
        }
        Hop::Ended { outcome, latency_ms } => {
            format!("보낸 쪽이 본 결과: {latency_ms}밀리초 뒤 {outcome}.")
        }
    }
}

fn lost_korean(loss: &Loss) -> String {
    match loss {
        Loss::Egress { pod } => {
            format!("버려짐: {} 파드에서 나가는 것을 허락하는 NetworkPolicy가 없다.", pod.name)
        }
        Loss::Ingress { pod } => {
            format!("버려짐: {} 파드로 들어가는 것을 허락하는 NetworkPolicy가 없다.", pod.name)
        }
        Loss::NodeOff { node } => format!("사라짐: {node} 노드는 전원이 꺼져 있다."),
        Loss::CutOff { node } => format!("사라짐: {node} 노드는 네트워크가 끊겨 있다."),
        Loss::NobodyThere { address } => {
            format!("사라짐: 주소 {address}을(를) 가진 파드가 이제 없다.")
        }
        Loss::NoLocalEndpoint { node, service } => {
            format!("버려짐: {} 서비스의 엔드포인트가 {node} 노드에는 없다.", service.name)
        }
        Loss::NoBackend { service } => {
            format!("사라짐: {} 서비스로 온 요청을 받는 노드가 없다.", service.name)
        }
        Loss::NoRoute { address } => format!("사라짐: {address}(으)로 가는 길이 없다."),
    }
}

fn sender(pod: Option<&ObjectRef>, from: &str, language: Language) -> String {
    match pod {
        Some(pod) => object(pod, language),
        // An address is somebody outside; a name is a node.
        None if from.starts_with(|c: char| c.is_ascii_digit()) => {
            language.pick(format!("바깥의 {from}"), format!("{from}, outside,"))
        }
        None => language.pick(format!("{from} 노드"), format!("Node {from}")),
    }
}
