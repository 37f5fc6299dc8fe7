//! Ephemeral containers: they come into a Pod that runs, to look at it, and never go again.
//! <https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/>

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{Container, EphemeralContainer, Pod, PodSpec};

use super::super::{FieldErrors, quoted};
use super::containers::{Kind, validate_container};
use crate::components::pods::MIRROR;

const PATH: &str = "spec.ephemeralContainers";

/// An ephemeral container, as those are run that are none.
pub(crate) fn as_container(one: &EphemeralContainer) -> Container {
    Container {
        args: one.args.clone(),
        command: one.command.clone(),
        env: one.env.clone(),
        env_from: one.env_from.clone(),
        image: one.image.clone(),
        image_pull_policy: one.image_pull_policy.clone(),
        lifecycle: one.lifecycle.clone(),
        liveness_probe: one.liveness_probe.clone(),
        name: one.name.clone(),
        ports: one.ports.clone(),
        readiness_probe: one.readiness_probe.clone(),
        resize_policy: one.resize_policy.clone(),
        resources: one.resources.clone(),
        restart_policy: one.restart_policy.clone(),
        restart_policy_rules: one.restart_policy_rules.clone(),
        security_context: one.security_context.clone(),
        startup_probe: one.startup_probe.clone(),
        stdin: one.stdin,
        stdin_once: one.stdin_once,
        termination_message_path: one.termination_message_path.clone(),
        termination_message_policy: one.termination_message_policy.clone(),
        tty: one.tty,
        volume_devices: one.volume_devices.clone(),
        volume_mounts: one.volume_mounts.clone(),
        working_dir: one.working_dir.clone(),
    }
}

/// Fills in what every container has.
pub(super) fn default_fields(one: &mut EphemeralContainer, fill: impl FnOnce(&mut Container)) {
    let mut container = as_container(one);
    fill(&mut container);
    one.image_pull_policy = container.image_pull_policy;
    one.termination_message_path = container.termination_message_path;
    one.termination_message_policy = container.termination_message_policy;
    one.resources = container.resources;
    one.env = container.env;
}

/// Notes what is wrong with a new Pod that has some already.
pub(super) fn validate_new(pod: &Pod, errors: &mut FieldErrors) {
    let has_some = pod.spec.iter().flat_map(|spec| spec.ephemeral_containers.iter().flatten());
    if has_some.count() > 0 {
        errors.forbidden(PATH, "cannot be set on create");
    }
}

/// Notes what is wrong with those of a Pod.
pub(super) fn validate(
    spec: &PodSpec,
    volumes: &BTreeSet<String>,
    path: &str,
    errors: &mut FieldErrors,
) {
    let has_some = spec.ephemeral_containers.as_ref().is_some_and(|all| !all.is_empty());
    if path != "spec" && has_some {
        let detail = "ephemeral containers not allowed in pod template";
        return errors.forbidden(format!("{path}.ephemeralContainers"), detail);
    }
    let others = spec.containers.iter().chain(spec.init_containers.iter().flatten());
    let others: BTreeSet<&str> = others.map(|one| one.name.as_str()).collect();
    let mut names = others.clone();
    for (index, one) in spec.ephemeral_containers.iter().flatten().enumerate() {
        let path = format!("{PATH}[{index}]");
        let container = Container {
            lifecycle: None,
            liveness_probe: None,
            readiness_probe: None,
            startup_probe: None,
            ports: None,
            ..as_container(one)
        };
        validate_container(&container, Kind::Main, volumes, 30, &path, errors);
        if !names.insert(&one.name) {
            errors.duplicate(format!("{path}.name"), quoted(&one.name));
        }
        let target = one.target_container_name.as_deref().unwrap_or_default();
        if !target.is_empty() && !others.contains(target) {
            errors.not_found(format!("{path}.targetContainerName"), target);
        }
        forbid(one, &path, errors);
    }
}

/// What only containers have that are there to stay.
fn forbid(one: &EphemeralContainer, path: &str, errors: &mut FieldErrors) {
    let resources = one.resources.as_ref();
    let has_resources = resources.is_some_and(|all| *all != Default::default());
    let fields = [
        ("ports", one.ports.as_ref().is_some_and(|ports| !ports.is_empty())),
        ("resources", has_resources),
        ("livenessProbe", one.liveness_probe.is_some()),
        ("readinessProbe", one.readiness_probe.is_some()),
        ("startupProbe", one.startup_probe.is_some()),
        ("lifecycle", one.lifecycle.is_some()),
        ("restartPolicy", one.restart_policy.is_some()),
    ];
    for (field, _) in fields.into_iter().filter(|(_, given)| *given) {
        errors.forbidden(format!("{path}.{field}"), "cannot be set for an Ephemeral Container");
    }
    for (index, mount) in one.volume_mounts.iter().flatten().enumerate() {
        if mount.sub_path.as_deref().is_some_and(|path| !path.is_empty()) {
            let field = format!("{path}.volumeMounts[{index}].subPath");
            errors.forbidden(field, "cannot be set for an Ephemeral Container");
        }
    }
}

/// Notes what is wrong with a change of those of a Pod: they may only become more.
pub(crate) fn validate_update(new: &Pod, old: &Pod, errors: &mut FieldErrors) {
    if old.metadata.annotations.as_ref().is_some_and(|all| all.contains_key(MIRROR)) {
        return errors.forbidden("", "static pods do not support ephemeral containers");
    }
    let all = |pod: &Pod| -> Vec<EphemeralContainer> {
        pod.spec
            .iter()
            .flat_map(|spec| spec.ephemeral_containers.iter().flatten())
            .cloned()
            .collect()
    };
    let has = all(new);
    for old in all(old) {
        let name = quoted(&old.name);
        match has.iter().find(|one| one.name == old.name) {
            None => {
                let detail = format!("existing ephemeral containers {name} may not be removed\n");
                errors.forbidden(PATH, detail);
            }
            Some(one) if *one != old => {
                let detail = format!("existing ephemeral containers {name} may not be changed\n");
                errors.forbidden(PATH, detail);
            }
            Some(_) => {}
        }
    }
}
