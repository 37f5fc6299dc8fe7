//! Ingresses and their classes.

use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, Ingress, IngressBackend, IngressClass, IngressSpec, IngressStatus,
};
use serde_json::Value;

use super::{AGE, Column, FieldErrors, NAME, Particulars, age, names, quoted};
use crate::time::Clock;

pub(super) const COLUMNS: &[Column] = &[
    NAME,
    Column::text(
        "Class",
        "The name of the IngressClass resource that should be used for additional configuration",
    ),
    Column::text(
        "Hosts",
        "Hosts that incoming requests are matched against before the ingress rule",
    ),
    Column::text("Address", "Address is a list containing ingress points for the load-balancer"),
    Column::text("Ports", "Ports of TLS configurations that open"),
    AGE,
];

pub(super) const CLASS_COLUMNS: &[Column] = &[
    NAME,
    Column::text("Controller", "Controller that is responsible for handling this class"),
    Column::text("Parameters", "A reference to a resource with additional parameters"),
    AGE,
];

const PATH_TYPES: &[&str] = &["Exact", "ImplementationSpecific", "Prefix"];
/// What no path may hold, and what none may end in.
const BAD_PARTS: &[&str] = &["//", "/./", "/../", "%2f", "%2F"];
const BAD_ENDS: &[&str] = &["/..", "/."];

impl Particulars for Ingress {
    const GENERATION: bool = true;

    fn begin(&mut self) {
        self.status = Some(IngressStatus { load_balancer: Some(Default::default()) });
    }

    fn keep(&mut self, old: &Ingress) {
        self.status.clone_from(&old.status);
    }

    fn take_status(&mut self, from: &Ingress) {
        self.status.clone_from(&from.status);
    }

    fn same_spec(&self, old: &Ingress) -> bool {
        self.spec == old.spec
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let none = IngressSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        let rules = spec.rules.as_deref().unwrap_or_default();
        if rules.is_empty() && spec.default_backend.is_none() {
            let detail = "either `defaultBackend` or `rules` must be specified";
            errors.invalid("spec", "[]networking.IngressRule(nil)", detail);
        }
        if let Some(backend) = &spec.default_backend {
            validate_backend(backend, "spec.defaultBackend", errors);
        }
        for (index, rule) in rules.iter().enumerate() {
            let path = format!("spec.rules[{index}]");
            validate_host(rule.host.as_deref().unwrap_or_default(), &path, errors);
            let Some(http) = &rule.http else { continue };
            if http.paths.is_empty() {
                errors.required(format!("{path}.http.paths"), "");
            }
            for (at, one) in http.paths.iter().enumerate() {
                validate_path(one, &format!("{path}.http.paths[{at}]"), errors);
            }
        }
        if let Some(class) = &spec.ingress_class_name {
            errors.check("spec.ingressClassName", class, names::subdomain);
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let none = IngressSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        let ports =
            if spec.tls.as_ref().is_some_and(|tls| !tls.is_empty()) { "80, 443" } else { "80" };
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            spec.ingress_class_name.clone().unwrap_or_else(|| "<none>".to_owned()).into(),
            hosts(spec).into(),
            addresses(self).join(",").into(),
            ports.into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
        ]
    }
}

fn hosts(spec: &IngressSpec) -> String {
    let named = spec.rules.iter().flatten().filter_map(|rule| rule.host.as_deref());
    let named: Vec<&str> = named.filter(|host| !host.is_empty()).collect();
    match named.len() {
        0 => "*".to_owned(),
        1..=3 => named.join(","),
        more => format!("{} + {} more...", named[..3].join(","), more - 3),
    }
}

fn addresses(ingress: &Ingress) -> Vec<String> {
    let status = ingress.status.as_ref().and_then(|status| status.load_balancer.as_ref());
    let points = status.and_then(|status| status.ingress.as_ref()).into_iter().flatten();
    let address = |one: &k8s_openapi::api::networking::v1::IngressLoadBalancerIngress| {
        one.ip.clone().or_else(|| one.hostname.clone())
    };
    let mut addresses: Vec<String> = points.filter_map(address).collect();
    addresses.sort();
    addresses
}

fn validate_host(host: &str, path: &str, errors: &mut FieldErrors) {
    if host.is_empty() {
        return;
    }
    let field = format!("{path}.host");
    if host.parse::<std::net::IpAddr>().is_ok() {
        errors.invalid(field.clone(), quoted(host), "must be a DNS name, not an IP address");
    }
    match host.strip_prefix("*.") {
        Some(rest) if names::subdomain(rest).is_empty() => {}
        None if !host.contains('*') => errors.check(field, host, names::subdomain),
        _ => {
            let detail = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid \
                          DNS subdomain, which must consist of lower case alphanumeric characters, \
                          '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', \
                          regex used for validation is \
                          '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
            errors.invalid(field, quoted(host), detail);
        }
    }
}

