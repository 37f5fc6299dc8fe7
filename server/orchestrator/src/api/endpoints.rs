//! The legacy `Endpoints` of Services: written from their EndpointSlices, and, for Services without
//! a selector, EndpointSlices written from what somebody has put into Endpoints.
//! <https://kubernetes.io/docs/concepts/services-networking/service/#endpoints>
//!
//! In Kubernetes two controllers do so. Here it happens with the write that they would hear of.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{
    EndpointAddress, EndpointPort, EndpointSubset, Endpoints, Service,
};
use k8s_openapi::api::discovery::v1::{self as discovery, EndpointSlice};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};

use super::draft::Planned;
use super::{ApiServer, Cause};
use crate::digest::Digest;
use crate::object::{Key, Kind, Object, Typed};
use crate::store::Objects;

/// What clients hear who ask for Endpoints.
pub(super) const DEPRECATED: &str =
    "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";
const SERVICE_LABEL: &str = "kubernetes.io/service-name";
const SLICE_MANAGER_LABEL: &str = "endpointslice.kubernetes.io/managed-by";
const MIRRORER: &str = "endpointslicemirroring-controller.k8s.io";
const MANAGER_LABEL: (&str, &str) = ("endpoints.kubernetes.io/managed-by", "endpoint-controller");
const HEADLESS_LABEL: &str = "service.kubernetes.io/headless";
const TRIGGER_TIME: &str = "endpoints.kubernetes.io/last-change-trigger-time";
const OVER_CAPACITY: (&str, &str) = ("endpoints.kubernetes.io/over-capacity", "truncated");
const ADDRESSES_MAX: usize = 1000;

/// A Service whose Endpoints may have to be written: namespace, name, and whether it has gone.
pub(super) type Concerned = (String, String, bool);

/// Whose Endpoints may have to be written after a change.
pub(super) fn concerned(change: &Planned) -> Option<Concerned> {
    let (Planned::Put(object) | Planned::Remove(object)) = change;
    let gone = matches!((change, object), (Planned::Remove(_), Object::Service(_)));
    let place = |name: &str| Some((object.namespace().to_owned(), name.to_owned(), gone));
    match object {
        Object::EndpointSlice(slice) if !is_mirrored(slice) => place(service_of(slice)?),
        Object::Endpoints(_) | Object::Service(_) => place(object.name()),
        _ => None,
    }
}

fn service_of(slice: &EndpointSlice) -> Option<&str> {
    slice.metadata.labels.as_ref()?.get(SERVICE_LABEL).map(String::as_str)
}

fn is_mirrored(slice: &EndpointSlice) -> bool {
    let labels = slice.metadata.labels.as_ref();
    labels.and_then(|labels| labels.get(SLICE_MANAGER_LABEL)).is_some_and(|by| by == MIRRORER)
}

