//! The claims of a StatefulSet's Pods: made before the Pod, found again by their names, and kept or
//! deleted as `persistentVolumeClaimRetentionPolicy` says.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention>

use std::sync::Arc;

use k8s_openapi::api::core::v1::{
    PersistentVolumeClaim, PersistentVolumeClaimVolumeSource, Pod, Volume,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;

use super::{Turn, identity, name_of};
use crate::call::{Call, Step};
use crate::components::{ownership, pod_control};
use crate::object::Object;

fn claim_name(template: &PersistentVolumeClaim, pod: &str) -> String {
    format!("{}-{pod}", template.metadata.name.as_deref().unwrap_or_default())
}

fn templates<'a>(turn: &Turn<'a>) -> &'a [PersistentVolumeClaim] {
    turn.spec.volume_claim_templates.as_deref().unwrap_or_default()
}

/// Gives a Pod a volume for each of its claims, in place of volumes of the same name.
pub(super) fn mount(turn: &Turn<'_>, pod: &mut Pod, ordinal: i32) {
    let wanted = volumes(turn, ordinal);
    if wanted.is_empty() {
        return;
    }
    let volumes = pod.spec.get_or_insert_default().volumes.get_or_insert_default();
    volumes.retain(|volume| wanted.iter().all(|claim| claim.name != volume.name));
    volumes.splice(0..0, wanted);
}

/// Whether a Pod has them.
pub(super) fn are_mounted(turn: &Turn<'_>, pod: &Pod, ordinal: i32) -> bool {
    let has = |wanted: &Volume| {
        let volumes = pod.spec.as_ref().and_then(|spec| spec.volumes.as_deref());
        let claim = |volume: &Volume| {
            volume.persistent_volume_claim.as_ref().map(|claim| claim.claim_name.clone())
        };
        volumes
            .unwrap_or_default()
            .iter()
            .any(|volume| volume.name == wanted.name && claim(volume) == claim(wanted))
    };
    volumes(turn, ordinal).iter().all(has)
}

fn volumes(turn: &Turn<'_>, ordinal: i32) -> Vec<Volume> {
    let pod = format!("{}-{ordinal}", turn.owner.name());
    let volume = |template: &PersistentVolumeClaim| Volume {
        name: template.metadata.name.clone().unwrap_or_default(),
        persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource {
            claim_name: claim_name(template, &pod),
            read_only: None,
        }),
        ..Volume::default()
    };
    templates(turn).iter().map(volume).collect()
}

/// The claims of a Pod that are there.
fn existing<'a>(
    turn: &'a Turn<'_>,
    pod: &'a Pod,
) -> impl Iterator<Item = &'a Arc<PersistentVolumeClaim>> {
    let find = |template: &PersistentVolumeClaim| {
        let name = claim_name(template, name_of(pod));
        turn.view.cache.get_typed::<PersistentVolumeClaim>(turn.owner.namespace(), &name)
    };
    templates(turn).iter().filter_map(find)
}

/// A claim that is being deleted: the Pod must wait for its successor.
pub(super) fn going(turn: &Turn<'_>, pod: &Pod) -> Option<String> {
    let going = existing(turn, pod).find(|claim| claim.metadata.deletion_timestamp.is_some());
    going.and_then(|claim| claim.metadata.name.clone())
}

/// Whether a claim still belongs to an earlier Pod of the name, and is to go with it.
pub(super) fn are_stale(turn: &Turn<'_>, pod: &Pod) -> bool {
    policy(turn).1 == Choice::Delete
        && existing(turn, pod).any(|claim| {
            owners(claim).iter().any(|owner| {
                owner.kind == "Pod"
                    && owner.name == name_of(pod)
                    && Some(&owner.uid) != pod.metadata.uid.as_ref()
            })
        })
}

