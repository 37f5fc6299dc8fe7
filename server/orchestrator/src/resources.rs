//! What Pods ask for and nodes have, in numbers.

use std::collections::BTreeMap;
use std::ops::{AddAssign, SubAssign};

use k8s_openapi::api::core::v1::{Container, Node, Pod, PodSpec};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

/// What the scheduler counts for a container that requests nothing, when it scores nodes.
/// <https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/util/pod_resources.go>
const DEFAULT_CPU_MILLI: i64 = 100;
const DEFAULT_MEMORY_BYTES: i64 = 200 << 20;

/// An amount of what a node has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    pub cpu_milli: i64,
    pub memory_bytes: i64,
    pub ephemeral_bytes: i64,
    pub pods: i64,
    /// With the scheduler's defaults for containers that request nothing.
    pub nonzero_cpu_milli: i64,
    pub nonzero_memory_bytes: i64,
}

impl Resources {
    /// What a Pod takes of its node, as the scheduler counts: what it requests; while it is being
    /// resized, what it has if that is more, and that alone if the node can never give what it wants.
    pub fn of_pod(pod: &Pod) -> Resources {
        if pod.metadata.generation.is_none_or(|generation| generation <= 1) {
            return Resources::wanted(pod); // Nobody has changed it.
        }
        let conditions = pod.status.iter().flat_map(|status| status.conditions.iter().flatten());
        let infeasible = conditions.into_iter().any(|condition| {
            condition.type_ == "PodResizePending"
                && condition.reason.as_deref() == Some("Infeasible")
        });
        sum(pod, |container| match told(pod, container) {
            Some(told) if infeasible => told,
            Some(told) => of_container(container).at_least(told),
            None => of_container(container),
        })
    }

    /// What a Pod requests: its containers together, or its largest init container.
    pub fn wanted(pod: &Pod) -> Resources {
        sum(pod, of_container)
    }

    /// What its kubelet has granted it.
    pub fn granted(pod: &Pod) -> Resources {
        sum(pod, |container| told(pod, container).unwrap_or_else(|| of_container(container)))
    }

    /// What a node can give to Pods.
    pub fn allocatable(node: &Node) -> Resources {
        let status = node.status.as_ref();
        let amounts = status.and_then(|status| status.allocatable.as_ref());
        let cpu_milli = amounts.and_then(|map| map.get("cpu")).map_or(0, milli);
        let memory_bytes = amounts.and_then(|map| map.get("memory")).map_or(0, units);
        Resources {
            cpu_milli,
            memory_bytes,
            ephemeral_bytes: amounts.and_then(|map| map.get("ephemeral-storage")).map_or(0, units),
            pods: amounts.and_then(|map| map.get("pods")).map_or(0, units),
            nonzero_cpu_milli: cpu_milli,
            nonzero_memory_bytes: memory_bytes,
        }
    }

    fn at_least(self, other: Resources) -> Resources {
        Resources {
            cpu_milli: self.cpu_milli.max(other.cpu_milli),
            memory_bytes: self.memory_bytes.max(other.memory_bytes),
            ephemeral_bytes: self.ephemeral_bytes.max(other.ephemeral_bytes),
            pods: self.pods,
            nonzero_cpu_milli: self.nonzero_cpu_milli.max(other.nonzero_cpu_milli),
            nonzero_memory_bytes: self.nonzero_memory_bytes.max(other.nonzero_memory_bytes),
        }
    }
}

impl AddAssign for Resources {
    fn add_assign(&mut self, other: Resources) {
        self.cpu_milli = self.cpu_milli.saturating_add(other.cpu_milli);
        self.memory_bytes = self.memory_bytes.saturating_add(other.memory_bytes);
        self.ephemeral_bytes = self.ephemeral_bytes.saturating_add(other.ephemeral_bytes);
        self.pods = self.pods.saturating_add(other.pods);
        self.nonzero_cpu_milli = self.nonzero_cpu_milli.saturating_add(other.nonzero_cpu_milli);
        self.nonzero_memory_bytes =
            self.nonzero_memory_bytes.saturating_add(other.nonzero_memory_bytes);
    }
}

impl SubAssign for Resources {
    fn sub_assign(&mut self, other: Resources) {
        self.cpu_milli = self.cpu_milli.saturating_sub(other.cpu_milli);
        self.memory_bytes = self.memory_bytes.saturating_sub(other.memory_bytes);
        self.ephemeral_bytes = self.ephemeral_bytes.saturating_sub(other.ephemeral_bytes);
        self.pods = self.pods.saturating_sub(other.pods);
        self.nonzero_cpu_milli = self.nonzero_cpu_milli.saturating_sub(other.nonzero_cpu_milli);
        self.nonzero_memory_bytes =
            self.nonzero_memory_bytes.saturating_sub(other.nonzero_memory_bytes);
    }
}

/// An init container that runs beside the others.
pub fn is_sidecar(container: &Container) -> bool {
    container.restart_policy.as_deref() == Some("Always")
}

