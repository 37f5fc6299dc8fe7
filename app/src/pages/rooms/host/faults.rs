//! What is broken, or mended, in the clusters of all at once.

use leptos::prelude::*;
use protocol::{Fault, HostAct, Push};

use super::use_view;
use crate::{
    i18n::{say, use_language},
    player::fault,
};

/// What a fault names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    Nothing,
    Node,
    /// A program of the control plane.
    Program,
}

/// One that can be chosen: its kind, its words, what it names, and its number if it has one.
type Row = (&'static str, (&'static str, &'static str), Names, Option<(&'static str, i64)>);

const PROGRAMS: [&str; 4] = ["kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd"];

const ROWS: [Row; 11] = [
    ("node-off", ("노드의 전원 끄기", "Power a node off"), Names::Node, None),
    ("node-on", ("노드의 전원 켜기", "Power a node on"), Names::Node, None),
    ("node-partition", ("노드의 네트워크 끊기", "Cut a node's network"), Names::Node, None),
    ("node-heal", ("노드의 네트워크 잇기", "Mend a node's network"), Names::Node, None),
    (
        "packet-loss",
        ("노드의 패킷 절반 버리기", "Lose half of a node's packets"),
        Names::Node,
        Some(("percent", 50)),
    ),
    (
        "packet-loss",
        ("노드의 패킷 다시 보내기", "Lose none of a node's packets"),
        Names::Node,
        Some(("percent", 0)),
    ),
    (
        "component-stop",
        ("컨트롤 플레인 멈추기", "Stop a part of the control plane"),
        Names::Program,
        None,
    ),
    (
        "component-start",
        ("컨트롤 플레인 다시 켜기", "Start a part of the control plane"),
        Names::Program,
        None,
    ),
    (
        "registry-down",
        ("이미지 레지스트리 끄기", "Take the image registry away"),
        Names::Nothing,
        None,
    ),
    (
        "registry-slow",
        ("이미지 레지스트리 느리게", "Make the image registry slow"),
        Names::Nothing,
        Some(("times", 10)),
    ),
    (
        "registry-restore",
        ("이미지 레지스트리 고치기", "Mend the image registry"),
        Names::Nothing,
        None,
    ),
];

/// The fault of a row, where it names something by this name.
fn of(row: &Row, node: &str, program: &str) -> Fault {
    let (kind, _, names, number) = row;
    let numbers: Vec<_> = number.iter().copied().collect();
    match (*kind, names) {
        ("node-off", _) => Fault::NodeOff { node: node.to_owned() },
        ("node-on", _) => Fault::NodeOn { node: node.to_owned() },
        (kind, Names::Node) => fault(kind, &[("node", node)], &numbers),
        (kind, Names::Program) => fault(kind, &[("component", program)], &numbers),
        (kind, Names::Nothing) => fault(kind, &[], &numbers),
    }
}

#[component]
pub(super) fn PushFault() -> impl IntoView {
    let wire = use_view().wire;
    let language = use_language();
    let (row, program) = (RwSignal::new(0_usize), RwSignal::new(0_usize));
    let node = RwSignal::new("node-1".to_owned());
    let names = move || ROWS[row.get()].2;
    let chosen = |event| event_target_value(&event).parse().unwrap_or_default();
    let push = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let fault = of(
            &ROWS[row.get_untracked()],
            &node.get_untracked(),
            PROGRAMS[program.get_untracked()],
        );
        wire.lead(HostAct::Push { what: Push::Fault { fault } });
    };
    let options = ROWS.iter().enumerate().map(|(n, (_, words, ..))| {
        view! { <option value=n>{move || language.get().pick(words.0, words.1)}</option> }
    });
    let programs =
        PROGRAMS.iter().enumerate().map(|(n, name)| view! { <option value=n>{*name}</option> });
    view! {
        <form class="room-line" on:submit=push>
            <select
                class="select"
                aria-label=say("모두에게 낼 고장", "What to break for all")
                on:change=move |event| row.set(usize::min(chosen(event), ROWS.len() - 1))
            >
                {options.collect_view()}
            </select>
            <input
                class="text"
                required
                maxlength="253"
                hidden=move || names() != Names::Node
                aria-label=say("노드 이름", "Name of the node")
                prop:value=move || node.get()
                on:input=move |event| node.set(event_target_value(&event))
            />
            <select
                class="select"
                hidden=move || names() != Names::Program
                aria-label=say("컨트롤 플레인의 프로그램", "Program of the control plane")
                on:change=move |event| program.set(usize::min(chosen(event), PROGRAMS.len() - 1))
            >
                {programs.collect_view()}
            </select>
            <button type="submit" class="button small">{say("모두에게", "To all")}</button>
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_names_what_it_breaks() {
        let said: Vec<String> = ROWS
            .iter()
            .map(|row| serde_json::to_string(&of(row, "node-2", "etcd")).expect("JSON"))
            .collect();
        assert_eq!(said[0], r#"{"kind":"node-off","node":"node-2"}"#);
        assert_eq!(said[4], r#"{"kind":"packet-loss","node":"node-2","percent":50}"#);
        assert_eq!(said[6], r#"{"kind":"component-stop","component":"etcd"}"#);
        assert_eq!(said[9], r#"{"kind":"registry-slow","times":10}"#);
    }
}
