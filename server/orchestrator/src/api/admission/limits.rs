//! The admission plugin LimitRanger: what one container, Pod or claim may and must have.
//! <https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/admission/limitranger/admission.go>

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Container, LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::super::draft::Draft;
use super::super::status::Status;
use crate::kinds::quantity;
use crate::object::{Object, Typed};
use crate::quota::{self, Side};

type Amounts = BTreeMap<String, Quantity>;

const ANNOTATION: &str = "kubernetes.io/limit-ranger";

/// Gives a new Pod what its namespace's ranges have for those who do not say, and holds it, or a
/// claim, against them.
///
/// # Errors
/// 403
pub(super) fn apply(draft: &Draft<'_>, object: &mut Object) -> Result<(), Status> {
    if !matches!(object, Object::Pod(_) | Object::PersistentVolumeClaim(_)) {
        return Ok(());
    }
    let namespace = object.namespace().to_owned();
    let ranges: Vec<_> = draft.store.objects().all_in::<LimitRange>(&namespace).cloned().collect();
    for range in &ranges {
        let items = range.spec.as_ref().map(|spec| &*spec.limits).unwrap_or_default();
        if let Some(pod) = Pod::of_mut(object) {
            fill(pod, items);
        }
        let errors: Vec<String> = match &*object {
            Object::Pod(pod) => items.iter().flat_map(|item| check_pod(item, pod)).collect(),
            Object::PersistentVolumeClaim(claim) => {
                items.iter().flat_map(|item| check_claim(item, claim)).collect()
            }
            _ => Vec::new(),
        };
        let why = match &*errors {
            [] => continue,
            [only] => only.clone(),
            several => format!("[{}]", several.join(", ")),
        };
        return Err(Status::forbidden(&super::named(object), &why));
    }
    Ok(())
}

fn fill(pod: &mut Pod, items: &[LimitRangeItem]) {
    let mut said = Vec::new();
    let Some(spec) = &mut pod.spec else { return };
    for item in items.iter().filter(|item| item.type_ == "Container") {
        for container in &mut spec.containers {
            said.extend(fill_one(container, item, "container"));
        }
        for container in spec.init_containers.iter_mut().flatten() {
            said.extend(fill_one(container, item, "init container"));
        }
    }
    if !said.is_empty() {
        let text = format!("LimitRanger plugin set: {}", said.join("; "));
        let annotations = pod.metadata.annotations.get_or_insert_default();
        annotations.insert(ANNOTATION.to_owned(), text);
    }
}

/// What was set in a container, in words.
fn fill_one(container: &mut Container, item: &LimitRangeItem, kind: &str) -> Vec<String> {
    let resources = container.resources.get_or_insert_default();
    let sides = [
        ("request", &item.default_request, &mut resources.requests),
        ("limit", &item.default, &mut resources.limits),
    ];
    let mut said = Vec::new();
    for (word, defaults, amounts) in sides {
        let mut set = Vec::new();
        for (name, quantity) in defaults.iter().flatten() {
            let amounts = amounts.get_or_insert_default();
            if !amounts.contains_key(name) {
                amounts.insert(name.clone(), quantity.clone());
                set.push(name.as_str());
            }
        }
        if !set.is_empty() {
            said.push(format!("{} {word} for {kind} {}", set.join(", "), container.name));
        }
    }
    said
}

fn check_pod(item: &LimitRangeItem, pod: &Pod) -> Vec<String> {
    match &*item.type_ {
        "Container" => {
            let spec = pod.spec.as_ref();
            let containers = spec.map(|spec| &*spec.containers).unwrap_or_default();
            let init = spec.and_then(|spec| spec.init_containers.as_deref()).unwrap_or_default();
            let none = Amounts::new();
            let of = |container: &Container| {
                let requests = Side::Requests.of(container).unwrap_or(&none);
                check(item, requests, Side::Limits.of(container).unwrap_or(&none))
            };
            containers.iter().chain(init).flat_map(of).collect()
        }
        "Pod" => {
            let total = |side| -> Amounts {
                let amounts = quota::total(pod, side).into_iter();
                amounts.map(|(name, amount)| (name, amount.quantity())).collect()
            };
            check(item, &total(Side::Requests), &total(Side::Limits))
        }
        _ => Vec::new(),
    }
}

