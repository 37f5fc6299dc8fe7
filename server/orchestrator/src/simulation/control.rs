//! Acts on the cluster itself: its network, its registries, its control plane; and their end.

use serde_json::Value;

use super::{Act, Failure, Simulation, request};
use crate::fault::Fault;
use crate::input::Input;
use crate::world::Program;

/// Components whose watches are slowed.
const WATCHERS: [&str; 5] = [
    "default-scheduler",
    "replicaset-controller",
    "deployment-controller",
    "endpoint-slice-controller",
    "kubelet",
];
/// Long enough for what waits longest when all faults have ended: a back-off of five minutes, then a
/// Pod that is evicted, replaced and pulled for.
const HEALING_MS: i64 = 1_500_000;

impl Simulation {
    /// Draws an act on the cluster itself.
    pub(super) fn act_control(&mut self) -> Act {
        let node = self.node();
        let fault = match self.pick(16) {
            0..=1 => Fault::NodePartition { node },
            2..=4 => Fault::NodeHeal { node },
            5..=6 => Fault::ComponentStop { component: self.program(), node: None },
            7..=9 => Fault::ComponentStart { component: self.program(), node: None },
            10 => Fault::RegistryDown,
            11 => Fault::RegistrySlow { times: 1 + self.pick(20) as u32 },
            12 => Fault::RegistryRestore,
            13 => Fault::WatchDelay {
                component: WATCHERS[self.pick(WATCHERS.len())].to_owned(),
                node: None,
                delay_ms: self.pick(5_000) as i64,
            },
            14 => Fault::PacketLoss { node, percent: self.pick(60) as u8 },
            _ => return self.cordon(&node),
        };
        Act::Input(Box::new(Input::Fault(fault)))
    }

    fn node(&mut self) -> String {
        let nodes: Vec<String> =
            self.world.machines().map(|machine| machine.node.to_string()).collect();
        nodes[self.pick(nodes.len())].clone()
    }

    fn program(&mut self) -> String {
        Program::ALL[self.pick(Program::ALL.len())].name().to_owned()
    }

    fn cordon(&mut self, node: &str) -> Act {
        let closed = self.pick(2) == 0;
        let patch = serde_json::json!({"spec": {"unschedulable": closed}});
        request("PATCH", &format!("/api/v1/nodes/{node}"), &patch)
    }

    /// Ends all faults and gives the cluster time to heal. What can be healthy then has to be.
    ///
    /// # Errors
    /// An invariant does not hold, or something is still ill.
    pub fn heal(&mut self) -> Result<(), Failure> {
        let nodes: Vec<String> =
            self.world.machines().map(|machine| machine.node.to_string()).collect();
        let mut faults = vec![Fault::RegistryRestore];
        for program in Program::ALL {
            let component = program.name().to_owned();
            faults.push(Fault::ComponentStart { component, node: None });
        }
        for component in WATCHERS {
            let component = component.to_owned();
            faults.push(Fault::WatchDelay { component, node: None, delay_ms: 0 });
        }
        for node in &nodes {
            faults.push(Fault::NodeOn { node: node.clone() });
            faults.push(Fault::NodeHeal { node: node.clone() });
            faults.push(Fault::PacketLoss { node: node.clone(), percent: 0 });
        }
        for fault in faults {
            self.carry_out(&Act::Input(Box::new(Input::Fault(fault))))?;
        }
        self.carry_out(&Act::Wait(60_000))?;
        for node in &nodes {
            let patch = serde_json::json!({"spec": {"unschedulable": Value::Null}});
            self.carry_out(&request("PATCH", &format!("/api/v1/nodes/{node}"), &patch))?;
        }
        self.carry_out(&Act::Wait(HEALING_MS))?;
        self.check_all()?;
        let violations = self.world.illnesses();
        if violations.is_empty() {
            return Ok(());
        }
        Err(Failure { at: self.world.now(), violations })
    }
}
