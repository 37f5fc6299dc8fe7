//! What is broken in a cluster, beside machines that are off, and lasts until it is mended.

use std::collections::BTreeMap;

use protocol::{Fault, FaultArgument, OtherFault};

/// The cloud's controller: the one program that runs on no node.
pub const CLOUD: &str = "cloud-controller-manager";

/// Faults that last, each by the part of the cluster that it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Broken(BTreeMap<Part, OtherFault>);

/// What can be broken. Where a node is named but none is meant, its name is empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Network { node: String },
    Packets { node: String },
    Program { name: String, node: String },
    Registry,
    Watch { component: String, node: String },
}

/// How the registries of images fare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registry {
    Well,
    /// Pulls take so many times as long.
    Slow(i64),
    Down,
}

/// A component that hears late of changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Late {
    pub component: String,
    /// Empty: on all nodes.
    pub node: String,
    pub delay_ms: i64,
}

impl Broken {
    pub fn new(faults: &[Fault]) -> Broken {
        let mut broken = Broken::default();
        faults.iter().for_each(|fault| broken.apply(fault, &[]));
        broken
    }

    /// Takes in a fault. A program that is stopped wherever it runs runs on these nodes.
    pub fn apply(&mut self, fault: &Fault, control_plane: &[String]) {
        let Fault::Other(fault) = fault else { return };
        let name = |name| fault.text(name).unwrap_or_default().to_owned();
        match fault.kind.as_str() {
            "node-partition" => self.set(Part::Network { node: name("node") }, fault, true),
            "node-heal" => self.set(Part::Network { node: name("node") }, fault, false),
            "packet-loss" => {
                let lost = fault.number("percent") > Some(0);
                self.set(Part::Packets { node: name("node") }, fault, lost);
            }
            "component-stop" => self.stop(&name("component"), fault, control_plane),
            "component-start" => self.start(&name("component"), fault.text("node")),
            "registry-down" | "registry-slow" => self.set(Part::Registry, fault, true),
            "registry-restore" => self.set(Part::Registry, fault, false),
            "watch-delay" => {
                let late = fault.number("delay_ms") > Some(0);
                let part = Part::Watch { component: name("component"), node: name("node") };
                self.set(part, fault, late);
            }
            _ => {}
        }
    }

    fn set(&mut self, part: Part, fault: &OtherFault, broken: bool) {
        if broken {
            self.0.insert(part, fault.clone());
        } else {
            self.0.remove(&part);
        }
    }

    fn stop(&mut self, name: &str, fault: &OtherFault, control_plane: &[String]) {
        let nodes: Vec<String> = match fault.text("node") {
            Some(node) => vec![node.to_owned()],
            None if name == CLOUD => vec![String::new()],
            None => control_plane.to_vec(),
        };
        for node in nodes {
            self.set(Part::Program { name: name.to_owned(), node }, fault, true);
        }
    }

    fn start(&mut self, program: &str, on: Option<&str>) {
        self.0.retain(|part, _| match part {
            Part::Program { name, node } => name != program || on.is_some_and(|on| on != node),
            _ => true,
        });
    }

    /// Whether somebody cut this node's network.
    pub fn is_cut_off(&self, node: &str) -> bool {
        self.0.contains_key(&Part::Network { node: node.to_owned() })
    }

    /// How many packets in a hundred get lost on the way from and to this node.
    pub fn packet_loss(&self, node: &str) -> i64 {
        let fault = self.0.get(&Part::Packets { node: node.to_owned() });
        fault.and_then(|fault| fault.number("percent")).unwrap_or_default()
    }

    /// Whether somebody stopped a program of the control plane on a node; the cloud's is on none.
    pub fn is_stopped(&self, program: &str, node: &str) -> bool {
        self.0.contains_key(&Part::Program { name: program.to_owned(), node: node.to_owned() })
    }

    pub fn registry(&self) -> Registry {
        match self.0.get(&Part::Registry) {
            None => Registry::Well,
            Some(fault) => fault.number("times").map_or(Registry::Down, Registry::Slow),
        }
    }

    /// The components that hear late of changes.
    pub fn late(&self) -> impl Iterator<Item = Late> {
        self.0.iter().filter_map(|(part, fault)| match part {
            Part::Watch { component, node } => Some(Late {
                component: component.clone(),
                node: node.clone(),
                delay_ms: fault.number("delay_ms").unwrap_or_default(),
            }),
            _ => None,
        })
    }
}

/// A fault by its kind and what it names.
pub fn fault(kind: &str, texts: &[(&str, &str)], numbers: &[(&str, i64)]) -> Fault {
    let texts = texts.iter().map(|(name, text)| (*name, FaultArgument::Text((*text).to_owned())));
    let numbers = numbers.iter().map(|(name, number)| (*name, FaultArgument::Number(*number)));
    let arguments = texts.chain(numbers).map(|(name, it)| (name.to_owned(), it)).collect();
    Fault::Other(OtherFault { kind: kind.to_owned(), arguments })
}

#[cfg(test)]
mod tests {
    use super::{Broken, CLOUD, Late, Registry, fault};

    #[test]
    fn what_breaks_is_broken_until_it_is_mended() {
        let both = ["control-plane-1".to_owned(), "control-plane-2".to_owned()];
        let mut broken = Broken::default();
        let mut now = |one| {
            broken.apply(&one, &both);
            broken.clone()
        };
        assert!(now(fault("node-partition", &[("node", "node-1")], &[])).is_cut_off("node-1"));
        assert!(!now(fault("node-heal", &[("node", "node-1")], &[])).is_cut_off("node-1"));
        let loss = |percent| fault("packet-loss", &[("node", "node-1")], &[("percent", percent)]);
        assert_eq!(now(loss(30)).packet_loss("node-1"), 30);
        assert_eq!(now(loss(0)), Broken::default());
        assert_eq!(
            now(fault("registry-slow", &[], &[("times", 10)])).registry(),
            Registry::Slow(10)
        );
        assert_eq!(now(fault("registry-down", &[], &[])).registry(), Registry::Down);
        assert_eq!(now(fault("registry-restore", &[], &[])).registry(), Registry::Well);
        let delay = |ms| fault("watch-delay", &[("component", "kubelet")], &[("delay_ms", ms)]);
        let late = Late { component: "kubelet".into(), node: String::new(), delay_ms: 5_000 };
        assert_eq!(now(delay(5_000)).late().collect::<Vec<_>>(), [late]);
        assert_eq!(now(delay(0)), Broken::default());
    }

    #[test]
    fn a_program_is_stopped_wherever_it_runs_or_on_one_node() {
        let nodes = ["control-plane-1".to_owned(), "control-plane-2".to_owned()];
        let stop = |texts: &[(&str, &str)]| fault("component-stop", texts, &[]);
        let mut broken =
            Broken::new(&[stop(&[("component", "etcd"), ("node", "control-plane-2")])]);
        assert!(!broken.is_stopped("etcd", "control-plane-1"));
        assert!(broken.is_stopped("etcd", "control-plane-2"));
        broken.apply(&stop(&[("component", "kube-scheduler")]), &nodes);
        assert!(nodes.iter().all(|node| broken.is_stopped("kube-scheduler", node)));
        broken.apply(&stop(&[("component", CLOUD)]), &nodes);
        assert!(broken.is_stopped(CLOUD, ""));
        for name in ["etcd", "kube-scheduler", CLOUD] {
            broken.apply(&fault("component-start", &[("component", name)], &[]), &nodes);
        }
        assert_eq!(broken, Broken::default());
    }
}
