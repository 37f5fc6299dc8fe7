//! What the scheduler says: its table of nodes, and its sentence when none will do.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::component::Verdict;

use super::nodes::Found;
use super::preemption::Preemption;
use super::score::Ranked;

/// The sentence of the event `FailedScheduling`.
pub(super) fn unschedulable(found: &Found<'_>, preemption: &Preemption<'_>) -> String {
    if found.total == 0 {
        return "no nodes available to schedule pods".to_owned();
    }
    let total = found.total;
    if let Some(unmet) = &found.unmet {
        return format!(
            "0/{total} nodes are available: {unmet}. no new claims to deallocate, preemption: \
             0/{total} nodes are available: {total} Preemption is not helpful for scheduling."
        );
    }
    let reasons = found.refused.iter().flat_map(|(_, refusal)| &refusal.reasons);
    let reasons = counted(reasons.map(String::as_str));
    let help = match preemption {
        Preemption::InVain(why) | Preemption::Promised(why) => {
            format!(" no new claims to deallocate, preemption: {why}")
        }
        Preemption::Victims(_) => String::new(),
    };
    format!("0/{total} nodes are available: {reasons}.{help}")
}

/// `1 node(s) …, 3 Insufficient cpu`: each reason with its count, sorted as text.
pub(super) fn counted<'a>(reasons: impl Iterator<Item = &'a str>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in reasons {
        *counts.entry(reason).or_default() += 1;
    }
    let mut texts: Vec<String> =
        counts.into_iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    texts.sort();
    texts.join(", ")
}

/// In a cluster of more nodes than this, only so many of the best and of the refused are kept.
const VERDICTS_MAX: usize = 32;

/// What was found for each node, in order of name.
pub(super) fn verdicts(found: &Found<'_>, ranked: Option<&Ranked<'_>>) -> Vec<Verdict> {
    let mut best: Vec<usize> = (0..found.feasible.len()).collect();
    if let Some(ranked) = ranked {
        best.sort_by_key(|at| {
            let chosen = found.feasible[*at].name == ranked.best.name;
            (std::cmp::Reverse(chosen), std::cmp::Reverse(ranked.totals[*at]))
        });
    }
    let feasible = best.into_iter().take(VERDICTS_MAX).map(|at| {
        let name = found.feasible[at].name;
        Verdict {
            node: Arc::from(name),
            refused_by: None,
            reason: String::new(),
            scores: ranked.map(|ranked| ranked.scores[at].clone()).unwrap_or_default(),
            total: ranked.map(|ranked| ranked.totals[at]).unwrap_or_default(),
            chosen: ranked.is_some_and(|ranked| ranked.best.name == name),
        }
    });
    let refused = found.refused.iter().take(VERDICTS_MAX).map(|(name, refusal)| Verdict {
        node: Arc::from(*name),
        refused_by: Some(refusal.plugin),
        reason: refusal.reasons.join(", "),
        scores: Vec::new(),
        total: 0,
        chosen: false,
    });
    let mut verdicts: Vec<Verdict> = feasible.chain(refused).collect();
    verdicts.sort_by(|a, b| a.node.cmp(&b.node));
    verdicts
}
