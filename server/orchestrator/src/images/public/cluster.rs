//! What a cluster is made of.

use super::Repository;
use crate::images::Userland::None as Bare;
use crate::images::application::Application;

const RUNNER: &[&str] = &["/go-runner"];

/// One of Kubernetes' own programs, in the versions that the course and its documents name.
const fn kubernetes(name: &'static str, program: &'static str, size: i64) -> Repository {
    Repository {
        name,
        tags: &["v1.36.0", "v1.21.0"],
        version: "1.36.0",
        size: (size, size, size),
        userland: Bare,
        entrypoint: RUNNER,
        command: &[],
        application: Application::Program(program),
    }
}

pub(super) static REPOSITORIES: &[Repository] = &[
    kubernetes("registry.k8s.io/kube-apiserver", "kube-apiserver", 2750),
    kubernetes("registry.k8s.io/kube-controller-manager", "kube-controller-manager", 2310),
    kubernetes("registry.k8s.io/kube-scheduler", "kube-scheduler", 1740),
    kubernetes("registry.k8s.io/kube-proxy", "kube-proxy", 2590),
    // The registry of old: frozen in 2023, and still answering.
    kubernetes("k8s.gcr.io/kube-apiserver", "kube-apiserver", 3020),
    kubernetes("k8s.gcr.io/kube-controller-manager", "kube-controller-manager", 2960),
    kubernetes("k8s.gcr.io/kube-scheduler", "kube-scheduler", 1480),
    kubernetes("k8s.gcr.io/kube-proxy", "kube-proxy", 4950),
    Repository {
        name: "registry.k8s.io/etcd",
        tags: &["3.6.8-0", "3.5.1-0"],
        version: "3.6.8",
        size: (2370, 2370, 2370),
        userland: Bare,
        entrypoint: &[],
        command: &["etcd"],
        application: Application::Program("etcd"),
    },
];
