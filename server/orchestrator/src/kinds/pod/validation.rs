//! What may be wrong with a Pod's spec.
//! <https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go>

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{PodSpec, Toleration, Volume};

use super::super::{FieldErrors, metadata, names, quantity, quoted, selectors};
use super::affinity;
use super::containers::{Kind, validate_container};
use super::defaults::has_source;
use super::ephemeral;

const RESTART_POLICIES: &[&str] = &["Always", "OnFailure", "Never"];
const DNS_POLICIES: &[&str] = &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"];
const EFFECTS: &[&str] = &["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// Notes what is wrong with the spec of a Pod or of a Pod template.
pub(in crate::kinds) fn validate_spec(spec: &PodSpec, path: &str, errors: &mut FieldErrors) {
    let volumes = validate_volumes(spec.volumes.as_deref().unwrap_or_default(), path, errors);
    validate_containers(spec, &volumes, path, errors);
    let restart = spec.restart_policy.as_deref();
    errors.one_of(format!("{path}.restartPolicy"), restart, RESTART_POLICIES);
    errors.one_of(format!("{path}.dnsPolicy"), spec.dns_policy.as_deref(), DNS_POLICIES);
    metadata::labels(spec.node_selector.as_ref(), &format!("{path}.nodeSelector"), errors);
    let optional_names: [(&str, Option<&String>, names::Rule); 4] = [
        ("serviceAccountName", spec.service_account_name.as_ref(), names::subdomain),
        ("nodeName", spec.node_name.as_ref(), names::subdomain),
        ("hostname", spec.hostname.as_ref(), names::label_1123),
        ("subdomain", spec.subdomain.as_ref(), names::label_1123),
    ];
    for (field, name, rule) in optional_names {
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            errors.check(format!("{path}.{field}"), name, rule);
        }
    }
    validate_tolerations(
        spec.tolerations.as_deref().unwrap_or_default(),
        &format!("{path}.tolerations"),
        errors,
    );
    validate_deadline(spec, path, errors);
    validate_spread(spec, path, errors);
    affinity::validate(spec, path, errors);
}

fn validate_deadline(spec: &PodSpec, path: &str, errors: &mut FieldErrors) {
    if let Some(seconds) = spec.active_deadline_seconds
        && !(1..=i64::from(i32::MAX)).contains(&seconds)
    {
        let detail = format!("must be between 1 and {}, inclusive", i32::MAX);
        errors.invalid(format!("{path}.activeDeadlineSeconds"), seconds, detail);
    }
}

fn validate_spread(spec: &PodSpec, path: &str, errors: &mut FieldErrors) {
    let known = ["DoNotSchedule", "ScheduleAnyway"];
    for (index, spread) in spec.topology_spread_constraints.iter().flatten().enumerate() {
        let path = format!("{path}.topologySpreadConstraints[{index}]");
        if spread.max_skew <= 0 {
            errors.invalid(format!("{path}.maxSkew"), spread.max_skew, "must be greater than zero");
        }
        if spread.topology_key.is_empty() {
            errors.required(format!("{path}.topologyKey"), "can not be empty");
        }
        let action = &*spread.when_unsatisfiable;
        if !known.contains(&action) {
            errors.not_supported(format!("{path}.whenUnsatisfiable"), action, &known);
        }
        if let Some(selector) = &spread.label_selector {
            selectors::validate(selector, &format!("{path}.labelSelector"), errors);
        }
    }
}

fn validate_containers(
    spec: &PodSpec,
    volumes: &BTreeSet<String>,
    path: &str,
    errors: &mut FieldErrors,
) {
    if spec.containers.is_empty() {
        errors.required(format!("{path}.containers"), "");
    }
    let grace = spec.termination_grace_period_seconds.unwrap_or(30);
    let mut seen = BTreeSet::new();
    let init = spec.init_containers.iter().flatten().enumerate();
    let init =
        init.map(|(index, one)| (Kind::Init, format!("{path}.initContainers[{index}]"), one));
    let main = spec.containers.iter().enumerate();
    let main = main.map(|(index, one)| (Kind::Main, format!("{path}.containers[{index}]"), one));
    for (kind, path, container) in main.chain(init) {
        if !container.name.is_empty() && !seen.insert(&*container.name) {
            errors.duplicate(format!("{path}.name"), quoted(&container.name));
        }
        validate_container(container, kind, volumes, grace, &path, errors);
    }
    ephemeral::validate(spec, volumes, path, errors);
}

