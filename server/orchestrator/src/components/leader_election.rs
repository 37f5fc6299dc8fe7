//! Leader election: of several kube-schedulers, or kube-controller-managers, one acts.
//!
//! The one whose name stands in the Lease renews it every 2 s. When it has not for 15 s, the others
//! try to put their own name there; the API server lets only the first of them.
//! <https://kubernetes.io/docs/concepts/architecture/leases/#leader-election>

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::call::Call;
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::digest::Digest;
use crate::object::{Key, Kind, Object};
use crate::time::Millis;

/// `--leader-elect-lease-duration`, `--leader-elect-retry-period`
const LEASE_MS: Millis = 15_000;
const RETRY_MS: Millis = 2_000;
/// `--leader-elect-renew-deadline`: who cannot renew for so long gives up.
pub const RENEW_DEADLINE_MS: Millis = 10_000;
const NAMESPACE: &str = "kube-system";

const SCHEDULER: &str = "kube-scheduler";
const CONTROLLER_MANAGER: &str = "kube-controller-manager";

pub(super) static OF_CONTROLLER_MANAGER: ComponentRow = ComponentRow {
    name: CONTROLLER_MANAGER,
    host: Host::ControlPlane,
    watches: &[Kind::Lease],
    interest: |object| interest(object, CONTROLLER_MANAGER),
    keys: |_, _, _| Vec::new(),
    starts_with: |_| vec![Key::new(Kind::Lease, NAMESPACE, CONTROLLER_MANAGER)],
    serial: false,
    decide,
};

pub(super) static OF_SCHEDULER: ComponentRow = ComponentRow {
    name: SCHEDULER,
    interest: |object| interest(object, SCHEDULER),
    starts_with: |_| vec![Key::new(Kind::Lease, NAMESPACE, SCHEDULER)],
    ..OF_CONTROLLER_MANAGER
};

fn interest<'a>(object: &'a Object, name: &str) -> Interest<'a> {
    let is_its = object.namespace() == NAMESPACE && object.name() == name;
    if is_its { Interest::All } else { Interest::Nobody }
}

/// On which node the holder of a Lease runs.
pub fn holder_node(lease: &Lease) -> Option<&str> {
    lease.spec.as_ref()?.holder_identity.as_deref()?.split_once('_').map(|(node, _)| node)
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(node) = view.node else { return Outcome::nothing() };
    let identity = identity(node, key.name());
    let Some(lease) = view.cache.get_typed::<Lease>(key.namespace(), key.name()) else {
        return take(view, node, Call::Create(new(view, key, &identity).into()));
    };
    let spec = lease.spec.clone().unwrap_or_default();
    let renewed = spec.renew_time.as_ref().map(|time| view.clock.model_time(time.0));
    let mut next = Lease::clone(lease);
    if spec.holder_identity.as_ref() == Some(&identity) {
        next.spec = Some(LeaseSpec { renew_time: Some(view.clock.micro_time()), ..spec });
        let call = Call::Update(next.into());
        return Outcome::nothing().call(call).requeue_routine(RETRY_MS).as_routine();
    }
    // Whoever waits looks every 2 s; before the end of the Lease there is nothing to see.
    let left = renewed.map_or(0, |renewed| renewed + LEASE_MS - view.clock.now);
    if left > 0 {
        return Outcome::nothing().requeue_routine(left + 1);
    }
    next.spec = Some(LeaseSpec {
        holder_identity: Some(identity),
        acquire_time: Some(view.clock.micro_time()),
        renew_time: Some(view.clock.micro_time()),
        lease_transitions: Some(spec.lease_transitions.unwrap_or_default() + 1),
        ..spec
    });
    take(view, node, Call::Update(next.into()))
}

fn take(view: &View<'_>, node: &str, call: Call) -> Outcome {
    let name = call.key().name().to_owned();
    let note = Note::new("BecomeLeader", format!("{node} wants to lead as {name}"))
        .with("node", node)
        .with("component", name)
        .with("at_ms", view.clock.now.0);
    Outcome::nothing().note(note).call(call).requeue_routine(RETRY_MS)
}

/// `control-plane-1_0f0c…`: the host's name and a UUID.
fn identity(node: &str, name: &str) -> String {
    let hex = Digest::of([node.as_bytes(), name.as_bytes()]).to_string();
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32]];
    format!("{node}_{}", parts.join("-"))
}

fn new(view: &View<'_>, key: &Key, identity: &str) -> Lease {
    Lease {
        metadata: ObjectMeta {
            name: Some(key.name().to_owned()),
            namespace: Some(key.namespace().to_owned()),
            ..ObjectMeta::default()
        },
        spec: Some(LeaseSpec {
            holder_identity: Some(identity.to_owned()),
            lease_duration_seconds: Some((LEASE_MS / 1000) as i32),
            acquire_time: Some(view.clock.micro_time()),
            renew_time: Some(view.clock.micro_time()),
            lease_transitions: Some(0),
            ..LeaseSpec::default()
        }),
    }
}