/// The requests of a Pod, from those of its containers.
fn sum(pod: &Pod, of: impl Fn(&Container) -> Resources) -> Resources {
    let Some(spec) = &pod.spec else { return Resources::default() };
    let mut requests = Resources { pods: 1, ..Resources::default() };
    for container in &spec.containers {
        requests += of(container);
    }
    let mut sidecars = Resources::default();
    for container in spec.init_containers.iter().flatten() {
        let own = of(container);
        if is_sidecar(container) {
            sidecars += own;
            requests += own;
        } else {
            let mut peak = own;
            peak += sidecars;
            requests = requests.at_least(peak);
        }
    }
    requests += overhead(spec);
    requests
}

/// What a container has, or has been granted, as its Pod's status tells.
fn told(pod: &Pod, container: &Container) -> Option<Resources> {
    let status = pod.status.as_ref()?;
    let all = status.init_container_statuses.iter().chain(&status.container_statuses).flatten();
    let own = all.into_iter().find(|own| own.name == container.name)?;
    let actual = own.resources.as_ref().map(|resources| of_amounts(resources.requests.as_ref()));
    let granted = of_amounts(own.allocated_resources.as_ref());
    Some(actual?.at_least(granted))
}

fn of_container(container: &Container) -> Resources {
    of_amounts(container.resources.as_ref().and_then(|resources| resources.requests.as_ref()))
}

fn of_amounts(requests: Option<&BTreeMap<String, Quantity>>) -> Resources {
    let amount = |name: &str| requests.and_then(|requests| requests.get(name));
    let (cpu, memory) = (amount("cpu").map(milli), amount("memory").map(units));
    Resources {
        cpu_milli: cpu.unwrap_or(0),
        memory_bytes: memory.unwrap_or(0),
        ephemeral_bytes: amount("ephemeral-storage").map_or(0, units),
        pods: 0,
        nonzero_cpu_milli: cpu.unwrap_or(DEFAULT_CPU_MILLI),
        nonzero_memory_bytes: memory.unwrap_or(DEFAULT_MEMORY_BYTES),
    }
}

fn overhead(spec: &PodSpec) -> Resources {
    let amount = |map: &BTreeMap<String, Quantity>, name: &str| map.get(name).cloned();
    let Some(map) = &spec.overhead else { return Resources::default() };
    let cpu_milli = amount(map, "cpu").as_ref().map_or(0, milli);
    let memory_bytes = amount(map, "memory").as_ref().map_or(0, units);
    Resources {
        cpu_milli,
        memory_bytes,
        nonzero_cpu_milli: cpu_milli,
        nonzero_memory_bytes: memory_bytes,
        ..Resources::default()
    }
}

/// A quantity in thousandths, rounded up. 0 if it is none: the API server lets no such thing in.
pub fn milli(quantity: &Quantity) -> i64 {
    scaled(&quantity.0, 1000)
}

/// A quantity in whole units, rounded up.
pub fn units(quantity: &Quantity) -> i64 {
    scaled(&quantity.0, 1)
}

fn scaled(text: &str, factor: i128) -> i64 {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let (number, suffix) = text.split_at(end.unwrap_or(text.len()));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = &fraction[..fraction.len().min(9)];
    let digits =
        |text: &str| text.bytes().take(18).fold(0, |sum, d| sum * 10 + i128::from(d - b'0'));
    let ten = |exponent: usize| 10_i128.pow(exponent.min(18) as u32);
    let mantissa = digits(whole) * ten(fraction.len()) + digits(fraction);
    let (times, by) = suffix_of(suffix);
    let divisor = ten(fraction.len()) * by;
    let scaled = (mantissa * times * factor + divisor - 1) / divisor;
    i64::try_from(scaled).unwrap_or(i64::MAX)
}

/// What a suffix multiplies and divides by.
fn suffix_of(suffix: &str) -> (i128, i128) {
    match suffix {
        "n" => (1, 1_000_000_000),
        "u" => (1, 1_000_000),
        "m" => (1, 1000),
        "k" => (1000, 1),
        "M" => (1_000_000, 1),
        "G" => (1_000_000_000, 1),
        "T" => (1_000_000_000_000, 1),
        "P" => (1_000_000_000_000_000, 1),
        "Ki" => (1 << 10, 1),
        "Mi" => (1 << 20, 1),
        "Gi" => (1 << 30, 1),
        "Ti" => (1 << 40, 1),
        "Pi" => (1 << 50, 1),
        _ => match suffix.strip_prefix(['e', 'E']).and_then(|digits| digits.parse::<u32>().ok()) {
            Some(exponent) => (10_i128.pow(exponent.min(18)), 1),
            None => (1, 1),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_become_numbers() {
        let cases = [
            ("1", 1000, 1),
            ("500m", 500, 1),
            ("0.5", 500, 1),
            ("1.5", 1500, 2),
            ("64Mi", 67_108_864_000, 67_108_864),
            ("1e3", 1_000_000, 1000),
            ("100M", 100_000_000_000, 100_000_000),
            ("1n", 1, 1),
        ];
        for (text, in_milli, in_units) in cases {
            let quantity = Quantity(text.to_owned());
            assert_eq!((milli(&quantity), units(&quantity)), (in_milli, in_units), "{text}");
        }
    }
}
