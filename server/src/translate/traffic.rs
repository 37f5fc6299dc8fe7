//! Requests on their way, and how many of them fare.

use std::collections::BTreeMap;

use orchestrator::{
    World,
    network::{self, traffic},
};
use protocol::{Hop, LoadOrigin, LoadSecond, LoadView, Loss, Millis, NewLoad, TrafficChange};

use super::moment::named;

/// So many seconds of a load are told to a page that begins.
const SECONDS_MAX: usize = 600;
/// The bounds of the model's histogram, in milliseconds; what is longer counts as the longest.
const BOUNDS_MS: [i64; 10] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

pub(super) fn hop(hop: &network::Hop) -> Hop {
    use network::Hop as From;
    match hop.clone() {
        From::Asked { name, server } => Hop::Asked { name, server },
        From::Named { name, addresses } => Hop::Named { name, addresses },
        From::Sent { from, to, pod } => Hop::Sent { pod: pod.as_ref().map(named), from, to },
        From::Translated { node, service, endpoint, written } => Hop::Translated {
            node: node.to_string(),
            service: named(&service),
            endpoint,
            written_ms: written.0,
        },
        From::Rejected { node, service, written } => Hop::Rejected {
            node: node.to_string(),
            service: named(&service),
            written_ms: written.0,
        },
        From::Crossed { from, to } => Hop::Crossed { from: from.to_string(), to: to.to_string() },
        From::Repeated { to } => Hop::Repeated { to },
        From::Arrived { node, pod, to } => {
            let pod = Some(named(&pod)).filter(|pod| !pod.name.is_empty());
            Hop::Arrived { node: node.to_string(), pod, to }
        }
        From::Refused { node, to } => Hop::Refused { node: node.to_string(), to },
        From::Lost(lost) => Hop::Lost { loss: loss(&lost) },
        From::Answered { node, pod, container, answer } => {
            Hop::Answered { node: node.to_string(), pod: named(&pod), container, answer }
        }
        From::Ended { outcome, latency_ms } => Hop::Ended { outcome, latency_ms },
    }
}

fn loss(loss: &network::Loss) -> Loss {
    use network::Loss as From;
    match loss {
        From::Egress { pod } => Loss::Egress { pod: named(pod) },
        From::Ingress { pod } => Loss::Ingress { pod: named(pod) },
        From::NodeOff { node } => Loss::NodeOff { node: node.to_string() },
        From::CutOff { node } => Loss::CutOff { node: node.to_string() },
        From::NobodyThere { address } => Loss::NobodyThere { address: address.clone() },
        From::NoLocalEndpoint { node, service } => {
            Loss::NoLocalEndpoint { node: node.to_string(), service: named(service) }
        }
        From::NoBackend { service } => Loss::NoBackend { service: named(service) },
        From::NoRoute { address } => Loss::NoRoute { address: address.clone() },
    }
}

/// How all loads have fared until now.
pub(super) fn loads(world: &World) -> Vec<LoadView> {
    loads_since(world, i64::MIN)
}

/// The same, but only the seconds from one on.
pub(crate) fn loads_since(world: &World, second: i64) -> Vec<LoadView> {
    let view = |series: &traffic::Series| {
        let buckets = series.buckets(world.now()).filter(|bucket| bucket.second >= second);
        let mut seconds: Vec<LoadSecond> = buckets.map(of_second).collect();
        seconds.drain(..seconds.len().saturating_sub(SECONDS_MAX));
        LoadView {
            load: new_load(&series.load),
            began_ms: series.began.0,
            ended_ms: series.ended.map(|ended| ended.0),
            seconds,
        }
    };
    world.traffic().map(view).collect()
}

fn of_second(bucket: &traffic::Bucket) -> LoadSecond {
    let answered: u64 = bucket.answers.values().sum();
    let errors = bucket.answers.iter().filter(|(status, _)| **status >= 500);
    let errors = errors.map(|(status, count)| (status.to_string(), *count));
    let failures = bucket.failures.iter().map(|(word, count)| ((*word).to_owned(), *count));
    LoadSecond {
        second: bucket.second,
        succeeded: bucket.succeeded(),
        failed: errors.chain(failures).collect::<BTreeMap<_, _>>(),
        latency_mean_ms: mean(bucket.latency_ms_sum, answered),
        latency_p95_ms: p95(bucket, answered),
    }
}

fn mean(sum_ms: u64, count: u64) -> Millis {
    i64::try_from(sum_ms / count.max(1)).unwrap_or(i64::MAX)
}

/// The bound below which 95 of 100 answers came.
fn p95(bucket: &traffic::Bucket, answered: u64) -> Millis {
    let mut left = answered * 95 / 100;
    for (count, bound) in bucket.latencies.iter().zip(BOUNDS_MS) {
        if *count >= left {
            return bound.min(bucket.latency_ms_max);
        }
        left -= count;
    }
    bucket.latency_ms_max
}

fn new_load(load: &traffic::Load) -> NewLoad {
    NewLoad {
        name: load.name.clone(),
        from: match &load.from {
            traffic::From::Outside => LoadOrigin::Outside,
            traffic::From::Pod { namespace, pod } => {
                LoadOrigin::Pod { namespace: namespace.clone(), pod: pod.clone() }
            }
        },
        url: load.url.clone(),
        rate_per_s: load.rate_per_s,
        duration_ms: load.duration_ms,
        timeout_ms: load.timeout_ms,
    }
}

/// What a person asks for, as the model takes it.
pub(crate) fn model_traffic(change: TrafficChange) -> traffic::Traffic {
    match change {
        TrafficChange::Stop { name } => traffic::Traffic::Stop { name },
        TrafficChange::Start(load) => traffic::Traffic::Start(traffic::Load {
            name: load.name,
            from: match load.from {
                LoadOrigin::Outside => traffic::From::Outside,
                LoadOrigin::Pod { namespace, pod } => traffic::From::Pod { namespace, pod },
            },
            url: load.url,
            rate_per_s: load.rate_per_s,
            duration_ms: load.duration_ms,
            timeout_ms: load.timeout_ms,
        }),
    }
}
