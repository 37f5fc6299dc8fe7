//! Ingresses and NetworkPolicies as the page draws them.

use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, Ingress, IngressBackend, IngressRule, NetworkPolicy,
};
use orchestrator::kinds::selectors;
use protocol::{IngressRuleView, IngressView, NetworkPolicyView};

pub(super) fn ingress(ingress: &Ingress) -> IngressView {
    let Some(spec) = &ingress.spec else { return IngressView::default() };
    let rules = spec.rules.iter().flatten().flat_map(of_rule);
    let default = spec.default_backend.as_ref().map(|backend| backed("", "", backend));
    let balancer = ingress.status.as_ref().and_then(|status| status.load_balancer.as_ref());
    let points = balancer.and_then(|balancer| balancer.ingress.as_ref());
    let address = |ip: &Option<String>, name: &Option<String>| ip.clone().or_else(|| name.clone());
    IngressView {
        class: spec.ingress_class_name.clone(),
        rules: rules.chain(default).collect(),
        addresses: points
            .into_iter()
            .flatten()
            .filter_map(|point| address(&point.ip, &point.hostname))
            .collect(),
    }
}

fn of_rule(rule: &IngressRule) -> impl Iterator<Item = IngressRuleView> {
    let host = rule.host.as_deref().unwrap_or_default();
    let paths = rule.http.iter().flat_map(|http| &http.paths);
    paths.map(move |path: &HTTPIngressPath| {
        backed(host, path.path.as_deref().unwrap_or("/"), &path.backend)
    })
}

fn backed(host: &str, path: &str, backend: &IngressBackend) -> IngressRuleView {
    let service = backend.service.as_ref();
    let port = service.and_then(|service| service.port.as_ref());
    let port = port.and_then(|port| port.name.clone().or(port.number.map(|it| it.to_string())));
    IngressRuleView {
        host: host.to_owned(),
        path: path.to_owned(),
        service: service.map(|service| service.name.clone()).unwrap_or_default(),
        port: port.unwrap_or_default(),
    }
}

pub(super) fn policy(policy: &NetworkPolicy) -> NetworkPolicyView {
    let Some(spec) = &policy.spec else { return NetworkPolicyView::default() };
    let types = spec.policy_types.as_deref().unwrap_or_default();
    let rules_over = |kind: &str| types.iter().any(|it| it == kind);
    let selector = spec.pod_selector.clone().unwrap_or_default();
    let count_in = spec.ingress.as_ref().map_or(0, Vec::len);
    let count_out = spec.egress.as_ref().map_or(0, Vec::len);
    NetworkPolicyView {
        selector: selectors::show(&selector),
        labels: selector.match_labels.unwrap_or_default(),
        lets_in: rules_over("Ingress").then_some(count_in),
        lets_out: rules_over("Egress").then_some(count_out),
    }
}
