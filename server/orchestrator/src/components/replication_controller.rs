//! The replication controller: for it, a ReplicationController is a ReplicaSet with a simpler
//! selector.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontroller/>

use k8s_openapi::api::apps::v1::{
    ReplicaSet, ReplicaSetCondition, ReplicaSetSpec, ReplicaSetStatus,
};
use k8s_openapi::api::core::v1::{
    ReplicationController, ReplicationControllerCondition, ReplicationControllerStatus,
};

use crate::call::Call;
use crate::component::{ComponentRow, Host, Interest, Outcome, View};
use crate::components::replica_set;
use crate::kinds::selectors;
use crate::object::{Key, Kind, Object};

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "replication-controller",
    host: Host::ControllerManager,
    watches: &[Kind::ReplicationController, Kind::Pod],
    interest: |_| Interest::All,
    keys: |view, before, after| replica_set::keys(view, before, after, Kind::ReplicationController),
    starts_with: |view| view.cache.of_kind(Kind::ReplicationController).map(Object::key).collect(),
    serial: false,
    decide,
};

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(owner @ Object::ReplicationController(controller)) = view.cache.get(key) else {
        return Outcome::nothing();
    };
    let update = |status: ReplicaSetStatus| {
        let status = Some(of_replica_set(status));
        let controller = ReplicationController::clone(controller);
        Call::UpdateStatus(ReplicationController { status, ..controller }.into())
    };
    replica_set::turn(view, owner, &as_replica_set(controller), update)
}

fn as_replica_set(controller: &ReplicationController) -> ReplicaSet {
    let spec = controller.spec.as_ref().map(|spec| ReplicaSetSpec {
        min_ready_seconds: spec.min_ready_seconds,
        replicas: spec.replicas,
        selector: selectors::of_labels(spec.selector.clone().unwrap_or_default()),
        template: spec.template.clone(),
    });
    let status = controller.status.clone().map(|status| ReplicaSetStatus {
        available_replicas: status.available_replicas,
        conditions: status.conditions.map(|all| all.into_iter().map(to_condition).collect()),
        fully_labeled_replicas: status.fully_labeled_replicas,
        observed_generation: status.observed_generation,
        ready_replicas: status.ready_replicas,
        replicas: status.replicas,
        terminating_replicas: None,
    });
    ReplicaSet { metadata: controller.metadata.clone(), spec, status }
}

fn of_replica_set(status: ReplicaSetStatus) -> ReplicationControllerStatus {
    ReplicationControllerStatus {
        available_replicas: status.available_replicas,
        conditions: status.conditions.map(|all| all.into_iter().map(of_condition).collect()),
        fully_labeled_replicas: status.fully_labeled_replicas,
        observed_generation: status.observed_generation,
        ready_replicas: status.ready_replicas,
        replicas: status.replicas,
    }
}

fn to_condition(condition: ReplicationControllerCondition) -> ReplicaSetCondition {
    ReplicaSetCondition {
        last_transition_time: condition.last_transition_time,
        message: condition.message,
        reason: condition.reason,
        status: condition.status,
        type_: condition.type_,
    }
}

fn of_condition(condition: ReplicaSetCondition) -> ReplicationControllerCondition {
    ReplicationControllerCondition {
        last_transition_time: condition.last_transition_time,
        message: condition.message,
        reason: condition.reason,
        status: condition.status,
        type_: condition.type_,
    }
}
