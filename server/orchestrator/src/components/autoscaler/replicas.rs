//! How many Pods there should be, metric by metric: the largest answer counts.
//! <https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details>

use std::collections::BTreeMap;

use k8s_openapi::api::autoscaling::v2::{
    ContainerResourceMetricStatus, MetricSpec, MetricStatus, MetricTarget, MetricValueStatus,
    ResourceMetricStatus,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use crate::kinds::quantity;
use crate::resources::milli;

use super::metrics::{Groups, Resource};
use super::{Target, Turn};

/// Within a tenth of the target nothing is done (`--horizontal-pod-autoscaler-tolerance`).
const TOLERANCE_MILLI: i64 = 100;

/// A fraction, so that nothing is lost by rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ratio {
    used: i64,
    target: i64,
}

/// What a metric says.
#[derive(Debug)]
struct Proposal {
    replicas: i32,
    name: String,
    status: MetricStatus,
}

/// Why a metric says nothing.
#[derive(Debug)]
struct Refusal {
    reason: &'static str,
    /// For the event and the condition.
    message: String,
    /// As it is quoted in the event about all metrics.
    quoted: String,
}

/// The count that the metrics ask for, and the metric that asks for most. None where too little is
/// known to go anywhere.
pub(super) fn propose(turn: &mut Turn<'_>, target: &Target) -> Option<(i32, String)> {
    let metrics = turn.spec.metrics.as_deref().unwrap_or_default();
    let (mut best, mut first_refusal, mut refused) = (None::<(i32, String)>, None, 0);
    let mut statuses = Vec::new();
    for metric in metrics {
        match of_metric(turn, target, metric) {
            Ok(Proposal { replicas, name, status }) => {
                statuses.push(status);
                if best.as_ref().is_none_or(|(most, _)| *most == 0 || replicas > *most) {
                    best = Some((replicas, name));
                }
            }
            Err(refusal) => {
                refused += 1;
                statuses.push(MetricStatus::default());
                turn.warn(refusal.reason, refusal.message.clone());
                first_refusal.get_or_insert(refusal);
            }
        }
    }
    turn.draft.metrics = Some(statuses);
    let lower = best.as_ref().is_none_or(|(replicas, _)| *replicas < target.wanted);
    if let Some(refusal) = first_refusal.as_ref().filter(|_| lower) {
        let message =
            format!("the HPA was unable to compute the replica count: {}", refusal.message);
        turn.draft.set("ScalingActive", false, refusal.reason, message);
    }
    if let Some(refusal) = &first_refusal
        && lower
    {
        let message = format!(
            "invalid metrics ({refused} invalid out of {}), first error is: {}",
            metrics.len(),
            refusal.quoted
        );
        turn.warn("FailedComputeMetricsReplicas", message);
        return None;
    }
    let (replicas, name) = best?;
    let message = format!("the HPA was able to successfully calculate a replica count from {name}");
    turn.draft.set("ScalingActive", true, "ValidMetricFound", message);
    Some((replicas, name))
}

fn of_metric(turn: &Turn<'_>, target: &Target, metric: &MetricSpec) -> Result<Proposal, Refusal> {
    match metric.type_.as_str() {
        "Resource" => {
            let source = metric.resource.as_ref();
            let name = source.map_or("", |source| source.name.as_str());
            let resource = Resource { name, container: None };
            let found = source
                .ok_or_else(String::new)
                .and_then(|source| of_resource(turn, target, resource, &source.target));
            let (replicas, current, words) = found.map_err(|message| Refusal {
                reason: "FailedGetResourceMetric",
                quoted: format!("failed to get {name} resource metric value: {message}"),
                message,
            })?;
            let status = MetricStatus {
                type_: metric.type_.clone(),
                resource: Some(ResourceMetricStatus { name: name.to_owned(), current }),
                ..MetricStatus::default()
            };
            Ok(Proposal { replicas, name: format!("{name} resource{words}"), status })
        }
        "ContainerResource" => of_container(turn, target, metric),
        _ => Err(not_served(turn, metric)),
    }
}

