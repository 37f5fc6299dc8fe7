//! Kubernetes objects as the model holds them: typed, shared, cheap to clone.

use std::borrow::Cow;
use std::sync::Arc;

use k8s_openapi::Metadata;
use k8s_openapi::api::{
    apps, autoscaling, batch, coordination, core, discovery, networking, policy, rbac, scheduling,
    storage,
};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use serde::{Deserialize, Serialize};
use serde_json::Value;

mod custom;

pub use custom::{CustomResource, Served};

macro_rules! kinds {
    ($($kind:ident: $type:ty),* $(,)?) => {
        /// The kinds of the model. What else is known of each stands in [`crate::kinds`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Kind {
            $($kind,)*
            /// All that CustomResourceDefinitions define.
            Custom,
        }

        impl Kind {
            /// The kinds that the API has by itself.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind),*];
            /// These, and what is defined.
            pub const EVERY: &'static [Kind] = &[$(Kind::$kind,)* Kind::Custom];

            /// `Pod`, `Deployment`, …
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$kind => stringify!($kind),)* Kind::Custom => "CustomResource" }
            }

            /// `v1`, `apps/v1`, …
            pub const fn api_version(self) -> &'static str {
                match self {
                    $(Kind::$kind => <$type as k8s_openapi::Resource>::API_VERSION,)*
                    Kind::Custom => "",
                }
            }

            /// Empty for the core group.
            pub const fn group(self) -> &'static str {
                match self {
                    $(Kind::$kind => <$type as k8s_openapi::Resource>::GROUP,)*
                    Kind::Custom => "",
                }
            }

            pub const fn version(self) -> &'static str {
                match self {
                    $(Kind::$kind => <$type as k8s_openapi::Resource>::VERSION,)*
                    Kind::Custom => "",
                }
            }

            /// The plural in paths: `pods`.
            pub const fn plural(self) -> &'static str {
                match self {
                    $(Kind::$kind => <$type as k8s_openapi::Resource>::URL_PATH_SEGMENT,)*
                    Kind::Custom => "",
                }
            }

            /// Whether its objects live in namespaces; of what is defined, some.
            pub const fn is_namespaced(self) -> bool {
                match self {
                    $(Kind::$kind => <<$type as k8s_openapi::Resource>::Scope as Scope>::NAMESPACED,)*
                    Kind::Custom => true,
                }
            }

            /// The JSON schema of the kind's type; what it refers to goes to the generator.
            pub(crate) fn schema(self, generator: &mut schemars::SchemaGenerator) {
                match self {
                    $(Kind::$kind => drop(generator.subschema_for::<$type>()),)*
                    Kind::Custom => {}
                }
            }
        }

        /// An object of any kind, as stored at one revision. Cloning shares it.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Object {
            $($kind(Arc<$type>),)*
            Custom(Arc<CustomResource>),
        }

        impl Object {
            pub const fn kind(&self) -> Kind {
                match self { $(Object::$kind(_) => Kind::$kind,)* Object::Custom(_) => Kind::Custom }
            }

            pub fn metadata(&self) -> &ObjectMeta {
                match self {
                    $(Object::$kind(object) => object.metadata(),)*
                    Object::Custom(object) => &object.metadata,
                }
            }

            /// The metadata to change: copies the object if it is shared.
            pub fn metadata_mut(&mut self) -> &mut ObjectMeta {
                match self {
                    $(Object::$kind(object) => Arc::make_mut(object).metadata_mut(),)*
                    Object::Custom(object) => &mut Arc::make_mut(object).metadata,
                }
            }

            /// The object as JSON, with `apiVersion` and `kind`.
            ///
            /// # Panics
            /// Never: all fields of these types have JSON forms.
            pub fn to_json(&self) -> Value {
                let json = match self {
                    $(Object::$kind(object) => serde_json::to_value(object.as_ref()),)*
                    Object::Custom(object) => Ok(object.to_json()),
                };
                json.expect("a Kubernetes object has a JSON form")
            }

            fn write_fields(&self, out: &mut Vec<u8>) {
                let written = match self {
                    $(Object::$kind(object) => serde_json::to_writer(out, object.as_ref()),)*
                    Object::Custom(object) => serde_json::to_writer(out, &object.to_json()),
                };
                written.expect("a Kubernetes object has a JSON form");
            }

            /// Reads an object leniently: unknown fields are dropped and missing ones take their
            /// defaults. Strict decoding is the API server's.
            ///
            /// # Errors
            /// A field has the wrong type; or the kind is a defined one: only its definition says
            /// how to read it (see [`CustomResource::read`]).
            pub fn from_json(kind: Kind, json: Value) -> Result<Object, serde_json::Error> {
                match kind {
                    $(Kind::$kind => serde_json::from_value::<$type>(json).map(Object::from),)*
                    Kind::Custom => Err(serde::de::Error::custom("read by its definition")),
                }
            }
        }

        $(
            impl From<$type> for Object {
                fn from(object: $type) -> Object {
                    Object::$kind(Arc::new(object))
                }
            }

            impl Typed for $type {
                const KIND: Kind = Kind::$kind;
                fn of(object: &Object) -> Option<&Arc<$type>> {
                    match object {
                        Object::$kind(object) => Some(object),
                        _ => None,
                    }
                }
                fn of_mut(object: &mut Object) -> Option<&mut $type> {
                    match object {
                        Object::$kind(object) => Some(Arc::make_mut(object)),
                        _ => None,
                    }
                }
            }
        )*
    };
}

