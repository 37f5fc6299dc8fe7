//! Whom containers run as (`securityContext`).

use k8s_openapi::api::core::v1::{Container, PodSecurityContext, SecurityContext};

use crate::machine::RunAs;

use super::plan::Plan;

fn of_pod<'a>(plan: &Plan<'a>) -> Option<&'a PodSecurityContext> {
    plan.spec.security_context.as_ref()
}

fn of_container(container: &Container) -> Option<&SecurityContext> {
    container.security_context.as_ref()
}

fn user(plan: &Plan<'_>, container: &Container) -> Option<i64> {
    of_container(container).and_then(|own| own.run_as_user).or_else(|| of_pod(plan)?.run_as_user)
}

pub(super) fn fs_group(plan: &Plan<'_>) -> Option<u32> {
    u32::try_from(of_pod(plan)?.fs_group?).ok()
}

/// The user and the groups that a container asks for: its own word before the Pod's.
pub(super) fn run_as(plan: &Plan<'_>, container: &Container) -> RunAs {
    let id = |number: i64| u32::try_from(number).ok();
    let group = of_container(container)
        .and_then(|own| own.run_as_group)
        .or_else(|| of_pod(plan)?.run_as_group);
    let more = of_pod(plan).and_then(|pod| pod.supplemental_groups.as_ref());
    RunAs {
        user: user(plan, container).and_then(id),
        group: group.and_then(id),
        groups: more.into_iter().flatten().copied().filter_map(id).chain(fs_group(plan)).collect(),
    }
}

/// Whether a container that must not run as root would.
/// <https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kuberuntime/security_context_others.go>
///
/// # Errors
/// It would, or nobody can tell: in the kubelet's words.
pub(super) fn verify(plan: &Plan<'_>, container: &Container) -> Result<(), String> {
    let own = of_container(container).and_then(|own| own.run_as_non_root);
    let non_root = own.or_else(|| of_pod(plan)?.run_as_non_root);
    if non_root != Some(true) {
        return Ok(());
    }
    let key = plan.key;
    let pod = format!("{}_{}({})", key.name(), key.namespace(), plan.uid);
    let place = format!("(pod: \"{pod}\", container: {})", container.name);
    let image = container.image.as_deref().and_then(|name| plan.view.machine?.image(name));
    let image = image.map(|image| image.user()).unwrap_or_default();
    match (user(plan, container), image.name) {
        (Some(0), _) => Err(format!("container's runAsUser breaks non-root policy {place}")),
        (None, Some(name)) => Err(format!(
            "container has runAsNonRoot and image has non-numeric user ({name}), cannot verify \
             user is non-root {place}"
        )),
        (None, None) if image.uid == 0 => {
            Err(format!("container has runAsNonRoot and image will run as root {place}"))
        }
        (Some(_), _) | (None, None) => Ok(()),
    }
}