impl ApiServer<'_> {
    /// Writes the Endpoints of Services that are concerned, and the slices of those without a
    /// selector.
    pub(super) fn mirror(&mut self, concerned: &BTreeSet<Concerned>, cause: &Cause) {
        for (namespace, name, gone) in concerned {
            let objects = self.store.objects();
            let key = Key::new(Kind::Endpoints, namespace, name);
            let endpoints = objects.get(&key);
            let change = match objects.get_typed::<Service>(namespace, name) {
                None => endpoints.filter(|_| *gone).cloned().map(Planned::Remove),
                Some(_) if is_going(objects, namespace) => None,
                Some(service) if is_ours(service) => {
                    self.wanted(service, endpoints).map(Planned::Put)
                }
                Some(service) => self.mirrored(service, endpoints),
            };
            let Some(mut change) = change else { continue };
            let (Planned::Put(object) | Planned::Remove(object)) = &mut change;
            object.metadata_mut().resource_version = Some(self.store.next_rev().to_string());
            self.commit_one(change, cause);
        }
    }

    /// The Endpoints of a Service, if they are others than those that there are.
    fn wanted(&self, service: &Service, known: Option<&Object>) -> Option<Object> {
        let meta = &service.metadata;
        let (namespace, name) = (meta.namespace.as_deref()?, meta.name.as_deref()?);
        let slices = self.store.objects().all_in::<EndpointSlice>(namespace);
        let slices = slices.filter(|slice| !is_mirrored(slice) && service_of(slice) == Some(name));
        let (subsets, truncated) = subsets(slices.map(|slice| &**slice));
        let mut labels = meta.labels.clone().unwrap_or_default();
        labels.insert(MANAGER_LABEL.0.to_owned(), MANAGER_LABEL.1.to_owned());
        let cluster_ip = service.spec.as_ref().and_then(|spec| spec.cluster_ip.as_deref());
        if cluster_ip == Some("None") {
            labels.insert(HEADLESS_LABEL.to_owned(), String::new());
        }
        let known = known.and_then(Endpoints::of);
        let same = known.is_some_and(|known| {
            known.subsets == subsets && known.metadata.labels.as_ref() == Some(&labels)
        });
        if same {
            return None;
        }
        let mut annotations =
            BTreeMap::from([(TRIGGER_TIME.to_owned(), self.clock.time().0.to_string())]);
        if truncated {
            annotations.insert(OVER_CAPACITY.0.to_owned(), OVER_CAPACITY.1.to_owned());
        }
        let begun = known.map_or_else(|| self.begun(service, "Endpoints"), |k| k.metadata.clone());
        let metadata = ObjectMeta {
            labels: Some(labels),
            annotations: Some(annotations),
            name: Some(name.to_owned()),
            ..begun
        };
        Some(Endpoints { metadata, subsets }.into())
    }

    /// The metadata of what is made for a Service. Its UID follows from the Service's: what is made
    /// beside other writes takes no chance from them.
    fn begun(&self, service: &Service, what: &str) -> ObjectMeta {
        let uid = service.metadata.uid.as_deref().unwrap_or_default();
        let hash = Digest::of([what.as_bytes(), uid.as_bytes()]).to_string();
        ObjectMeta {
            namespace: service.metadata.namespace.clone(),
            uid: Some(format!(
                "{}-{}-4{}-a{}-{}",
                &hash[..8],
                &hash[8..12],
                &hash[13..16],
                &hash[17..20],
                &hash[20..32]
            )),
            creation_timestamp: Some(self.clock.time()),
            ..ObjectMeta::default()
        }
    }

    /// The slice of what somebody has put into the Endpoints of a Service without a selector.
    fn mirrored(&self, service: &Service, endpoints: Option<&Object>) -> Option<Planned> {
        let meta = &service.metadata;
        let (namespace, name) = (meta.namespace.as_deref()?, meta.name.as_deref()?);
        let mut slices = self.store.objects().all_in::<EndpointSlice>(namespace);
        let known = slices.find(|slice| is_mirrored(slice) && service_of(slice) == Some(name));
        let subset = endpoints
            .and_then(Endpoints::of)
            .and_then(|endpoints| endpoints.subsets.as_ref()?.first().cloned());
        let Some(subset) = subset else {
            return known.map(|known| Planned::Remove(Object::EndpointSlice(known.clone())));
        };
        let begun = match known {
            Some(known) => known.metadata.clone(),
            None => {
                let begun = self.begun(service, "EndpointSlice");
                let letters = begun.uid.as_deref().map(crate::random::safe_encode);
                let name = format!("{name}-{}", &letters.unwrap_or_default()[..5]);
                ObjectMeta { name: Some(name), generation: Some(1), ..begun }
            }
        };
        let slice = EndpointSlice { metadata: begun, ..slice_of(&subset) };
        let slice = EndpointSlice {
            metadata: ObjectMeta {
                labels: Some(BTreeMap::from([
                    (SERVICE_LABEL.to_owned(), name.to_owned()),
                    (SLICE_MANAGER_LABEL.to_owned(), MIRRORER.to_owned()),
                ])),
                owner_references: Some(vec![OwnerReference {
                    api_version: "v1".to_owned(),
                    kind: "Service".to_owned(),
                    name: name.to_owned(),
                    uid: meta.uid.clone().unwrap_or_default(),
                    controller: Some(true),
                    block_owner_deletion: Some(true),
                }]),
                ..slice.metadata
            },
            ..slice
        };
        let same = known
            .is_some_and(|known| known.endpoints == slice.endpoints && known.ports == slice.ports);
        (!same).then(|| Planned::Put(slice.into()))
    }
}

