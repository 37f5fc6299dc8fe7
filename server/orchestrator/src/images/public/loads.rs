//! Images that are made to use CPU and memory.

use super::Repository;
use crate::images::Userland::{Busybox, Debian, None as Bare};
use crate::images::application::Application;

pub(super) static REPOSITORIES: &[Repository] = &[
    Repository {
        name: "polinux/stress",
        tags: &["latest", "1.0.4"],
        version: "1.0.4",
        size: (404, 404, 404),
        userland: Busybox,
        entrypoint: &[],
        command: &["stress"],
        application: Application::Stress,
    },
    Repository {
        name: "vish/stress",
        tags: &["latest"],
        version: "latest",
        size: (156, 156, 156),
        userland: Bare,
        entrypoint: &["/stress", "-logtostderr"],
        command: &[],
        application: Application::VishStress,
    },
    Repository {
        name: "registry.k8s.io/hpa-example",
        tags: &["latest"],
        version: "latest",
        size: (18_200, 18_200, 18_200),
        userland: Debian,
        entrypoint: &[],
        command: &["apache2-foreground"],
        application: Application::HpaExample,
    },
    Repository {
        name: "registry.k8s.io/e2e-test-images/resource-consumer",
        tags: &["1.9", "1.10", "1.13"],
        version: "1.13",
        size: (5800, 5800, 5800),
        userland: Busybox,
        entrypoint: &["/consumer"],
        command: &[],
        application: Application::ResourceConsumer,
    },
];