kinds! {
    Namespace: core::v1::Namespace,
    Node: core::v1::Node,
    Pod: core::v1::Pod,
    Service: core::v1::Service,
    ConfigMap: core::v1::ConfigMap,
    Secret: core::v1::Secret,
    ServiceAccount: core::v1::ServiceAccount,
    ResourceQuota: core::v1::ResourceQuota,
    LimitRange: core::v1::LimitRange,
    Role: rbac::v1::Role,
    ClusterRole: rbac::v1::ClusterRole,
    RoleBinding: rbac::v1::RoleBinding,
    ClusterRoleBinding: rbac::v1::ClusterRoleBinding,
    PersistentVolume: core::v1::PersistentVolume,
    PersistentVolumeClaim: core::v1::PersistentVolumeClaim,
    StorageClass: storage::v1::StorageClass,
    VolumeAttachment: storage::v1::VolumeAttachment,
    Event: core::v1::Event,
    ReplicaSet: apps::v1::ReplicaSet,
    Deployment: apps::v1::Deployment,
    DaemonSet: apps::v1::DaemonSet,
    StatefulSet: apps::v1::StatefulSet,
    ControllerRevision: apps::v1::ControllerRevision,
    ReplicationController: core::v1::ReplicationController,
    HorizontalPodAutoscaler: autoscaling::v2::HorizontalPodAutoscaler,
    EndpointSlice: discovery::v1::EndpointSlice,
    Lease: coordination::v1::Lease,
    Job: batch::v1::Job,
    CronJob: batch::v1::CronJob,
    PodDisruptionBudget: policy::v1::PodDisruptionBudget,
    PriorityClass: scheduling::v1::PriorityClass,
    Ingress: networking::v1::Ingress,
    IngressClass: networking::v1::IngressClass,
    NetworkPolicy: networking::v1::NetworkPolicy,
    CustomResourceDefinition: apiextensions::v1::CustomResourceDefinition,
    Endpoints: core::v1::Endpoints,
}

/// Where the objects of a type live.
trait Scope {
    const NAMESPACED: bool;
}

impl Scope for k8s_openapi::ClusterResourceScope {
    const NAMESPACED: bool = false;
}

impl Scope for k8s_openapi::NamespaceResourceScope {
    const NAMESPACED: bool = true;
}

/// A Kubernetes type that the model knows.
pub trait Typed: Sized {
    const KIND: Kind;
    /// The object as this type, if it is of this kind.
    fn of(object: &Object) -> Option<&Arc<Self>>;
    /// The same, to change: copies the object if it is shared.
    fn of_mut(object: &mut Object) -> Option<&mut Self>;
}

/// A namespace and a name within a kind. The namespace of cluster-scoped objects is empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name {
    pub namespace: Arc<str>,
    pub name: Arc<str>,
}

impl Name {
    pub fn new(namespace: &str, name: &str) -> Name {
        Name { namespace: namespace.into(), name: name.into() }
    }
}

/// Names one object of the cluster: what components queue and the trace speaks of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    pub kind: Kind,
    pub name: Name,
}

impl Key {
    pub fn new(kind: Kind, namespace: &str, name: &str) -> Key {
        Key { kind, name: Name::new(namespace, name) }
    }

    pub fn namespace(&self) -> &str {
        &self.name.namespace
    }

