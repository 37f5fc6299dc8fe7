//! Giving a container that runs more of its machine, or less.

use std::sync::Arc;

use crate::queue::Class;

use super::{Allotment, Happened, Machine, MachineEvent, Surroundings};

impl Machine {
    pub(super) fn resize(
        &mut self,
        uid: &Arc<str>,
        name: &str,
        (allotment, now): (&Arc<Allotment>, bool),
        around: &mut Surroundings<'_>,
    ) -> Happened {
        let Some(pod) = self.pods.get_mut(uid) else { return Happened::default() };
        let Some(known) = Arc::make_mut(pod).containers.get_mut(name) else {
            return Happened::default();
        };
        known.resizing = Some(Arc::clone(allotment));
        if !now || !known.is_alive() {
            return Happened::default();
        }
        let (uid, container, attempt) = (Arc::clone(uid), name.to_owned(), known.attempt);
        let event = MachineEvent::Resized { uid, container, attempt };
        Happened::default().later(around.between(40, 150), Class::Work, event)
    }

    pub(super) fn resized(
        &mut self,
        uid: &Arc<str>,
        name: &str,
        attempt: u32,
        around: &mut Surroundings<'_>,
    ) -> Option<Happened> {
        let pod = self.pod_of(uid, name, attempt)?;
        let key = pod.key.clone();
        let container = pod.containers.get_mut(name)?;
        let allotment = container.resizing.take()?;
        container.meter.limit(allotment.share.cpu_limit_milli);
        Arc::make_mut(&mut container.config).allotment = allotment;
        Some(self.see_to_memory(around).waking(key))
    }
}
