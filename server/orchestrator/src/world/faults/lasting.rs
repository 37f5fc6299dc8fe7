//! Which faults last: what a panel must show as broken, and can mend.

use std::sync::Arc;

use super::cloud;
use crate::components::TABLE;
use crate::fault::Fault;
use crate::images::Registry;
use crate::machine::Machine;
use crate::object::{Key, Kind};
use crate::world::World;
use crate::world::control_plane::Program;

impl World {
    /// The faults that are in effect, each as the input that would bring it about: machines and
    /// networks of nodes, the control plane, the cloud, registries, watches.
    pub fn lasting_faults(&self) -> Vec<Fault> {
        let mut faults: Vec<Fault> = self.machines.values().flat_map(of_machine).collect();
        faults.extend(self.programs_off());
        if cloud::is_off(self) {
            let component = cloud::PROGRAM.to_owned();
            faults.push(Fault::ComponentStop { component, node: None });
        }
        match self.images.registry() {
            Registry::Well => {}
            Registry::Down => faults.push(Fault::RegistryDown),
            Registry::Slow { times } => faults.push(Fault::RegistrySlow { times }),
        }
        let late = self.delays.all().map(|(row, node, delay_ms)| Fault::WatchDelay {
            component: TABLE[row].name.to_owned(),
            node: node.map(|node| node.to_string()),
            delay_ms,
        });
        faults.extend(late);
        faults
    }

    /// Programs of the control plane whose manifest is not where it belongs.
    fn programs_off(&self) -> impl Iterator<Item = Fault> {
        let scenario = &self.scenario;
        let has_static_pods = !scenario.leaves_off("kubelet");
        let there = Program::ALL
            .into_iter()
            .filter(move |program| has_static_pods && !scenario.leaves_off(program.name()));
        there.flat_map(move |program| {
            let stopped = move |node: &&Arc<str>| {
                let name = format!("{}-{node}", program.name());
                let key = Key::new(Kind::Pod, "kube-system", &name);
                self.machines.get(&***node).is_some_and(|it| it.manifest(&key).is_none())
            };
            self.control_plane.nodes().filter(stopped).map(move |node| Fault::ComponentStop {
                component: program.name().to_owned(),
                node: Some(node.to_string()),
            })
        })
    }
}

fn of_machine(machine: &Machine) -> impl Iterator<Item = Fault> {
    let node = || machine.node.to_string();
    let off = (!machine.on).then(|| Fault::NodeOff { node: node() });
    let partition = (!machine.connected).then(|| Fault::NodePartition { node: node() });
    let loss = (machine.packet_loss > 0)
        .then(|| Fault::PacketLoss { node: node(), percent: machine.packet_loss });
    [off, partition, loss].into_iter().flatten()
}
