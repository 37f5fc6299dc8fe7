//! The nodes: their machines' power, their network, and what gets lost on it.

use leptos::prelude::*;
use protocol::{Act, Fault};

use super::button::{Face, FaultButton};
use crate::{
    i18n::use_language,
    icons::{Icon, icon},
    player::{Cluster, Player, fault},
    session::use_session,
};

const POWER_OFF: Face =
    Face { icon: Icon::POWER, korean: "전원 끄기", english: "Power off", breaks: true };
const POWER_ON: Face =
    Face { icon: Icon::POWER, korean: "전원 켜기", english: "Power on", breaks: false };
const CUT: Face =
    Face {
        icon: Icon::CLOUD_OFF, korean: "네트워크 끊기", english: "Cut network", breaks: true
    };
const HEAL: Face =
    Face {
        icon: Icon::PLUG, korean: "네트워크 잇기", english: "Mend network", breaks: false
    };

/// How many packets in a hundred can be made to get lost.
const LOSSES: [i64; 5] = [0, 5, 20, 50, 90];

/// How a node fares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Machine {
    status: String,
    off: bool,
    cut_off: bool,
    packet_loss: i64,
}

impl Machine {
    fn of(cluster: &Cluster, name: &str) -> Machine {
        let found = cluster.nodes().find(|(object, _)| object.object.name == name);
        Machine {
            status: found.map(|(_, node)| node.status.clone()).unwrap_or_default(),
            off: cluster.off.contains(name),
            cut_off: cluster.broken.is_cut_off(name),
            packet_loss: cluster.broken.packet_loss(name),
        }
    }
}

#[component]
pub(super) fn Nodes() -> impl IntoView {
    let player = expect_context::<Player>();
    let names = Memo::new(move |_| {
        let cluster = player.cluster();
        let mut all: Vec<_> = cluster
            .nodes()
            .map(|(object, node)| (node.control_plane, object.object.name.clone()))
            .collect();
        all.sort_by_key(|(control_plane, name)| (*control_plane, number(name)));
        all.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
    });
    view! {
        <ul class="fault-list">
            <For each=move || names.get() key=Clone::clone let:name>
                <Row name/>
            </For>
        </ul>
        <Join names/>
    }
    .into_any()
}

/// Lets a new machine join the cluster.
#[component]
fn Join(names: Memo<Vec<String>>) -> impl IntoView {
    let session = use_session();
    let language = use_language();
    let next = Memo::new(move |_| names.with(|names| next_name(names)));
    let join = move |_| {
        let fault = fault("node-join", &[("node", &next.get_untracked())], &[]);
        session.tell(Act::Fault { fault });
    };
    view! {
        <button type="button" class="button small" on:click=join>
            {icon(Icon::PLUS)}
            {move || {
                let next = next.get();
                language.get().pick(format!("노드 추가: {next}"), format!("Add a node: {next}"))
            }}
        </button>
    }
}

/// `node-4` after `node-1` to `node-3`, whatever else there is.
fn next_name(names: &[String]) -> String {
    let numbers = names.iter().map(|name| number(name)).filter(|(stem, _)| stem == "node-");
    format!("node-{}", numbers.map(|(_, number)| number).max().unwrap_or_default() + 1)
}

/// For the order of people: `node-2` before `node-10`.
fn number(name: &str) -> (String, u64) {
    let digits = name.chars().rev().take_while(char::is_ascii_digit).count();
    let (stem, digits) = name.split_at(name.len() - digits);
    (stem.to_owned(), digits.parse().unwrap_or_default())
}

#[component]
fn Row(name: String) -> impl IntoView {
    let player = expect_context::<Player>();
    let machine = {
        let name = name.clone();
        Memo::new(move |_| Machine::of(&player.cluster(), &name))
    };
    let bad = move || machine.with(|it| it.off || it.status.contains("NotReady"));
    let cut_off = Memo::new(move |_| machine.with(|it| it.cut_off));
    let cut = {
        let name = name.clone();
        move || {
            let kind = if cut_off.get_untracked() { "node-heal" } else { "node-partition" };
            fault(kind, &[("node", &name)], &[])
        }
    };
    view! {
        <li>
            <span class="fault-name mono">{name.clone()}</span>
            <span class=move || if bad() { "bad" } else { "soft" }>
                {move || machine.with(|it| it.status.clone())}
            </span>
            <span class="fault-acts">
                <Loss node=name.clone() percent=Signal::derive(move || machine.with(|m| m.packet_loss))/>
                <FaultButton
                    face=Signal::derive(move || if cut_off.get() { HEAL } else { CUT })
                    about=name.clone()
                    fault=cut
                />
                <PowerButton node=name off=Signal::derive(move || machine.with(|m| m.off))/>
            </span>
        </li>
    }
    .into_any()
}

/// Switches a node's machine off, or on again.
#[component]
pub fn PowerButton(node: String, #[prop(into)] off: Signal<bool>) -> impl IntoView {
    let about = node.clone();
    let switch = move || {
        let node = node.clone();
        if off.get_untracked() { Fault::NodeOn { node } } else { Fault::NodeOff { node } }
    };
    view! {
        <FaultButton
            face=Signal::derive(move || if off.get() { POWER_ON } else { POWER_OFF })
            about
            fault=switch
        />
    }
    .into_any()
}

/// How many of a node's packets get lost.
#[component]
fn Loss(node: String, percent: Signal<i64>) -> impl IntoView {
    let session = use_session();
    let language = use_language();
    let label = {
        let node = node.clone();
        move || format!("{}: {node}", language.get().pick("패킷 손실", "Packet loss"))
    };
    let options = LOSSES.map(|loss| {
        let text = move || match loss {
            0 => language.get().pick("손실 없음", "no loss").to_owned(),
            _ => format!("{} {loss} %", language.get().pick("손실", "loss")),
        };
        view! {
            <option value=loss.to_string() prop:selected=move || percent.get() == loss>{text}</option>
        }
    });
    let change = move |event| {
        let Ok(percent) = event_target_value(&event).parse() else { return };
        let fault = fault("packet-loss", &[("node", &node)], &[("percent", percent)]);
        session.tell(Act::Fault { fault });
    };
    view! {
        <select class="select small" aria-label=label on:change=change>{options.collect_view()}</select>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::{next_name, number};

    #[test]
    fn a_new_node_is_named_after_the_last() {
        let names = ["control-plane-1", "node-2", "node-10", "edge"].map(str::to_owned);
        assert_eq!(next_name(&names), "node-11");
        assert_eq!(next_name(&names[..1]), "node-1");
    }

    #[test]
    fn nodes_stand_in_the_order_of_people() {
        let mut names = ["node-10", "node-2", "edge"];
        names.sort_by_key(|name| number(name));
        assert_eq!(names, ["edge", "node-2", "node-10"]);
    }
}
