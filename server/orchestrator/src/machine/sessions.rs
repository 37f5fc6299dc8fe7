//! Sessions of `exec` and `attach`, as a machine sees them.

use crate::session::{Channel, Ending, Frame, Opened, Opening, Said, Saying, SessionId};

use super::{Happened, Machine, Surroundings};

impl Machine {
    /// Opens a session: starts its program, or listens to the container's own.
    pub(crate) fn open(
        &mut self,
        id: SessionId,
        opening: &Opening,
        around: &mut Surroundings<'_>,
    ) -> Happened {
        let mut happened = Happened::default();
        let Opened::Exec(command) = &opening.what else { return happened };
        let Some(pod) = self.pod(&opening.uid) else { return happened };
        let (hostname, ip) = (pod.key.name(), pod.ip().unwrap_or_default());
        let Some(container) = pod.containers.get(&opening.container) else { return happened };
        let mut inside = super::containers::inside(hostname, ip, around);
        let code = container.process.beside(command, &mut inside);
        for line in inside.log {
            let bytes = format!("{line}\n").into();
            let frame = Frame { channel: Channel::Stdout, bytes };
            happened.said.push(Said { session: id, what: Saying::Frame(frame) });
        }
        let ending = Ending::Exited(code.unwrap_or(137));
        happened.said.push(Said { session: id, what: Saying::Ends(ending) });
        happened
    }
}
