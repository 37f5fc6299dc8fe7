//! What the admission plugins that every cluster has do to requests.
//! <https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/>

use k8s_openapi::api::core::v1::{
    ConfigMapProjection, DownwardAPIProjection, DownwardAPIVolumeFile, KeyToPath, Namespace,
    ObjectFieldSelector, Pod, PodSpec, ProjectedVolumeSource, ServiceAccount,
    ServiceAccountTokenProjection, Toleration, Volume, VolumeMount, VolumeProjection,
};
use k8s_openapi::api::scheduling::v1::PriorityClass;

mod limits;
pub(super) mod pod_security;
pub(super) mod quota;
mod storage;

use k8s_openapi::api::networking::v1::{Ingress, IngressClass};

use super::draft::Draft;
use super::status::Status;
use crate::components::pods::MIRROR;
use crate::object::{Key, Kind, Object, Typed};

const TOKEN_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
const TOLERATION_S: i64 = 300;

/// Admits a new object.
///
/// # Errors
/// 403, or 404 where its namespace does not exist.
pub(super) fn on_create(draft: &mut Draft<'_>, object: &mut Object) -> Result<(), Status> {
    if object.is_namespaced() {
        namespace_lifecycle(draft, object)?;
    }
    one_default(draft, object)?;
    limits::apply(draft, object)?;
    if let Some(ingress) = Ingress::of_mut(object) {
        default_ingress_class(draft, ingress);
    }
    let key = named(object);
    if let Some(pod) = Pod::of_mut(object) {
        service_account(draft, &key, pod)?;
        let spec = pod.spec.get_or_insert_default();
        default_tolerations(spec);
        priority(draft, &key, spec)?;
        pod_security::enforce(draft.store.objects(), &key, spec)?;
    }
    storage::default_class(draft, object);
    Ok(())
}

/// A name is generated only after admission: until then its beginning stands for it.
fn named(object: &Object) -> Key {
    let prefix = object.metadata().generate_name.as_deref();
    match (object.name(), prefix) {
        ("", Some(prefix)) => Key::new(object.kind(), object.namespace(), prefix),
        _ => object.key(),
    }
}

/// Admits a change.
///
/// # Errors
/// 403
pub(super) fn on_update(draft: &Draft<'_>, new: &mut Object, old: &Object) -> Result<(), Status> {
    if let Some(pod) = Pod::of_mut(new) {
        default_tolerations(pod.spec.get_or_insert_default());
    }
    one_default(draft, new)?;
    storage::resize(draft, new, old)
}

/// An Ingress without a class gets the one that is marked as the default; of several the newest.
fn default_ingress_class(draft: &Draft<'_>, ingress: &mut Ingress) {
    const DEFAULT: &str = "ingressclass.kubernetes.io/is-default-class";
    const OLD: &str = "kubernetes.io/ingress.class";
    let annotated = ingress.metadata.annotations.as_ref().is_some_and(|all| all.contains_key(OLD));
    let spec = ingress.spec.get_or_insert_default();
    if spec.ingress_class_name.is_some() || annotated {
        return;
    }
    let is_default = |class: &&std::sync::Arc<IngressClass>| {
        let annotations = class.metadata.annotations.as_ref();
        annotations.and_then(|all| all.get(DEFAULT)).is_some_and(|value| value == "true")
    };
    let classes = draft.store.objects().all::<IngressClass>().filter(is_default);
    let newest =
        classes.max_by_key(|class| class.metadata.creation_timestamp.as_ref().map(|t| t.0));
    spec.ingress_class_name = newest.and_then(|class| class.metadata.name.clone());
}

/// Nothing new in a namespace that is missing or going.
fn namespace_lifecycle(draft: &Draft<'_>, object: &Object) -> Result<(), Status> {
    let namespace = Key::new(Kind::Namespace, "", object.namespace());
    let found = draft.get(&namespace)?;
    let phase = found
        .as_typed::<Namespace>()
        .and_then(|namespace| namespace.status.as_ref())
        .and_then(|status| status.phase.as_deref());
    if !found.is_deleting() && phase != Some("Terminating") {
        return Ok(());
    }
    let name = object.namespace();
    let why =
        format!("unable to create new content in namespace {name} because it is being terminated");
    let cause = format!("namespace {name} is being terminated");
    let refused = Status::forbidden(&object.key(), &why);
    Err(refused.because("NamespaceTerminating", cause, "metadata.namespace"))
}

/// Every Pod runs under a service account and sees its token.
fn service_account(draft: &mut Draft<'_>, key: &Key, pod: &mut Pod) -> Result<(), Status> {
    // A mirror cannot have what the API server gives.
    if pod.metadata.annotations.as_ref().is_some_and(|all| all.contains_key(MIRROR)) {
        return Ok(());
    }
    let spec = pod.spec.get_or_insert_default();
    let name = spec.service_account_name.clone().filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| "default".to_owned());
    let objects = draft.store.objects();
    let account = objects.get_typed::<ServiceAccount>(key.namespace(), &name);
    if account.is_none() {
        let namespace = key.namespace();
        let why = format!(
            "error looking up service account {namespace}/{name}: serviceaccount \"{name}\" not found"
        );
        return Err(Status::forbidden(key, &why));
    }
    let pull_secrets = account.and_then(|account| account.image_pull_secrets.clone());
    if spec.image_pull_secrets.as_ref().is_none_or(Vec::is_empty) {
        spec.image_pull_secrets = pull_secrets;
    }
    spec.service_account_name = Some(name.clone());
    spec.service_account = Some(name);
    let account_mounts = account.and_then(|account| account.automount_service_account_token);
    if spec.automount_service_account_token.or(account_mounts).unwrap_or(true) {
        mount_token(draft, spec);
    }
    Ok(())
}

