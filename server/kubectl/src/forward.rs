//! Ports of Pods on the machine that kubectl runs on: what [`Api::listen`](crate::Api::listen) is
//! asked for, and what it returns.

use std::fmt;

use futures::stream::LocalBoxStream;

/// A port of a Pod that is to be reached through a port of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// Where the Pod is.
    pub namespace: String,
    /// Its name.
    pub pod: String,
    /// The port to listen on; 0 is any that is free.
    pub local: u16,
    /// The port of the Pod.
    pub remote: u16,
}

/// What happens on a port while it is forwarded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// Somebody has connected.
    Connected,
    /// The Pod did not take what was sent, in the kubelet's words.
    Failed(String),
}

/// A port that is listened on. Dropping it closes it.
pub struct Listening {
    /// The port.
    pub local: u16,
    /// What happens on it, until it is closed.
    pub happened: LocalBoxStream<'static, Happened>,
}

impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listening").field("local", &self.local).finish_non_exhaustive()
    }
}
