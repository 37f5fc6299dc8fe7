//! Following a JSONPath through a value.

use std::cmp::Ordering;

use serde_json::Value;

use super::parse::{Comparison, Operand, Step};
use crate::fields::sorted;

/// What `steps` find, starting at `here`; `$` is `root`.
pub(super) fn results<'v>(
    steps: &[Step],
    root: &'v Value,
    here: &'v Value,
    allow_missing: bool,
) -> Result<Vec<&'v Value>, String> {
    let mut found = vec![here];
    for step in steps {
        let mut next = Vec::new();
        for value in found {
            take(step, root, value, allow_missing, &mut next)?;
        }
        found = next;
    }
    Ok(found)
}

fn take<'v>(
    step: &Step,
    root: &'v Value,
    value: &'v Value,
    allow_missing: bool,
    next: &mut Vec<&'v Value>,
) -> Result<(), String> {
    match step {
        Step::Root => next.push(root),
        Step::Field(name) => match value.get(name) {
            Some(field) => next.push(field),
            None if allow_missing || value.is_array() => {}
            None => return Err(format!("{name} is not found")),
        },
        Step::Fields(names) => next.extend(names.iter().filter_map(|name| value.get(name))),
        Step::Wildcard => next.extend(children(value)),
        Step::Recursive => descendants(value, next),
        Step::Index(index) => {
            let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let at = if *index < 0 { *index + items.len() as i64 } else { *index };
            match usize::try_from(at).ok().and_then(|at| items.get(at)) {
                Some(item) => next.push(item),
                None if allow_missing && !value.is_array() => {}
                None => {
                    let length = items.len();
                    return Err(format!(
                        "array index out of bounds: index {index}, length {length}"
                    ));
                }
            }
        }
        Step::Slice { from, to, by } => {
            let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
            next.extend(slice(items, *from, *to, *by));
        }
        Step::Filter { left, comparison } => {
            for item in children(value) {
                if holds(left, comparison.as_ref(), root, item) {
                    next.push(item);
                }
            }
        }
    }
    Ok(())
}

fn children(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        other => sorted(other).into_iter().map(|(_, field)| field).collect(),
    }
}

fn descendants<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    found.push(value);
    children(value).into_iter().for_each(|child| descendants(child, found));
}

fn slice(items: &[Value], from: Option<i64>, to: Option<i64>, by: i64) -> Vec<&Value> {
    let length = items.len() as i64;
    let place = |at: i64| (if at < 0 { at + length } else { at }).clamp(0, length) as usize;
    let (from, to) = (place(from.unwrap_or(0)), place(to.unwrap_or(length)));
    items.get(from..to.max(from)).unwrap_or_default().iter().step_by(by as usize).collect()
}

fn holds(
    left: &Operand,
    comparison: Option<&(Comparison, Operand)>,
    root: &Value,
    item: &Value,
) -> bool {
    let Some((comparison, right)) = comparison else {
        return !values(left, root, item).is_empty();
    };
    let (left, right) = (values(left, root, item), values(right, root, item));
    let (Some(left), Some(right)) = (left.first(), right.first()) else {
        return false;
    };
    let order = compare(left, right);
    match comparison {
        Comparison::Equal => order == Some(Ordering::Equal),
        Comparison::Unequal => order != Some(Ordering::Equal),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::LessOrEqual => order.is_some_and(Ordering::is_le),
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
    }
}

fn values(operand: &Operand, root: &Value, item: &Value) -> Vec<Value> {
    match operand {
        Operand::Text(text) => vec![Value::from(text.as_str())],
        Operand::Number(number) => vec![Value::from(*number)],
        Operand::Truth(truth) => vec![Value::from(*truth)],
        Operand::Path(steps) => {
            let found = results(steps, root, item, true).unwrap_or_default();
            found.into_iter().cloned().collect()
        }
    }
}

/// How two values stand to each other; values of different kinds do not.
pub(super) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64()?.partial_cmp(&right.as_f64()?),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        _ => (left == right).then_some(Ordering::Equal),
    }
}
