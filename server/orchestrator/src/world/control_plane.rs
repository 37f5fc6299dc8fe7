//! The control plane's own programs: where they run, who leads, and who reaches whom.
//!
//! etcd, kube-apiserver, kube-scheduler and kube-controller-manager are containers of static Pods
//! on the control-plane nodes. Here is remembered which of them do not run; what follows for
//! everybody else is `world/connection.rs`'s business. A cluster without control-plane nodes has
//! its control plane elsewhere, where nothing happens to it.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet, Vector};

use crate::component::Host;
use crate::components::TABLE;
use crate::fault::Fault;
use crate::machine::{Machine, Surroundings};
use crate::network::wire;
use crate::object::{Key, Kind};
use crate::queue::InstanceId;
use crate::scenario::Scenario;
use crate::trace::{EntryId, Transition};
use crate::world::{World, boot, delays, engine, faults, manifests};

/// A program of the control plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Program {
    Etcd,
    ApiServer,
    ControllerManager,
    Scheduler,
}

impl Program {
    pub const ALL: [Program; 4] =
        [Program::Etcd, Program::ApiServer, Program::ControllerManager, Program::Scheduler];

    /// The name of its container, its image and, before the node's name, its Pod.
    pub const fn name(self) -> &'static str {
        match self {
            Program::Etcd => "etcd",
            Program::ApiServer => "kube-apiserver",
            Program::ControllerManager => "kube-controller-manager",
            Program::Scheduler => "kube-scheduler",
        }
    }

    pub fn of_name(name: &str) -> Option<Program> {
        Program::ALL.into_iter().find(|program| program.name() == name)
    }

    /// The program that components of this host are part of.
    pub const fn of_host(host: Host) -> Option<Program> {
        match host {
            Host::ControllerManager => Some(Program::ControllerManager),
            Host::Scheduler => Some(Program::Scheduler),
            Host::ApiServer | Host::EachNode | Host::ControlPlane | Host::Addon => None,
        }
    }
}

/// Where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From<'a> {
    /// Through the load balancer, from outside the cluster.
    Outside,
    /// Through the load balancer, from a node.
    Node(&'a str),
    /// From a program of the control plane to the API server of its own node.
    Local(&'a str),
}

/// Whether an API server can be reached, and can do what it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Full,
    /// It answers, but the members of etcd that it reaches are no majority.
    NoQuorum,
    /// Nothing listens.
    Refused,
    /// Nothing answers.
    TimedOut,
}

/// The control plane.
#[derive(Clone, Debug, Default)]
pub(super) struct ControlPlane {
    nodes: Vector<Arc<str>>,
    down: OrdSet<(Program, Arc<str>)>,
    /// On which node the one runs that acts.
    leaders: OrdMap<Program, Arc<str>>,
    /// What cut the connections that are cut: for those that start while they are.
    pub(super) trouble: Option<EntryId>,
}

impl ControlPlane {
    pub(super) fn of(scenario: &Scenario) -> ControlPlane {
        let nodes: Vector<Arc<str>> =
            scenario.control_plane().map(|node| Arc::from(node.name.as_str())).collect();
        let mut leaders = OrdMap::new();
        // A single one leads; of several the first to take the Lease.
        if let Some(first) =
            nodes.front().filter(|_| nodes.len() == 1 || scenario.leaves_off("kubelet"))
        {
            leaders.insert(Program::ControllerManager, Arc::clone(first));
            leaders.insert(Program::Scheduler, Arc::clone(first));
        }
        ControlPlane { nodes, leaders, ..ControlPlane::default() }
    }

    pub(super) fn nodes(&self) -> impl Iterator<Item = &Arc<str>> {
        self.nodes.iter()
    }

    pub(super) fn is_hosted_elsewhere(&self) -> bool {
        self.nodes.is_empty()
    }

    /// With more than one control-plane node the programs elect a leader.
    pub(super) fn elects(&self) -> bool {
        self.nodes.len() > 1
    }

    pub(super) fn leader(&self, program: Program) -> Option<&Arc<str>> {
        self.leaders.get(&program)
    }

    /// Whether nobody leads yet, or any more.
    pub(super) fn awaits_leader(&self, program: Program) -> bool {
        self.elects() && self.leader(program).is_none()
    }

    pub(super) fn set_leader(&mut self, program: Program, node: Option<Arc<str>>) {
        match node {
            Some(node) => self.leaders.insert(program, node),
            None => self.leaders.remove(&program),
        };
    }