    /// The object's own name.
    pub fn name(&self) -> &str {
        self.defined().map_or(&self.name.name, |(_, name)| name)
    }

    /// Of an object of a defined kind: its definition's name, and its own.
    fn defined(&self) -> Option<(&str, &str)> {
        (self.kind == Kind::Custom).then(|| self.name.name.split_once('/'))?
    }

    /// `pods`, `deployments`, `crontabs`
    pub fn plural(&self) -> &str {
        let of_definition = |(definition, _): (_, _)| plural_and_group(definition).0;
        self.defined().map_or(self.kind.plural(), of_definition)
    }

    /// Empty for the core group.
    pub fn group(&self) -> &str {
        self.defined().map_or(self.kind.group(), |(definition, _)| plural_and_group(definition).1)
    }

    /// `pods`, `deployments.apps`, `crontabs.stable.example.com`
    pub fn resource(&self) -> String {
        match self.group() {
            "" => self.plural().to_owned(),
            group => format!("{}.{group}", self.plural()),
        }
    }
}

/// A plural is a label: the first dot ends it.
fn plural_and_group(definition: &str) -> (&str, &str) {
    definition.split_once('.').unwrap_or((definition, ""))
}

impl From<CustomResource> for Object {
    fn from(object: CustomResource) -> Object {
        Object::Custom(Arc::new(object))
    }
}

impl Object {
    pub fn key(&self) -> Key {
        match self {
            Object::Custom(object) => {
                let name = object.served.key_name(self.name());
                Key::new(Kind::Custom, self.namespace(), &name)
            }
            _ => Key::new(self.kind(), self.namespace(), self.name()),
        }
    }

    /// `Pod`, `Deployment`, `CronTab`
    pub fn kind_name(&self) -> &str {
        match self {
            Object::Custom(object) => object.served.kind(),
            _ => self.kind().name(),
        }
    }

    /// `v1`, `apps/v1`, `stable.example.com/v1`
    pub fn api_version(&self) -> Cow<'static, str> {
        match self {
            Object::Custom(object) => object.served.api_version().into(),
            _ => self.kind().api_version().into(),
        }
    }

    /// Whether objects of its kind live in namespaces.
    pub fn is_namespaced(&self) -> bool {
        match self {
            Object::Custom(object) => object.served.is_namespaced(),
            _ => self.kind().is_namespaced(),
        }
    }

    pub fn name(&self) -> &str {
        self.metadata().name.as_deref().unwrap_or_default()
    }

    /// Empty for a cluster-scoped object.
    pub fn namespace(&self) -> &str {
        self.metadata().namespace.as_deref().unwrap_or_default()
    }

    pub fn uid(&self) -> &str {
        self.metadata().uid.as_deref().unwrap_or_default()
    }

    /// `metadata.resourceVersion` as the store's revision.
    pub fn rev(&self) -> u64 {
        let version = self.metadata().resource_version.as_deref();
        version.and_then(|version| version.parse().ok()).unwrap_or_default()
    }

    /// The owner that controls this object.
    pub fn controller(&self) -> Option<&OwnerReference> {
        let owners = self.metadata().owner_references.as_deref().unwrap_or_default();
        owners.iter().find(|owner| owner.controller == Some(true))
    }

    /// Whether its deletion was asked for.
    pub fn is_deleting(&self) -> bool {
        self.metadata().deletion_timestamp.is_some()
    }

    /// The object as one of the types, if it is of that kind.
    pub fn as_typed<T: Typed>(&self) -> Option<&T> {
        T::of(self).map(Arc::as_ref)
    }
}

impl Object {
    /// The object as JSON text, `apiVersion` and `kind` first, as the API server sends it.
    ///
    /// # Panics
    /// Never: all fields of these types have JSON forms.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        let start = out.len();
        self.write_fields(out);
        let Object::Event(event) = self else { return };
        // Moments of an event that Go writes even where there are none.
        let moments = [
            ("eventTime", event.event_time.is_some()),
            ("firstTimestamp", event.first_timestamp.is_some()),
            ("lastTimestamp", event.last_timestamp.is_some()),
        ];
        debug_assert_eq!(out.get(start), Some(&b'{'), "an object");
        for (name, _) in moments.into_iter().filter(|(_, known)| !known) {
            out.pop();
            out.extend_from_slice(format!(",\"{name}\":null}}").as_bytes());
        }
    }
}
