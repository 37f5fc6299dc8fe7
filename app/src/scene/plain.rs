//! What stands on the cards of all kinds that have no drawing of their own. Names of fields and
//! words of status are Kubernetes' own, the same in every language.

use protocol::{
    AutoscalerView, ClaimView, CronJobView, DaemonSetView, Detail, DisruptionBudgetView,
    IngressView, JobView, NetworkPolicyView, StatefulSetView, VolumeView,
};

use crate::i18n::Language;
use crate::player::{Cluster, Object};
use crate::words;

/// One small square of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Ready, or done.
    Full,
    /// There, and not ready; or at work.
    Open,
    /// Ended badly.
    Failed,
    /// Wanted, and not there.
    Wanted,
}

/// What a card says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Plain {
    /// `2/3`, or a word.
    pub count: String,
    /// It is as it should be; otherwise it is busy, or something is wrong.
    pub settled: bool,
    pub lines: Vec<String>,
    pub cells: Vec<Cell>,
}

/// More squares than these are no longer counted by anybody.
const CELLS_MAX: i32 = 40;

/// What the card of an object says; none for kinds that have no card, or another one.
pub(crate) fn plain(cluster: &Cluster, object: &Object, language: Language) -> Option<Plain> {
    let plain = match &object.detail {
        Detail::StatefulSet(view) => stateful_set(cluster, object, view),
        Detail::DaemonSet(view) => daemon_set(view, language),
        Detail::Job(view) => job(view),
        Detail::CronJob(view) => cron_job(view, language),
        Detail::Ingress(view) => ingress(view, language),
        Detail::HorizontalPodAutoscaler(view) => autoscaler(view),
        Detail::PodDisruptionBudget(view) => budget(view, language),
        Detail::PersistentVolumeClaim(view) => claim(cluster, view),
        Detail::PersistentVolume(view) => volume(view),
        Detail::NetworkPolicy(view) => policy(view, language),
        Detail::Data { keys } => data(keys, language),
        _ => return None,
    };
    Some(plain)
}

/// Whether an object has such a card. What every namespace gets of itself has none.
pub(crate) fn has_card(object: &Object) -> bool {
    match &object.detail {
        Detail::Data { .. } => {
            object.object.name != "kube-root-ca.crt"
                && matches!(&*object.object.kind, "ConfigMap" | "Secret")
        }
        Detail::StatefulSet(_)
        | Detail::DaemonSet(_)
        | Detail::Job(_)
        | Detail::CronJob(_)
        | Detail::Ingress(_)
        | Detail::HorizontalPodAutoscaler(_)
        | Detail::PodDisruptionBudget(_)
        | Detail::PersistentVolumeClaim(_)
        | Detail::PersistentVolume(_)
        | Detail::NetworkPolicy(_) => true,
        _ => false,
    }
}

/// Each Pod by its ordinal: a gap is one that is not there.
fn stateful_set(cluster: &Cluster, object: &Object, view: &StatefulSetView) -> Plain {
    let own = |ordinal: i32| {
        let mut name = object.object.clone();
        "Pod".clone_into(&mut name.kind);
        name.name = format!("{}-{}", object.object.name, view.first_ordinal + ordinal);
        match cluster.get(&name).map(|pod| &pod.detail) {
            Some(Detail::Pod(pod)) if pod.ready => Cell::Full,
            Some(Detail::Pod(_)) => Cell::Open,
            _ => Cell::Wanted,
        }
    };
    let order = if view.ordered { "OrderedReady" } else { "Parallel" };
    let mut lines = vec![order.to_owned()];
    if !view.claims.is_empty() {
        lines.push(format!("claims: {}", view.claims.join(", ")));
    }
    Plain {
        count: format!("{}/{}", view.ready, view.desired),
        settled: view.ready >= view.desired && view.updated >= view.desired,
        lines,
        cells: (0..view.desired.max(view.current).min(CELLS_MAX)).map(own).collect(),
    }
}

fn daemon_set(view: &DaemonSetView, language: Language) -> Plain {
    Plain {
        count: format!("{}/{}", view.ready, view.desired),
        settled: view.ready >= view.desired && view.updated >= view.desired,
        lines: vec![language.pick("노드마다 하나", "one on each node").to_owned()],
        cells: cells(view.ready, view.current, view.desired),
    }
}

fn cells(ready: i32, current: i32, desired: i32) -> Vec<Cell> {
    let cell = |index: i32| {
        if index < ready {
            Cell::Full
        } else if index < current {
            Cell::Open
        } else {
            Cell::Wanted
        }
    };
    (0..desired.max(current).min(CELLS_MAX)).map(cell).collect()
}