fn of_container(
    turn: &Turn<'_>,
    target: &Target,
    metric: &MetricSpec,
) -> Result<Proposal, Refusal> {
    let source = metric.container_resource.as_ref();
    let (name, container) =
        source.map_or(("", ""), |source| (source.name.as_str(), source.container.as_str()));
    let resource = Resource { name, container: Some(container) };
    let found = source
        .ok_or_else(String::new)
        .and_then(|source| of_resource(turn, target, resource, &source.target));
    let (replicas, current, words) = found.map_err(|message| Refusal {
        reason: "FailedGetContainerResourceMetric",
        quoted: format!("failed to get {name} container metric value: {message}"),
        message,
    })?;
    let (name, container) = (name.to_owned(), container.to_owned());
    let words = format!("{name} container resource{words}");
    let status = MetricStatus {
        type_: metric.type_.clone(),
        container_resource: Some(ContainerResourceMetricStatus { name, container, current }),
        ..MetricStatus::default()
    };
    Ok(Proposal { replicas, name: words, status })
}

/// Metrics of other kinds need an adapter, which this cluster has not.
fn not_served(turn: &Turn<'_>, metric: &MetricSpec) -> Refusal {
    let custom = "unable to fetch metrics from custom metrics API: no custom metrics API \
                  (custom.metrics.k8s.io) registered";
    let (reason, kind, message) = match metric.type_.as_str() {
        "Pods" => {
            let name = metric.pods.as_ref().map_or("", |source| source.metric.name.as_str());
            ("FailedGetPodsMetric", "pods", format!("unable to get metric {name}: {custom}"))
        }
        "Object" => {
            let source = metric.object.as_ref();
            let name = source.map_or("", |source| source.metric.name.as_str());
            let of = source.map(|source| &source.described_object);
            let (kind, object) = of.map_or(("", ""), |of| (of.kind.as_str(), of.name.as_str()));
            let namespace = turn.key.namespace();
            let message =
                format!("unable to get metric {name}: {kind} on {namespace} {object}/{custom}");
            ("FailedGetObjectMetric", "object", message)
        }
        _ => {
            let name = metric.external.as_ref().map_or("", |source| source.metric.name.as_str());
            let message = format!(
                "unable to get external metric {}/{name}/nil: unable to fetch metrics from \
                 external metrics API: the server could not find the requested resource (get \
                 {name}.external.metrics.k8s.io)",
                turn.key.namespace()
            );
            ("FailedGetExternalMetric", "external", message)
        }
    };
    Refusal { reason, quoted: format!("failed to get {kind} metric value: {message}"), message }
}

