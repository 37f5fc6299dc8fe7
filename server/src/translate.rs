//! The one place where the model's trace and objects become `protocol`'s.

mod batch;
mod history;
mod moment;
mod network;
mod object;
mod pod;
mod scale;
mod sets;
mod storage;
mod traffic;
mod workload;

pub(crate) use self::{
    history::history,
    moment::model_fault,
    traffic::{loads_since, model_traffic},
};
use orchestrator::{Object, World, object::Key};
use protocol::{Moment, ObjectRef, Position, Snapshot};

/// The moments of a world's trace from a position on.
pub(crate) fn moments(world: &World, since: Position) -> impl Iterator<Item = Moment> {
    let clock = world.clock();
    world.trace().iter_from(since).map(move |entry| moment::moment(entry, &clock))
}

/// Moments at these positions, in this order; those that are no longer kept are left out.
pub(crate) fn moments_at(world: &World, positions: &[Position]) -> Vec<Moment> {
    let clock = world.clock();
    let entries = positions.iter().filter_map(|position| world.trace().get(*position));
    entries.map(|entry| moment::moment(entry, &clock)).collect()
}

/// A whole world as the page draws it.
pub(crate) fn snapshot(world: &World) -> Snapshot {
    let clock = world.clock();
    let stopped = world.stopped_programs();
    let off = world.machines().filter(|machine| !machine.on);
    Snapshot {
        position: world.trace().len(),
        at_ms: world.now().0,
        revision: world.store().rev(),
        objects: world.objects().map(|object| object::view(object, &clock)).collect(),
        off: off.map(|machine| machine.node.to_string()).collect(),
        faults: world.lasting_faults().iter().map(moment::fault).collect(),
        stopped: stopped
            .into_iter()
            .map(|(program, node)| (program.name().to_owned(), node.to_string()))
            .collect(),
        loads: traffic::loads(world),
    }
}

/// The moment that wrote what an object is now: the latest write of it that is kept.
pub(crate) fn last_write(world: &World, object: &ObjectRef) -> Option<Position> {
    let trace = world.trace();
    (trace.first()..trace.len())
        .rev()
        .find(|position| trace.get(*position).is_some_and(|entry| moment::writes(entry, object)))
}

/// The object of that name, if it is there. A UID, if given, must be its own.
pub(crate) fn find<'world>(world: &'world World, object: &ObjectRef) -> Option<&'world Object> {
    let objects = world.store().objects();
    let own = orchestrator::Kind::ALL.iter().find(|kind| {
        kind.name() == object.kind
            && (object.api_version.is_empty() || kind.api_version() == object.api_version)
    });
    let found = match own {
        Some(kind) => objects.get(&Key::new(*kind, &object.namespace, &object.name))?,
        None => {
            let is_it = |one: &&Object| {
                (one.namespace(), one.kind_name(), one.name())
                    == (&*object.namespace, &*object.kind, &*object.name)
            };
            objects.of_kind(orchestrator::Kind::Custom).find(is_it)?
        }
    };
    (object.uid.is_empty() || object.uid == found.uid()).then_some(found)
}
