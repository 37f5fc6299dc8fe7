//! The panel for breaking things: power nodes off and on, kill containers. Failures are what
//! Kubernetes is for, so they are one press away.

use leptos::prelude::*;
use protocol::{Act, ContainerState, Fault, NodeView, ObjectRef, PodView};

use crate::{
    i18n::{say, use_language},
    icons::{Icon, icon},
    player::{Cluster, Player},
    scene::Selection,
    session::use_session,
};

/// A node and whether its machine runs.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Machine {
    name: String,
    status: String,
    off: bool,
}

/// A container that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Process {
    pod: ObjectRef,
    container: String,
    node: String,
}

/// The panel.
#[component]
pub fn Faults() -> impl IntoView {
    let player = expect_context::<Player>();
    let machines = Memo::new(move |_| machines(&player.cluster()));
    let processes = Memo::new(move |_| processes(&player.cluster()));
    view! {
        <section class="faults" aria-label=say("고장 내기", "Break things")>
            <div>
                <h2>{say("노드의 전원", "Power of the nodes")}</h2>
                <ul class="fault-list">
                    <For each=move || machines.get() key=|m| (m.name.clone(), m.off, m.status.clone()) let:machine>
                        <MachineRow machine/>
                    </For>
                </ul>
            </div>
            <div>
                <h2>{say("도는 컨테이너", "Containers that run")}</h2>
                <ul class="fault-list">
                    <For
                        each=move || processes.get()
                        key=|p| (p.pod.clone(), p.container.clone())
                        let:process
                    >
                        <ProcessRow process/>
                    </For>
                </ul>
                <p class="empty" hidden=move || processes.with(|p| !p.is_empty())>
                    {say("도는 컨테이너가 없다.", "No container runs.")}
                </p>
            </div>
        </section>
    }
    .into_any()
}

fn machines(cluster: &Cluster) -> Vec<Machine> {
    let machine = |name: &str, node: &NodeView| Machine {
        name: name.to_owned(),
        status: node.status.clone(),
        off: cluster.off.contains(name),
    };
    // Without its control plane a cluster can answer nobody.
    let workers = cluster.nodes().filter(|(_, node)| !node.control_plane);
    workers.map(|(object, node)| machine(&object.object.name, node)).collect()
}

fn processes(cluster: &Cluster) -> Vec<Process> {
    let running = |pod: &PodView| {
        let off = pod.node.as_ref().is_none_or(|node| cluster.off.contains(node));
        let containers = pod.containers.iter().filter(move |_| !off);
        let running = containers.filter(|c| matches!(c.state, ContainerState::Running { .. }));
        running.map(|container| container.name.clone()).collect::<Vec<_>>()
    };
    cluster
        .pods()
        .filter(|(object, _)| !object.object.namespace.starts_with("kube-"))
        .flat_map(|(object, pod)| {
            running(pod).into_iter().map(|container| Process {
                pod: object.object.clone(),
                container,
                node: pod.node.clone().unwrap_or_default(),
            })
        })
        .collect()
}

#[component]
fn MachineRow(machine: Machine) -> impl IntoView {
    let Machine { name, status, off } = machine;
    let class = if off || status.contains("NotReady") { "bad" } else { "soft" };
    view! {
        <li>
            <span class="fault-name mono">{name.clone()}</span>
            <span class=class>{status}</span>
            <PowerButton node=name off/>
        </li>
    }
    .into_any()
}

/// Switches a node's machine off, or on again.
#[component]
pub fn PowerButton(node: String, off: bool) -> impl IntoView {
    let session = use_session();
    let language = use_language();
    let text = if off { ("전원 켜기", "Power on") } else { ("전원 끄기", "Power off") };
    let label = {
        let node = node.clone();
        move || format!("{}: {node}", language.get().pick(text.0, text.1))
    };
    let switch = move |_| {
        let node = node.clone();
        let fault = if off { Fault::NodeOn { node } } else { Fault::NodeOff { node } };
        session.tell(Act::Fault { fault });
    };
    view! {
        <button
            type="button"
            class=if off { "button small" } else { "button small danger" }
            aria-label=label
            on:click=switch
        >
            {icon(Icon::POWER)}
            {move || language.get().pick(text.0, text.1)}
        </button>
    }
    .into_any()
}

#[component]
fn ProcessRow(process: Process) -> impl IntoView {
    let selection = expect_context::<Selection>();
    let Process { pod, container, node } = process;
    let selected = pod.clone();
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
            <KillButton pod container/>
        </li>
    }
    .into_any()
}

/// Ends a container's process, as if it had crashed.
#[component]
pub fn KillButton(pod: ObjectRef, container: String) -> impl IntoView {
    let session = use_session();
    let language = use_language();
    let label = {
        let name = format!("{}/{container}", pod.name);
        move || format!("{}: {name}", language.get().pick("죽이기", "Kill"))
    };
    let kill = move |_| {
        let (namespace, pod) = (pod.namespace.clone(), pod.name.clone());
        let fault = Fault::ContainerKill { namespace, pod, container: container.clone() };
        session.tell(Act::Fault { fault });
    };
    view! {
        <button type="button" class="button small danger" aria-label=label on:click=kill>
            {icon(Icon::ZAP)}
            {move || language.get().pick("죽이기", "Kill")}
        </button>
    }
    .into_any()
}