/// A square for each completion that is wanted, and a cross for each Pod that failed.
fn job(view: &JobView) -> Plain {
    let wanted = view.completions.unwrap_or(1).max(view.succeeded);
    let of = |count: i32, cell: Cell| std::iter::repeat_n(cell, count.max(0) as usize);
    let left = (wanted - view.succeeded - view.active).max(0);
    let cells = of(view.succeeded, Cell::Full).chain(of(view.active, Cell::Open));
    let cells = cells.chain(of(left, Cell::Wanted)).chain(of(view.failed, Cell::Failed));
    let state = view.ended.clone().unwrap_or_else(|| {
        let word = if view.suspended { "Suspended" } else { "Running" };
        word.to_owned()
    });
    Plain {
        count: format!("{}/{wanted}", view.succeeded),
        settled: view.ended.as_deref() == Some("Complete"),
        lines: vec![state, format!("failed {} · backoffLimit {}", view.failed, view.backoff_limit)],
        cells: cells.take(CELLS_MAX as usize).collect(),
    }
}

fn cron_job(view: &CronJobView, language: Language) -> Plain {
    let last = view.last_ms.map(words::clock_time);
    let last = last.map(|at| language.pick(format!("마지막 {at}"), format!("last {at}")));
    let state = if view.suspended { Some("Suspended".to_owned()) } else { last };
    Plain {
        count: format!("{}", view.active),
        settled: !view.suspended,
        lines: std::iter::once(view.schedule.clone()).chain(state).collect(),
        cells: Vec::new(),
    }
}

/// An Ingress is data: without a controller that serves it, it has no address.
fn ingress(view: &IngressView, language: Language) -> Plain {
    let rule = |rule: &protocol::IngressRuleView| {
        let host = if rule.host.is_empty() { "*" } else { &rule.host };
        format!("{host}{} → {}:{}", rule.path, rule.service, rule.port)
    };
    let nobody = language.pick("이것을 맡은 컨트롤러가 없다", "no controller serves it");
    let address = view.addresses.first().cloned().unwrap_or_else(|| nobody.to_owned());
    let mut lines: Vec<String> = view.rules.iter().take(1).map(rule).collect();
    if view.rules.len() > 1 {
        lines[0] = format!("{} +{}", lines[0], view.rules.len() - 1);
    }
    lines.push(address);
    Plain {
        count: view.class.clone().unwrap_or_default(),
        settled: !view.addresses.is_empty(),
        lines,
        cells: Vec::new(),
    }
}

fn autoscaler(view: &AutoscalerView) -> Plain {
    let bounds = format!("{}…{}", view.least, view.most);
    Plain {
        // It has decided nothing yet where it wants none.
        count: match view.desired {
            0 => view.current.to_string(),
            desired if desired == view.current => desired.to_string(),
            desired => format!("{} → {desired}", view.current),
        },
        settled: view.current == view.desired && view.trouble.is_none(),
        lines: vec![format!("{} · {bounds} · {}", view.target.name, view.targets)],
        cells: Vec::new(),
    }
}

fn budget(view: &DisruptionBudgetView, language: Language) -> Plain {
    let allowed = language.pick("축출 가능", "may evict");
    Plain {
        count: format!("{}/{}", view.healthy, view.desired_healthy),
        settled: view.allowed > 0,
        lines: vec![format!("{allowed} {} · {}", view.allowed, view.selector)],
        cells: Vec::new(),
    }
}

/// A claim that waits for its Pod is no error.
fn claim(cluster: &Cluster, view: &ClaimView) -> Plain {
    let class = view.class.as_deref().unwrap_or_default();
    let waits = cluster.of_kind("StorageClass").any(|object| {
        object.object.name == class
            && matches!(&object.detail, Detail::StorageClass(it) if it.waits_for_pod)
    });
    let bound = view.volume.clone();
    let state = bound
        .or_else(|| (waits && view.phase == "Pending").then(|| "WaitForFirstConsumer".to_owned()));
    Plain {
        count: view.phase.clone(),
        settled: view.phase == "Bound",
        lines: vec![format!(
            "{} · {}",
            words::memory(view.requested_bytes),
            state.unwrap_or_else(|| class.to_owned())
        )],
        cells: Vec::new(),
    }
}

fn volume(view: &VolumeView) -> Plain {
    let claim = view.claim.as_ref().map(|claim| claim.name.clone()).unwrap_or_default();
    Plain {
        count: view.phase.clone(),
        settled: matches!(&*view.phase, "Bound" | "Available"),
        lines: vec![format!("{} · {claim}", words::memory(view.capacity_bytes))],
        cells: Vec::new(),
    }
}

fn policy(view: &NetworkPolicyView, language: Language) -> Plain {
    let rules = |name: &str, count: usize| match count {
        0 => language.pick(format!("{name} 모두 막음"), format!("{name}: nothing")),
        count => format!("{name}: {count}"),
    };
    let both = [("in", view.lets_in), ("out", view.lets_out)];
    let both = both.into_iter().filter_map(|(name, count)| Some(rules(name, count?)));
    Plain {
        count: both.collect::<Vec<_>>().join(" · "),
        settled: true,
        lines: vec![view.selector.clone()],
        cells: Vec::new(),
    }
}

fn data(keys: &[String], language: Language) -> Plain {
    let count = keys.len();
    Plain {
        count: language.pick(format!("키 {count}개"), format!("{count} keys")),
        settled: true,
        lines: vec![keys.join(", ")],
        cells: Vec::new(),
    }
}
