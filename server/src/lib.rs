//! The server: pages, sandboxes, the Kubernetes API, persistence.
