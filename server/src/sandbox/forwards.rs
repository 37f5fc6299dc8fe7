//! Ports that terminals' `kubectl port-forward` and `kubectl proxy` listen on. They are no ports of this machine: what
//! they answer is found below `/sandboxes/{id}/outside/127.0.0.1:<port>/`.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use kubectl::{Gate, Happened};
use tokio::sync::mpsc;

use crate::streams::forward::Target;

/// Where a port is taken from that may be any.
const ANY: u16 = 32_768;
/// Ports at one time.
const PORTS_MAX: usize = 64;
/// What may wait to be told.
const TOLD_MAX: usize = 64;

/// All ports of a sandbox.
#[derive(Debug, Default)]
pub(crate) struct Forwards(Mutex<BTreeMap<u16, Forwarded>>);

/// A port: where it leads, and who is told what happens on it.
#[derive(Clone, Debug)]
pub(crate) struct Forwarded {
    pub(crate) to: Arc<To>,
    told: mpsc::Sender<Happened>,
}

/// Who answers on a port.
#[derive(Debug)]
pub(crate) enum To {
    /// A port of a Pod.
    Pod(Target, u16),
    /// The API server, for what the gate lets through.
    Server(Gate),
}

impl Forwarded {
    /// Tells the command; it is not waited for.
    pub(crate) fn tell(&self, what: Happened) {
        // Who does not read misses lines; who is gone has closed the port.
        let _ = self.told.try_send(what);
    }
}

/// A port that is held. Dropping it closes it.
#[derive(Debug)]
pub(crate) struct Held {
    all: Arc<Forwards>,
    pub(crate) port: u16,
    told: mpsc::Receiver<Happened>,
}

impl Held {
    /// What happens on the port.
    pub(crate) async fn next(&mut self) -> Option<Happened> {
        self.told.recv().await
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.all.ports().remove(&self.port);
    }
}

impl Forwards {
    /// Listens on a port; on any that is free if it is 0.
    pub(crate) fn listen(self: &Arc<Self>, port: u16, to: To) -> Result<Held, String> {
        let mut ports = self.ports();
        let free = (ANY..=u16::MAX).find(|port| !ports.contains_key(port));
        let port = if port == 0 { free.unwrap_or_default() } else { port };
        if ports.contains_key(&port) {
            return Err("bind: address already in use".to_owned());
        }
        if ports.len() >= PORTS_MAX {
            return Err("socket: too many open files".to_owned());
        }
        let (sender, told) = mpsc::channel(TOLD_MAX);
        ports.insert(port, Forwarded { to: Arc::new(to), told: sender });
        Ok(Held { all: Arc::clone(self), port, told })
    }

    /// Who listens on a port.
    pub(crate) fn find(&self, port: u16) -> Option<Forwarded> {
        self.ports().get(&port).cloned()
    }

    fn ports(&self) -> MutexGuard<'_, BTreeMap<u16, Forwarded>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
