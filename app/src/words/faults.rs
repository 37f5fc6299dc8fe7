//! What a fault did, as a sentence.

use protocol::{Fault, OtherFault};

use super::{Particle, memory, span, with_particle};
use crate::i18n::Language;

/// A sentence for a fault.
pub fn fault(fault: &Fault, language: Language) -> String {
    match language {
        Language::Korean => korean(fault),
        Language::English => english(fault),
    }
}

fn english(fault: &Fault) -> String {
    let other = match fault {
        Fault::NodeOff { node } => return format!("Node {node} was switched off."),
        Fault::NodeOn { node } => return format!("Node {node} was switched on."),
        Fault::ContainerKill { pod, container, .. } => {
            return format!("Container {container} of Pod {pod} was killed.");
        }
        Fault::Other(other) => other,
    };
    let Named { node, pod, container, component } = Named::of(other);
    let number = |name| other.number(name).unwrap_or_default();
    let on = if node.is_empty() { String::new() } else { format!(" on {node}") };
    match other.kind.as_str() {
        "memory-fill" => {
            let amount = memory(number("bytes"));
            format!("Container {container} of Pod {pod} took {amount} more memory at once.")
        }
        "memory-leak" => {
            let amount = memory(number("bytes_per_s"));
            format!("Container {container} of Pod {pod} leaks {amount} of memory a second.")
        }
        "node-partition" => format!("Node {node} was cut off from the network."),
        "node-join" => format!("A new machine joined: node {node}."),
        "node-heal" => format!("Node {node} is back on the network."),
        "component-stop" => format!("{component} was stopped{on}."),
        "component-start" => format!("{component} was started again{on}."),
        "registry-down" => "The image registry stopped answering.".to_owned(),
        "registry-slow" => format!("Pulling images takes {} times as long.", number("times")),
        "registry-restore" => "The image registry is well again.".to_owned(),
        "watch-delay" if number("delay_ms") > 0 => {
            let delay = span(number("delay_ms"), Language::English);
            format!("{component}{on} hears of changes {delay} late.")
        }
        "watch-delay" => format!("{component}{on} hears of changes at once again."),
        "packet-loss" if number("percent") > 0 => {
            format!("{} % of the packets from and to node {node} get lost.", number("percent"))
        }
        "packet-loss" => format!("No packets from and to node {node} get lost any more."),
        _ => format!("A fault was put in: {}.", other.words()),
    }
}

fn korean(fault: &Fault) -> String {
    let other = match fault {
        Fault::NodeOff { node } => return format!("{node} 노드의 전원이 꺼졌다."),
        Fault::NodeOn { node } => return format!("{node} 노드의 전원이 켜졌다."),
        Fault::ContainerKill { pod, container, .. } => {
            return format!("{pod} 파드의 {container} 컨테이너가 강제로 끝났다.");
        }
        Fault::Other(other) => other,
    };
    let Named { node, pod, container, component } = Named::of(other);
    let number = |name| other.number(name).unwrap_or_default();
    let on = if node.is_empty() { String::new() } else { format!("{node} 노드에서 ") };
    let subject = with_particle(component, Particle::Subject);
    match other.kind.as_str() {
        "memory-fill" => {
            let amount = memory(number("bytes"));
            format!("{pod} 파드의 {container} 컨테이너가 메모리를 한꺼번에 {amount} 더 썼다.")
        }
        "memory-leak" => {
            let amount = memory(number("bytes_per_s"));
            format!("{pod} 파드의 {container} 컨테이너에서 메모리가 초당 {amount}씩 샌다.")
        }
        "node-partition" => format!("{node} 노드가 네트워크에서 끊겼다."),
        "node-join" => format!("새 머신이 {node} 노드로 들어왔다."),
        "node-heal" => format!("{node} 노드가 네트워크에 다시 이어졌다."),
        "component-stop" => format!("{on}{subject} 멈췄다."),
        "component-start" => format!("{on}{subject} 다시 시작했다."),
        "registry-down" => "이미지 레지스트리가 대답하지 않는다.".to_owned(),
        "registry-slow" => format!("이미지를 받는 데 {}배의 시간이 걸린다.", number("times")),
        "registry-restore" => "이미지 레지스트리가 다시 멀쩡하다.".to_owned(),
        "watch-delay" if number("delay_ms") > 0 => {
            let delay = span(number("delay_ms"), Language::Korean);
            format!("{on}{subject} 변화를 {delay} 늦게 듣는다.")
        }
        "watch-delay" => format!("{on}{subject} 변화를 다시 바로 듣는다."),
        "packet-loss" if number("percent") > 0 => {
            format!("{node} 노드를 오가는 패킷의 {}%가 사라진다.", number("percent"))
        }
        "packet-loss" => format!("{node} 노드를 오가는 패킷이 더는 사라지지 않는다."),
        _ => format!("장애를 일으켰다: {}.", other.words()),
    }
}

/// What a fault names; empty where it does not.
struct Named<'a> {
    node: &'a str,
    pod: &'a str,
    container: &'a str,
    component: &'a str,
}

impl Named<'_> {
    fn of(fault: &OtherFault) -> Named<'_> {
        let text = |name| fault.text(name).unwrap_or_default();
        Named {
            node: text("node"),
            pod: text("pod"),
            container: text("container"),
            component: text("component"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fault as said;
    use crate::i18n::Language::{English, Korean};
    use crate::player::fault;

    #[test]
    fn every_fault_has_a_sentence() {
        let node = [("node", "node-2")];
        let of = [("namespace", "default"), ("pod", "web-1"), ("container", "web")];
        let scheduler = [("component", "kube-scheduler"), ("node", "control-plane-1")];
        let kubelet = [("component", "kubelet")];
        let cases = [
            (fault("memory-fill", &of, &[("bytes", 64 << 20)]), "took 64Mi", "64Mi 더 썼다"),
            (fault("memory-leak", &of, &[("bytes_per_s", 1 << 20)]), "leaks 1Mi", "초당 1Mi씩"),
            (fault("node-partition", &node, &[]), "node-2 was cut off", "node-2 노드가"),
            (fault("node-join", &node, &[]), "joined: node node-2", "node-2 노드로 들어왔다"),
            (fault("node-heal", &node, &[]), "is back", "다시 이어졌다"),
            (
                fault("component-stop", &scheduler, &[]),
                "kube-scheduler was stopped on control-plane-1.",
                "control-plane-1 노드에서 kube-scheduler",
            ),
            (fault("component-start", &kubelet, &[]), "kubelet was started", "kubelet이 다시"),
            (fault("registry-down", &[], &[]), "stopped answering", "대답하지 않는다"),
            (fault("registry-slow", &[], &[("times", 10)]), "10 times", "10배"),
            (fault("registry-restore", &[], &[]), "well again", "멀쩡하다"),
            (fault("watch-delay", &kubelet, &[("delay_ms", 10_000)]), "10 s late", "10초 늦게"),
            (fault("watch-delay", &kubelet, &[("delay_ms", 0)]), "at once again", "다시 바로"),
            (fault("packet-loss", &node, &[("percent", 30)]), "30 %", "30%가"),
            (fault("packet-loss", &node, &[("percent", 0)]), "No packets", "더는 사라지지"),
        ];
        for (fault, english, korean) in cases {
            let (said_english, said_korean) = (said(&fault, English), said(&fault, Korean));
            assert!(said_english.contains(english), "{said_english}");
            assert!(said_korean.contains(korean), "{said_korean}");
        }
    }
}
