//! Where requests may be sent from and to: from a Pod to each Service by its name, and from outside
//! to what can be reached from there.

use protocol::{Detail, LoadOrigin, NewLoad, NodeView, PodView, ServiceView};

use super::filter::Filter;
use crate::player::{Cluster, Object};

/// A way that requests can be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub from: LoadOrigin,
    pub url: String,
    /// By what it is reached from outside: `NodePort`, `LoadBalancer`, `Ingress`.
    pub by: &'static str,
}

impl Target {
    pub(crate) fn load(&self, rate_per_s: u32) -> NewLoad {
        NewLoad {
            name: self.url.clone(),
            from: self.from.clone(),
            url: self.url.clone(),
            rate_per_s,
            ..NewLoad::default()
        }
    }
}

/// No more are offered.
const TARGETS_MAX: usize = 40;

/// All ways, in the order in which the Services were made.
pub(crate) fn targets(cluster: &Cluster, filter: &Filter) -> Vec<Target> {
    let mut services: Vec<(&Object, &ServiceView)> = cluster
        .of_kind("Service")
        .filter_map(|object| match &object.detail {
            Detail::Service(view) => Some((object, view)),
            _ => None,
        })
        .filter(|(object, view)| filter.shows(object) && is_served(object, view))
        .collect();
    services.sort_by_key(|(object, _)| (object.created_ms, object.object.name.clone()));
    let ways = services.iter().flat_map(|(object, view)| of_service(cluster, object, view));
    ways.chain(ingresses(cluster, filter)).take(TARGETS_MAX).collect()
}

fn is_served(object: &Object, view: &ServiceView) -> bool {
    !view.ports.is_empty() && object.object.name != "kubernetes"
}

fn of_service(cluster: &Cluster, object: &Object, view: &ServiceView) -> Vec<Target> {
    let own = &object.object;
    let mut ways = Vec::new();
    for port in view.ports.iter().filter(|port| port.protocol != "UDP") {
        if let Some(sender) = sender(cluster, object, view) {
            let number = if port.port == 80 { String::new() } else { format!(":{}", port.port) };
            let url = format!("http://{}.{}{number}/", own.name, own.namespace);
            let pod = sender.object.name.clone();
            let from = LoadOrigin::Pod { namespace: sender.object.namespace.clone(), pod };
            ways.push(Target { from, url, by: "" });
        }
        if let Some(address) = view.external.first() {
            let url = format!("http://{address}:{}/", port.port);
            ways.push(Target { from: LoadOrigin::Outside, url, by: "LoadBalancer" });
        }
        if let (Some(port), Some(ip)) = (port.node_port, node_ip(cluster)) {
            let url = format!("http://{ip}:{port}/");
            ways.push(Target { from: LoadOrigin::Outside, url, by: "NodePort" });
        }
    }
    ways
}

/// A Pod that can ask: one that runs, and rather none of those that would answer.
fn sender<'a>(cluster: &'a Cluster, service: &Object, view: &ServiceView) -> Option<&'a Object> {
    let runs = |pod: &PodView| pod.phase == "Running" && pod.node.is_some();
    let mine = |object: &Object| object.object.namespace == service.object.namespace;
    let pods = cluster.pods().filter(|(object, pod)| runs(pod) && mine(object));
    pods.map(|(object, _)| object).min_by_key(|object| {
        (super::selectors::matches(&view.selector, &object.labels), object.created_ms)
    })
}

fn node_ip(cluster: &Cluster) -> Option<&str> {
    let workers = cluster.nodes().map(|(_, node)| node);
    let ready = |node: &&NodeView| !node.control_plane && node.ready == "True";
    workers.filter(ready).map(|node| node.ip.as_str()).find(|ip| !ip.is_empty())
}

fn ingresses<'a>(cluster: &'a Cluster, filter: &'a Filter) -> impl Iterator<Item = Target> + 'a {
    let all = cluster.of_kind("Ingress").filter(|object| filter.shows(object));
    all.filter_map(|object| match &object.detail {
        Detail::Ingress(view) => {
            let host = view.rules.first().map(|rule| rule.host.as_str()).unwrap_or_default();
            let address = view.addresses.first()?;
            let host = if host.is_empty() { address } else { host };
            let path = view.rules.first().map_or("/", |rule| rule.path.as_str());
            let url = format!("http://{host}{path}");
            Some(Target { from: LoadOrigin::Outside, url, by: "Ingress" })
        }
        _ => None,
    })
}
