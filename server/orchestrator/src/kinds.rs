//! The table of kinds: what the API server knows of each beyond its type.
//!
//! A kind is one row of [`KindRow`]s and one file of [`Particulars`]: its columns, defaults, rules,
//! and what of it clients may change. Discovery, OpenAPI, tables and paths derive from here.

use k8s_openapi::Metadata;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::Value;

use crate::object::{Kind, Object, Typed};
use crate::time::Clock;

pub mod age;
pub mod autoscaler;
mod cluster;
mod config;
mod cron_job;
pub(crate) mod custom;
mod definition;
mod difference;
mod disruption_budget;
mod endpoints;
mod events;
mod ingress;
mod invalid;
mod job;
pub mod metadata;
pub mod names;
mod network_policy;
mod node;
mod pod;
mod policy;
mod priority_class;
pub mod quantity;
pub(crate) mod rbac;
pub mod selectors;
mod service;
pub mod storage;
mod table;
mod workloads;

pub use definition::is_so as definition_is;
pub use invalid::{FieldErrors, go_map, quoted};
pub use pod::{container_ports, qos_class, status_word};
pub(crate) use pod::{of_ephemeral, take_resources, validate_ephemeral_update, validate_resize};
pub use priority_class::SYSTEM_CLASSES;
pub use table::TABLE;
pub(crate) use workloads::daemon_set::template_generation;

/// What is known of a kind.
#[derive(Debug)]
pub struct KindRow {
    pub kind: Kind,
    pub singular: &'static str,
    pub short_names: &'static [&'static str],
    /// `all`: what `kubectl get all` shows.
    pub categories: &'static [&'static str],
    pub namespaced: bool,
    pub subresources: &'static [Subresource],
    /// Field selectors beyond `metadata.name` and `metadata.namespace`.
    pub fields: &'static [&'static str],
    pub columns: &'static [Column],
    pub rules: Rules,
}

/// A part of an object with a path of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subresource {
    Status,
    Scale,
    Binding,
    Eviction,
    Log,
    Exec,
    Attach,
    EphemeralContainers,
    Resize,
    PortForward,
    Token,
    Finalize,
}

impl Subresource {
    /// Whether a request for it becomes a stream, with whichever method it came.
    pub(crate) const fn is_stream(self) -> bool {
        matches!(self, Subresource::Exec | Subresource::Attach | Subresource::PortForward)
    }

    /// As in paths.
    pub const fn name(self) -> &'static str {
        match self {
            Subresource::Status => "status",
            Subresource::Scale => "scale",
            Subresource::Binding => "binding",
            Subresource::Eviction => "eviction",
            Subresource::Log => "log",
            Subresource::Exec => "exec",
            Subresource::Attach => "attach",
            Subresource::EphemeralContainers => "ephemeralcontainers",
            Subresource::Resize => "resize",
            Subresource::PortForward => "portforward",
            Subresource::Token => "token",
            Subresource::Finalize => "finalize",
        }
    }
}

/// A column of a kind's table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub name: &'static str,
    /// `string`, `integer`, `boolean` or `date`.
    pub cell_type: &'static str,
    /// Shown only by `-o wide`.
    pub wide: bool,
    pub doc: Doc,
}

/// Where a column's description is found.
#[derive(Clone, Copy, Debug)]
pub enum Doc {
    /// The description of a field of a type of the API.
    Field(&'static str, &'static str),
    Text(&'static str),
}

const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/// Every kind's first column.
const NAME: Column = Column::field("Name", META, "name");
const AGE: Column = Column::field("Age", META, "creationTimestamp");

/// How a count is shown, whatever it is the count of.
pub(crate) const SCALE_COLUMNS: &[Column] = &[
    NAME,
    Column::text("Desired", "replicas is the desired number of instances for the scaled object.")
        .integer(),
    Column::text(
        "Available",
        "replicas is the actual number of observed instances of the scaled object.",
    )
    .integer(),
    AGE,
];

impl Column {
    const fn field(name: &'static str, of: &'static str, field: &'static str) -> Column {
        Column { name, cell_type: "string", wide: false, doc: Doc::Field(of, field) }
    }

    const fn text(name: &'static str, text: &'static str) -> Column {
        Column { name, cell_type: "string", wide: false, doc: Doc::Text(text) }
    }

    const fn wide(self) -> Column {
        Column { wide: true, ..self }
    }

    const fn integer(self) -> Column {
        Column { cell_type: "integer", ..self }
    }

    /// A moment, as it stands in the object.
    const fn date(self) -> Column {
        Column { cell_type: "date", ..self }
    }

