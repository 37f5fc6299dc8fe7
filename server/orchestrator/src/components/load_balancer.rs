//! The cloud's controller of Services: gives a Service of type `LoadBalancer` an address at which
//! the world reaches it. A cluster without a cloud leaves the address `<pending>` for ever.
//! <https://github.com/kubernetes/cloud-provider/blob/master/controllers/service/controller.go>

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{LoadBalancerIngress, LoadBalancerStatus, Service, ServiceSpec};
use serde_json::{Value, json};

use crate::call::{Call, EventRecord, Regarding, Step};
use crate::component::{ComponentRow, Host, Interest, Memory, Note, Outcome, View};
use crate::network::net::balancer_ips;
use crate::object::{Key, Kind, Object};
use crate::time::{Millis, Time};

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "service-controller",
    host: Host::Addon,
    watches: &[Kind::Service],
    interest: |_| Interest::All,
    keys: |_, before, after| after.or(before).map(Object::key).into_iter().collect(),
    starts_with: |view| view.cache.of_kind(Kind::Service).map(Object::key).collect(),
    serial: true,
    decide,
};

const FINALIZER: &str = "service.kubernetes.io/load-balancer-cleanup";
/// How long the cloud takes to make one, and to take it away.
const CREATE_MS: Millis = 8_000;
const DELETE_MS: Millis = 3_000;
/// Addresses for documentation: nobody on the Internet has them (RFC 5737).
const FIRST_IP: u32 = u32::from_be_bytes([198, 51, 100, 10]);
const LAST_IP: u32 = u32::from_be_bytes([198, 51, 100, 254]);

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let known = view.memory.get(key);
    let Some(object @ Object::Service(service)) = view.cache.get(key) else {
        return Outcome { remember: known.map(|_| None), ..Outcome::nothing() };
    };
    let none = ServiceSpec::default();
    let spec = service.spec.as_ref().unwrap_or(&none);
    let wanted = spec.type_.as_deref() == Some("LoadBalancer")
        && spec.load_balancer_class.is_none()
        && !object.is_deleting();
    let held = has_finalizer(service);
    match (wanted, held) {
        (false, false) => Outcome::nothing(),
        (false, true) => give_back(view, object, service, known),
        (true, _) => ensure(view, key, (object, service, spec), known),
    }
}

fn has_finalizer(service: &Service) -> bool {
    service.metadata.finalizers.iter().flatten().any(|one| one == FINALIZER)
}

fn event(object: &Object, event_type: &'static str, reason: &str, message: &str) -> EventRecord {
    EventRecord {
        regarding: Regarding::object(object),
        event_type,
        reason: reason.to_owned(),
        message: message.to_owned(),
    }
}

/// What is remembered of a Service: since when its balancer is being made, and its address.
fn remembered(known: Option<&Memory>, word: &str) -> Option<(Time, String)> {
    let known = known?;
    let since = known.get(word)?.as_i64()?;
    Some((Time(since), known.get("ip").and_then(Value::as_str).unwrap_or_default().to_owned()))
}

fn ensure(
    view: &View<'_>,
    key: &Key,
    (object, service, spec): (&Object, &Service, &ServiceSpec),
    known: Option<&Memory>,
) -> Outcome {
    if balancer_ips(service).next().is_some() && has_finalizer(service) {
        return Outcome::nothing();
    }
    let Some((since, ip)) = remembered(known, "since") else {
        return begin(view, key, (object, service, spec));
    };
    let left = since + CREATE_MS - view.clock.now;
    if left > 0 {
        return Outcome::nothing().requeue_after(left);
    }
    let point = LoadBalancerIngress {
        ip: Some(ip.clone()),
        ip_mode: Some("VIP".to_owned()),
        ..LoadBalancerIngress::default()
    };
    let mut updated = service.clone();
    updated.status.get_or_insert_default().load_balancer =
        Some(LoadBalancerStatus { ingress: Some(vec![point]) });
    let ensured = event(object, "Normal", "EnsuredLoadBalancer", "Ensured load balancer");
    let call = Step::from(Call::UpdateStatus(updated.into())).then(ensured);
    let note = Note::new("LoadBalancer", format!("the cloud has given {} to {}", ip, key.name()));
    Outcome::nothing().call(call).note(note.with("address", ip).with("name", key.name()))
}

