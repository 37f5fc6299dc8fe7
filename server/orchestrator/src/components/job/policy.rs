//! A Job's `podFailurePolicy` and `successPolicy`.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy>

use k8s_openapi::api::batch::v1::{
    JobSpec, PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyRule, SuccessPolicy,
};
use k8s_openapi::api::core::v1::{ContainerStatus, Pod};

use crate::components::pods;
use crate::indexes::Indexes;

/// What a failed Pod comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Consequence {
    /// It counts towards the limit, as without a policy.
    Count,
    Ignore,
    /// Its index has failed for good.
    FailIndex,
    /// The Job has failed, and why.
    FailJob(String),
}

/// The consequence by the first rule that fits.
pub(super) fn of_failure(spec: &JobSpec, pod: &Pod) -> Consequence {
    let Some(policy) = &spec.pod_failure_policy else { return Consequence::Count };
    for (index, rule) in policy.rules.iter().enumerate() {
        let Some(what) = matched(rule, pod) else { continue };
        return match rule.action.as_str() {
            "Ignore" => Consequence::Ignore,
            "FailIndex" => Consequence::FailIndex,
            "FailJob" => Consequence::FailJob(format!(
                "{what} matching {} rule at index {index}",
                rule.action
            )),
            _ => Consequence::Count,
        };
    }
    Consequence::Count
}

/// What of the Pod fits the rule.
fn matched(rule: &PodFailurePolicyRule, pod: &Pod) -> Option<String> {
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    if let Some(codes) = &rule.on_exit_codes {
        let status = pod.status.as_ref()?;
        let main = status.container_statuses.iter().flatten();
        let all = main.chain(status.init_container_statuses.iter().flatten());
        let (container, code) = all.filter_map(|of| exit_code(of, codes)).next()?;
        return Some(format!(
            "Container {container} for pod {namespace}/{name} failed with exit code {code}"
        ));
    }
    let patterns = rule.on_pod_conditions.iter().flatten();
    let kind = patterns
        .filter(|pattern| {
            let wanted = pattern.status.as_deref().unwrap_or("True");
            pods::condition(pod, &pattern.type_).is_some_and(|has| has.status == wanted)
        })
        .map(|pattern| &pattern.type_)
        .next()?;
    Some(format!("Pod {namespace}/{name} has condition {kind}"))
}

fn exit_code<'a>(
    of: &'a ContainerStatus,
    codes: &PodFailurePolicyOnExitCodesRequirement,
) -> Option<(&'a str, i32)> {
    let named = codes.container_name.as_deref().is_none_or(|name| name == of.name);
    let code = of.state.as_ref()?.terminated.as_ref()?.exit_code;
    let listed = codes.values.contains(&code);
    let fits = match codes.operator.as_str() {
        "In" => listed,
        "NotIn" => !listed,
        _ => false,
    };
    (named && code != 0 && fits).then_some((of.name.as_str(), code))
}

/// The rule by which enough indexes have succeeded, in the words of the condition.
pub(super) fn of_success(
    policy: &SuccessPolicy,
    completions: i32,
    succeeded: &Indexes,
) -> Option<String> {
    if succeeded.is_empty() {
        return None;
    }
    let met = |rule: &k8s_openapi::api::batch::v1::SuccessPolicyRule| match (
        &rule.succeeded_indexes,
        rule.succeeded_count,
    ) {
        (Some(listed), count) => {
            let listed = Indexes::parse(listed).unwrap_or_default().below(completions);
            let wanted = count.unwrap_or(listed.total());
            !listed.is_empty() && listed.common(succeeded) >= wanted
        }
        (None, Some(count)) => succeeded.total() >= count,
        (None, None) => false,
    };
    let index = policy.rules.iter().position(met)?;
    Some(format!("Matched rules at index {index}"))
}
