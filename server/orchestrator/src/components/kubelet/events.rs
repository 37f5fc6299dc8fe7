//! What the machine reports, as events in the kubelet's words.

use crate::call::{EventRecord, Regarding};
use crate::machine::{MachineAct, Report, Reported};
use crate::object::Key;

use super::plan::{Plan, go_duration};

pub(super) fn event(
    key: &Key,
    uid: &str,
    field_path: &str,
    (event_type, reason): (&'static str, &str),
    message: String,
) -> EventRecord {
    EventRecord {
        regarding: Regarding {
            key: key.clone(),
            uid: uid.to_owned(),
            field_path: field_path.to_owned(),
        },
        event_type,
        reason: reason.to_owned(),
        message,
    }
}

/// Tells of all that the machine has reported since it was last read.
pub(super) fn tell(plan: &mut Plan<'_>) {
    let Some(runtime) = plan.runtime.filter(|runtime| !runtime.reports.is_empty()) else { return };
    for Report { container, what } in &runtime.reports {
        tell_one(plan, container, what);
    }
    plan.acts.push(MachineAct::Acknowledge { uid: plan.uid.clone() });
}

fn tell_one(plan: &mut Plan<'_>, container: &str, what: &Reported) {
    match what {
        Reported::Pulled { image, took_ms, waited_ms, size_bytes } => {
            let (took, waited) = (go_duration(*took_ms), go_duration(*waited_ms));
            let message = format!(
                "Successfully pulled image \"{image}\" in {took} ({waited} including waiting). \
                 Image size: {size_bytes} bytes."
            );
            plan.normal(container, "Pulled", message);
        }
        Reported::PullFailed { image, message } => {
            plan.warning(
                container,
                "Failed",
                format!("Failed to pull image \"{image}\": {message}"),
            );
            plan.warning(container, "Failed", "Error: ErrImagePull".to_owned());
        }
        Reported::Created => plan.normal(container, "Created", "Container created".to_owned()),
        Reported::Started => plan.normal(container, "Started", "Container started".to_owned()),
        Reported::StartFailed { message } => {
            plan.warning(container, "Failed", format!("Error: {message}"));
        }
        Reported::PreStopFailed => {
            plan.warning(container, "FailedPreStopHook", "PreStopHook failed".to_owned());
        }
        Reported::Unhealthy { probe, message } => {
            let message = format!("{} probe failed: {message}", probe.name());
            plan.warning(container, "Unhealthy", message);
        }
    }
}