/// Makes those that are missing.
pub(super) fn create_missing(turn: &Turn<'_>, pod: &Pod) -> Vec<Step> {
    let set = turn.owner.name();
    let missing = |template: &&PersistentVolumeClaim| {
        let name = claim_name(template, name_of(pod));
        let claim =
            turn.view.cache.get_typed::<PersistentVolumeClaim>(turn.owner.namespace(), &name);
        claim.is_none()
    };
    let create = |template: &PersistentVolumeClaim| {
        let claim = new_claim(turn, template, pod);
        let name = claim.metadata.name.clone().unwrap_or_default();
        let pod = name_of(pod);
        let made = format!("create Claim {name} Pod {pod} in StatefulSet {set} success");
        let failed = format!(
            "create Claim {name} for Pod {pod} in StatefulSet {set} failed error: {{error}}"
        );
        Step::from(Call::Create(claim.into()))
            .then(pod_control::event(turn.owner, "Normal", "SuccessfulCreate", &made))
            .otherwise(pod_control::event(turn.owner, "Warning", "FailedCreate", &failed))
    };
    templates(turn).iter().filter(missing).map(create).collect()
}

fn new_claim(
    turn: &Turn<'_>,
    template: &PersistentVolumeClaim,
    pod: &Pod,
) -> PersistentVolumeClaim {
    let mut claim = template.clone();
    let metadata = &mut claim.metadata;
    metadata.name = Some(claim_name(template, name_of(pod)));
    metadata.namespace = Some(turn.owner.namespace().to_owned());
    let selected = turn.spec.selector.match_labels.clone().unwrap_or_default();
    metadata.labels.get_or_insert_default().extend(selected);
    let owners = wanted_owners(turn, &claim, pod);
    claim.metadata.owner_references = Some(owners).filter(|owners| !owners.is_empty());
    claim.status = None;
    claim
}

/// Gives the claims of a Pod the owners that the retention policy wants.
pub(super) fn settle_owners(turn: &Turn<'_>, pod: &Pod) -> Vec<Step> {
    let settle = |claim: &Arc<PersistentVolumeClaim>| {
        let wanted = wanted_owners(turn, claim, pod);
        (wanted != owners(claim)).then(|| {
            let mut claim = PersistentVolumeClaim::clone(claim);
            claim.metadata.owner_references = Some(wanted).filter(|owners| !owners.is_empty());
            Step::from(Call::Update(claim.into()))
        })
    };
    existing(turn, pod).filter_map(settle).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    Retain,
    Delete,
}

/// `whenDeleted` and `whenScaled`.
fn policy(turn: &Turn<'_>) -> (Choice, Choice) {
    let policy = turn.spec.persistent_volume_claim_retention_policy.as_ref();
    let choice = |text: Option<&String>| match text.map(String::as_str) {
        Some("Delete") => Choice::Delete,
        _ => Choice::Retain,
    };
    (
        choice(policy.and_then(|policy| policy.when_deleted.as_ref())),
        choice(policy.and_then(|policy| policy.when_scaled.as_ref())),
    )
}

fn owners(claim: &PersistentVolumeClaim) -> &[OwnerReference] {
    claim.metadata.owner_references.as_deref().unwrap_or_default()
}

/// A claim belongs to the StatefulSet if it is to go with it, and to its Pod once that is scaled
/// away, if it is to go with that. Who has another controller is left alone.
fn wanted_owners(turn: &Turn<'_>, claim: &PersistentVolumeClaim, pod: &Pod) -> Vec<OwnerReference> {
    let is_set =
        |owner: &OwnerReference| owner.kind == "StatefulSet" && owner.uid == turn.owner.uid();
    let is_pod = |owner: &OwnerReference| {
        owner.kind == "Pod" && Some(&owner.uid) == pod.metadata.uid.as_ref()
    };
    let mut wanted: Vec<OwnerReference> =
        owners(claim).iter().filter(|owner| !is_set(owner) && !is_pod(owner)).cloned().collect();
    if wanted.iter().any(|owner| owner.controller == Some(true)) {
        return wanted;
    }
    let scaled_away =
        !identity::ordinal(pod).is_some_and(|ordinal| identity::is_in_range(turn.spec, ordinal));
    let (when_deleted, when_scaled) = policy(turn);
    if when_scaled == Choice::Delete && scaled_away {
        wanted.push(ownership::controlled_by(&Object::from(pod.clone())));
    } else if when_deleted == Choice::Delete {
        wanted.push(ownership::controlled_by(turn.owner));
    }
    wanted
}
