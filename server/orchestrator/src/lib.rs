//! A deterministic model of Kubernetes.
