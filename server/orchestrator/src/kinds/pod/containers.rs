//! What may be wrong with a container.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{
    Container, ContainerPort, EnvFromSource, EnvVar, HTTPGetAction, Lifecycle, Probe,
    ResourceRequirements, TCPSocketAction, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::super::{FieldErrors, names, quantity, quoted};

const PULL_POLICIES: &[&str] = &["Always", "IfNotPresent", "Never"];
const PROTOCOLS: &[&str] = &["SCTP", "TCP", "UDP"];
const NOT_NEGATIVE: &str = "must be greater than or equal to 0";

/// Whether a container runs before the others or as one of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Init,
    Main,
}

/// Notes what is wrong with a container.
pub(super) fn validate_container(
    container: &Container,
    kind: Kind,
    volumes: &BTreeSet<String>,
    grace_s: i64,
    path: &str,
    errors: &mut FieldErrors,
) {
    if container.name.is_empty() {
        errors.required(format!("{path}.name"), "");
    } else {
        errors.check(format!("{path}.name"), &container.name, names::label_1123);
    }
    validate_image(container, path, errors);
    validate_ports(container.ports.as_deref().unwrap_or_default(), path, errors);
    let env = container.env.as_deref().unwrap_or_default();
    validate_env(env, &format!("{path}.env"), errors);
    validate_env_from(container.env_from.as_deref().unwrap_or_default(), path, errors);
    let mounts = container.volume_mounts.as_deref().unwrap_or_default();
    validate_mounts(mounts, volumes, path, errors);
    let policy = container.image_pull_policy.as_deref();
    errors.one_of(format!("{path}.imagePullPolicy"), policy, PULL_POLICIES);
    if let Some(resources) = &container.resources {
        validate_resources(resources, &format!("{path}.resources"), errors);
    }
    let message_policy = container.termination_message_policy.as_deref();
    let policies = ["FallbackToLogsOnError", "File"];
    errors.one_of(format!("{path}.terminationMessagePolicy"), message_policy, &policies);
    if kind == Kind::Main || container.restart_policy.is_some() {
        validate_hooks(container, grace_s, path, errors);
    } else {
        forbid_hooks(container, path, errors);
    }
}

fn validate_image(container: &Container, path: &str, errors: &mut FieldErrors) {
    let image = container.image.as_deref().unwrap_or_default();
    if image.is_empty() {
        errors.required(format!("{path}.image"), "");
    } else if image.trim() != image && !path.contains(".template.") {
        // Templates may hold a placeholder.
        let detail = "must not have leading or trailing whitespace";
        errors.invalid(format!("{path}.image"), quoted(image), detail);
    }
}

fn validate_ports(ports: &[ContainerPort], path: &str, errors: &mut FieldErrors) {
    let mut seen = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        let path = format!("{path}.ports[{index}]");
        if let Some(name) = port.name.as_deref().filter(|name| !name.is_empty()) {
            errors.check(format!("{path}.name"), name, names::port_name);
            if !seen.insert(name) {
                errors.duplicate(format!("{path}.name"), quoted(name));
            }
        }
        if port.container_port == 0 {
            errors.required(format!("{path}.containerPort"), "");
        } else {
            for detail in names::port_number(port.container_port) {
                errors.invalid(format!("{path}.containerPort"), port.container_port, detail);
            }
        }
        if let Some(host_port) = port.host_port.filter(|port| *port != 0) {
            for detail in names::port_number(host_port) {
                errors.invalid(format!("{path}.hostPort"), host_port, detail);
            }
        }
        errors.one_of(format!("{path}.protocol"), port.protocol.as_deref(), PROTOCOLS);
    }
}

fn validate_env(env: &[EnvVar], path: &str, errors: &mut FieldErrors) {
    for (index, variable) in env.iter().enumerate() {
        let path = format!("{path}[{index}]");
        if variable.name.is_empty() {
            errors.required(format!("{path}.name"), "");
        } else {
            errors.check(format!("{path}.name"), &variable.name, names::env_name);
        }
        let Some(source) = &variable.value_from else { continue };
        let path = format!("{path}.valueFrom");
        let count = [
            source.field_ref.is_some(),
            source.resource_field_ref.is_some(),
            source.config_map_key_ref.is_some(),
            source.secret_key_ref.is_some(),
            source.file_key_ref.is_some(),
        ];
        let count = count.into_iter().filter(|given| *given).count();
        let has_value = variable.value.as_deref().is_some_and(|value| !value.is_empty());
        match count {
            0 => {
                let detail = "must specify one of: `fieldRef`, `resourceFieldRef`, \
                              `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
                errors.invalid(path.clone(), "\"\"", detail);
            }
            _ if has_value => {
                let detail = "may not be specified when `value` is not empty";
                errors.invalid(path.clone(), "\"\"", detail);
            }
            2.. => {
                let detail = "may not have more than one field specified at a time";
                errors.invalid(path.clone(), "\"\"", detail);
            }
            _ => {}
        }
        validate_env_source(source, &path, errors);
    }
}

