//! Containers that run: each can be killed, or given more memory to hold than it has.

use leptos::prelude::*;
use protocol::{ContainerState, Fault, ObjectRef, PodView};

use super::button::{Face, FaultButton};
use crate::{
    i18n::say,
    icons::Icon,
    player::{Cluster, Player, fault},
    scene::Selection,
};

const KILL: Face = Face { icon: Icon::ZAP, korean: "죽이기", english: "Kill", breaks: true };
const FILL: Face =
    Face { icon: Icon::PLUS, korean: "메모리 256Mi", english: "256Mi memory", breaks: true };
const LEAK: Face =
    Face { icon: Icon::PLUS, korean: "초당 8Mi 누수", english: "leak 8Mi/s", breaks: true };
const MIB: i64 = 1 << 20;

/// A container that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Process {
    pod: ObjectRef,
    container: String,
    node: String,
}

#[component]
pub(super) fn Containers() -> impl IntoView {
    let player = expect_context::<Player>();
    let all = Memo::new(move |_| processes(&player.cluster()));
    let (own, system) = (move || part(&all.get(), false), move || part(&all.get(), true));
    view! {
        <ul class="fault-list">
            <For each=own key=|p| (p.pod.clone(), p.container.clone()) let:process>
                <Row process/>
            </For>
        </ul>
        <p class="empty" hidden=move || all.with(|all| all.iter().any(|p| !is_system(p)))>
            {say("도는 컨테이너가 없다.", "No container runs.")}
        </p>
        <details>
            <summary>{say("클러스터 자신의 컨테이너", "The cluster's own containers")}</summary>
            <ul class="fault-list">
                <For each=system key=|p| (p.pod.clone(), p.container.clone()) let:process>
                    <Row process/>
                </For>
            </ul>
        </details>
    }
    .into_any()
}

fn is_system(process: &Process) -> bool {
    process.pod.namespace.starts_with("kube-")
}

fn part(all: &[Process], system: bool) -> Vec<Process> {
    all.iter().filter(|process| is_system(process) == system).cloned().collect()
}

fn processes(cluster: &Cluster) -> Vec<Process> {
    let running = |pod: &PodView| {
        let off = pod.node.as_ref().is_none_or(|node| cluster.off.contains(node));
        let containers = pod.containers.iter().filter(move |_| !off);
        let running = containers.filter(|c| matches!(c.state, ContainerState::Running { .. }));
        running.map(|container| container.name.clone()).collect::<Vec<_>>()
    };
    let pods = cluster.of_kind("Pod").filter_map(|object| match &object.detail {
        protocol::Detail::Pod(pod) => Some((object, pod)),
        _ => None,
    });
    pods.flat_map(|(object, pod)| {
        running(pod).into_iter().map(|container| Process {
            pod: object.object.clone(),
            container,
            node: pod.node.clone().unwrap_or_default(),
        })
    })
    .collect()
}

#[component]
fn Row(process: Process) -> impl IntoView {
    let selection = expect_context::<Selection>();
    let Process { pod, container, node } = process;
    let selected = pod.clone();
    let about = format!("{}/{container}", pod.name);
    let memory = {
        let (pod, container) = (pod.clone(), container.clone());
        move |kind: &str, name: &str, bytes: i64| {
            let of = [
                ("namespace", pod.namespace.as_str()),
                ("pod", pod.name.as_str()),
                ("container", container.as_str()),
            ];
            fault(kind, &of, &[(name, bytes)])
        }
    };
    let leak = memory.clone();
    view! {
        <li>
            <button
                type="button"
                class="name mono fault-name"
                on:click=move |_| selection.selected.set(Some(selected.clone()))
            >
                {pod.name.clone()}
            </button>
            <span class="soft mono">{format!("{container} · {node}")}</span>
            <span class="fault-acts">
                <FaultButton
                    face=FILL
                    about=about.clone()
                    fault=move || memory("memory-fill", "bytes", 256 * MIB)
                />
                <FaultButton
                    face=LEAK
                    about=about.clone()
                    fault=move || leak("memory-leak", "bytes_per_s", 8 * MIB)
                />
                <KillButton pod container/>
            </span>
        </li>
    }
    .into_any()
}

/// Ends a container's process, as if it had crashed.
#[component]
pub fn KillButton(pod: ObjectRef, container: String) -> impl IntoView {
    let about = format!("{}/{container}", pod.name);
    let kill = move || Fault::ContainerKill {
        namespace: pod.namespace.clone(),
        pod: pod.name.clone(),
        container: container.clone(),
    };
    view! { <FaultButton face=KILL about fault=kill/> }.into_any()
}
