//! A deterministic model of Kubernetes.
//!
//! [`World`] is a whole cluster: a cloneable value with three verbs, `submit`, `run_until` and
//! `clone`. The same seed, scenario and inputs give the same cluster, byte for byte, at every
//! moment, natively and as WebAssembly: there is no I/O, no clock and no thread in here.
//!
//! Read top-down: [`world`] drives everything from one [`queue`]; [`api`] is the API server, the
//! only writer of the [`store`]; [`components`] is the table of controllers, scheduler, kubelet
//! and kube-proxy, each a pure [`component::Decide`]; [`machine`] is what really runs on a node;
//! [`trace`] says what happened and why.

pub mod api;
pub mod call;
pub mod component;
pub mod components;
pub mod cron;
pub mod digest;
pub mod fault;
pub mod images;
pub mod indexes;
pub mod input;
pub mod kinds;
pub mod machine;
pub mod network;
pub mod object;
pub mod queue;
mod quota;
pub mod random;
pub mod resources;
pub mod scenario;
pub mod selector;
pub mod session;
pub mod simulation;
pub mod store;
pub mod time;
pub mod trace;
pub mod world;

pub use api::stream::{Chunk, Cursor};
pub use digest::Digest;
pub use fault::Fault;
pub use input::{ApiRequest, Forwarded, Input, Reply};
pub use object::{Kind, Object};
pub use scenario::Scenario;
pub use time::Time;
pub use trace::Trace;
pub use world::World;

/// Part of each sandbox's log: a log replays only on the engine that wrote it.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");
