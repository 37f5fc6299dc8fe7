//! What can be done with the selected object. Buttons type kubectl commands into the terminal, so
//! that the learner sees, and learns, the command; faults are no commands.

use leptos::prelude::*;
use protocol::{Detail, ObjectRef};

use crate::{
    faults::{KillButton, PowerButton},
    i18n::{say, use_language},
    player::{Object, Player},
    terminal::use_console,
};

/// The buttons for an object, as long as it exists.
#[component]
pub(super) fn Actions(object: StoredValue<ObjectRef>) -> impl IntoView {
    let player = expect_context::<Player>();
    // Only what the buttons depend on: they must not be made anew under the learner's finger.
    let shape = Memo::new(move |_| {
        let cluster = player.cluster();
        let found = object.with_value(|object| cluster.get(object).cloned())?;
        Some(Shape::of(&found, cluster.off.contains(&found.object.name)))
    });
    view! {
        <div class="actions">
            {move || shape.get().map(|shape| view! { <Buttons shape/> })}
        </div>
    }
    .into_any()
}

/// What the buttons depend on.
#[derive(Clone, Debug, PartialEq)]
struct Shape {
    object: ObjectRef,
    containers: Vec<String>,
    replicas: Option<i32>,
    /// The machine of a worker node, and whether it is off.
    machine_off: Option<bool>,
    unschedulable: bool,
}

impl Shape {
    fn of(object: &Object, off: bool) -> Shape {
        let mut shape = Shape {
            object: object.object.clone(),
            containers: Vec::new(),
            replicas: None,
            machine_off: None,
            unschedulable: false,
        };
        match &object.detail {
            Detail::Pod(pod) => {
                shape.containers =
                    pod.containers.iter().map(|container| container.name.clone()).collect();
            }
            Detail::Deployment(deployment) => shape.replicas = Some(deployment.desired),
            Detail::Node(node) => {
                shape.machine_off = (!node.control_plane).then_some(off);
                shape.unschedulable = node.unschedulable;
            }
            _ => {}
        }
        shape
    }
}

#[component]
fn Buttons(shape: Shape) -> impl IntoView {
    let Shape { object, containers, replicas, machine_off, unschedulable } = shape;
    let (kind, name) = (object.kind.to_lowercase(), object.name.clone());
    let namespace = match object.namespace.as_str() {
        "" | "default" => String::new(),
        other => format!(" -n {other}"),
    };
    let several = containers.len() > 1;
    let logs = containers.iter().map(|container| {
        let of = if several { format!(" -c {container}") } else { String::new() };
        let title = if several { format!("logs {container}") } else { "logs".to_owned() };
        view! { <Command title line=format!("kubectl logs {name}{of}{namespace}")/> }
    });
    let shells = containers.iter().map(|container| {
        let of = if several { format!(" -c {container}") } else { String::new() };
        let title = if several { format!("sh {container}") } else { "sh".to_owned() };
        view! { <Command title line=format!("kubectl exec -it {name}{of}{namespace} -- sh")/> }
    });
    let kills = containers.iter().map(|container| {
        view! { <KillButton pod=object.clone() container=container.clone()/> }
    });
    let node = machine_off.map(|off| {
        let verb = if unschedulable { "uncordon" } else { "cordon" };
        view! {
            <Command title=verb.to_owned() line=format!("kubectl {verb} {name}")/>
            <PowerButton node=name.clone() off/>
        }
    });
    let deletable = matches!(object.kind.as_str(), "Node" | "Namespace" | "Event");
    let delete = (!deletable).then(|| {
        let line = format!("kubectl delete {kind} {name}{namespace}");
        view! { <Command title="delete".to_owned() line danger=true/> }
    });
    let rollout = (object.kind == "Deployment").then(|| {
        view! {
            <Command
                title="rollout undo".to_owned()
                line=format!("kubectl rollout undo deployment/{name}{namespace}")
            />
        }
    });
    view! {
        {replicas.map(|replicas| view! {
            <Scale target=format!("deployment/{name}") replicas namespace=namespace.clone()/>
        })}
        {logs.collect_view()}
        {shells.collect_view()}
        <Command
            title="describe".to_owned()
            line=format!("kubectl describe {kind} {name}{namespace}")
        />
        {rollout}
        {node}
        {kills.collect_view()}
        {delete}
    }
    .into_any()
}

/// − and +, by `kubectl scale`.
#[component]
fn Scale(target: String, replicas: i32, namespace: String) -> impl IntoView {
    let console = use_console();
    let language = use_language();
    let button = move |sign: &'static str, names: (&'static str, &'static str), to: i32| {
        let line = format!("kubectl scale {target} --replicas={to}{namespace}");
        view! {
            <button
                type="button"
                class="button small"
                disabled={to < 0}
                aria-label=move || language.get().pick(names.0, names.1)
                title=line.clone()
                on:click=move |_| console.type_and_run(&line)
            >
                {sign}
            </button>
        }
    };
    view! {
        <span class="scale" role="group" aria-label=say("레플리카 수", "Replicas")>
            {button.clone()("−", ("하나 줄이기", "One fewer"), replicas - 1)}
            <output>{replicas}</output>
            {button("+", ("하나 늘리기", "One more"), replicas + 1)}
        </span>
    }
    .into_any()
}

/// A button that types a command.
#[component]
fn Command(title: String, line: String, #[prop(optional)] danger: bool) -> impl IntoView {
    let console = use_console();
    view! {
        <button
            type="button"
            class=if danger { "button small mono danger" } else { "button small mono" }
            title=line.clone()
            on:click=move |_| console.type_and_run(&line)
        >
            {title}
        </button>
    }
    .into_any()
}