    const fn boolean(self) -> Column {
        Column { cell_type: "boolean", ..self }
    }
}

/// What is particular to a kind, beside its row.
pub trait Particulars: Typed + Metadata<Ty = ObjectMeta> + Clone + PartialEq + 'static {
    /// Fills in what a client may leave out.
    fn default_fields(&mut self) {}

    /// Clears what a client may not set when it creates an object, and sets the first status.
    fn begin(&mut self) {}

    /// Sets what follows from a new object's name and UID.
    fn named(&mut self) {}

    /// Puts back what a client may not change when it updates the object itself.
    fn keep(&mut self, _old: &Self) {}

    /// Takes over the status of another, and what else may be written with a status.
    fn take_status(&mut self, _from: &Self) {}

    /// Whether changes of the spec are counted in `metadata.generation`.
    const GENERATION: bool = false;

    /// Whether the counted part is the same.
    fn same_spec(&self, _old: &Self) -> bool {
        true
    }

    /// The rule for names.
    fn name_rule() -> names::Rule {
        names::subdomain
    }

    /// Notes what is wrong with an object, apart from its metadata.
    fn validate(&self, _errors: &mut FieldErrors) {}

    /// Notes what is wrong with a new object only.
    fn validate_new(&self, _errors: &mut FieldErrors) {}

    /// What is allowed but seldom meant: clients print it.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }

    /// Notes what is wrong with a change.
    fn validate_update(&self, _old: &Self, _errors: &mut FieldErrors) {}

    /// The value of a field that can be selected by.
    fn field(&self, _name: &str) -> String {
        String::new()
    }

    /// The cells of its row, one for each column.
    fn cells(&self, clock: Clock) -> Vec<Value>;
}

/// [`Particulars`] for objects of any kind.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub default_fields: fn(&mut Object),
    pub begin: fn(&mut Object),
    pub named: fn(&mut Object),
    pub keep: fn(&mut Object, &Object),
    pub take_status: fn(&mut Object, &Object),
    pub generation: bool,
    pub same_spec: fn(&Object, &Object) -> bool,
    pub name_rule: fn() -> names::Rule,
    pub validate: fn(&Object, &mut FieldErrors),
    pub validate_new: fn(&Object, &mut FieldErrors),
    pub warnings: fn(&Object) -> Vec<String>,
    pub validate_update: fn(&Object, &Object, &mut FieldErrors),
    pub field: fn(&Object, &str) -> String,
    pub cells: fn(&Object, Clock) -> Vec<Value>,
}

/// The object as its type: the table leads each kind to its own rules.
fn own<T: Particulars>(object: &Object) -> &T {
    object.as_typed().expect("a kind's rules are called with its objects")
}

fn own_mut<T: Particulars>(object: &mut Object) -> &mut T {
    T::of_mut(object).expect("a kind's rules are called with its objects")
}

impl Rules {
    const fn of<T: Particulars>() -> Rules {
        Rules {
            default_fields: |object| own_mut::<T>(object).default_fields(),
            begin: |object| own_mut::<T>(object).begin(),
            named: |object| own_mut::<T>(object).named(),
            keep: |object, old| own_mut::<T>(object).keep(own(old)),
            take_status: |object, from| own_mut::<T>(object).take_status(own(from)),
            generation: T::GENERATION,
            same_spec: |object, old| own::<T>(object).same_spec(own(old)),
            name_rule: T::name_rule,
            validate: |object, errors| own::<T>(object).validate(errors),
            validate_new: |object, errors| own::<T>(object).validate_new(errors),
            warnings: |object| own::<T>(object).warnings(),
            validate_update: |object, old, errors| {
                own::<T>(object).validate_update(own(old), errors);
            },
            field: |object, name| own::<T>(object).field(name),
            cells: |object, clock| own::<T>(object).cells(clock),
        }
    }
}

impl Kind {
    /// What is known of the kind.
    pub fn row(self) -> &'static KindRow {
        match self {
            Kind::Custom => &custom::ROW,
            _ => &TABLE[self as usize],
        }
    }

    /// The kind of a path's group, version and plural.
    pub fn of_path(group: &str, version: &str, plural: &str) -> Option<Kind> {
        let matches = |kind: &&Kind| {
            kind.group() == group && kind.version() == version && kind.plural() == plural
        };
        Kind::ALL.iter().find(matches).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_stands_at_its_kind() {
        for kind in Kind::ALL {
            assert_eq!(kind.row().kind, *kind);
        }
    }
}