type Found = (i32, MetricValueStatus, &'static str);

fn of_resource(
    turn: &Turn<'_>,
    target: &Target,
    resource: Resource<'_>,
    wanted: &MetricTarget,
) -> Result<Found, String> {
    let name = resource.name;
    if let Some(value) = &wanted.average_value {
        let groups = turn.look(target, resource);
        let groups = groups.map_err(|message| format!("failed to get {name} usage: {message}"))?;
        let each = milli(value).max(1);
        let (replicas, used) = by_value(turn, &groups, target.wanted, each);
        let current =
            MetricValueStatus { average_value: Some(thousandths(used)), ..Default::default() };
        return Ok((replicas, current, ""));
    }
    let Some(percent) = wanted.average_utilization else {
        return Err(
            "invalid resource metric source: neither an average utilization target nor an \
                    average value (usage) target was set"
                .to_owned(),
        );
    };
    let failed = |message: String| format!("failed to get {name} utilization: {message}");
    let groups = turn.look(target, resource).map_err(failed)?;
    let requests = groups.requests(resource).map_err(failed)?;
    let (replicas, utilization, used) =
        by_utilization(turn, &groups, &requests, target.wanted, i64::from(percent))
            .ok_or_else(|| failed("no metrics returned matched known pods".to_owned()))?;
    let current = MetricValueStatus {
        average_utilization: Some(utilization),
        average_value: Some(thousandths(used)),
        value: None,
    };
    Ok((replicas, current, " utilization (percentage of request)"))
}

fn thousandths(amount: i64) -> Quantity {
    let text = format!("{amount}m");
    Quantity(quantity::canonical(&text).unwrap_or(text))
}

/// How much of their requests Pods use, in percent.
fn utilization(used: &BTreeMap<String, i64>, requests: &BTreeMap<String, i64>) -> Option<i64> {
    let (mut sum, mut requested) = (0_i128, 0_i128);
    for (pod, amount) in used {
        let Some(request) = requests.get(pod) else { continue };
        sum += i128::from(*amount);
        requested += i128::from(*request);
    }
    if requested == 0 {
        return None;
    }
    i64::try_from(sum * 100 / requested).ok()
}

fn by_utilization(
    turn: &Turn<'_>,
    groups: &Groups,
    requests: &BTreeMap<String, i64>,
    current: i32,
    target: i64,
) -> Option<(i32, i32, i64)> {
    let percent = utilization(&groups.used, requests)?;
    let average = average(&groups.used);
    let told = i32::try_from(percent).unwrap_or(i32::MAX);
    let fill = |pod: &str, below: bool| {
        let request = requests.get(pod).copied().unwrap_or(0);
        if below { request.saturating_mul(target.max(100)) / 100 } else { 0 }
    };
    let again = |used: &BTreeMap<String, i64>| {
        utilization(used, requests).map(|used| Ratio { used, target })
    };
    let ratio = Ratio { used: percent, target };
    Some((count(turn, groups, (ratio, current), fill, again), told, average))
}

fn by_value(turn: &Turn<'_>, groups: &Groups, current: i32, target: i64) -> (i32, i64) {
    let used = average(&groups.used);
    let fill = |_: &str, below: bool| if below { target } else { 0 };
    let again = |used: &BTreeMap<String, i64>| Some(Ratio { used: average(used), target });
    (count(turn, groups, (Ratio { used, target }, current), fill, again), used)
}

fn average(used: &BTreeMap<String, i64>) -> i64 {
    let sum: i128 = used.values().map(|amount| i128::from(*amount)).sum();
    i64::try_from(sum / used.len().max(1) as i128).unwrap_or(i64::MAX)
}

/// The count that follows from a ratio. Pods of which nothing is known, or which are not ready yet,
/// are taken to use what speaks against a change.
fn count(
    turn: &Turn<'_>,
    groups: &Groups,
    (ratio, current): (Ratio, i32),
    fill: impl Fn(&str, bool) -> i64,
    again: impl Fn(&BTreeMap<String, i64>) -> Option<Ratio>,
) -> i32 {
    let up_with_unready = !groups.unready.is_empty() && ratio.is_above();
    if !up_with_unready && groups.missing.is_empty() {
        return if ratio.is_near(turn) { current } else { ratio.of(groups.ready) };
    }
    let mut used = groups.used.clone();
    if ratio.is_above() || ratio.is_below() {
        for pod in &groups.missing {
            used.insert(pod.clone(), fill(pod, ratio.is_below()));
        }
    }
    if up_with_unready {
        used.extend(groups.unready.iter().map(|pod| (pod.clone(), 0)));
    }
    let Some(new) = again(&used) else { return current };
    let turns = (ratio.is_below() && new.is_above()) || (ratio.is_above() && new.is_below());
    if new.is_near(turn) || turns {
        return current;
    }
    let replicas = new.of(used.len() as i64);
    let contrary = (new.is_below() && replicas > current) || (new.is_above() && replicas < current);
    if contrary { current } else { replicas }
}

impl Ratio {
    fn is_above(self) -> bool {
        self.used > self.target
    }

    fn is_below(self) -> bool {
        self.used < self.target
    }

    /// Whether it is so near to 1 that nothing is to be done.
    fn is_near(self, turn: &Turn<'_>) -> bool {
        let behavior = turn.spec.behavior.as_ref();
        let rules = behavior.and_then(|behavior| {
            if self.is_above() { behavior.scale_up.as_ref() } else { behavior.scale_down.as_ref() }
        });
        let own = rules.and_then(|rules| rules.tolerance.as_ref()).map(milli);
        let off = i128::from((self.used - self.target).abs()) * 1000;
        off <= i128::from(self.target) * i128::from(own.unwrap_or(TOLERANCE_MILLI))
    }

    /// So many times as much, rounded up.
    fn of(self, pods: i64) -> i32 {
        let product = i128::from(self.used) * i128::from(pods);
        let target = i128::from(self.target.max(1));
        i32::try_from((product + target - 1) / target).unwrap_or(i32::MAX)
    }
}