/// The names of the volumes.
fn validate_volumes(volumes: &[Volume], path: &str, errors: &mut FieldErrors) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for (index, volume) in volumes.iter().enumerate() {
        let path = format!("{path}.volumes[{index}]");
        if volume.name.is_empty() {
            errors.required(format!("{path}.name"), "");
        } else {
            errors.check(format!("{path}.name"), &volume.name, names::label_1123);
            if !seen.insert(volume.name.clone()) {
                errors.duplicate(format!("{path}.name"), quoted(&volume.name));
            }
        }
        validate_source(volume, &path, errors);
    }
    seen
}

fn validate_source(volume: &Volume, path: &str, errors: &mut FieldErrors) {
    if !has_source(volume) {
        errors.required(path, "must specify a volume type");
    }
    if let Some(source) = &volume.config_map
        && source.name.is_empty()
    {
        errors.required(format!("{path}.configMap.name"), "");
    }
    if let Some(source) = &volume.secret
        && source.secret_name.as_deref().unwrap_or_default().is_empty()
    {
        errors.required(format!("{path}.secret.secretName"), "");
    }
    if let Some(source) = &volume.host_path
        && source.path.is_empty()
    {
        errors.required(format!("{path}.hostPath.path"), "");
    }
    if let Some(source) = &volume.persistent_volume_claim
        && source.claim_name.is_empty()
    {
        errors.required(format!("{path}.persistentVolumeClaim.claimName"), "");
    }
    let size = volume.empty_dir.as_ref().and_then(|source| source.size_limit.as_ref());
    if let Some(size) = size
        && quantity::value(size) < 0
    {
        let detail = "SizeLimit field must be a valid resource quantity";
        errors.forbidden(format!("{path}.emptyDir.sizeLimit"), detail);
    }
}

/// Notes what is wrong with tolerations.
pub(super) fn validate_tolerations(
    tolerations: &[Toleration],
    path: &str,
    errors: &mut FieldErrors,
) {
    for (index, toleration) in tolerations.iter().enumerate() {
        validate_toleration(toleration, &format!("{path}[{index}]"), errors);
    }
}

fn validate_toleration(toleration: &Toleration, path: &str, errors: &mut FieldErrors) {
    let key = toleration.key.as_deref().unwrap_or_default();
    let operator = toleration.operator.as_deref().unwrap_or_default();
    let value = toleration.value.as_deref().unwrap_or_default();
    let effect = toleration.effect.as_deref().unwrap_or_default();
    if !key.is_empty() {
        errors.check(format!("{path}.key"), key, names::qualified_name);
    } else if operator != "Exists" {
        let detail = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
        errors.invalid(format!("{path}.operator"), quoted(operator), detail);
    }
    if toleration.toleration_seconds.is_some() && effect != "NoExecute" {
        let detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
        errors.invalid(format!("{path}.effect"), quoted(effect), detail);
    }
    match operator {
        "" | "Equal" => errors.check(format!("{path}.operator"), value, names::label_value),
        "Exists" if !value.is_empty() => {
            let detail = "value must be empty when `operator` is 'Exists'";
            errors.invalid(format!("{path}.operator"), quoted(value), detail);
        }
        "Exists" => {}
        other => {
            errors.not_supported(format!("{path}.operator"), other, &["Equal", "Exists"]);
        }
    }
    if !effect.is_empty() && !EFFECTS.contains(&effect) {
        errors.not_supported(format!("{path}.effect"), effect, EFFECTS);
    }
}
