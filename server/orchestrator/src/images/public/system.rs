//! Images of the cluster's own parts and of its usual additions.

use super::Repository;
use crate::images::Userland::{Busybox, None as Bare};
use crate::images::application::Application;

pub(super) static REPOSITORIES: &[Repository] = &[
    Repository {
        name: "registry.k8s.io/coredns/coredns",
        tags: &["v1.10.1", "v1.11.1", "v1.11.3", "v1.12.0", "v1.12.1", "v1.13.1"],
        version: "1.13.1",
        size: (2280, 2280, 2280),
        userland: Bare,
        entrypoint: &["/coredns"],
        command: &[],
        application: Application::CoreDns,
    },
    Repository {
        name: "registry.k8s.io/ingress-nginx/controller",
        tags: &["v1.8.2", "v1.9.4", "v1.10.1", "v1.11.2", "v1.12.1", "v1.13.3", "v1.14.0"],
        version: "v1.14.0",
        size: (11600, 11600, 11600),
        userland: Busybox,
        entrypoint: &["/usr/bin/dumb-init", "--"],
        command: &["/nginx-ingress-controller"],
        application: Application::IngressNginx,
    },
];
