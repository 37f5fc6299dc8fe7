//! Tests of the model as a whole: what a person with kubectl would see.

mod cluster;
mod deployments;
mod eviction;
mod garbage;
mod services;
mod simulation;
