//! A sender's resolver: what its `/etc/hosts` and `/etc/resolv.conf` make of a name.

use k8s_openapi::api::core::v1::Pod;

use super::{CLUSTER_DOMAIN, UPSTREAM};
use crate::network::net::{Net, Source, on_host};

/// `/etc/resolv.conf`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resolver {
    pub(crate) servers: Vec<String>,
    pub(crate) searches: Vec<String>,
    pub(crate) ndots: usize,
    /// Those of `dnsConfig` that change nothing here: `edns0`, `timeout:1`.
    pub(crate) options: Vec<String>,
}

impl Resolver {
    /// A sender's, as its kubelet has written it.
    pub(crate) fn of(net: &Net<'_>, source: &Source) -> Resolver {
        let pod = source.of_pod.as_ref().and_then(|key| net.pod(key));
        match pod {
            Some(pod) => Resolver::of_pod(pod, &super::server_of(net)),
            None => Resolver::of_machine(),
        }
    }

    /// That of a machine that is no Pod.
    fn of_machine() -> Resolver {
        Resolver { servers: vec![UPSTREAM.to_owned()], ndots: 1, ..Resolver::default() }
    }

    /// By `dnsPolicy` and `dnsConfig`.
    pub(crate) fn of_pod(pod: &Pod, server: &str) -> Resolver {
        let spec = pod.spec.clone().unwrap_or_default();
        let policy = spec.dns_policy.as_deref().unwrap_or("ClusterFirst");
        let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
        let mut resolver = match policy {
            "None" => Resolver { ndots: 1, ..Resolver::default() },
            "Default" => Resolver::of_machine(),
            "ClusterFirst" if on_host(pod) => Resolver::of_machine(),
            _ => Resolver {
                servers: vec![server.to_owned()],
                searches: vec![
                    format!("{namespace}.svc.{CLUSTER_DOMAIN}"),
                    format!("svc.{CLUSTER_DOMAIN}"),
                    CLUSTER_DOMAIN.to_owned(),
                ],
                ndots: 5,
                options: Vec::new(),
            },
        };
        if let Some(config) = &spec.dns_config {
            resolver.servers.extend(config.nameservers.iter().flatten().cloned());
            resolver.searches.extend(config.searches.iter().flatten().cloned());
            let ndots = config.options.iter().flatten();
            let ndots = ndots.filter(|option| option.name.as_deref() == Some("ndots"));
            let ndots = ndots.filter_map(|option| option.value.as_ref()?.parse().ok()).next_back();
            resolver.ndots = ndots.unwrap_or(resolver.ndots);
            for option in config.options.iter().flatten() {
                let name = option.name.clone().unwrap_or_default();
                match &option.value {
                    _ if name == "ndots" => {}
                    Some(value) => resolver.options.push(format!("{name}:{value}")),
                    None => resolver.options.push(name),
                }
            }
        }
        resolver
    }

    /// The names that are asked for in turn.
    pub(crate) fn candidates(&self, name: &str) -> Vec<String> {
        if let Some(absolute) = name.strip_suffix('.') {
            return vec![absolute.to_owned()];
        }
        let searched = self.searches.iter().map(|domain| format!("{name}.{domain}"));
        let as_it_is = std::iter::once(name.to_owned());
        if name.matches('.').count() >= self.ndots {
            as_it_is.chain(searched).collect()
        } else {
            searched.chain(as_it_is).collect()
        }
    }

    /// The file's text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if !self.searches.is_empty() {
            text.push_str(&format!("search {}\n", self.searches.join(" ")));
        }
        for server in &self.servers {
            text.push_str(&format!("nameserver {server}\n"));
        }
        let ndots = (self.ndots != 1).then(|| format!("ndots:{}", self.ndots));
        let options: Vec<String> = ndots.into_iter().chain(self.options.iter().cloned()).collect();
        if !options.is_empty() {
            text.push_str(&format!("options {}\n", options.join(" ")));
        }
        text
    }
}

/// What `/etc/hosts` says of a name: it is looked at before any server is asked.
pub(crate) fn hosts(net: &Net<'_>, source: &Source, name: &str) -> Option<String> {
    if name == "localhost" {
        return Some("127.0.0.1".to_owned());
    }
    let key = source.of_pod.as_ref()?;
    let pod = net.pod(key)?;
    let spec = pod.spec.as_ref()?;
    let hostname = spec.hostname.as_deref().filter(|name| !name.is_empty()).unwrap_or(key.name());
    if name == hostname {
        return Some(source.ip.clone());
    }
    let mut aliases = spec.host_aliases.iter().flatten();
    let found = aliases.find(|alias| alias.hostnames.iter().flatten().any(|one| one == name));
    found.map(|alias| alias.ip.clone())
}
