//! Rolling updates: from the highest ordinal down to the partition, one at a time.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#rolling-updates>

use super::{Slot, Turn, is_terminating, name_of, replicas, revision_of};
use crate::component::{Note, Outcome};

/// How many Pods it deleted: none or one.
pub(super) fn process(turn: &Turn<'_>, outcome: &mut Outcome) -> i32 {
    let strategy = turn.spec.update_strategy.as_ref();
    if strategy.and_then(|strategy| strategy.type_.as_deref()) == Some("OnDelete") {
        return 0;
    }
    let rolling = strategy.and_then(|strategy| strategy.rolling_update.as_ref());
    let partition = rolling.and_then(|rolling| rolling.partition).unwrap_or_default();
    let partition = usize::try_from(partition).unwrap_or_default();
    for slot in turn.slots.iter().skip(partition).rev() {
        let pod = slot.pod();
        let is_old = revision_of(pod) != Some(&*turn.update.name);
        if let Slot::Filled(pod) = slot
            && is_old
            && !is_terminating(pod)
        {
            outcome.notes.push(note(
                turn,
                "DeletesForUpdate",
                name_of(pod),
                "is of an old version",
            ));
            outcome.steps.push(replicas::delete(turn, pod));
            return 1;
        }
        if turn.is_unavailable(pod) {
            let what = "must be available before the update goes on";
            outcome.notes.push(note(turn, "WaitsForUpdated", name_of(pod), what));
            return 0;
        }
    }
    0
}

fn note(turn: &Turn<'_>, reason: &'static str, pod: &str, what: &str) -> Note {
    Note::new(reason, format!("{pod} {what}")).with("name", turn.owner.name()).with("pod", pod)
}
