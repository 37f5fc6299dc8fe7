//! What a new cluster of the playground shall be: chosen in a dialog, or named by a link.

use protocol::{NewNode, NewSandbox, Nodes};

pub const WORKERS_MAX: u32 = 50;
pub const ZONES_MAX: u32 = 3;
pub const CONTROL_PLANE_MAX: u32 = 3;

/// The component that gives LoadBalancer Services their addresses.
const CLOUD: &str = "service-controller";

/// A wish, as a dialog or an address has it: `?nodes=6&zones=3&control-plane=3&cloud=off&example=blog`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub workers: u32,
    pub zones: u32,
    pub control_plane: u32,
    pub cloud: bool,
    /// The example application that it begins with.
    pub example: Option<String>,
}

impl Default for Wish {
    fn default() -> Wish {
        Wish { workers: 3, zones: 1, control_plane: 1, cloud: true, example: None }
    }
}

impl Wish {
    /// Reads the parameters of an address; what it does not say, or says wrongly, is as usual.
    pub fn read(parameter: impl Fn(&str) -> Option<String>) -> Wish {
        let usual = Wish::default();
        let number = |name, usual: u32, max: u32| {
            let given = parameter(name).and_then(|text| text.parse::<u32>().ok());
            given.filter(|number| (1..=max).contains(number)).unwrap_or(usual)
        };
        Wish {
            workers: number("nodes", usual.workers, WORKERS_MAX),
            zones: number("zones", usual.zones, ZONES_MAX),
            control_plane: if number("control-plane", 1, CONTROL_PLANE_MAX) == 1 { 1 } else { 3 },
            cloud: parameter("cloud").as_deref() != Some("off"),
            example: parameter("example"),
        }
    }

    /// The same as the query of an address; empty for the usual cluster.
    pub fn query(&self) -> String {
        let usual = Wish::default();
        let number =
            |name: &str, is: u32, usual: u32| (is != usual).then(|| format!("{name}={is}"));
        let said = [
            number("nodes", self.workers, usual.workers),
            number("zones", self.zones, usual.zones),
            number("control-plane", self.control_plane, usual.control_plane),
            (!self.cloud).then(|| "cloud=off".to_owned()),
            self.example.as_ref().map(|example| format!("example={example}")),
        ];
        said.into_iter().flatten().collect::<Vec<_>>().join("&")
    }

    pub(super) fn is_usual(&self) -> bool {
        *self == Wish::default()
    }

    pub(super) fn new_sandbox(&self) -> NewSandbox {
        let off = (!self.cloud).then(|| vec![CLOUD.to_owned()]);
        if self.zones == 1 {
            return NewSandbox {
                nodes: Some(Nodes::Count(self.workers)),
                control_plane: Some(self.control_plane),
                off,
                ..NewSandbox::default()
            };
        }
        let members = (1..=self.control_plane)
            .map(|number| self.node("control-plane", number, true))
            .chain((1..=self.workers).map(|number| self.node("node", number, false)));
        NewSandbox { nodes: Some(Nodes::Named(members.collect())), off, ..NewSandbox::default() }
    }

    /// Zones are filled in turn.
    fn node(&self, stem: &str, number: u32, control_plane: bool) -> NewNode {
        let zone = ["a", "b", "c"][((number - 1) % self.zones) as usize];
        NewNode {
            name: format!("{stem}-{number}"),
            control_plane,
            zone: Some(format!("zone-{zone}")),
            region: Some("region-1".to_owned()),
            ..NewNode::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::Nodes;

    use super::Wish;

    fn read(query: &str) -> Wish {
        let pairs: Vec<_> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let find = |name: &str| pairs.iter().find(|(key, _)| *key == name);
        Wish::read(|name| find(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn a_link_says_what_the_cluster_shall_be() {
        for query in ["", "nodes=50", "nodes=6&zones=3&control-plane=3&cloud=off&example=blog"] {
            assert_eq!(read(query).query(), query);
        }
        for wrong in ["nodes=0", "nodes=51", "nodes=x", "zones=4", "control-plane=0", "cloud=on"] {
            assert!(read(wrong).is_usual(), "{wrong}");
        }
        assert_eq!(read("control-plane=2").control_plane, 3);
    }

    #[test]
    fn zones_are_filled_in_turn() {
        let new = read("nodes=4&zones=2&control-plane=3").new_sandbox();
        let Some(Nodes::Named(nodes)) = new.nodes else { panic!("nodes by name") };
        let zones: Vec<_> = nodes.iter().map(|n| (&*n.name, n.zone.as_deref().unwrap())).collect();
        let (a, b) = ("zone-a", "zone-b");
        let expected = [
            ("control-plane-1", a),
            ("control-plane-2", b),
            ("control-plane-3", a),
            ("node-1", a),
            ("node-2", b),
            ("node-3", a),
            ("node-4", b),
        ];
        assert_eq!(zones, expected);
    }
}