    /// Takes note of a program that runs now, or does not. False if that is no news.
    pub(super) fn set_running(&mut self, program: Program, node: &Arc<str>, runs: bool) -> bool {
        if !self.nodes.contains(node) {
            return false;
        }
        let place = (program, Arc::clone(node));
        if runs { self.down.remove(&place).is_some() } else { self.down.insert(place).is_none() }
    }

    pub(super) fn runs(&self, machines: &Machines, program: Program, node: &Arc<str>) -> bool {
        machines.get(node).is_some_and(|machine| machine.on)
            && !self.down.contains(&(program, Arc::clone(node)))
    }

    /// Whether an API server runs that can write.
    pub(super) fn serves(&self, machines: &Machines) -> bool {
        let whole = |node: &Arc<str>| {
            self.runs(machines, Program::ApiServer, node) && self.has_quorum(machines, node)
        };
        self.is_hosted_elsewhere() || self.nodes.iter().any(whole)
    }

    /// What an API server answers to somebody.
    pub(super) fn access(&self, machines: &Machines, from: From<'_>) -> Access {
        if self.is_hosted_elsewhere() {
            return match from {
                From::Node(node) if !is_connected(machines, node) => Access::TimedOut,
                _ => Access::Full,
            };
        }
        let in_reach = self.nodes.iter().filter(|node| match from {
            From::Outside => is_connected(machines, node),
            From::Node(own) => reaches(machines, own, node),
            From::Local(own) => own == &***node,
        });
        let mut best = Access::TimedOut;
        for node in in_reach {
            if !machines.get(node).is_some_and(|machine| machine.on) {
                continue;
            }
            if !self.runs(machines, Program::ApiServer, node) {
                best = if best == Access::TimedOut { Access::Refused } else { best };
            } else if self.has_quorum(machines, node) {
                return Access::Full;
            } else {
                best = Access::NoQuorum;
            }
        }
        best
    }

    /// Of a hundred packets between a node and its API server so many get lost.
    pub(super) fn loss_from(&self, machines: &Machines, node: &str) -> i64 {
        if self.nodes.iter().any(|own| &**own == node) {
            return 0; // It has one of its own.
        }
        let mut serving = self.nodes.iter().filter(|own| {
            self.runs(machines, Program::ApiServer, own) && reaches(machines, node, own)
        });
        wire::loss(machines, [node].into_iter().chain(serving.next().map(|own| &**own)))
    }

    /// Whether more than half of the members of etcd can talk to the one on this node.
    fn has_quorum(&self, machines: &Machines, node: &Arc<str>) -> bool {
        let joined = self.nodes.iter().filter(|other| {
            self.runs(machines, Program::Etcd, other) && reaches(machines, node, other)
        });
        // The API server of kubeadm asks the member of its own node.
        self.runs(machines, Program::Etcd, node) && joined.count() * 2 > self.nodes.len()
    }
}

type Machines = OrdMap<Arc<str>, Machine>;

fn is_connected(machines: &Machines, node: &str) -> bool {
    machines.get(node).is_none_or(Machine::is_connected)
}

/// Whether packets go from one node to another.
fn reaches(machines: &Machines, from: &str, to: &str) -> bool {
    from == to || (is_connected(machines, from) && is_connected(machines, to))
}

/// Stops or starts a program on a node, or wherever it is. False if there is no such program.
pub(super) fn switch(
    world: &mut World,
    component: &str,
    node: Option<&str>,
    fault: &Fault,
) -> bool {
    let Some(program) = Program::of_name(component) else { return false };
    let all: Vec<Arc<str>> = world.control_plane.nodes.iter().cloned().collect();
    let chosen: Vec<Arc<str>> =
        all.into_iter().filter(|own| node.is_none_or(|node| node == &**own)).collect();
    if chosen.is_empty() {
        return false;
    }
    let cause = faults::trace(world, fault);
    for node in chosen {
        let key = format!("{component}-{node}");
        if matches!(fault, Fault::ComponentStart { .. }) {
            world.put_manifest_back(program, &node, cause);
        } else {
            world.remove_manifest(&node, ("kube-system", &key), cause);
        }
    }
    true
}

/// Which program a container's transition tells of, and whether it runs now.
pub(super) fn told_by(
    (pod, container, transition): &(Key, String, Transition),
) -> Option<(Program, bool)> {
    let program = Program::of_name(container)?;
    let is_its = pod.namespace() == "kube-system" && pod.name().starts_with(program.name());
    match transition {
        Transition::Started if is_its => Some((program, true)),
        Transition::Exited { .. } if is_its => Some((program, false)),
        _ => None,
    }
}

/// What ran on a node runs no more.
pub(super) fn lost_power(world: &mut World, node: &Arc<str>, cause: EntryId) {
    for program in Program::ALL {
        world.program_changed(program, node, false, cause);
    }
    world.review_connections(cause);
}

