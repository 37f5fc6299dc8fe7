//! Tables: what `kubectl get` shows, computed here.
//! <https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables>

use serde_json::{Value, json};

use super::custom;
use super::read::Include;
use crate::kinds::{Column, Doc, SCALE_COLUMNS, age};
use crate::object::{Kind, Object, Served};
use crate::time::Clock;

/// A table of objects of a kind. Only the first event of a watch tells the columns.
pub(super) fn table(
    (kind, custom): (Kind, Option<&Served>),
    objects: &[Object],
    include: Include,
    with_columns: bool,
    clock: Clock,
) -> Value {
    let columns = match custom {
        _ if !with_columns => Value::Null,
        Some(served) => custom::columns(served),
        None => columns(kind),
    };
    let rows: Vec<Value> = objects.iter().map(|object| row(object, include, clock)).collect();
    json!({
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {},
        "columnDefinitions": columns,
        "rows": rows,
    })
}

fn columns(kind: Kind) -> Value {
    kind.row().columns.iter().map(column).collect()
}

fn column(column: &Column) -> Value {
    let description = match column.doc {
        Doc::Text(text) => text.to_owned(),
        Doc::Field(of, field) => super::schema::description(of, field),
    };
    json!({
        "name": column.name,
        "type": column.cell_type,
        "format": if matches!(column.name, "Name" | "Attacher") { "name" } else { "" },
        "description": description,
        "priority": i32::from(column.wide),
    })
}

fn row(object: &Object, include: Include, clock: Clock) -> Value {
    let cells = (object.kind().row().rules.cells)(object, clock);
    let mut row = json!({"cells": cells});
    match include {
        Include::None => {}
        Include::Metadata => row["object"] = metadata_only(object),
        Include::Object => row["object"] = object.to_json(),
    }
    if let Some(condition) = completed(object) {
        row["conditions"] = json!([condition]);
    }
    row
}

/// The table of a Scale.
pub(super) fn of_scale(scale: &Value, include: Include, clock: Clock) -> Value {
    let made = scale["metadata"]["creationTimestamp"].as_str().and_then(|made| made.parse().ok());
    let count = |part: &str| scale[part]["replicas"].as_i64().unwrap_or_default();
    let name = &scale["metadata"]["name"];
    let age = age::since_timestamp(made, clock);
    let mut row = json!({"cells": [name, count("spec"), count("status"), age]});
    match include {
        Include::None => {}
        Include::Metadata => {
            row["object"] = json!({
                "kind": "PartialObjectMetadata",
                "apiVersion": "meta.k8s.io/v1",
                "metadata": scale["metadata"],
            });
        }
        Include::Object => row["object"] = scale.clone(),
    }
    json!({
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"resourceVersion": scale["metadata"]["resourceVersion"]},
        "columnDefinitions": SCALE_COLUMNS.iter().map(column).collect::<Vec<Value>>(),
        "rows": [row],
    })
}

/// `PartialObjectMetadata`
pub(super) fn metadata_only(object: &Object) -> Value {
    json!({
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": object.metadata(),
    })
}

fn completed(object: &Object) -> Option<Value> {
    let pod: &k8s_openapi::api::core::v1::Pod = object.as_typed()?;
    let phase = pod.status.as_ref()?.phase.as_deref()?;
    let message = match phase {
        "Succeeded" => "The pod has completed successfully.",
        "Failed" => "The pod failed.",
        _ => return None,
    };
    Some(json!({"type": "Completed", "status": "True", "reason": phase, "message": message}))
}