fn validate_env_source(
    source: &k8s_openapi::api::core::v1::EnvVarSource,
    path: &str,
    errors: &mut FieldErrors,
) {
    if let Some(key) = &source.config_map_key_ref {
        if key.name.is_empty() {
            errors.required(format!("{path}.configMapKeyRef.name"), "");
        }
        key_of(&key.key, &format!("{path}.configMapKeyRef.key"), errors);
    }
    if let Some(key) = &source.secret_key_ref {
        if key.name.is_empty() {
            errors.required(format!("{path}.secretKeyRef.name"), "");
        }
        key_of(&key.key, &format!("{path}.secretKeyRef.key"), errors);
    }
    if let Some(field) = &source.field_ref
        && field.field_path.is_empty()
    {
        errors.required(format!("{path}.fieldRef.fieldPath"), "");
    }
}

fn key_of(key: &str, path: &str, errors: &mut FieldErrors) {
    if key.is_empty() {
        errors.required(path, "");
    } else {
        errors.check(path, key, names::config_key);
    }
}

fn validate_env_from(sources: &[EnvFromSource], path: &str, errors: &mut FieldErrors) {
    for (index, source) in sources.iter().enumerate() {
        let path = format!("{path}.envFrom[{index}]");
        match (&source.config_map_ref, &source.secret_ref) {
            (None, None) => {
                let detail = "must specify one of: `configMapRef` or `secretRef`";
                errors.invalid(path, "\"\"", detail);
            }
            (Some(_), Some(_)) => {
                let detail = "may not have more than one field specified at a time";
                errors.invalid(path, "\"\"", detail);
            }
            (Some(map), None) if map.name.is_empty() => {
                errors.required(format!("{path}.configMapRef.name"), "");
            }
            (None, Some(secret)) if secret.name.is_empty() => {
                errors.required(format!("{path}.secretRef.name"), "");
            }
            _ => {}
        }
    }
}

fn validate_mounts(
    mounts: &[VolumeMount],
    volumes: &BTreeSet<String>,
    path: &str,
    errors: &mut FieldErrors,
) {
    let mut seen = BTreeSet::new();
    for (index, mount) in mounts.iter().enumerate() {
        let path = format!("{path}.volumeMounts[{index}]");
        if mount.name.is_empty() {
            errors.required(format!("{path}.name"), "");
        } else if !volumes.contains(&mount.name) {
            errors.not_found(format!("{path}.name"), &mount.name);
        }
        if mount.mount_path.is_empty() {
            errors.required(format!("{path}.mountPath"), "");
        }
        if !seen.insert(&*mount.mount_path) {
            let value = quoted(&mount.mount_path);
            errors.invalid(format!("{path}.mountPath"), value, "must be unique");
        }
    }
}

fn validate_resources(resources: &ResourceRequirements, path: &str, errors: &mut FieldErrors) {
    let lists = [("limits", &resources.limits), ("requests", &resources.requests)];
    for (list, quantities) in lists {
        for (name, quantity) in quantities.iter().flatten() {
            let path = format!("{path}.{list}[{name}]");
            resource_name(name, &path, errors);
            match quantity::nano(&quantity.0) {
                Err(detail) => errors.invalid(path, quoted(&quantity.0), detail),
                Ok(..0) => errors.invalid(path, quoted(&quantity.0), NOT_NEGATIVE),
                Ok(_) => {}
            }
        }
    }
    for (name, request) in resources.requests.iter().flatten() {
        let limit = resources.limits.as_ref().and_then(|limits| limits.get(name));
        let Some(limit) = limit else { continue };
        if let (Ok(asked), Ok(most)) = (quantity::nano(&request.0), quantity::nano(&limit.0))
            && asked > most
        {
            let detail = format!("must be less than or equal to {name} limit of {}", limit.0);
            errors.invalid(format!("{path}.requests"), quoted(&request.0), detail);
        }
    }
}

fn resource_name(name: &str, path: &str, errors: &mut FieldErrors) {
    errors.check(path, name, names::qualified_name);
    let standard = ["cpu", "memory", "ephemeral-storage"];
    if !name.contains('/') && !standard.contains(&name) && !name.starts_with("hugepages-") {
        errors.invalid(path, quoted(name), "must be a standard resource type or fully qualified");
        errors.invalid(path, quoted(name), "must be a standard resource for containers");
    }
}