fn validate_path(one: &HTTPIngressPath, path: &str, errors: &mut FieldErrors) {
    let text = one.path.as_deref().unwrap_or_default();
    let field = format!("{path}.path");
    match &*one.path_type {
        "" => errors.required(format!("{path}.pathType"), "pathType must be specified"),
        "Exact" | "Prefix" => {
            if !text.starts_with('/') {
                errors.invalid(field.clone(), quoted(text), "must be an absolute path");
            }
            for part in BAD_PARTS.iter().filter(|part| text.contains(**part)) {
                errors.invalid(field.clone(), quoted(text), format!("must not contain '{part}'"));
            }
            for end in BAD_ENDS.iter().filter(|end| text.ends_with(**end)) {
                errors.invalid(field.clone(), quoted(text), format!("cannot end with '{end}'"));
            }
        }
        "ImplementationSpecific" => {
            if !text.is_empty() && !text.starts_with('/') {
                errors.invalid(field, quoted(text), "must be an absolute path");
            }
        }
        other => errors.not_supported(format!("{path}.pathType"), other, PATH_TYPES),
    }
    validate_backend(&one.backend, &format!("{path}.backend"), errors);
}

fn validate_backend(backend: &IngressBackend, path: &str, errors: &mut FieldErrors) {
    match (&backend.service, &backend.resource) {
        (Some(_), Some(_)) => {
            errors.invalid(path, "\"\"", "cannot set both resource and service backends");
        }
        (None, None) => errors.invalid(path, "\"\"", "resource or service backend is required"),
        (None, Some(resource)) => {
            if resource.kind.is_empty() {
                errors.required(format!("{path}.resource.kind"), "kind is required");
            }
            if resource.name.is_empty() {
                errors.required(format!("{path}.resource.name"), "name is required");
            }
        }
        (Some(service), None) => {
            let name = format!("{path}.service.name");
            if service.name.is_empty() {
                errors.required(name, "");
            } else {
                errors.check(name, &service.name, names::label_1035);
            }
            let port = service.port.clone().unwrap_or_default();
            let named = port.name.filter(|name| !name.is_empty());
            let number = port.number.filter(|number| *number != 0);
            match (named, number) {
                (Some(_), Some(_)) => {
                    errors.invalid(path, "\"\"", "cannot set both port name & port number");
                }
                (Some(name), None) => {
                    errors.check(format!("{path}.service.port.name"), &name, names::port_name);
                }
                (None, Some(number)) => {
                    for detail in names::port_number(number) {
                        errors.invalid(format!("{path}.service.port.number"), number, detail);
                    }
                }
                (None, None) => errors.required(path, "port name or number is required"),
            }
        }
    }
}

impl Particulars for IngressClass {
    const GENERATION: bool = true;

    fn same_spec(&self, old: &IngressClass) -> bool {
        self.spec == old.spec
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let controller = self.spec.as_ref().and_then(|spec| spec.controller.as_deref());
        match controller.unwrap_or_default() {
            "" => errors.required("spec.controller", ""),
            controller => {
                let parts = controller.split_once('/');
                let fits = parts.is_some_and(|(domain, path)| {
                    names::subdomain(domain).is_empty() && !path.is_empty()
                });
                if !fits {
                    let detail = "must be a domain-prefixed path (such as \"acme.io/foo\")";
                    errors.invalid("spec.controller", quoted(controller), detail);
                }
            }
        }
    }

    fn validate_update(&self, old: &IngressClass, errors: &mut FieldErrors) {
        let controller = |class: &IngressClass| class.spec.clone().and_then(|spec| spec.controller);
        if controller(self) != controller(old) {
            let now = quoted(&controller(self).unwrap_or_default());
            errors.invalid("spec.controller", now, "field is immutable");
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let spec = self.spec.clone().unwrap_or_default();
        let parameters = spec.parameters.map_or_else(
            || "<none>".to_owned(),
            |one| {
                let group = one.api_group.map(|group| format!(".{group}")).unwrap_or_default();
                format!("{}{group}/{}", one.kind, one.name)
            },
        );
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            spec.controller.unwrap_or_default().into(),
            parameters.into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
        ]
    }
}
