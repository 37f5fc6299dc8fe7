//! From the wish for a sandbox to its cluster.

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use orchestrator::{
    Scenario,
    kinds::quantity,
    scenario::{NodeSpec, TaintSpec, User},
};
use protocol::{NewNode, NewSandbox, NewTaint, Nodes};

use crate::problem::Problem;

/// Worker nodes where nobody says how many, and how many nodes there may be.
const WORKERS: u32 = 3;
const NODES_MAX: u32 = 1_000;
/// Letters of a name, groups of a user, components left off.
const NAME_MAX: usize = 253;
const LIST_MAX: usize = 64;

/// The cluster that is wished for, where it is not a lesson's.
pub(super) fn scenario(wish: &NewSandbox) -> Result<Scenario, Problem> {
    let mut scenario = named(wish.scenario.as_deref())?;
    scenario.nodes = nodes(wish)?;
    refine(&mut scenario, wish)?;
    Ok(scenario)
}

/// What a wish says beside the nodes.
pub(super) fn refine(scenario: &mut Scenario, wish: &NewSandbox) -> Result<(), Problem> {
    let lists = [&wish.off, &wish.groups];
    if lists.into_iter().flatten().any(|list| {
        list.len() > LIST_MAX || list.iter().any(|name| name.chars().count() > NAME_MAX)
    }) {
        return Err(Problem::invalid(format!("off and groups have at most {LIST_MAX} names")));
    }
    if let Some(range) = &wish.service_range {
        scenario.service_range.clone_from(range);
    }
    if let Some(off) = &wish.off {
        scenario.off.clone_from(off);
    }
    scenario.user = user(wish)?;
    scenario.check().map_err(Problem::invalid)
}

fn user(wish: &NewSandbox) -> Result<User, Problem> {
    let usual = User::default();
    let name = wish.user.clone().unwrap_or(usual.name);
    if name.is_empty() || name.chars().count() > NAME_MAX {
        return Err(Problem::invalid(format!("user has 1 to {NAME_MAX} letters")));
    }
    let uid = wish.user_uid.clone().unwrap_or(usual.uid);
    if uid.chars().count() > NAME_MAX {
        return Err(Problem::invalid(format!("user_uid has at most {NAME_MAX} letters")));
    }
    Ok(User { name, uid, groups: wish.groups.clone().unwrap_or(usual.groups) })
}

fn named(name: Option<&str>) -> Result<Scenario, Problem> {
    match name.unwrap_or("playground") {
        "playground" => Ok(Scenario::playground(0)),
        // The same cluster with nothing but public images.
        "empty" => {
            Ok(Scenario { name: "empty".to_owned(), images: Vec::new(), ..Scenario::playground(0) })
        }
        other => {
            Err(Problem::invalid(format!("there is no scenario {other:?}: playground or empty")))
        }
    }
}

fn nodes(wish: &NewSandbox) -> Result<Vec<NodeSpec>, Problem> {
    let workers = match &wish.nodes {
        None => WORKERS,
        Some(Nodes::Count(workers)) => *workers,
        Some(Nodes::Named(_)) if wish.control_plane.is_some() => {
            let message = "control_plane is a field of each node where nodes have names";
            return Err(Problem::invalid(message));
        }
        Some(Nodes::Named(nodes)) if nodes.len() > NODES_MAX as usize => {
            return Err(Problem::invalid(format!("there may be {NODES_MAX} nodes")));
        }
        Some(Nodes::Named(nodes)) => return nodes.iter().map(node).collect(),
    };
    let members = wish.control_plane.unwrap_or(1);
    if !(1..=NODES_MAX).contains(&workers) {
        return Err(Problem::invalid(format!("nodes must be 1 to {NODES_MAX}")));
    }
    if ![1, 3].contains(&members) {
        return Err(Problem::invalid("control_plane must be 1 or 3"));
    }
    Ok(Scenario::with_control_plane(members, workers).nodes)
}

fn node(wish: &NewNode) -> Result<NodeSpec, Problem> {
    let usual = NodeSpec::worker(&wish.name);
    let read = |given: &Option<String>, usual: i64, read: fn(&Quantity) -> i64| match given {
        None => Ok(usual),
        Some(text) => quantity::nano(text)
            .map(|_| read(&Quantity(text.clone())))
            .map_err(|error| Problem::invalid(format!("node {:?}: {error}", wish.name))),
    };
    Ok(NodeSpec {
        control_plane: wish.control_plane,
        cpu_milli: read(&wish.cpu, usual.cpu_milli, quantity::milli)?,
        memory_bytes: read(&wish.memory, usual.memory_bytes, quantity::value)?,
        pods_max: wish.pods.unwrap_or(usual.pods_max),
        labels: wish.labels.clone(),
        taints: wish.taints.iter().cloned().map(taint).collect(),
        zone: wish.zone.clone().unwrap_or_default(),
        region: wish.region.clone().unwrap_or_default(),
        ..usual
    })
}

fn taint(NewTaint { key, value, effect }: NewTaint) -> TaintSpec {
    TaintSpec { key, value, effect }
}