fn validate_hooks(container: &Container, grace_s: i64, path: &str, errors: &mut FieldErrors) {
    let probes = [
        ("livenessProbe", &container.liveness_probe, true),
        ("readinessProbe", &container.readiness_probe, false),
        ("startupProbe", &container.startup_probe, true),
    ];
    for (name, probe, succeeds_once) in probes {
        let Some(probe) = probe else { continue };
        let path = format!("{path}.{name}");
        validate_probe(probe, &path, errors);
        if let Some(threshold) = probe.success_threshold.filter(|one| succeeds_once && *one != 1) {
            errors.invalid(format!("{path}.successThreshold"), threshold, "must be 1");
        }
    }
    if let Some(lifecycle) = &container.lifecycle {
        validate_lifecycle(lifecycle, grace_s, &format!("{path}.lifecycle"), errors);
    }
}

fn validate_lifecycle(lifecycle: &Lifecycle, grace_s: i64, path: &str, errors: &mut FieldErrors) {
    for (name, handler) in [("postStart", &lifecycle.post_start), ("preStop", &lifecycle.pre_stop)]
    {
        let Some(handler) = handler else { continue };
        let path = format!("{path}.{name}");
        if let Some(sleep) = &handler.sleep
            && !(0..=grace_s).contains(&sleep.seconds)
        {
            let detail = format!(
                "must be non-negative and less than terminationGracePeriodSeconds ({grace_s}). \
                 Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep."
            );
            errors.invalid(format!("{path}.sleep"), sleep.seconds, detail);
        }
        if let Some(get) = &handler.http_get {
            validate_http_get(get, &format!("{path}.httpGet"), errors);
        }
        let given = handler.exec.is_some()
            || handler.http_get.is_some()
            || handler.tcp_socket.is_some()
            || handler.sleep.is_some();
        if !given {
            errors.required(path, "must specify a handler type");
        }
    }
}

fn validate_probe(probe: &Probe, path: &str, errors: &mut FieldErrors) {
    let given = [
        probe.exec.is_some(),
        probe.http_get.is_some(),
        probe.tcp_socket.is_some(),
        probe.grpc.is_some(),
    ];
    match given.into_iter().filter(|given| *given).count() {
        0 => errors.required(path, "must specify a handler type"),
        1 => {}
        _ => errors.forbidden(path, "may not specify more than 1 handler type"),
    }
    if let Some(exec) = &probe.exec
        && exec.command.as_ref().is_none_or(Vec::is_empty)
    {
        errors.required(format!("{path}.exec.command"), "");
    }
    if let Some(get) = &probe.http_get {
        validate_http_get(get, &format!("{path}.httpGet"), errors);
    }
    if let Some(TCPSocketAction { port, .. }) = &probe.tcp_socket {
        validate_port(port, &format!("{path}.tcpSocket.port"), errors);
    }
    let numbers = [
        ("initialDelaySeconds", probe.initial_delay_seconds),
        ("timeoutSeconds", probe.timeout_seconds),
        ("periodSeconds", probe.period_seconds),
        ("successThreshold", probe.success_threshold),
        ("failureThreshold", probe.failure_threshold),
    ];
    for (name, number) in numbers {
        if let Some(number) = number.filter(|number| *number < 0) {
            errors.invalid(format!("{path}.{name}"), number, NOT_NEGATIVE);
        }
    }
}

fn validate_http_get(get: &HTTPGetAction, path: &str, errors: &mut FieldErrors) {
    if get.path.as_deref().unwrap_or_default().is_empty() {
        errors.required(format!("{path}.path"), "");
    }
    validate_port(&get.port, &format!("{path}.port"), errors);
    let scheme = get.scheme.as_deref().unwrap_or_default();
    if !["HTTP", "HTTPS"].contains(&scheme) {
        errors.not_supported(format!("{path}.scheme"), scheme, &["HTTP", "HTTPS"]);
    }
}

fn validate_port(port: &IntOrString, path: &str, errors: &mut FieldErrors) {
    match port {
        IntOrString::Int(number) => {
            for detail in names::port_number(*number) {
                errors.invalid(path, number, detail);
            }
        }
        IntOrString::String(name) => errors.check(path, name, names::port_name),
    }
}

fn forbid_hooks(container: &Container, path: &str, errors: &mut FieldErrors) {
    let given = [
        ("lifecycle", container.lifecycle.is_some()),
        ("livenessProbe", container.liveness_probe.is_some()),
        ("readinessProbe", container.readiness_probe.is_some()),
        ("startupProbe", container.startup_probe.is_some()),
    ];
    for (name, _) in given.into_iter().filter(|(_, given)| *given) {
        let detail = "may not be set for init containers without restartPolicy=Always";
        errors.forbidden(format!("{path}.{name}"), detail);
    }
}
