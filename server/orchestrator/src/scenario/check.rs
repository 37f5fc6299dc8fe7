//! Whether a scenario describes a cluster that can be.

use std::collections::BTreeSet;

use super::{NodeSpec, Range, Scenario};
use crate::components::TABLE;
use crate::kinds::names;

const NODES_MAX: usize = 5_000;
const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
const PROGRAMS: [&str; 6] =
    ["scheduler", "controller-manager", "kubelet", "kube-proxy", "coredns", "metrics-server"];

impl Scenario {
    /// What is wrong with it, in a sentence for who wrote it.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), String> {
        if !(1..=NODES_MAX).contains(&self.nodes.len()) {
            return Err(format!("there must be 1 to {NODES_MAX} nodes"));
        }
        let mut names = BTreeSet::new();
        for node in &self.nodes {
            check_node(node)?;
            if !names.insert(&node.name) {
                return Err(format!("two nodes have the name {:?}", node.name));
            }
        }
        let members = self.control_plane().count();
        if members != 0 && members.is_multiple_of(2) {
            return Err("the control plane has an odd number of nodes, for etcd's sake".to_owned());
        }
        if Range::read(&self.service_range).is_none() {
            let range = &self.service_range;
            return Err(format!("{range:?} is no range of addresses such as 10.96.0.0/12"));
        }
        match self.off.iter().find(|name| !is_component(name)) {
            Some(unknown) => Err(format!("there is no component {unknown:?}")),
            None => Ok(()),
        }
    }
}

fn is_component(name: &str) -> bool {
    let bare = |name: &str| name.strip_prefix("kube-").unwrap_or(name).to_owned();
    let all = PROGRAMS.into_iter().chain(TABLE.iter().map(|row| row.name));
    all.into_iter().any(|known| bare(known) == bare(name))
}

fn check_node(node: &NodeSpec) -> Result<(), String> {
    let name = &node.name;
    let wrong = |what: &str, why: Vec<String>| match why.into_iter().next() {
        Some(why) => Err(format!("node {name:?}: {what}: {why}")),
        None => Ok(()),
    };
    wrong("name", names::subdomain(name))?;
    for (key, value) in &node.labels {
        wrong("labels", names::qualified_name(key))?;
        wrong("labels", names::label_value(value))?;
    }
    wrong("zone", names::label_value(&node.zone))?;
    wrong("region", names::label_value(&node.region))?;
    for taint in &node.taints {
        wrong("taints", names::qualified_name(&taint.key))?;
        wrong("taints", names::label_value(&taint.value))?;
        if !EFFECTS.contains(&taint.effect.as_str()) {
            return Err(format!("node {name:?}: {:?} is no effect of a taint", taint.effect));
        }
    }
    if node.cpu_milli <= 0 || node.memory_bytes <= 0 || node.pods_max < 0 {
        return Err(format!("node {name:?}: it needs some CPU, some memory and room for Pods"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::TaintSpec;

    #[test]
    fn the_usual_clusters_are_well() {
        assert_eq!(Scenario::playground(3).check(), Ok(()));
        assert_eq!(Scenario::with_control_plane(3, 2).check(), Ok(()));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let check = |change: fn(&mut Scenario), expected: &str| {
            let mut scenario = Scenario::playground(1);
            change(&mut scenario);
            let said = scenario.check().expect_err(expected);
            assert!(said.contains(expected), "{said}");
        };
        check(|s| s.nodes.clear(), "1 to 5000 nodes");
        check(|s| s.nodes.push(NodeSpec::worker("node-1")), "two nodes have the name");
        check(|s| s.nodes.push(NodeSpec::worker("Node")), "lowercase RFC 1123 subdomain");
        check(|s| s.nodes[1].control_plane = true, "odd number");
        check(|s| s.service_range = "10.0.0.1/24".to_owned(), "is no range");
        check(|s| s.off.push("kube-nothing".to_owned()), "no component");
        check(|s| s.nodes[0].cpu_milli = 0, "some CPU");
        let taint = |s: &mut Scenario| {
            let (key, value) = ("a".to_owned(), String::new());
            s.nodes[0].taints.push(TaintSpec { key, value, effect: "Never".to_owned() });
        };
        check(taint, "no effect of a taint");
    }
}
