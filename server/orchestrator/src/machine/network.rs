//! Sandboxes and addresses.

use std::sync::Arc;

use crate::object::Key;
use crate::queue::Class;
use crate::time::Millis;
use crate::trace::Transition;

use super::{
    ContainerTransition, Happened, Machine, MachineEvent, Network, PodRuntime, Sandbox,
    Surroundings,
};

impl Machine {
    pub(super) fn start_sandbox(
        &mut self,
        key: &Key,
        uid: &Arc<str>,
        network: &Network,
        grace_ms: Millis,
        around: &mut Surroundings<'_>,
    ) -> Happened {
        let ticket = self.ticket();
        let ip = match network {
            Network::Host(ip) => ip.clone(),
            Network::Range(range) => self.next_address(range),
        };
        let sandbox = Sandbox::Starting { ticket, ip };
        match self.pods.get_mut(uid) {
            Some(pod) => {
                let pod = Arc::make_mut(pod);
                pod.sandbox = sandbox;
                pod.sandboxes += 1;
            }
            None => {
                let on_host = matches!(network, Network::Host(_));
                let pod = PodRuntime {
                    on_host,
                    node: Arc::clone(&self.node),
                    ..PodRuntime::new(key, uid, sandbox, grace_ms)
                };
                self.pods.insert(Arc::clone(uid), Arc::new(pod));
            }
        }
        let ready = MachineEvent::SandboxReady { uid: Arc::clone(uid), ticket };
        Happened::default().later(around.between(300, 700), Class::Work, ready)
    }

    pub(super) fn sandbox_ready(
        &mut self,
        uid: &str,
        ticket: u64,
        _around: &mut Surroundings<'_>,
    ) -> Option<Happened> {
        let pod = Arc::make_mut(self.pods.get_mut(uid)?);
        let Sandbox::Starting { ticket: expected, ip } = &pod.sandbox else { return None };
        if *expected != ticket {
            return None;
        }
        pod.sandbox = Sandbox::Ready { ip: ip.clone() };
        Some(Happened::default().waking(pod.key.clone()))
    }

    pub(super) fn stop_sandbox(
        &mut self,
        uid: &Arc<str>,
        around: &mut Surroundings<'_>,
    ) -> Happened {
        let ticket = self.ticket();
        let Some(pod) = self.pods.get_mut(uid) else { return Happened::default() };
        let pod = Arc::make_mut(pod);
        pod.images = imbl::OrdMap::new();
        pod.sandbox = Sandbox::Stopping { ticket };
        self.pulls.retain(|pull| pull.is_under_way() || pull.uid != *uid);
        let stopped = MachineEvent::SandboxStopped { uid: Arc::clone(uid), ticket };
        Happened::default().later(around.between(40, 160), Class::Work, stopped)
    }

    pub(super) fn sandbox_stopped(&mut self, uid: &str, ticket: u64) -> Option<Happened> {
        let pod = Arc::make_mut(self.pods.get_mut(uid)?);
        if pod.sandbox != (Sandbox::Stopping { ticket }) {
            return None;
        }
        pod.sandbox = Sandbox::Stopped;
        Some(Happened::default().waking(pod.key.clone()))
    }

    pub(super) fn remove(&mut self, uid: &str) -> Happened {
        let Some(pod) = self.pods.remove(uid) else { return Happened::default() };
        Happened::default().with(ContainerTransition {
            pod: pod.key.clone(),
            pod_uid: Arc::clone(&pod.uid),
            container: String::new(),
            image: String::new(),
            transition: Transition::Removed,
        })
    }

    /// The next free address after the last one given, as the `host-local` plugin allots them.
    fn next_address(&mut self, range: &str) -> String {
        let (network, length) = range.split_once('/').unwrap_or((range, "24"));
        let octets: Vec<u32> = network.split('.').filter_map(|octet| octet.parse().ok()).collect();
        let base = octets.iter().fold(0_u32, |sum, octet| (sum << 8) | (octet & 0xff));
        let length = length.parse::<u32>().unwrap_or(24).clamp(8, 30);
        // Neither the network's own address, nor the gateway's, nor the broadcast one.
        let last = (1_u32 << (32 - length)) - 2;
        for _ in 0..last {
            self.last_address = if self.last_address >= last { 2 } else { self.last_address + 1 };
            let [a, b, c, d] = (base + self.last_address).to_be_bytes();
            let ip = format!("{a}.{b}.{c}.{d}");
            if !self.is_taken(&ip) {
                return ip;
            }
        }
        String::new()
    }

    fn is_taken(&self, address: &str) -> bool {
        self.pods().any(|pod| match &pod.sandbox {
            Sandbox::Starting { ip, .. } | Sandbox::Ready { ip } => ip == address,
            Sandbox::Lost | Sandbox::Stopping { .. } | Sandbox::Stopped => false,
        })
    }
}