fn mount_token(draft: &mut Draft<'_>, spec: &mut PodSpec) {
    let name = format!("kube-api-access-{}", draft.random.name_suffix());
    let mut mounted = false;
    for container in spec.init_containers.iter_mut().flatten().chain(&mut spec.containers) {
        let mounts = container.volume_mounts.get_or_insert_default();
        if mounts.iter().any(|mount| mount.mount_path == TOKEN_PATH) {
            continue;
        }
        mounts.push(VolumeMount {
            name: name.clone(),
            read_only: Some(true),
            mount_path: TOKEN_PATH.to_owned(),
            ..VolumeMount::default()
        });
        mounted = true;
    }
    if mounted {
        spec.volumes.get_or_insert_default().push(token_volume(name));
    }
}

fn token_volume(name: String) -> Volume {
    let token = ServiceAccountTokenProjection {
        expiration_seconds: Some(3607),
        path: "token".to_owned(),
        ..Default::default()
    };
    let certificate = ConfigMapProjection {
        name: "kube-root-ca.crt".to_owned(),
        items: Some(vec![KeyToPath {
            key: "ca.crt".to_owned(),
            path: "ca.crt".to_owned(),
            mode: None,
        }]),
        optional: None,
    };
    let namespace = DownwardAPIVolumeFile {
        path: "namespace".to_owned(),
        field_ref: Some(ObjectFieldSelector {
            api_version: Some("v1".to_owned()),
            field_path: "metadata.namespace".to_owned(),
        }),
        ..Default::default()
    };
    let sources = vec![
        VolumeProjection { service_account_token: Some(token), ..Default::default() },
        VolumeProjection { config_map: Some(certificate), ..Default::default() },
        VolumeProjection {
            downward_api: Some(DownwardAPIProjection { items: Some(vec![namespace]) }),
            ..Default::default()
        },
    ];
    Volume {
        name,
        projected: Some(ProjectedVolumeSource {
            default_mode: Some(0o644),
            sources: Some(sources),
        }),
        ..Volume::default()
    }
}

/// Pods stay for five minutes on a node that is in trouble, unless they say otherwise.
fn default_tolerations(spec: &mut PodSpec) {
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let tolerates = |one: &Toleration| {
            let effect = one.effect.as_deref().unwrap_or_default();
            let of = one.key.as_deref().unwrap_or_default();
            (of == key || of.is_empty()) && (effect == "NoExecute" || effect.is_empty())
        };
        let tolerations = spec.tolerations.get_or_insert_default();
        if !tolerations.iter().any(tolerates) {
            tolerations.push(Toleration {
                key: Some(key.to_owned()),
                operator: Some("Exists".to_owned()),
                effect: Some("NoExecute".to_owned()),
                toleration_seconds: Some(TOLERATION_S),
                value: None,
            });
        }
    }
}

/// The priority that a Pod's class gives it, or the cluster's default class.
fn priority(draft: &Draft<'_>, key: &Key, spec: &mut PodSpec) -> Result<(), Status> {
    let objects = draft.store.objects();
    let class = match spec.priority_class_name.as_deref().filter(|name| !name.is_empty()) {
        Some(name) => match objects.get_typed::<PriorityClass>("", name) {
            Some(class) => Some(class),
            None => {
                let why = format!("no PriorityClass with name {name} was found");
                return Err(Status::forbidden(key, &why));
            }
        },
        // Of several defaults the lowest counts.
        None => objects
            .all::<PriorityClass>()
            .filter(|class| class.global_default == Some(true))
            .min_by_key(|class| class.value),
    };
    let value = class.and_then(|class| class.value).unwrap_or(0);
    if spec.priority.is_some_and(|given| given != value) {
        let given = spec.priority.unwrap_or_default();
        let why = format!(
            "the integer value of priority ({given}) must not be provided in pod spec; priority \
             admission controller computed {value} from the given PriorityClass name"
        );
        return Err(Status::forbidden(key, &why));
    }
    let policy = class.and_then(|class| class.preemption_policy.clone());
    let policy = policy.unwrap_or_else(|| "PreemptLowerPriority".to_owned());
    if let Some(given) = spec.preemption_policy.as_ref().filter(|given| **given != policy) {
        let why = format!(
            "the string value of PreemptionPolicy ({given}) must not be provided in pod spec; \
             priority admission controller computed {policy} from the given PriorityClass name"
        );
        return Err(Status::forbidden(key, &why));
    }
    if let Some(class) = class {
        spec.priority_class_name.clone_from(&class.metadata.name);
    }
    spec.priority = Some(value);
    spec.preemption_policy = Some(policy);
    Ok(())
}

/// Only one class may be the cluster's default.
fn one_default(draft: &Draft<'_>, object: &Object) -> Result<(), Status> {
    let Some(class) = object.as_typed::<PriorityClass>() else { return Ok(()) };
    if class.global_default != Some(true) {
        return Ok(());
    }
    let mut others = draft.store.objects().all::<PriorityClass>();
    let other = others.find(|other| {
        other.global_default == Some(true) && other.metadata.name != class.metadata.name
    });
    let Some(other) = other else { return Ok(()) };
    let name = other.metadata.name.as_deref().unwrap_or_default();
    let why =
        format!("PriorityClass {name} is already marked as default. Only one default can exist");
    Err(Status::forbidden(&object.key(), &why))
}
