//! When to start a container again that has ended.
//! <https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy>

use crate::machine::Exit;
use crate::time::Millis;

use super::memory::Backoff;
use super::plan::{Plan, go_duration};

/// 10 s, doubling, at most 5 minutes. The first restart is at once.
const BACKOFF_MS: (Millis, Millis) = (10_000, 300_000);
/// How long an end is shown before the kubelet looks again and finds that it holds back.
const SHOWN_MS: Millis = 1000;
/// After a run of more than this, the count begins anew.
const RESET_MS: Millis = 600_000;

/// Whether a container that ended so may be started now. If not, says why and when.
pub(super) fn may_restart(plan: &mut Plan<'_>, container: &str, exit: &Exit) -> bool {
    let now = plan.now();
    let last = plan.memory.restarts.get(container).copied();
    let last = last.filter(|last| exit.finished - last.at <= RESET_MS);
    if let Some(last) = last {
        let age = now - exit.finished;
        if age < SHOWN_MS {
            plan.look_after(SHOWN_MS - age);
            return false;
        }
        if age < last.delay_ms {
            hold(plan, container, last.delay_ms);
            plan.look_after(last.delay_ms - age);
            return false;
        }
    }
    true
}

/// Notes that it is being started again.
pub(super) fn restarted(plan: &mut Plan<'_>, container: &str, exit: &Exit) {
    let last = plan.memory.restarts.get(container).copied();
    let last = last.filter(|last| exit.finished - last.at <= RESET_MS);
    let next = Backoff::next(last, BACKOFF_MS, plan.now());
    plan.memory.restarts.insert(container.to_owned(), next);
}

fn hold(plan: &mut Plan<'_>, container: &str, delay_ms: Millis) {
    let full_name = plan.full_name();
    if plan.said(container).map(|(reason, _)| reason) != Some("CrashLoopBackOff") {
        let message =
            format!("Back-off restarting failed container {container} in pod {full_name}");
        plan.warning(container, "BackOff", message);
    }
    let delay = go_duration(delay_ms);
    let message =
        format!("back-off {delay} restarting failed container={container} pod={full_name}");
    plan.waiting.insert(container.to_owned(), ("CrashLoopBackOff", message));
}
