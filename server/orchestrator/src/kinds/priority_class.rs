//! PriorityClasses.

use k8s_openapi::api::scheduling::v1::PriorityClass;
use serde_json::Value;

use super::{AGE, Column, FieldErrors, NAME, Particulars, age};
use crate::time::Clock;

const OF: &str = "io.k8s.api.scheduling.v1.PriorityClass";

pub(super) const COLUMNS: &[Column] = &[
    NAME,
    Column::field("Value", OF, "value").integer(),
    Column::field("Global-Default", OF, "globalDefault").boolean(),
    AGE,
    Column::field("PreemptionPolicy", OF, "preemptionPolicy"),
];

/// The classes that every cluster has, with their values.
pub const SYSTEM_CLASSES: [(&str, i32); 2] =
    [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)];
const SYSTEM_PREFIX: &str = "system-";
/// The highest that users may give.
const USER_MAX: i32 = 1_000_000_000;
const POLICIES: &[&str] = &["Never", "PreemptLowerPriority"];

impl Particulars for PriorityClass {
    const GENERATION: bool = true;

    fn default_fields(&mut self) {
        self.preemption_policy.get_or_insert_with(|| "PreemptLowerPriority".to_owned());
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let name = self.metadata.name.as_deref().unwrap_or_default();
        if name.starts_with(SYSTEM_PREFIX) {
            if let Some(refused) = unlike_system(self, name) {
                let detail = format!(
                    "priority class names with '{SYSTEM_PREFIX}' prefix are reserved for system \
                     use only. error: {refused}"
                );
                errors.forbidden("metadata.name", detail);
            }
        } else if self.value.unwrap_or(0) > USER_MAX {
            let detail = format!("maximum allowed value of a user defined priority is {USER_MAX}");
            errors.forbidden("value", detail);
        }
        errors.one_of("preemptionPolicy", self.preemption_policy.as_deref(), POLICIES);
    }

    fn validate_update(&self, old: &PriorityClass, errors: &mut FieldErrors) {
        if self.value != old.value {
            errors.forbidden("value", "may not be changed in an update.");
        }
        if self.preemption_policy != old.preemption_policy {
            let value = self.preemption_policy.as_deref().unwrap_or_default();
            errors.invalid("preemptionPolicy", super::quoted(value), "field is immutable");
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            self.value.unwrap_or(0).into(),
            self.global_default.unwrap_or(false).into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
            self.preemption_policy.clone().unwrap_or_default().into(),
        ]
    }
}

/// How a class differs from the system's own of its name, if it does.
fn unlike_system(class: &PriorityClass, name: &str) -> Option<String> {
    let Some((_, value)) = SYSTEM_CLASSES.iter().find(|(known, _)| *known == name) else {
        return Some(format!("{name} is not a known system priority class"));
    };
    if class.value != Some(*value) {
        return Some(format!("value of {name} PriorityClass must be {value}"));
    }
    (class.global_default == Some(true))
        .then(|| format!("globalDefault of {name} PriorityClass must be false"))
}
