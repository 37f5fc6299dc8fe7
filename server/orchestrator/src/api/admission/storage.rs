//! The admission plugins DefaultStorageClass and PersistentVolumeClaimResize.

use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use k8s_openapi::api::storage::v1::StorageClass;

use super::super::draft::Draft;
use super::super::status::Status;
use crate::kinds::quantity;
use crate::kinds::storage::{class_of_claim, is_default};
use crate::object::{Object, Typed};

/// A claim that names no class is of the default one; of the youngest if there are several.
pub(super) fn default_class(draft: &Draft<'_>, object: &mut Object) {
    let Some(claim) = PersistentVolumeClaim::of_mut(object) else { return };
    if class_of_claim(claim).is_some() {
        return;
    }
    let classes = draft.store.objects().all::<StorageClass>();
    let youngest = classes.filter(|class| is_default(&class.metadata)).max_by_key(|class| {
        let created = class.metadata.creation_timestamp.as_ref().map(|time| time.0);
        (created, std::cmp::Reverse(class.metadata.name.clone()))
    });
    if let Some(class) = youngest {
        claim.spec.get_or_insert_default().storage_class_name.clone_from(&class.metadata.name);
    }
}

/// Only what a class lets grow may ask for more.
///
/// # Errors
/// 403
pub(super) fn resize(draft: &Draft<'_>, new: &Object, old: &Object) -> Result<(), Status> {
    let (Some(new), Some(was)) = (PersistentVolumeClaim::of(new), PersistentVolumeClaim::of(old))
    else {
        return Ok(());
    };
    if asked(new) <= asked(was) {
        return Ok(());
    }
    let refused = |why: &str| Err(Status::forbidden(&old.key(), why));
    let phase = was.status.as_ref().and_then(|status| status.phase.as_deref());
    if phase != Some("Bound") {
        return refused("Only bound persistent volume claims can be expanded");
    }
    let class = class_of_claim(was).unwrap_or_default();
    let class = draft.store.objects().get_typed::<StorageClass>("", class);
    if class.and_then(|class| class.allow_volume_expansion) == Some(true) {
        return Ok(());
    }
    refused(
        "only dynamically provisioned pvc can be resized and the storageclass that provisions the \
         pvc must support resize",
    )
}

fn asked(claim: &PersistentVolumeClaim) -> i128 {
    let resources = claim.spec.as_ref().and_then(|spec| spec.resources.as_ref());
    let requests = resources.and_then(|resources| resources.requests.as_ref());
    let size = requests.and_then(|requests| requests.get("storage"));
    size.and_then(|size| quantity::nano(&size.0).ok()).unwrap_or(0)
}