fn check_claim(item: &LimitRangeItem, claim: &PersistentVolumeClaim) -> Vec<String> {
    if item.type_ != "PersistentVolumeClaim" {
        return Vec::new();
    }
    let resources = claim.spec.as_ref().and_then(|spec| spec.resources.as_ref());
    let requests = resources.and_then(|resources| resources.requests.clone()).unwrap_or_default();
    let least =
        item.min.iter().flatten().filter_map(|(name, least)| {
            too_little(&item.type_, name, least, requests.get(name), None)
        });
    let most = item.max.iter().flatten().filter_map(|(name, most)| {
        let asked = requests.get(name).filter(|asked| nano(asked) > nano(most))?;
        Some(format!(
            "maximum {name} usage per {} is {}, but request is {}",
            item.type_, most.0, asked.0
        ))
    });
    least.chain(most).collect()
}

fn nano(quantity: &Quantity) -> i128 {
    quantity::nano(&quantity.0).unwrap_or(0)
}

fn check(item: &LimitRangeItem, requests: &Amounts, limits: &Amounts) -> Vec<String> {
    let of = &item.type_;
    let least = item.min.iter().flatten().filter_map(|(name, least)| {
        too_little(of, name, least, requests.get(name), limits.get(name))
    });
    let most =
        item.max.iter().flatten().filter_map(|(name, most)| {
            too_much(of, name, most, requests.get(name), limits.get(name))
        });
    let ratios = item.max_limit_request_ratio.iter().flatten().filter_map(|(name, ratio)| {
        too_wide(of, name, ratio, requests.get(name), limits.get(name))
    });
    least.chain(most).chain(ratios).collect()
}

fn too_little(
    of: &str,
    name: &str,
    least: &Quantity,
    request: Option<&Quantity>,
    limit: Option<&Quantity>,
) -> Option<String> {
    let rule = format!("minimum {name} usage per {of} is {}", least.0);
    match (request, limit) {
        (None, _) => Some(format!("{rule}.  No request is specified")),
        (Some(request), _) if nano(request) < nano(least) => {
            Some(format!("{rule}, but request is {}", request.0))
        }
        (_, Some(limit)) if nano(limit) < nano(least) => {
            Some(format!("{rule}, but limit is {}", limit.0))
        }
        _ => None,
    }
}

fn too_much(
    of: &str,
    name: &str,
    most: &Quantity,
    request: Option<&Quantity>,
    limit: Option<&Quantity>,
) -> Option<String> {
    let rule = format!("maximum {name} usage per {of} is {}", most.0);
    match (limit, request) {
        (None, _) => Some(format!("{rule}.  No limit is specified")),
        (Some(limit), _) if nano(limit) > nano(most) => {
            Some(format!("{rule}, but limit is {}", limit.0))
        }
        (_, Some(request)) if nano(request) > nano(most) => {
            Some(format!("{rule}, but request is {}", request.0))
        }
        _ => None,
    }
}

fn too_wide(
    of: &str,
    name: &str,
    ratio: &Quantity,
    request: Option<&Quantity>,
    limit: Option<&Quantity>,
) -> Option<String> {
    let rule = format!("{name} max limit to request ratio per {of} is {}", ratio.0);
    let some = |quantity: Option<&Quantity>| quantity.map(nano).filter(|nano| *nano > 0);
    let Some(request) = some(request) else {
        return Some(format!("{rule}, but no request is specified or request is 0"));
    };
    let Some(limit) = some(limit) else {
        return Some(format!("{rule}, but no limit is specified or limit is 0"));
    };
    let millionths = limit.saturating_mul(1_000_000) / request;
    (millionths > nano(ratio) / 1000).then(|| {
        let (whole, part) = (millionths / 1_000_000, millionths % 1_000_000);
        format!("{rule}, but provided ratio is {whole}.{part:06}")
    })
}
