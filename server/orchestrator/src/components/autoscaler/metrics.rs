//! What an autoscaler sees of its target's Pods: which count, and what they use.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use k8s_openapi::api::core::v1::{Container, Pod};

use crate::components::pods;
use crate::machine::Usage;
use crate::resources::{is_sidecar, milli};
use crate::selector;
use crate::time::{Clock, Millis};

use super::{Target, Turn};

/// While a Pod may still be starting, its CPU counts only once it is ready
/// (`--horizontal-pod-autoscaler-cpu-initialization-period`).
const STARTING_MS: Millis = 300_000;
/// `--horizontal-pod-autoscaler-initial-readiness-delay`
const FIRST_READY_MS: Millis = 30_000;

/// A resource of a container, or of all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resource<'a> {
    pub(super) name: &'a str,
    pub(super) container: Option<&'a str>,
}

/// The Pods by what their numbers are worth.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// What each of the Pods that count uses, in thousandths.
    pub(super) used: BTreeMap<String, i64>,
    pub(super) ready: i64,
    pub(super) unready: BTreeSet<String>,
    pub(super) missing: BTreeSet<String>,
    pub(super) pods: Vec<Arc<Pod>>,
}

impl Turn<'_> {
    /// Looks at the target's Pods.
    pub(super) fn look(&self, target: &Target, resource: Resource<'_>) -> Result<Groups, String> {
        let labelled =
            |pod: &&Arc<Pod>| selector::matches(&target.selector, pod.metadata.labels.as_ref());
        let namespace = self.key.namespace();
        let pods: Vec<Arc<Pod>> =
            self.view.cache.all_in::<Pod>(namespace).filter(labelled).cloned().collect();
        let measured: BTreeMap<String, (i64, Usage)> =
            pods.iter().filter_map(|pod| self.measure(pod, resource)).collect();
        if !self.view.is_measured {
            return Err(format!(
                "unable to get metrics for resource {}: unable to fetch metrics from resource \
                 metrics API: the server could not find the requested resource (get \
                 pods.metrics.k8s.io)",
                resource.name
            ));
        }
        if measured.is_empty() {
            return Err(format!(
                "unable to get metrics for resource {}: no metrics returned from resource metrics API",
                resource.name
            ));
        }
        let mut groups = Groups { pods, ..Groups::default() };
        for pod in groups.pods.clone() {
            groups.sort(&pod, &measured, resource.name == "cpu", self.view.clock);
        }
        if groups.used.is_empty() {
            let message = "did not receive metrics for targeted pods (pods might be unready)";
            return Err(message.to_owned());
        }
        Ok(groups)
    }

    /// What a Pod uses, by its name. None until metrics-server knows.
    fn measure(&self, pod: &Pod, resource: Resource<'_>) -> Option<(String, (i64, Usage))> {
        let machine = self.view.machines?.get(pods::node(pod)?)?;
        let all = machine.usages(pods::runtime_uid(pod), self.view.clock.now)?;
        let wanted =
            all.iter().filter(|(name, _)| resource.container.is_none_or(|only| only == name));
        let mut sum = None;
        for (_, used) in wanted {
            let amount = match resource.name {
                "cpu" => used.cpu_nano / 1_000_000 + i64::from(used.cpu_nano % 1_000_000 > 0),
                "memory" => used.memory_bytes.saturating_mul(1000),
                _ => return None,
            };
            let (before, _) = sum.unwrap_or((0, *used));
            sum = Some((amount.saturating_add(before), *used));
        }
        Some((pod.metadata.name.clone()?, sum?))
    }
}

impl Groups {
    fn sort(
        &mut self,
        pod: &Pod,
        measured: &BTreeMap<String, (i64, Usage)>,
        is_cpu: bool,
        clock: Clock,
    ) {
        let name = pod.metadata.name.clone().unwrap_or_default();
        match pods::phase(pod) {
            _ if pod.metadata.deletion_timestamp.is_some() => return,
            "Failed" => return,
            "Pending" => {
                self.unready.insert(name);
                return;
            }
            _ => {}
        }
        let Some((amount, usage)) = measured.get(&name) else {
            self.missing.insert(name);
            return;
        };
        if is_cpu && is_unready(pod, *usage, clock) {
            self.unready.insert(name);
            return;
        }
        self.ready += 1;
        self.used.insert(name, *amount);
    }

    /// What each Pod requests.
    ///
    /// # Errors
    /// A container that counts requests none.
    pub(super) fn requests(&self, of: Resource<'_>) -> Result<BTreeMap<String, i64>, String> {
        let mut requests = BTreeMap::new();
        for pod in &self.pods {
            let name = pod.metadata.name.clone().unwrap_or_default();
            let mut sum = 0_i64;
            for container in containers(pod) {
                if of.container.is_some_and(|only| only != container.name) {
                    continue;
                }
                let request = request(container, of.name).ok_or_else(|| {
                    format!(
                        "missing request for {} in container {} of Pod {name}",
                        of.name, container.name
                    )
                })?;
                sum = sum.saturating_add(request);
            }
            requests.insert(name, sum);
        }
        Ok(requests)
    }
}

fn containers(pod: &Pod) -> impl Iterator<Item = &Container> {
    let spec = pod.spec.iter();
    spec.flat_map(|spec| {
        let sidecars = spec.init_containers.iter().flatten().filter(|one| is_sidecar(one));
        spec.containers.iter().chain(sidecars)
    })
}

fn request(container: &Container, resource: &str) -> Option<i64> {
    container.resources.as_ref()?.requests.as_ref()?.get(resource).map(milli)
}

/// Whether what a Pod uses says nothing yet.
fn is_unready(pod: &Pod, usage: Usage, clock: Clock) -> bool {
    let started = pod.status.as_ref().and_then(|status| status.start_time.as_ref());
    let (Some(ready), Some(started)) = (pods::condition(pod, "Ready"), started) else {
        return true;
    };
    let started = clock.model_time(started.0);
    let since = ready.last_transition_time.as_ref().map(|at| clock.model_time(at.0));
    let since = since.unwrap_or(started);
    let is_false = ready.status == "False";
    if started + STARTING_MS > clock.now {
        return is_false || usage.at < since + usage.window_ms;
    }
    is_false && started + FIRST_READY_MS > since
}
