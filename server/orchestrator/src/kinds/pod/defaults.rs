//! What Kubernetes fills into a Pod's spec.
//! <https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/v1/defaults.go>

use k8s_openapi::api::core::v1::{
    Container, HTTPGetAction, LifecycleHandler, ObjectFieldSelector, PodSpec, Probe, Volume,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::super::quantity;

/// File mode 0644 of mounted files.
const MODE: i32 = 0o644;

fn fill(field: &mut Option<String>, default: &str) {
    if field.as_deref().unwrap_or_default().is_empty() {
        *field = Some(default.to_owned());
    }
}

/// Fills in the spec of a Pod or of a Pod template.
pub(in crate::kinds) fn default_spec(spec: &mut PodSpec) {
    fill(&mut spec.dns_policy, "ClusterFirst");
    fill(&mut spec.restart_policy, "Always");
    fill(&mut spec.scheduler_name, "default-scheduler");
    spec.termination_grace_period_seconds.get_or_insert(30);
    spec.security_context.get_or_insert_default();
    if spec.service_account_name.is_none() {
        spec.service_account_name.clone_from(&spec.service_account);
    } else {
        spec.service_account.clone_from(&spec.service_account_name);
    }
    let host_network = spec.host_network == Some(true);
    for container in spec.init_containers.iter_mut().flatten().chain(&mut spec.containers) {
        default_container(container, host_network);
    }
    for volume in spec.volumes.iter_mut().flatten() {
        default_volume(volume);
    }
}

/// Fills in what every ephemeral container has.
pub(super) fn default_ephemeral(spec: &mut PodSpec) {
    for one in spec.ephemeral_containers.iter_mut().flatten() {
        super::ephemeral::default_fields(one, |container| default_container(container, false));
    }
}

fn default_container(container: &mut Container, host_network: bool) {
    fill(&mut container.termination_message_path, "/dev/termination-log");
    fill(&mut container.termination_message_policy, "File");
    let image = container.image.as_deref().unwrap_or_default();
    let policy = if is_latest(image) { "Always" } else { "IfNotPresent" };
    fill(&mut container.image_pull_policy, policy);
    let resources = container.resources.get_or_insert_default();
    for list in [&mut resources.limits, &mut resources.requests].into_iter().flatten() {
        list.values_mut().for_each(normalise);
    }
    for port in container.ports.iter_mut().flatten() {
        fill(&mut port.protocol, "TCP");
        if host_network && port.host_port.unwrap_or(0) == 0 {
            port.host_port = Some(port.container_port);
        }
    }
    for variable in container.env.iter_mut().flatten() {
        if let Some(field) =
            variable.value_from.as_mut().and_then(|source| source.field_ref.as_mut())
        {
            default_field_ref(field);
        }
    }
    let probes = [
        &mut container.liveness_probe,
        &mut container.readiness_probe,
        &mut container.startup_probe,
    ];
    probes.into_iter().flatten().for_each(default_probe);
    if let Some(lifecycle) = &mut container.lifecycle {
        let handlers = [&mut lifecycle.post_start, &mut lifecycle.pre_stop];
        handlers.into_iter().flatten().for_each(default_handler);
    }
}

/// Whether an image is named without a tag and digest, or by the tag `latest`.
fn is_latest(image: &str) -> bool {
    if image.contains('@') {
        return false;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    match name.rsplit_once(':') {
        Some((_, tag)) => tag == "latest",
        None => true,
    }
}

/// Brings a quantity into its canonical form; validation speaks of malformed ones.
fn normalise(quantity: &mut Quantity) {
    if let Ok(canonical) = quantity::canonical(&quantity.0)
        && canonical != quantity.0
    {
        quantity.0 = canonical;
    }
}

fn default_field_ref(field: &mut ObjectFieldSelector) {
    fill(&mut field.api_version, "v1");
}

fn default_probe(probe: &mut Probe) {
    let or = |field: &mut Option<i32>, default| {
        if field.unwrap_or(0) == 0 {
            *field = Some(default);
        }
    };
    or(&mut probe.timeout_seconds, 1);
    or(&mut probe.period_seconds, 10);
    or(&mut probe.success_threshold, 1);
    or(&mut probe.failure_threshold, 3);
    if let Some(get) = &mut probe.http_get {
        default_http_get(get);
    }
    if let Some(grpc) = &mut probe.grpc {
        grpc.service.get_or_insert_default();
    }
}

fn default_handler(handler: &mut LifecycleHandler) {
    if let Some(get) = &mut handler.http_get {
        default_http_get(get);
    }
}

fn default_http_get(get: &mut HTTPGetAction) {
    fill(&mut get.path, "/");
    fill(&mut get.scheme, "HTTP");
}

fn default_volume(volume: &mut Volume) {
    if let Some(source) = &mut volume.config_map {
        source.default_mode.get_or_insert(MODE);
    }
    if let Some(source) = &mut volume.secret {
        source.default_mode.get_or_insert(MODE);
    }
    if let Some(source) = &mut volume.downward_api {
        source.default_mode.get_or_insert(MODE);
        let fields = source.items.iter_mut().flatten().filter_map(|item| item.field_ref.as_mut());
        fields.for_each(default_field_ref);
    }
    if let Some(source) = &mut volume.host_path {
        source.type_.get_or_insert_default();
    }
    if let Some(source) = &mut volume.projected {
        source.default_mode.get_or_insert(MODE);
        for projection in source.sources.iter_mut().flatten() {
            if let Some(token) = &mut projection.service_account_token {
                token.expiration_seconds.get_or_insert(3600);
            }
            let items = projection.downward_api.iter_mut().flat_map(|source| &mut source.items);
            let fields = items.flatten().filter_map(|item| item.field_ref.as_mut());
            fields.for_each(default_field_ref);
        }
    }
    if !has_source(volume) {
        volume.empty_dir = Some(Default::default());
    }
}

/// Whether a volume says what it is. One that does not is an empty directory.
pub(super) fn has_source(volume: &Volume) -> bool {
    let named = Volume { name: volume.name.clone(), ..Volume::default() };
    *volume != named
}

/// Limits without requests are requests too. Of Pods only, not of templates.
pub(super) fn default_requests(spec: &mut PodSpec) {
    for container in spec.init_containers.iter_mut().flatten().chain(&mut spec.containers) {
        let Some(resources) = &mut container.resources else { continue };
        for (name, limit) in resources.limits.iter().flatten() {
            let requests = resources.requests.get_or_insert_default();
            requests.entry(name.clone()).or_insert_with(|| limit.clone());
        }
    }
}

/// The quality of service that follows from requests and limits.
/// <https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/>
pub fn qos_class(spec: &PodSpec) -> &'static str {
    let mut anything = false;
    let mut guaranteed = true;
    for container in super::all_containers(spec) {
        for name in ["cpu", "memory"] {
            let resources = container.resources.as_ref();
            let limit = resources.and_then(|all| positive(all.limits.as_ref()?.get(name)?));
            let request = resources.and_then(|all| positive(all.requests.as_ref()?.get(name)?));
            anything |= limit.is_some() || request.is_some();
            guaranteed &= limit.is_some() && (request.is_none() || request == limit);
        }
    }
    match (anything, guaranteed) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    }
}

fn positive(quantity: &Quantity) -> Option<i128> {
    quantity::nano(&quantity.0).ok().filter(|nano| *nano > 0)
}
