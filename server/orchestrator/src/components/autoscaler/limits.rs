//! How fast an autoscaler may go where its metrics lead: stabilisation, policies, bounds.
//! <https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior>

use k8s_openapi::api::autoscaling::v2::{HPAScalingRules, HorizontalPodAutoscalerBehavior};

use crate::time::{Millis, Time};

use super::{Past, Turn};

/// `--horizontal-pod-autoscaler-downscale-stabilization`
const DOWN_WINDOW_S: i32 = 300;

/// What holds a count back, in the words of the condition `ScalingLimited`.
type Limited = (i32, &'static str, &'static str);

const IN_RANGE: (&str, &str) =
    ("DesiredWithinRange", "the desired count is within the acceptable range");
const TOO_FAST: (&str, &str) =
    ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate");
const TOO_FAST_DOWN: (&str, &str) = (
    "ScaleDownLimit",
    "the desired replica count is decreasing faster than the maximum scale rate",
);
const TOO_MANY: (&str, &str) =
    ("TooManyReplicas", "the desired replica count is more than the maximum replica count");
const TOO_FEW: (&str, &str) =
    ("TooFewReplicas", "the desired replica count is less than the minimum replica count");

/// The count that may be set now.
pub(super) fn apply(turn: &mut Turn<'_>, current: i32, proposed: i32) -> i32 {
    let behavior = turn.spec.behavior.as_ref();
    let (stable, reason) = stabilise(turn, current, proposed, behavior);
    forget(&mut turn.past, turn.view.clock.now, behavior);
    turn.past.recommended.push((turn.view.clock.now, proposed));
    if stable == proposed {
        let message = "recommended size matches current size".to_owned();
        turn.draft.set("AbleToScale", true, "ReadyForNewScale", message);
    } else {
        let (word, which) =
            if reason == "ScaleUpStabilized" { ("lower", "lowest") } else { ("higher", "highest") };
        let message = format!(
            "recent recommendations were {word} than current one, applying the {which} recent \
             recommendation"
        );
        turn.draft.set("AbleToScale", true, reason, message);
    }
    let (allowed, reason, message) = match behavior {
        None => bound(turn, current, stable),
        Some(behavior) => bound_by_rules(turn, current, stable, behavior),
    };
    turn.draft.set("ScalingLimited", allowed != stable, reason, message.to_owned());
    allowed
}

fn window(rules: Option<&HPAScalingRules>, default_s: i32) -> Millis {
    let seconds = rules.and_then(|rules| rules.stabilization_window_seconds);
    i64::from(seconds.unwrap_or(default_s)) * 1000
}

/// Of the recent recommendations, the one nearest to the current count.
fn stabilise(
    turn: &Turn<'_>,
    current: i32,
    proposed: i32,
    behavior: Option<&HorizontalPodAutoscalerBehavior>,
) -> (i32, &'static str) {
    let now = turn.view.clock.now;
    let up_ms = behavior.map_or(0, |behavior| window(behavior.scale_up.as_ref(), 0));
    let down_ms = match behavior {
        Some(behavior) => window(behavior.scale_down.as_ref(), DOWN_WINDOW_S),
        None => i64::from(DOWN_WINDOW_S) * 1000,
    };
    let (mut lowest, mut highest) = (proposed, proposed);
    for (at, count) in &turn.past.recommended {
        if now - *at < up_ms {
            lowest = lowest.min(*count);
        }
        if now - *at < down_ms {
            highest = highest.max(*count);
        }
    }
    if behavior.is_none() {
        return (highest, "ScaleDownStabilized");
    }
    let reason = if proposed >= current { "ScaleUpStabilized" } else { "ScaleDownStabilized" };
    (current.max(lowest).min(highest), reason)
}

/// What is too old to matter is forgotten.
fn forget(past: &mut Past, now: Time, behavior: Option<&HorizontalPodAutoscalerBehavior>) {
    let rules = behavior.iter().flat_map(|behavior| [&behavior.scale_up, &behavior.scale_down]);
    let windows = rules.flatten().map(|rules| window(Some(rules), DOWN_WINDOW_S));
    let longest = windows.chain([i64::from(DOWN_WINDOW_S) * 1000]).max().unwrap_or_default();
    past.recommended.retain(|(at, _)| now - *at < longest);
    // No period is longer than half an hour.
    past.ups.retain(|(at, _)| now - *at < 1_800_000);
    past.downs.retain(|(at, _)| now - *at < 1_800_000);
}

