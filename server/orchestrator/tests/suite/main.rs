//! Tests of the model as a whole: what a person with kubectl would see.

#![expect(clippy::unwrap_used, reason = "a test fails where it finds other than it expects")]

mod autoscaler;
mod balancers;
mod cluster;
mod control_plane;
mod cron_jobs;
mod custom_resources;
mod daemon_sets;
mod deployments;
mod disruption;
mod dns;
mod eviction;
mod exec;
mod faults;
mod garbage;
mod growth;
mod jobs;
mod kubelet_lifecycle;
mod metrics;
mod network_policy;
mod power;
mod priority_classes;
mod proxy;
mod quota;
mod rbac;
mod replica_sets;
mod replication_controllers;
mod requests;
mod resize;
mod rollouts;
mod scheduling;
mod security;
mod services;
mod shell;
mod simulation;
mod stateful_sets;
mod storage;
mod told;
mod traffic;
mod usage;
mod volumes;
mod wires;
