//! What each namespace gets by itself: the ServiceAccount `default`, and the ConfigMap
//! `kube-root-ca.crt` with which Pods check the API server's certificate.

use k8s_openapi::api::core::v1::{ConfigMap, ServiceAccount};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::call::Call;
use crate::component::{ComponentRow, Host, Interest, Outcome, View};
use crate::object::{Key, Kind, Object};

pub(super) static SERVICE_ACCOUNT: ComponentRow = ComponentRow {
    name: "serviceaccount-controller",
    host: Host::ControllerManager,
    watches: &[Kind::Namespace, Kind::ServiceAccount],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| view.cache.of_kind(Kind::Namespace).map(Object::key).collect(),
    serial: false,
    decide: |view, key| missing(view, key, Kind::ServiceAccount, "default", service_account),
};

pub(super) static ROOT_CA: ComponentRow = ComponentRow {
    name: "root-ca-certificate-publisher-controller",
    host: Host::ControllerManager,
    watches: &[Kind::Namespace, Kind::ConfigMap],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| view.cache.of_kind(Kind::Namespace).map(Object::key).collect(),
    serial: false,
    decide: |view, key| missing(view, key, Kind::ConfigMap, "kube-root-ca.crt", root_ca),
};

/// A namespace that is new; the namespace of something that is gone.
fn keys(_: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    match (before, after) {
        (_, Some(object @ Object::Namespace(_))) => vec![object.key()],
        (Some(gone), None) => vec![Key::new(Kind::Namespace, "", gone.namespace())],
        _ => Vec::new(),
    }
}

fn missing(
    view: &View<'_>,
    namespace: &Key,
    kind: Kind,
    name: &str,
    make: fn(ObjectMeta) -> Object,
) -> Outcome {
    let active = view.cache.get(namespace).is_some_and(|object| !object.is_deleting());
    let there = view.cache.get(&Key::new(kind, namespace.name(), name)).is_some();
    if !active || there {
        return Outcome::nothing();
    }
    let metadata = ObjectMeta {
        name: Some(name.to_owned()),
        namespace: Some(namespace.name().to_owned()),
        ..ObjectMeta::default()
    };
    Outcome::nothing().call(Call::Create(make(metadata)))
}

fn service_account(metadata: ObjectMeta) -> Object {
    ServiceAccount { metadata, ..ServiceAccount::default() }.into()
}

/// The model has no certificates: this stands where one would.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\n\
    VGhlIG1vZGVsIGhhcyBubyBjZXJ0aWZpY2F0ZXM6IHRoaXMgc3RhbmRzIHdoZXJlIG9uZSB3b3VsZC4=\n\
    -----END CERTIFICATE-----\n";

fn root_ca(mut metadata: ObjectMeta) -> Object {
    let description = "Contains a CA bundle that can be used to verify the kube-apiserver when \
                       using internal endpoints such as the internal service IP or \
                       kubernetes.default.svc. No other usage is guaranteed across distributions \
                       of Kubernetes clusters.";
    metadata.annotations =
        Some([("kubernetes.io/description".to_owned(), description.to_owned())].into());
    let data = [("ca.crt".to_owned(), CERTIFICATE.to_owned())].into();
    ConfigMap { metadata, data: Some(data), ..ConfigMap::default() }.into()
}
