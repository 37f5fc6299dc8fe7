//! The control plane's programs, each of which can be stopped and started: on each of its nodes, as
//! they are static Pods there. And the cloud's controller, which is nowhere in the cluster.

use leptos::prelude::*;

use super::button::{FaultButton, START, STOP};
use crate::{
    i18n::say,
    player::{CLOUD, Player, fault},
};

/// The programs, and what each is for.
const PROGRAMS: [(&str, &str, &str); 4] = [
    ("kube-apiserver", "모든 요청이 지나는 문", "the door that every request goes through"),
    ("etcd", "모든 오브젝트가 저장되는 곳", "where every object is stored"),
    ("kube-scheduler", "파드를 놓을 노드를 고른다", "chooses a node for each Pod"),
    (
        "kube-controller-manager",
        "의도한 상태로 만드는 컨트롤러들",
        "the controllers that bring about the desired state",
    ),
];

#[component]
pub(super) fn ControlPlane() -> impl IntoView {
    let player = expect_context::<Player>();
    let nodes = Memo::new(move |_| {
        let cluster = player.cluster();
        let own = cluster.nodes().filter(|(_, node)| node.control_plane);
        own.map(|(object, _)| object.object.name.clone()).collect::<Vec<_>>()
    });
    let programs = PROGRAMS.map(|(name, korean, english)| {
        view! {
            <li class="program">
                <span class="fault-name mono">{name}</span>
                <span class="soft">{say(korean, english)}</span>
                <For each=move || nodes.get() key=Clone::clone let:node>
                    <Program name node several=Signal::derive(move || nodes.with(Vec::len) > 1)/>
                </For>
            </li>
        }
    });
    let cloud = say(
        "클라우드: LoadBalancer 서비스에 주소를 준다",
        "the cloud: gives LoadBalancer Services their address",
    );
    view! {
        <ul class="fault-list">
            {programs.collect_view()}
            <li class="program">
                <span class="fault-name mono">{CLOUD}</span>
                <span class="soft">{cloud}</span>
                <Program name=CLOUD node=String::new() several=false.into()/>
            </li>
        </ul>
        <p class="empty" hidden=move || nodes.with(|nodes| !nodes.is_empty())>
            {say(
                "이 클러스터의 컨트롤 플레인은 다른 곳에서 돈다.",
                "The control plane of this cluster runs elsewhere.",
            )}
        </p>
    }
    .into_any()
}

/// One program on one node: whether it was stopped, and the button that changes it.
#[component]
fn Program(name: &'static str, node: String, several: Signal<bool>) -> impl IntoView {
    let player = expect_context::<Player>();
    let stopped = {
        let node = node.clone();
        Memo::new(move |_| player.cluster().broken.is_stopped(name, &node))
    };
    let running = say("켜짐", "on");
    let off = say("멈춤", "stopped");
    let about = if node.is_empty() { name.to_owned() } else { format!("{name}, {node}") };
    let place = node.clone();
    let change = move || {
        let kind = if stopped.get_untracked() { "component-start" } else { "component-stop" };
        match node.as_str() {
            "" => fault(kind, &[("component", name)], &[]),
            node => fault(kind, &[("component", name), ("node", node)], &[]),
        }
    };
    view! {
        <span class="on-node">
            <span class="mono soft" hidden=move || !several.get()>{place}</span>
            <span class=move || if stopped.get() { "state bad" } else { "state ok" }>
                {move || if stopped.get() { off.get() } else { running.get() }}
            </span>
            <FaultButton
                face=Signal::derive(move || if stopped.get() { START } else { STOP })
                about
                fault=change
            />
        </span>
    }
    .into_any()
}
