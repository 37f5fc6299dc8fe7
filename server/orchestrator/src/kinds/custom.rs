//! Custom resources: rules that their definitions make, not this program.
//! <https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/custom-resources/>

use k8s_openapi::jiff::Timestamp;
use serde_json::Value;

use super::{AGE, FieldErrors, KindRow, NAME, Rules, Subresource, age, names};
use crate::object::{CustomResource, Kind, Object, Typed};
use crate::time::Clock;

pub(crate) mod json_path;
pub(crate) mod schema;

/// Of every custom resource, whatever its definition: what of it is particular follows from the
/// object.
pub(super) static ROW: KindRow = KindRow {
    kind: Kind::Custom,
    singular: "",
    short_names: &[],
    categories: &[],
    namespaced: true,
    subresources: &[Subresource::Scale, Subresource::Status],
    fields: &[],
    columns: &[NAME, AGE],
    rules: Rules {
        default_fields: |object| with(object, default_fields),
        begin: |object| with(object, begin),
        named: |_| {},
        keep: |object, old| with_old(object, old, keep),
        take_status: |object, from| with_old(object, from, take_status),
        generation: true,
        same_spec: |object, old| match (own(object), own(old)) {
            (Some(object), Some(old)) => same_spec(object, old),
            _ => true,
        },
        name_rule: || names::subdomain,
        validate: |object, errors| {
            if let Some(object) = own(object) {
                validate(object, errors);
            }
        },
        validate_new: |object, errors| {
            if let Some(object) = own(object) {
                check_rules(object, None, errors);
            }
        },
        warnings: |object| own(object).map(warnings).unwrap_or_default(),
        validate_update: |object, old, errors| {
            if let (Some(object), Some(old)) = (own(object), own(old)) {
                check_rules(object, Some(old), errors);
            }
        },
        field: |object, path| own(object).map(|object| field(object, path)).unwrap_or_default(),
        cells: |object, clock| own(object).map(|object| cells(object, clock)).unwrap_or_default(),
    },
};

fn own(object: &Object) -> Option<&CustomResource> {
    object.as_typed()
}

fn with(object: &mut Object, act: fn(&mut CustomResource)) {
    if let Some(object) = CustomResource::of_mut(object) {
        act(object);
    }
}

fn with_old(object: &mut Object, old: &Object, act: fn(&mut CustomResource, &CustomResource)) {
    if let (Some(object), Some(old)) = (CustomResource::of_mut(object), own(old)) {
        act(object, old);
    }
}

fn default_fields(object: &mut CustomResource) {
    if let Some(schema) = object.served.clone().schema() {
        schema::fill_in(&mut object.fields, schema);
    }
}

fn begin(object: &mut CustomResource) {
    if object.served.has_status() {
        object.fields.remove("status");
    }
}

/// With a path of its own, the status is not for those who write the object.
fn keep(object: &mut CustomResource, old: &CustomResource) {
    if object.served.has_status() {
        set_status(object, old);
    }
}

fn set_status(object: &mut CustomResource, from: &CustomResource) {
    match from.fields.get("status") {
        Some(status) => object.fields.insert("status".to_owned(), status.clone()),
        None => object.fields.remove("status"),
    };
}

fn take_status(object: &mut CustomResource, from: &CustomResource) {
    object.served = from.served.clone();
    set_status(object, from);
}

/// All but metadata counts, and a status with a path of its own.
fn same_spec(object: &CustomResource, old: &CustomResource) -> bool {
    let counted = |object: &CustomResource| {
        let mut fields = object.fields.clone();
        if object.served.has_status() {
            fields.remove("status");
        }
        fields
    };
    counted(object) == counted(old)
}

fn validate(object: &CustomResource, errors: &mut FieldErrors) {
    if let Some(schema) = object.served.schema() {
        schema::check_object(&object.fields, schema, errors);
    }
}

/// The rules of its schema, which see what every object has of its metadata.
fn check_rules(object: &CustomResource, old: Option<&CustomResource>, errors: &mut FieldErrors) {
    let Some(schema) = object.served.schema() else { return };
    let whole = |object: &CustomResource| {
        let mut fields = object.fields.clone();
        let name = object.metadata.name.clone().unwrap_or_default();
        fields.insert("metadata".to_owned(), serde_json::json!({"name": name}));
        fields.insert("apiVersion".to_owned(), object.served.api_version().into());
        fields.insert("kind".to_owned(), object.served.kind().into());
        fields
    };
    schema::check_rules(&whole(object), old.map(whole).as_ref(), schema, errors);
}

/// A version may be on its way out.
fn warnings(object: &CustomResource) -> Vec<String> {
    let version = object.served.version();
    if version.deprecated != Some(true) {
        return Vec::new();
    }
    let usual =
        || format!("{} {} is deprecated", object.served.api_version(), object.served.kind());
    vec![version.deprecation_warning.clone().unwrap_or_else(usual)]
}

fn field(object: &CustomResource, path: &str) -> String {
    let whole = object.to_json();
    let found = json_path::find(&format!(".{path}"), &whole);
    found.first().map(|value| text(value)).unwrap_or_default()
}

/// As a path prints it.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn cells(object: &CustomResource, clock: Clock) -> Vec<Value> {
    let mut cells = vec![object.metadata.name.clone().unwrap_or_default().into()];
    let own = object.served.version().additional_printer_columns.as_deref().unwrap_or_default();
    if own.is_empty() {
        cells.push(age::since(object.metadata.creation_timestamp.as_ref(), clock).into());
        return cells;
    }
    let whole = object.to_json();
    for column in own {
        let found = json_path::find(&column.json_path, &whole);
        let value = found.first().filter(|value| !value.is_null());
        cells.push(value.map_or(Value::Null, |value| cell(&column.type_, value, clock)));
    }
    cells
}

/// A value that is not of the column's type is not shown.
fn cell(of: &str, value: &Value, clock: Clock) -> Value {
    match of {
        "string" => text(value).into(),
        "integer" => {
            let rounded = value.as_f64().map(|number| number as i64);
            value.as_i64().or(rounded).map_or(Value::Null, Value::from)
        }
        "number" => value.as_f64().map_or(Value::Null, Value::from),
        "boolean" => value.as_bool().map_or(Value::Null, Value::from),
        "date" => match value.as_str().map(str::parse::<Timestamp>) {
            Some(Ok(time)) => age::since_timestamp(Some(time), clock).into(),
            Some(Err(_)) => "<invalid>".into(),
            None => Value::Null,
        },
        _ => Value::Null,
    }
}