/// The cloud is asked for a balancer.
fn begin(
    view: &View<'_>,
    key: &Key,
    (object, service, spec): (&Object, &Service, &ServiceSpec),
) -> Outcome {
    let ensuring = event(object, "Normal", "EnsuringLoadBalancer", "Ensuring load balancer");
    let Some(ip) = free_address(view, key, service, spec) else {
        let message = "Error syncing load balancer: failed to ensure load balancer: no address is \
                       left";
        let failed = event(object, "Warning", "SyncLoadBalancerFailed", message);
        return Outcome::nothing().event(ensuring).event(failed).requeue_after(300_000);
    };
    let memory: Memory = Arc::new(json!({"since": view.clock.now.0, "ip": ip}));
    let mut outcome = Outcome::nothing().event(ensuring).requeue_after(CREATE_MS);
    outcome.remember = Some(Some(memory));
    if !has_finalizer(service) {
        let mut updated = service.clone();
        updated.metadata.finalizers.get_or_insert_default().push(FINALIZER.to_owned());
        outcome = outcome.call(Call::Update(updated.into()));
    }
    outcome
}

/// The address that is asked for, or one that no other Service has or is about to get.
fn free_address(
    view: &View<'_>,
    key: &Key,
    service: &Service,
    spec: &ServiceSpec,
) -> Option<String> {
    if let Some(ip) = balancer_ips(service).next() {
        return Some(ip.to_owned());
    }
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for object in view.cache.of_kind(Kind::Service) {
        if let Object::Service(other) = object {
            taken.extend(balancer_ips(other).map(str::to_owned));
        }
    }
    let others = view.memory.iter().filter(|(other, _)| *other != key);
    taken.extend(others.filter_map(|(_, one)| one.get("ip")?.as_str().map(str::to_owned)));
    if let Some(wanted) = spec.load_balancer_ip.clone().filter(|ip| !ip.is_empty()) {
        return (!taken.contains(&wanted)).then_some(wanted);
    }
    (FIRST_IP..=LAST_IP).map(|ip| Ipv4Addr::from(ip).to_string()).find(|ip| !taken.contains(ip))
}

/// The balancer is taken away, and the Service let go.
fn give_back(
    view: &View<'_>,
    object: &Object,
    service: &Service,
    known: Option<&Memory>,
) -> Outcome {
    let Some((since, _)) = remembered(known, "deleting") else {
        let deleting = event(object, "Normal", "DeletingLoadBalancer", "Deleting load balancer");
        let memory: Memory = Arc::new(json!({"deleting": view.clock.now.0}));
        let outcome = Outcome::nothing().event(deleting).requeue_after(DELETE_MS);
        return Outcome { remember: Some(Some(memory)), ..outcome };
    };
    let left = since + DELETE_MS - view.clock.now;
    if left > 0 {
        return Outcome::nothing().requeue_after(left);
    }
    let mut outcome = Outcome { remember: Some(None), ..Outcome::nothing() };
    let mut updated = service.clone();
    if !object.is_deleting() && balancer_ips(service).next().is_some() {
        updated.status.get_or_insert_default().load_balancer = Some(LoadBalancerStatus::default());
        outcome = outcome.call(Call::UpdateStatus(updated.clone().into()));
        updated.metadata.resource_version = None;
    }
    updated.metadata.finalizers.get_or_insert_default().retain(|one| one != FINALIZER);
    let deleted = event(object, "Normal", "DeletedLoadBalancer", "Deleted load balancer");
    outcome.call(Step::from(Call::Update(updated.into())).then(deleted))
}
