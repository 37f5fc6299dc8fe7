//! Programs of the cluster itself that answer requests.

use super::{Http, OnTerm, Role, Server, Start, Starting, lines};

pub(super) fn core_dns(starting: Starting<'_>) -> Start {
    let banner = "\
maxprocs: Leaving GOMAXPROCS=2: CPU quota undefined
.:53
[INFO] plugin/reload: Running configuration SHA512 = 591cf328cccc12bc490481273e738df59329c62c0b729d94e8b61db9961c2fa5f046dd37f1cf888b953814040d180f52594972691cd6ff41be96639138a43908
CoreDNS-{version}
linux/amd64, go1.25.2, 1db4568";
    let end = "\
[INFO] SIGTERM: Shutting down servers then terminating
[INFO] plugin/health: Going into lameduck mode for 5s";
    Start::Serves(Server {
        ports: vec![53, 8080, 8181, 9153],
        udp_ports: vec![53],
        starts_ms: 400,
        banner: lines(banner, starting.version.trim_start_matches('v')),
        on_term: OnTerm::Exits { code: 0, after_ms: 5000, lines: lines(end, "") },
        role: Role::NameServer,
        ..Server::quiet(53, Http::CoreDns)
    })
}

pub(super) fn ingress_nginx(starting: Starting<'_>) -> Start {
    let banner = "\
-------------------------------------------------------------------------------
NGINX Ingress controller
  Release:       {version}
  Repository:    https://github.com/kubernetes/ingress-nginx
  nginx version: nginx/1.27.1

-------------------------------------------------------------------------------
";
    Start::Serves(Server {
        ports: vec![80, 443, 10254],
        starts_ms: 900,
        banner: lines(banner, starting.version),
        on_term: OnTerm::Exits { code: 0, after_ms: 2000, lines: Vec::new() },
        role: Role::Gateway,
        ..Server::quiet(80, Http::IngressNginx)
    })
}
