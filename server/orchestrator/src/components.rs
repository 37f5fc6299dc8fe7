//! The table of components.
//!
//! One row, one file. A new component is a file with its [`ComponentRow`] and a line here.

use crate::component::ComponentRow;

mod autoscaler;
mod cluster_role_aggregation;
mod cron_job;
mod daemon_set;
pub(crate) mod definitions;
mod deployment;
pub mod disruption;
mod endpoint_slice;
mod garbage_collector;
pub mod history;
mod ingress_nginx;
mod job;
pub mod kube_proxy;
mod kubelet;
pub mod leader_election;
mod load_balancer;
mod namespace;
mod namespace_defaults;
pub mod node_ipam;
mod node_lifecycle;
pub mod ownership;
pub mod pace;
pub mod pod_control;
mod pod_gc;
pub mod pods;
pub mod portion;
mod replica_set;
mod replication_controller;
mod resource_quota;
mod scheduler;
mod stateful_set;
pub(crate) mod storage;
pub mod taint_eviction;
mod ttl_after_finished;

/// Every component of the cluster. Their order is part of the engine's version.
pub static TABLE: &[&ComponentRow] = &[
    &deployment::ROW,
    &replica_set::ROW,
    &daemon_set::ROW,
    &stateful_set::ROW,
    &replication_controller::ROW,
    &job::ROW,
    &cron_job::ROW,
    &disruption::ROW,
    &ttl_after_finished::ROW,
    &endpoint_slice::ROW,
    &node_lifecycle::ROW,
    &taint_eviction::ROW,
    &garbage_collector::ROW,
    &namespace::ROW,
    &namespace_defaults::SERVICE_ACCOUNT,
    &namespace_defaults::ROOT_CA,
    &cluster_role_aggregation::ROW,
    &resource_quota::ROW,
    &storage::BINDER,
    &storage::CLAIM_PROTECTION,
    &storage::VOLUME_PROTECTION,
    &storage::ATTACH,
    &storage::DISKS,
    &autoscaler::ROW,
    &scheduler::ROW,
    &kubelet::ROW,
    &kube_proxy::ROW,
    &leader_election::OF_CONTROLLER_MANAGER,
    &leader_election::OF_SCHEDULER,
    &load_balancer::ROW,
    &ingress_nginx::ROW,
    &node_ipam::ROW,
    &pod_gc::ROW,
    &definitions::NAMING,
    &definitions::ESTABLISHING,
    &definitions::FINALIZER,
];
