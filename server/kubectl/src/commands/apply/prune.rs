//! `kubectl apply --prune`: deletes what was applied once and is in no manifest any more.

use std::collections::BTreeSet;

use serde_json::json;

use super::LAST_APPLIED_AT;
use crate::context::{Context, DryRun};
use crate::failure::{Failure, Outcome};
use crate::fields::str_at;
use crate::resources::{Info, list, selectors};

/// The kinds that are looked at when the line names none, those of namespaces first.
const KINDS: &[&str] = &[
    "core/v1/ConfigMap",
    "core/v1/Endpoints",
    "core/v1/PersistentVolumeClaim",
    "core/v1/Pod",
    "core/v1/ReplicationController",
    "core/v1/Secret",
    "core/v1/Service",
    "batch/v1/Job",
    "batch/v1/CronJob",
    "networking.k8s.io/v1/Ingress",
    "apps/v1/DaemonSet",
    "apps/v1/Deployment",
    "apps/v1/ReplicaSet",
    "apps/v1/StatefulSet",
    "core/v1/Namespace",
    "core/v1/PersistentVolume",
];

/// Whether the line says enough about what may be deleted.
pub(super) fn check(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    if arguments.on("prune") && !arguments.on("all") && arguments.get("selector").is_empty() {
        return Err(Failure::message(
            "all resources selected for prune without explicitly passing --all. To prune all \
             resources, pass the --all flag. If you did not mean to prune all resources, specify a \
             label selector",
        ));
    }
    Ok(())
}

/// Deletes what was applied to the namespaces of `applied` and is not among it.
pub(super) async fn prune(context: &Context<'_>, applied: &[Info], dry_run: DryRun) -> Outcome {
    let kept: BTreeSet<&str> =
        applied.iter().map(|info| str_at(&info.object, "/metadata/uid")).collect();
    let namespaces: BTreeSet<&str> = applied
        .iter()
        .map(|info| info.namespace.as_str())
        .filter(|namespace| !namespace.is_empty())
        .collect();
    let listed = context.arguments.list("prune-allowlist");
    let kinds: Vec<&str> = if listed.is_empty() {
        KINDS.to_vec()
    } else {
        listed.iter().map(String::as_str).collect()
    };
    for namespaced in [true, false] {
        for kind in &kinds {
            let spaces: Vec<&str> =
                if namespaced { namespaces.iter().copied().collect() } else { vec![""] };
            for namespace in spaces {
                of_kind(context, kind, namespaced, namespace, &kept, dry_run).await?;
            }
        }
    }
    Ok(())
}

async fn of_kind(
    context: &Context<'_>,
    kind: &str,
    namespaced: bool,
    namespace: &str,
    kept: &BTreeSet<&str>,
    dry_run: DryRun,
) -> Outcome {
    let parts: Vec<&str> = kind.split('/').collect();
    let [group, version, name] = parts.as_slice() else {
        return Err(Failure::message(format!(
            "invalid GroupVersionKind format: {kind}, please follow <group/version/kind>"
        )));
    };
    let api_version =
        if *group == "core" { (*version).to_owned() } else { format!("{group}/{version}") };
    let discovery = context.discovery().await?;
    let Some(resource) = discovery.of_kind(&api_version, name).cloned() else {
        return Err(Failure::message(format!(
            "error retrieving RESTMappings to prune: invalid resource {}/{version}, Kind={name}, \
             Namespaced=true: no matches for kind {name:?} in version {api_version:?}",
            if *group == "core" { "" } else { group }
        )));
    };
    if resource.namespaced != namespaced {
        return Ok(());
    }
    for object in list(context, &resource, namespace, &selectors(context)).await? {
        let uid = str_at(&object, "/metadata/uid");
        if str_at(&object, LAST_APPLIED_AT).is_empty() || kept.contains(uid) {
            continue;
        }
        let info = Info::of(&resource, object);
        if dry_run == DryRun::None {
            let options = json!({"propagationPolicy": "Background"});
            match context.client.delete(&info.path(), &options).await {
                Err(failure) if !failure.is_not_found() => return Err(failure),
                _ => {}
            }
        }
        context.out(&format!("{} pruned{}\n", info.printed_name(), dry_run.suffix()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_kind_has_three_parts() {
        assert!(super::KINDS.iter().all(|kind| kind.split('/').count() == 3));
    }
}
