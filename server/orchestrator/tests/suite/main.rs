//! Tests of the model as a whole: what a person with kubectl would see.

#![expect(clippy::unwrap_used, reason = "a test fails where it finds other than it expects")]

mod autoscaler;
mod cluster;
mod control_plane;
mod daemon_sets;
mod deployments;
mod eviction;
mod exec;
mod garbage;
mod kubelet_lifecycle;
mod metrics;
mod quota;
mod rbac;
mod replica_sets;
mod replication_controllers;
mod rollouts;
mod services;
mod simulation;
mod stateful_sets;
mod storage;
mod usage;
