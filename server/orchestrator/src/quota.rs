//! What objects take of their namespace's quotas.
//!
//! The API server counts what a request adds and refuses what is too much; the quota controller
//! counts anew when something goes. Both count here.
//! <https://kubernetes.io/docs/concepts/policy/resource-quotas/>

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Container, PersistentVolumeClaim, Pod, ResourceQuota, Service};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use crate::components::pods;
use crate::kinds::quantity;
use crate::kinds::storage::class_of_claim;
use crate::object::{Kind, Object};
use crate::resources::is_sidecar;

mod scopes;

/// An amount of something, and how it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) nano: i128,
    /// With suffixes of 1024: `64Mi`.
    pub(crate) binary: bool,
}

/// Amounts by the names that quotas know: `pods`, `requests.cpu`, `count/deployments.apps`, …
pub(crate) type Usage = BTreeMap<String, Amount>;

impl Amount {
    pub(crate) fn of(quantity: &Quantity) -> Amount {
        let nano = quantity::nano(&quantity.0).unwrap_or(0);
        Amount { nano, binary: quantity.0.ends_with('i') }
    }

    fn ones(count: usize) -> Amount {
        Amount { nano: count as i128 * 1_000_000_000, binary: false }
    }

    pub(crate) fn plus(self, other: Amount) -> Amount {
        let binary = if self.nano == 0 { other.binary } else { self.binary };
        Amount { nano: self.nano + other.nano, binary }
    }

    fn at_least(self, other: Amount) -> Amount {
        if other.nano > self.nano { other } else { self }
    }

    pub(crate) fn quantity(self) -> Quantity {
        Quantity(quantity::show(self.nano, self.binary))
    }
}

fn add(usage: &mut Usage, name: impl Into<String>, amount: Amount) {
    let held = usage.entry(name.into()).or_default();
    *held = held.plus(amount);
}

/// What an object takes.
pub(crate) fn usage(object: &Object) -> Usage {
    let mut usage = Usage::new();
    let kind = object.kind();
    let resource = crate::api::status::resource_name(kind);
    add(&mut usage, format!("count/{resource}"), Amount::ones(1));
    match object {
        Object::Pod(pod) if !has_ended(pod) => pod_usage(pod, &mut usage),
        Object::Service(service) => service_usage(service, &mut usage),
        Object::PersistentVolumeClaim(claim) => claim_usage(claim, &mut usage),
        Object::ConfigMap(_) | Object::Secret(_) | Object::ResourceQuota(_) => {
            add(&mut usage, kind.plural(), Amount::ones(1));
        }
        Object::ReplicationController(_) => add(&mut usage, kind.plural(), Amount::ones(1)),
        _ => {}
    }
    usage
}

/// Whether a Pod no longer takes anything but its name.
pub(crate) fn has_ended(pod: &Pod) -> bool {
    pods::is_terminal(pod)
}

fn pod_usage(pod: &Pod, usage: &mut Usage) {
    add(usage, "pods", Amount::ones(1));
    for (name, amount) in total(pod, Side::Requests) {
        if matches!(&*name, "cpu" | "memory" | "ephemeral-storage") {
            add(usage, name.clone(), amount);
        }
        add(usage, format!("requests.{name}"), amount);
    }
    for (name, amount) in total(pod, Side::Limits) {
        add(usage, format!("limits.{name}"), amount);
    }
}

/// Which of a container's amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Requests,
    Limits,
}

impl Side {
    pub(crate) fn of(self, container: &Container) -> Option<&BTreeMap<String, Quantity>> {
        let resources = container.resources.as_ref()?;
        match self {
            Side::Requests => resources.requests.as_ref(),
            Side::Limits => resources.limits.as_ref(),
        }
    }
}

/// What a Pod asks for altogether: its containers, or its largest init container.
pub(crate) fn total(pod: &Pod, side: Side) -> Usage {
    let (mut sum, mut sidecars) = (Usage::new(), Usage::new());
    let Some(spec) = &pod.spec else { return sum };
    for container in &spec.containers {
        for (name, quantity) in side.of(container).into_iter().flatten() {
            add(&mut sum, name, Amount::of(quantity));
        }
    }
    for container in spec.init_containers.iter().flatten() {
        for (name, quantity) in side.of(container).into_iter().flatten() {
            let own = Amount::of(quantity);
            if is_sidecar(container) {
                add(&mut sidecars, name, own);
                add(&mut sum, name, own);
            } else {
                let peak = sidecars.get(name).copied().unwrap_or_default().plus(own);
                let held = sum.entry(name.clone()).or_default();
                *held = held.at_least(peak);
            }
        }
    }
    sum
}

fn service_usage(service: &Service, usage: &mut Usage) {
    add(usage, "services", Amount::ones(1));
    let Some(spec) = &service.spec else { return };
    let ports = spec.ports.iter().flatten().count();
    match spec.type_.as_deref() {
        Some("NodePort") => add(usage, "services.nodeports", Amount::ones(ports)),
        Some("LoadBalancer") => {
            add(usage, "services.loadbalancers", Amount::ones(1));
            if spec.allocate_load_balancer_node_ports != Some(false) {
                add(usage, "services.nodeports", Amount::ones(ports));
            }
        }
        _ => {}
    }
}

fn claim_usage(claim: &PersistentVolumeClaim, usage: &mut Usage) {
    let resources = claim.spec.as_ref().and_then(|spec| spec.resources.as_ref());
    let requests = resources.and_then(|resources| resources.requests.as_ref());
    let size = requests.and_then(|requests| requests.get("storage"));
    let size = size.map(Amount::of).unwrap_or_default();
    add(usage, "persistentvolumeclaims", Amount::ones(1));
    add(usage, "requests.storage", size);
    if let Some(class) = class_of_claim(claim).filter(|class| !class.is_empty()) {
        let of = format!("{class}.storageclass.storage.k8s.io");
        add(usage, format!("{of}/persistentvolumeclaims"), Amount::ones(1));
        add(usage, format!("{of}/requests.storage"), size);
    }
}

/// Whether a quota counts an object: its scopes are for Pods of some sort.
pub(crate) fn counts(quota: &ResourceQuota, object: &Object) -> bool {
    scopes::counts(quota, object)
}

/// What a quota's namespace takes of what it limits, all zero where nothing does.
pub(crate) fn used<'a>(
    quota: &ResourceQuota,
    objects: impl Iterator<Item = &'a Object>,
) -> BTreeMap<String, Quantity> {
    let hard = quota.spec.as_ref().and_then(|spec| spec.hard.as_ref());
    let mut sum: Usage =
        hard.into_iter().flatten().map(|(name, _)| (name.clone(), Amount::default())).collect();
    for object in objects.filter(|object| counts(quota, object)) {
        for (name, amount) in usage(object) {
            if let Some(held) = sum.get_mut(&name) {
                *held = held.plus(amount);
            }
        }
    }
    sum.into_iter().map(|(name, amount)| (name, amount.quantity())).collect()
}

/// The kinds that quotas may count.
pub(crate) fn is_counted(kind: Kind) -> bool {
    kind.is_namespaced() && !matches!(kind, Kind::Event | Kind::Lease)
}
