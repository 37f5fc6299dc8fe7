//! The admission plugin ResourceQuota: what a namespace may have altogether.
//! <https://github.com/kubernetes/apiserver/tree/master/pkg/admission/plugin/resourcequota>

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{Pod, ResourceQuota};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::super::draft::Draft;
use super::super::status::Status;
use crate::object::{Object, Typed};
use crate::quota::{self, Amount, Side, Usage};

/// Counts a new or changed object with the quotas of its namespace.
///
/// # Errors
/// 403 where it is too much, or does not say how much it is.
pub(in crate::api) fn charge(
    draft: &mut Draft<'_>,
    object: &Object,
    old: Option<&Object>,
) -> Result<(), Status> {
    let namespace = object.namespace();
    if namespace.is_empty() || !quota::is_counted(object.kind()) {
        return Ok(());
    }
    let quotas = draft.store.objects().all_in::<ResourceQuota>(namespace);
    let quotas: Vec<ResourceQuota> = quotas.map(|quota| (**quota).clone()).collect();
    if quotas.is_empty() {
        return Ok(());
    }
    let added = added(object, old);
    let mut charged = Vec::new();
    for quota in quotas {
        if old.is_none() {
            constrain(&quota, object)?;
        }
        charged.extend(charge_one(quota, object, &added)?);
    }
    for quota in charged {
        draft.put(quota.into());
    }
    Ok(())
}

/// What a request takes more than before.
fn added(object: &Object, old: Option<&Object>) -> Usage {
    let mut usage = quota::usage(object);
    for (name, amount) in old.map(quota::usage).into_iter().flatten() {
        if let Some(held) = usage.get_mut(&name) {
            held.nano -= amount.nano;
        }
    }
    usage.retain(|_, amount| amount.nano > 0);
    usage
}

fn name(quota: &ResourceQuota) -> &str {
    quota.metadata.name.as_deref().unwrap_or_default()
}

/// A Pod must say how much of each limited thing it takes.
fn constrain(quota: &ResourceQuota, object: &Object) -> Result<(), Status> {
    let Some(pod) = Pod::of(object).filter(|_| quota::counts(quota, object)) else {
        return Ok(());
    };
    let hard = quota.spec.as_ref().and_then(|spec| spec.hard.as_ref());
    let mut missing: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for limited in hard.into_iter().flatten().map(|(limited, _)| limited.as_str()) {
        let (side, resource) = match limited {
            "cpu" | "memory" => (Side::Requests, limited),
            "requests.cpu" => (Side::Requests, "cpu"),
            "requests.memory" => (Side::Requests, "memory"),
            "limits.cpu" => (Side::Limits, "cpu"),
            "limits.memory" => (Side::Limits, "memory"),
            _ => continue,
        };
        let spec = pod.spec.as_ref();
        let containers = spec.map(|spec| &*spec.containers).unwrap_or_default();
        let init = spec.and_then(|spec| spec.init_containers.as_deref()).unwrap_or_default();
        for container in containers.iter().chain(init) {
            if side.of(container).is_none_or(|amounts| !amounts.contains_key(resource)) {
                missing.entry(limited).or_default().insert(&container.name);
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = missing
        .into_iter()
        .map(|(limited, names)| {
            let names: Vec<&str> = names.into_iter().collect();
            format!("{limited} for: {}", names.join(","))
        })
        .collect();
    let why = format!("failed quota: {}: must specify {}", name(quota), lines.join("; "));
    Err(Status::forbidden(&object.key(), &why))
}

/// The quota with the object counted; None if it is not concerned.
fn charge_one(
    mut quota: ResourceQuota,
    object: &Object,
    added: &Usage,
) -> Result<Option<ResourceQuota>, Status> {
    let hard = quota.spec.as_ref().and_then(|spec| spec.hard.clone()).unwrap_or_default();
    let wanted: Usage = added
        .iter()
        .filter(|(name, _)| hard.contains_key(*name))
        .map(|(name, amount)| (name.clone(), *amount))
        .collect();
    if wanted.is_empty() || !quota::counts(&quota, object) {
        return Ok(None);
    }
    let status = quota.status.clone().unwrap_or_default();
    let (limits, mut used) = (status.hard.unwrap_or_default(), status.used.unwrap_or_default());
    let unknown: Vec<&str> = wanted
        .keys()
        .filter(|name| !limits.contains_key(*name) || !used.contains_key(*name))
        .map(String::as_str)
        .collect();
    if !unknown.is_empty() {
        let why =
            format!("status unknown for quota: {}, resources: {}", name(&quota), unknown.join(","));
        return Err(Status::forbidden(&object.key(), &why));
    }
    let amount = |map: &BTreeMap<String, Quantity>, name: &str| {
        map.get(name).map(Amount::of).unwrap_or_default()
    };
    let too_much = |name: &String, wanted: &Amount| {
        amount(&used, name).plus(*wanted).nano > amount(&limits, name).nano
    };
    let exceeded: Vec<&String> = wanted
        .iter()
        .filter(|(name, wanted)| too_much(name, wanted))
        .map(|(name, _)| name)
        .collect();
    if !exceeded.is_empty() {
        let list = |of: &dyn Fn(&str) -> Amount| {
            let one = |name: &&String| format!("{name}={}", of(name).quantity().0);
            exceeded.iter().map(one).collect::<Vec<_>>().join(",")
        };
        let why = format!(
            "exceeded quota: {}, requested: {}, used: {}, limited: {}",
            name(&quota),
            list(&|name| wanted[name]),
            list(&|name| amount(&used, name)),
            list(&|name| amount(&limits, name)),
        );
        return Err(Status::forbidden(&object.key(), &why));
    }
    for (name, wanted) in &wanted {
        let sum = amount(&used, name).plus(*wanted);
        used.insert(name.clone(), sum.quantity());
    }
    quota.status.get_or_insert_default().used = Some(used);
    Ok(Some(quota))
}