fn is_going(objects: &Objects, namespace: &str) -> bool {
    let namespace = objects.get(&Key::new(Kind::Namespace, "", namespace));
    namespace.is_none_or(Object::is_deleting)
}

/// Whether a Service's Endpoints are written for it: those of others are their owners' business.
fn is_ours(service: &Service) -> bool {
    let selector = service.spec.as_ref().and_then(|spec| spec.selector.as_ref());
    let meta = &service.metadata;
    let (namespace, name) = (meta.namespace.as_deref(), meta.name.as_deref());
    let place = (namespace.unwrap_or_default(), name.unwrap_or_default());
    let has_selector = selector.is_some_and(|selector| !selector.is_empty());
    has_selector || place == ("default", "kubernetes")
}

/// The addresses of slices, those of the same ports together.
fn subsets<'a>(
    slices: impl Iterator<Item = &'a EndpointSlice>,
) -> (Option<Vec<EndpointSubset>>, bool) {
    let mut groups: BTreeMap<String, EndpointSubset> = BTreeMap::new();
    let (mut count, mut truncated) = (0, false);
    for slice in slices {
        let ports: Vec<EndpointPort> = slice.ports.iter().flatten().map(port).collect();
        for endpoint in slice.endpoints.iter().flatten() {
            let conditions = endpoint.conditions.clone().unwrap_or_default();
            if conditions.terminating == Some(true) {
                continue;
            }
            if count == ADDRESSES_MAX {
                truncated = true;
                break;
            }
            count += 1;
            let group = groups.entry(format!("{ports:?}")).or_insert_with(|| EndpointSubset {
                ports: Some(ports.clone()).filter(|ports| !ports.is_empty()),
                ..EndpointSubset::default()
            });
            let list = match conditions.ready {
                Some(false) => &mut group.not_ready_addresses,
                _ => &mut group.addresses,
            };
            list.get_or_insert_default().push(address(endpoint));
        }
    }
    let mut subsets: Vec<EndpointSubset> = groups.into_values().collect();
    for subset in &mut subsets {
        for list in [&mut subset.addresses, &mut subset.not_ready_addresses] {
            list.iter_mut().for_each(|list| list.sort_by(|a, b| a.ip.cmp(&b.ip)));
        }
    }
    (Some(subsets).filter(|subsets| !subsets.is_empty()), truncated)
}

fn address(endpoint: &discovery::Endpoint) -> EndpointAddress {
    EndpointAddress {
        ip: endpoint.addresses.first().cloned().unwrap_or_default(),
        hostname: endpoint.hostname.clone(),
        node_name: endpoint.node_name.clone(),
        target_ref: endpoint.target_ref.clone(),
    }
}

fn port(port: &discovery::EndpointPort) -> EndpointPort {
    EndpointPort {
        name: port.name.clone().filter(|name| !name.is_empty()),
        port: port.port.unwrap_or_default(),
        protocol: port.protocol.clone(),
        app_protocol: port.app_protocol.clone(),
    }
}

/// What a slice says of a subset of Endpoints. There is one: several are beyond what is modelled.
fn slice_of(subset: &EndpointSubset) -> EndpointSlice {
    let endpoint = |one: &EndpointAddress, ready: bool| discovery::Endpoint {
        addresses: vec![one.ip.clone()],
        conditions: Some(discovery::EndpointConditions {
            ready: Some(ready),
            ..discovery::EndpointConditions::default()
        }),
        hostname: one.hostname.clone(),
        node_name: one.node_name.clone(),
        target_ref: one.target_ref.clone(),
        ..discovery::Endpoint::default()
    };
    let ready = subset.addresses.iter().flatten().map(|one| endpoint(one, true));
    let others = subset.not_ready_addresses.iter().flatten().map(|one| endpoint(one, false));
    let port = |port: &EndpointPort| discovery::EndpointPort {
        name: Some(port.name.clone().unwrap_or_default()),
        port: Some(port.port),
        protocol: Some(port.protocol.clone().unwrap_or_else(|| "TCP".to_owned())),
        app_protocol: port.app_protocol.clone(),
    };
    EndpointSlice {
        metadata: ObjectMeta::default(),
        address_type: "IPv4".to_owned(),
        endpoints: Some(ready.chain(others).collect()),
        ports: Some(subset.ports.iter().flatten().map(port).collect()),
    }
}
