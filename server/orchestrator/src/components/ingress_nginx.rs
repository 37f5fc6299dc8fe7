//! The Ingress controller's other half: while one of its Pods is ready it tells each Ingress at
//! which address it is reached. Without such a Pod an Ingress is but an object.
//! <https://kubernetes.github.io/ingress-nginx/>

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Pod, Service};
use k8s_openapi::api::networking::v1::{
    Ingress, IngressClass, IngressLoadBalancerIngress, IngressLoadBalancerStatus, IngressStatus,
};
use serde_json::json;

use crate::call::{Call, EventRecord, Regarding};
use crate::component::{ComponentRow, Host, Interest, Memory, Outcome, View};
use crate::components::pods;
use crate::network::ingress::{CLASS_ANNOTATION, CONTROLLER};
use crate::network::net::balancer_ips;
use crate::object::{Key, Kind, Object};
use crate::time::Millis;

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "nginx-ingress-controller",
    host: Host::Addon,
    watches: &[Kind::Ingress, Kind::IngressClass, Kind::Pod, Kind::Service],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| view.cache.of_kind(Kind::Ingress).map(Object::key).collect(),
    serial: false,
    decide,
};

/// `--status-update-interval`: the leader writes addresses once a minute.
const STATUS_MS: Millis = 60_000;
const IMAGE: &str = "ingress-nginx/controller";

fn keys(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let Some(object) = after.or(before) else { return Vec::new() };
    let concerns_all = match object {
        Object::Ingress(_) => return vec![object.key()],
        Object::Pod(pod) => is_controller(pod),
        Object::Service(service) => balancer_ips(service).next().is_some(),
        _ => true,
    };
    if !concerns_all {
        return Vec::new();
    }
    view.cache.of_kind(Kind::Ingress).map(Object::key).collect()
}

fn is_controller(pod: &Pod) -> bool {
    let mut containers = pod.spec.iter().flat_map(|spec| &spec.containers);
    containers.any(|one| one.image.as_deref().is_some_and(|image| image.contains(IMAGE)))
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let forget = || Outcome { remember: view.memory.get(key).map(|_| None), ..Outcome::nothing() };
    let Some(object @ Object::Ingress(ingress)) = view.cache.get(key) else { return forget() };
    let ready = |pod: &&Arc<Pod>| is_controller(pod) && pods::is_ready(pod);
    let Some(controller) = view.cache.all::<Pod>().find(ready) else { return forget() };
    if !is_ours(view, ingress) || object.is_deleting() {
        return forget();
    }
    let known = view.memory.get(key);
    let number = |word: &str| known.and_then(|known| known.get(word)?.as_i64());
    let generation = ingress.metadata.generation.unwrap_or_default();
    let now = view.clock.now.0;
    let next_minute = now - now.rem_euclid(STATUS_MS) + STATUS_MS;
    let due = number("due").unwrap_or(next_minute);
    let mut outcome = Outcome::nothing();
    if number("generation") != Some(generation) {
        outcome = outcome.event(EventRecord {
            regarding: Regarding::object(object),
            event_type: "Normal",
            reason: "Sync".to_owned(),
            message: "Scheduled for sync".to_owned(),
        });
    }
    let memory =
        |due: Option<i64>| -> Memory { Arc::new(json!({"generation": generation, "due": due})) };
    let points = addresses(view, controller);
    let status = ingress.status.as_ref().and_then(|status| status.load_balancer.as_ref());
    let told = status.and_then(|status| status.ingress.clone()).unwrap_or_default();
    if told == points || points.is_empty() {
        return Outcome { remember: Some(Some(memory(None))), ..outcome };
    }
    if now < due {
        outcome.remember = Some(Some(memory(Some(due))));
        return outcome.requeue_after(due - now);
    }
    outcome.remember = Some(Some(memory(None)));
    let status =
        IngressStatus { load_balancer: Some(IngressLoadBalancerStatus { ingress: Some(points) }) };
    let updated = Ingress { status: Some(status), ..ingress.as_ref().clone() };
    outcome.call(Call::UpdateStatus(updated.into()))
}

fn is_ours(view: &View<'_>, ingress: &Ingress) -> bool {
    let class = ingress.spec.as_ref().and_then(|spec| spec.ingress_class_name.clone());
    let old = ingress.metadata.annotations.as_ref().and_then(|all| all.get(CLASS_ANNOTATION));
    let name = class.or_else(|| old.cloned());
    let class = name.and_then(|name| view.cache.get_typed::<IngressClass>("", &name));
    class
        .and_then(|class| class.spec.as_ref()?.controller.as_deref())
        .is_some_and(|controller| controller == CONTROLLER)
}

/// Those of the Service that publishes it (`--publish-service`), else of its node.
fn addresses(view: &View<'_>, controller: &Pod) -> Vec<IngressLoadBalancerIngress> {
    let namespace = controller.metadata.namespace.as_deref().unwrap_or_default();
    let containers = controller.spec.iter().flat_map(|spec| &spec.containers);
    let mut arguments =
        containers.flat_map(|container| container.args.iter().chain(&container.command).flatten());
    let published = arguments.find_map(|one| one.strip_prefix("--publish-service="));
    let ips: Vec<String> = match published {
        Some(name) => {
            let name = name.rsplit('/').next().unwrap_or(name);
            let service = view.cache.get_typed::<Service>(namespace, name);
            service.into_iter().flat_map(|one| balancer_ips(one)).map(str::to_owned).collect()
        }
        None => {
            let status = controller.status.as_ref();
            status.and_then(|status| status.host_ip.clone()).into_iter().collect()
        }
    };
    let point = |ip| IngressLoadBalancerIngress { ip: Some(ip), ..Default::default() };
    ips.into_iter().map(point).collect()
}