/// Without rules of its own an autoscaler doubles at most, or goes to four.
fn bound(turn: &Turn<'_>, current: i32, wanted: i32) -> Limited {
    let min = turn.spec.min_replicas.unwrap_or(1);
    let limit = current.saturating_mul(2).max(4);
    let (most, (reason, message)) = if turn.spec.max_replicas > limit {
        (limit, TOO_FAST)
    } else {
        (turn.spec.max_replicas, TOO_MANY)
    };
    if wanted < min {
        (min, TOO_FEW.0, TOO_FEW.1)
    } else if wanted > most {
        (most, reason, message)
    } else {
        (wanted, IN_RANGE.0, IN_RANGE.1)
    }
}

fn bound_by_rules(
    turn: &Turn<'_>,
    current: i32,
    wanted: i32,
    behavior: &HorizontalPodAutoscalerBehavior,
) -> Limited {
    let now = turn.view.clock.now;
    if wanted > current {
        let limit = up_limit(&turn.past, now, current, behavior.scale_up.as_ref()).max(current);
        let (most, why) = if turn.spec.max_replicas > limit {
            (limit, TOO_FAST)
        } else {
            (turn.spec.max_replicas, TOO_MANY)
        };
        if wanted > most {
            return (most, why.0, why.1);
        }
    } else if wanted < current {
        let limit = down_limit(&turn.past, now, current, behavior.scale_down.as_ref()).min(current);
        let min = turn.spec.min_replicas.unwrap_or(1);
        let (least, why) = if min < limit { (limit, TOO_FAST_DOWN) } else { (min, TOO_FEW) };
        if wanted < least {
            return (least, why.0, why.1);
        }
    }
    (wanted, IN_RANGE.0, IN_RANGE.1)
}

fn changed(events: &[(Time, i32)], now: Time, period_s: i32) -> i32 {
    let period_ms = i64::from(period_s) * 1000;
    events.iter().filter(|(at, _)| now - *at < period_ms).map(|(_, change)| *change).sum()
}

/// How many there were when a period began.
fn at_start(past: &Past, now: Time, current: i32, period_s: i32) -> i64 {
    let (added, taken) = (changed(&past.ups, now, period_s), changed(&past.downs, now, period_s));
    i64::from(current) - i64::from(added) + i64::from(taken)
}

fn up_limit(past: &Past, now: Time, current: i32, rules: Option<&HPAScalingRules>) -> i32 {
    let Some(rules) = rules else { return i32::MAX };
    let select = rules.select_policy.as_deref().unwrap_or("Max");
    if select == "Disabled" {
        return current;
    }
    let limits = rules.policies.iter().flatten().map(|policy| {
        let start = at_start(past, now, current, policy.period_seconds);
        let value = i64::from(policy.value);
        match policy.type_.as_str() {
            "Pods" => start + value,
            _ => (start * (100 + value) + 99).div_euclid(100),
        }
    });
    let limit = if select == "Min" { limits.min() } else { limits.max() };
    limit.map_or(i32::MAX, |limit| i32::try_from(limit).unwrap_or(i32::MAX))
}

fn down_limit(past: &Past, now: Time, current: i32, rules: Option<&HPAScalingRules>) -> i32 {
    let Some(rules) = rules else { return i32::MIN };
    let select = rules.select_policy.as_deref().unwrap_or("Max");
    if select == "Disabled" {
        return current;
    }
    let limits = rules.policies.iter().flatten().map(|policy| {
        let start = at_start(past, now, current, policy.period_seconds);
        let value = i64::from(policy.value);
        match policy.type_.as_str() {
            "Pods" => start - value,
            _ => (start * (100 - value)).div_euclid(100),
        }
    });
    let limit = if select == "Min" { limits.max() } else { limits.min() };
    limit.map_or(i32::MIN, |limit| i32::try_from(limit).unwrap_or(i32::MIN))
}
