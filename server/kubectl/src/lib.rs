//! kubectl's command line, over any function that answers Kubernetes API requests.
