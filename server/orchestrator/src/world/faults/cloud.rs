//! The cloud's own controller: what gives Services of type `LoadBalancer` their addresses. Without it
//! they wait, and no error says so.

use crate::component::Host;
use crate::components::TABLE;
use crate::fault::Fault;
use crate::queue::InstanceId;
use crate::world::{World, delays, engine};

/// The program, as clouds call it.
/// <https://kubernetes.io/docs/concepts/architecture/cloud-controller/>
pub(super) const PROGRAM: &str = "cloud-controller-manager";
/// The component that it is made of here.
const COMPONENT: &str = "service-controller";

fn instance() -> Option<InstanceId> {
    let row = delays::row_of(COMPONENT)?;
    debug_assert_eq!(TABLE[row].host, Host::Addon, "the cloud is no part of the cluster");
    Some(InstanceId { row, node: None })
}

/// Whether it does not run: it was stopped, or the cluster stands in no cloud.
pub(super) fn is_off(world: &World) -> bool {
    instance().is_some_and(|id| !world.instances.get(&id).is_some_and(|it| it.running))
}

/// Stops or starts it. False if something else is meant.
pub(super) fn switch(
    world: &mut World,
    component: &str,
    node: Option<&str>,
    fault: &Fault,
) -> bool {
    let (PROGRAM, None, Some(id)) = (component, node, instance()) else { return false };
    let starts = matches!(fault, Fault::ComponentStart { .. });
    if is_off(world) == starts {
        let cause = super::trace(world, fault);
        if starts {
            engine::start(world, &id, cause);
        } else {
            engine::stop(world, &id);
        }
    }
    true
}
