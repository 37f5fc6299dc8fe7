//! An autoscaler's status in the making.

use k8s_openapi::api::autoscaling::v2::{
    HorizontalPodAutoscaler, HorizontalPodAutoscalerCondition, HorizontalPodAutoscalerStatus,
    MetricStatus,
};

use crate::time::Clock;

/// The status, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Draft {
    before: HorizontalPodAutoscalerStatus,
    clock: Option<Clock>,
    conditions: Vec<HorizontalPodAutoscalerCondition>,
    has_scaled: bool,
    pub(super) current_replicas: Option<i32>,
    pub(super) desired_replicas: i32,
    pub(super) metrics: Option<Vec<MetricStatus>>,
}

impl Draft {
    pub(super) fn of(own: &HorizontalPodAutoscaler, clock: Clock) -> Draft {
        let before = own.status.clone().unwrap_or_default();
        Draft {
            conditions: before.conditions.clone().unwrap_or_default(),
            current_replicas: before.current_replicas,
            desired_replicas: before.desired_replicas,
            metrics: before.current_metrics.clone(),
            clock: Some(clock),
            has_scaled: false,
            before,
        }
    }

    /// Sets a condition; its time only moves when it begins or ceases to hold.
    pub(super) fn set(&mut self, kind: &str, holds: bool, reason: &str, message: String) {
        let status = if holds { "True" } else { "False" };
        let place = match self.conditions.iter().position(|known| known.type_ == kind) {
            Some(place) => place,
            None => {
                self.conditions.push(HorizontalPodAutoscalerCondition {
                    type_: kind.to_owned(),
                    ..HorizontalPodAutoscalerCondition::default()
                });
                self.conditions.len() - 1
            }
        };
        let condition = &mut self.conditions[place];
        if condition.status != status {
            condition.status = status.to_owned();
            condition.last_transition_time = self.clock.map(|clock| clock.time());
        }
        condition.reason = Some(reason.to_owned());
        condition.message = Some(message);
    }

    pub(super) fn scaled(&mut self) {
        self.has_scaled = true;
    }

    pub(super) fn finish(self) -> HorizontalPodAutoscalerStatus {
        let now = self.clock.map(|clock| clock.time()).filter(|_| self.has_scaled);
        HorizontalPodAutoscalerStatus {
            conditions: Some(self.conditions),
            current_metrics: self.metrics,
            current_replicas: self.current_replicas,
            desired_replicas: self.desired_replicas,
            last_scale_time: now.or(self.before.last_scale_time),
            observed_generation: self.before.observed_generation,
        }
    }
}
