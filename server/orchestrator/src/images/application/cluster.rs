//! The programs of the cluster itself.

use super::{Http, Server, Start, Starting};

/// What the images of Kubernetes' own programs start with.
pub(super) const RUNNER: &str = "/go-runner";

/// etcd or a program of Kubernetes. It listens where kubeadm has it listen.
pub(super) fn program(name: &str, starting: Starting<'_>) -> Start {
    let is_it = |argument: &&String| argument.rsplit('/').next() == Some(name);
    let Some(at) = starting.arguments.iter().position(|argument| is_it(&argument)) else {
        let line = "{time:%Y/%m/%d %H:%M:%S} not enough arguments to run".to_owned();
        return Start::Exits { code: 1, lines: vec![line] };
    };
    let flags = starting.arguments.len() > at + 1;
    if name == "kube-apiserver" && !flags {
        let line = "E{time:%m%d %H:%M:%S.%6f}       1 run.go:72] \"command failed\" err=\"[--etcd-servers must \
                    be specified, service-account-issuer is a required flag, \
                    --service-account-signing-key-file and --service-account-issuer are required flags]\"";
        return Start::Exits { code: 1, lines: vec![line.to_owned()] };
    }
    let ports: &[u16] = match name {
        "etcd" => &[2379, 2380, 2381],
        "kube-apiserver" => &[6443],
        "kube-controller-manager" => &[10257],
        "kube-scheduler" => &[10259],
        _ => &[10249, 10256],
    };
    Start::Serves(Server {
        ports: ports.to_vec(),
        starts_ms: 900,
        ..Server::quiet(0, Http::Paths(&["/healthz", "/livez", "/readyz", "/metrics"]))
    })
}
