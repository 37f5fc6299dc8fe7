//! `--sort-by`: rows in the order of a field.

use std::cmp::Ordering;

use serde_json::Value;

use crate::failure::Failure;
use crate::fields::field;
use crate::print::go_sort::go_sort;
use crate::print::jsonpath::{Template, relaxed};
use crate::quantity::Quantity;
use crate::resources::Info;

/// Sorts the rows of a table by a field of their objects.
pub(super) fn table(table: &mut Value, path: &str) -> Result<(), Failure> {
    let template = template(path)?;
    if let Some(rows) = table.get_mut("rows").and_then(Value::as_array_mut) {
        let objects = rows.iter().map(|row| field(row, "object"));
        must_exist(&template, objects, path)?;
        go_sort(rows, |left, right| {
            comes_first(&template, field(left, "object"), field(right, "object"))
        });
    }
    Ok(())
}

/// Sorts objects by a field.
pub(super) fn infos(infos: &mut [Info], path: &str) -> Result<(), Failure> {
    let template = template(path)?;
    must_exist(&template, infos.iter().map(|info| &info.object), path)?;
    go_sort(infos, |left, right| comes_first(&template, &left.object, &right.object));
    Ok(())
}

fn template(path: &str) -> Result<Template, Failure> {
    relaxed(path).and_then(|path| Template::new(&path)).map_err(Failure::message)
}

/// A field that no object has is a mistake in the path.
fn must_exist<'v>(
    template: &Template,
    mut objects: impl ExactSizeIterator<Item = &'v Value>,
    path: &str,
) -> Result<(), Failure> {
    let none = objects.len() > 0
        && objects.all(|object| template.find(object).is_ok_and(|found| found.is_empty()));
    if none {
        return Err(Failure::message(format!(
            "couldn't find any field with path {path:?} in the list of objects",
            path = relaxed(path).unwrap_or_default()
        )));
    }
    Ok(())
}

/// As kubectl has it: what has no such field comes before all others, its like included.
fn comes_first(template: &Template, left: &Value, right: &Value) -> bool {
    let first = |object| template.find(object).ok().and_then(|found| found.first().copied());
    match (first(left), first(right)) {
        (None, _) => true,
        (_, None) => false,
        (Some(left), Some(right)) => in_order(left, right) == Ordering::Less,
    }
}

/// Numbers by value, strings that are quantities by quantity, other strings by letters.
fn in_order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::String(left), Value::String(right)) => {
            match (Quantity::parse(left), Quantity::parse(right)) {
                (Some(left), Some(right)) => left.cmp(&right),
                _ => left.cmp(right),
            }
        }
        (Value::Number(left), Value::Number(right)) => {
            left.as_f64().partial_cmp(&right.as_f64()).unwrap_or(Ordering::Equal)
        }
        _ => left.to_string().cmp(&right.to_string()),
    }
}