impl World {
    /// The programs of the control plane that do not run, and on which node.
    pub fn stopped_programs(&self) -> Vec<(Program, Arc<str>)> {
        let plane = &self.control_plane;
        let all = Program::ALL.into_iter();
        let places = all.flat_map(|program| plane.nodes.iter().map(move |node| (program, node)));
        let stopped = places.filter(|(program, node)| {
            self.scenario.leaves_off(program.name()) || !plane.runs(&self.machines, *program, node)
        });
        stopped.map(|(program, node)| (program, Arc::clone(node))).collect()
    }

    /// A program of the control plane runs now, or does not.
    pub(super) fn program_changed(
        &mut self,
        program: Program,
        node: &Arc<str>,
        runs: bool,
        cause: EntryId,
    ) {
        if !self.control_plane.set_running(program, node, runs) {
            return;
        }
        match program {
            Program::Etcd | Program::ApiServer => self.review_connections(cause),
            Program::ControllerManager | Program::Scheduler if self.control_plane.elects() => {
                self.candidate_changed(program, node, runs, cause);
            }
            Program::ControllerManager | Program::Scheduler => self.act_or_not(program, cause),
        }
    }

    /// Starts or stops the components of a program, as somebody leads or nobody does.
    pub(super) fn act_or_not(&mut self, program: Program, cause: EntryId) {
        let leader = self.control_plane.leader(program).cloned();
        let acts =
            leader.is_some_and(|node| self.control_plane.runs(&self.machines, program, &node));
        let of_program = |id: &&InstanceId| {
            Program::of_host(TABLE[id.row].host) == Some(program) && id.node.is_none()
        };
        let ids: Vec<InstanceId> = self.instances.keys().filter(of_program).cloned().collect();
        for id in ids {
            let running = self.instances.get(&id).is_some_and(|instance| instance.running);
            if acts && !running {
                engine::start(self, &id, cause);
            } else if !acts && running {
                engine::stop(self, &id);
            }
        }
    }

    /// One of several has started, or ended: only the leader's end makes a difference.
    fn candidate_changed(&mut self, program: Program, node: &Arc<str>, runs: bool, cause: EntryId) {
        let Some(row) = delays::row_of(program.name()) else { return };
        let id = InstanceId { row, node: Some(Arc::clone(node)) };
        if runs {
            engine::start(self, &id, cause);
            return;
        }
        engine::stop(self, &id);
        if self.control_plane.leader(program) == Some(node) {
            self.control_plane.set_leader(program, None);
            self.act_or_not(program, cause);
        }
    }

    /// After a candidate has written the Lease: it leads.
    pub(super) fn may_lead(&mut self, id: &InstanceId, cause: EntryId) {
        let (Some(program), Some(node)) = (Program::of_name(TABLE[id.row].name), &id.node) else {
            return;
        };
        if self.control_plane.leader(program) == Some(node) {
            return;
        }
        self.control_plane.set_leader(program, Some(Arc::clone(node)));
        // What another one knew, this one does not.
        self.act_or_not(program, cause);
    }

    /// A leader that could not renew its Lease in time ends itself.
    pub(super) fn renew_deadline(&mut self, id: &InstanceId, cause: EntryId) {
        let still = self.instances.get(id).is_some_and(|instance| instance.cut.is_some());
        let (Some(program), Some(node)) = (Program::of_name(TABLE[id.row].name), &id.node) else {
            return;
        };
        if !still || self.control_plane.leader(program) != Some(node) {
            return;
        }
        let key = Key::new(Kind::Pod, "kube-system", &format!("{}-{node}", program.name()));
        let clock = self.clock();
        let Some(machine) = self.machines.get_mut(node) else { return };
        let uid = machine.manifest(&key).and_then(|pod| pod.metadata.uid.clone());
        let mut around = Surroundings {
            clock,
            random: &mut self.random,
            images: &self.images,
            disks: &mut self.disks,
        };
        let ended = uid.and_then(|uid| machine.end(&uid, program.name(), 1, &mut around));
        if let Some(happened) = ended {
            engine::happened(self, node, happened, cause);
        }
    }

    fn put_manifest_back(&mut self, program: Program, node: &Arc<str>, cause: EntryId) {
        let scenario = Arc::clone(&self.scenario);
        let Some(index) = scenario.nodes.iter().position(|own| own.name == **node) else { return };
        let ip = boot::node_ip(index);
        let manifest = manifests::manifest(&scenario, program, node, &ip);
        self.place_manifest(node, &manifest, cause);
    }
}
