//! What a sandbox begins with.

use serde::{Deserialize, Serialize};

/// 2026-01-05 09:00 in Seoul: a calm Monday morning.
const EPOCH_S: i64 = 1_767_571_200;

/// The start of a sandbox, part of its log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    pub name: String,
    pub nodes: Vec<NodeSpec>,
    /// Images that the registry has beyond the catalogue's.
    pub images: Vec<ImageSpec>,
    /// Calendar time of the start, in seconds since 1970.
    pub epoch_s: i64,
}

/// A node of the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeSpec {
    pub name: String,
    pub control_plane: bool,
    pub cpu_milli: i64,
    pub memory_bytes: i64,
    pub pods_max: i64,
}

/// An image that a scenario adds: an HTTP server that answers with its own name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageSpec {
    /// `my-app:1.0`; without a tag, `latest`.
    pub name: String,
    /// The port it listens on.
    pub port: i32,
    /// Compressed size in bytes.
    pub size_bytes: i64,
}

const GIB: i64 = 1 << 30;
const MIB: i64 = 1 << 20;

impl Scenario {
    /// One control-plane node and so many workers of 2 CPUs and 4 GiB, with the applications that
    /// the course deploys.
    pub fn playground(workers: u32) -> Scenario {
        let control_plane = NodeSpec {
            name: "control-plane-1".to_owned(),
            control_plane: true,
            cpu_milli: 2000,
            memory_bytes: 4 * GIB,
            pods_max: 110,
        };
        let worker = |number| NodeSpec {
            name: format!("node-{number}"),
            control_plane: false,
            ..control_plane.clone()
        };
        let nodes = std::iter::once(control_plane.clone()).chain((1..=workers).map(worker));
        Scenario {
            name: "playground".to_owned(),
            nodes: nodes.collect(),
            images: course_images(),
            epoch_s: EPOCH_S,
        }
    }
}

/// The applications of the course: `my-app` and `helloworld-app`, in the versions that it rolls.
fn course_images() -> Vec<ImageSpec> {
    let names = [
        "my-app:1.0",
        "my-app:1.1",
        "my-app:2.0",
        "helloworld-app",
        "helloworld-app:1.0",
        "helloworld-app:1.1",
        "helloworld-app:2.0",
    ];
    let image = |name: &str| ImageSpec { name: name.to_owned(), port: 8080, size_bytes: 24 * MIB };
    names.into_iter().map(image).collect()
}
