//! Tables that the server computed, printed: which columns, in which form.

use std::fmt::Write;

use serde_json::Value;

use crate::fields::{array, field, format_labels, int_at, name_of, namespace_of, str_at, text};

/// What is shown beside the server's own columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableOptions {
    pub(crate) wide: bool,
    pub(crate) no_headers: bool,
    pub(crate) with_namespace: bool,
    /// `deployment.apps`, to be put before names.
    pub(crate) kind: Option<String>,
    pub(crate) show_labels: bool,
    /// Labels that have a column of their own.
    pub(crate) label_columns: Vec<String>,
}

/// The header line of a table, cells separated by tabs.
pub(crate) fn header(table: &Value, options: &TableOptions) -> String {
    let mut cells: Vec<String> = Vec::new();
    if options.with_namespace {
        cells.push("NAMESPACE".to_owned());
    }
    let shown = array(table, "columnDefinitions").iter().filter(|column| is_shown(column, options));
    cells.extend(shown.map(|column| text(column, "name").to_uppercase()));
    cells.extend(
        options
            .label_columns
            .iter()
            .map(|label| label.rsplit('/').next().unwrap_or_default().to_uppercase()),
    );
    if options.show_labels {
        cells.push("LABELS".to_owned());
    }
    cells.join("\t") + "\n"
}

/// One row; `columns` are the table's `columnDefinitions`.
pub(crate) fn row(columns: &[Value], row: &Value, options: &TableOptions) -> String {
    let object = field(row, "object");
    let mut cells: Vec<String> = Vec::new();
    if options.with_namespace {
        cells.push(namespace_of(object).to_owned());
    }
    for (column, cell) in columns.iter().zip(array(row, "cells")) {
        if !is_shown(column, options) {
            continue;
        }
        let shown = shown_cell(cell);
        cells.push(match &options.kind {
            Some(kind) if text(column, "format") == "name" => format!("{kind}/{shown}"),
            _ => shown,
        });
    }
    let labels = field(field(object, "metadata"), "labels");
    cells.extend(options.label_columns.iter().map(|label| text(labels, label).to_owned()));
    if options.show_labels {
        cells.push(format_labels(labels));
    }
    cells.join("\t") + "\n"
}

/// What a table says of an object when the answer is no table: name and age.
pub(crate) fn plain_table(objects: &[Value], now: jiff::Timestamp) -> Value {
    let rows: Vec<Value> = objects
        .iter()
        .map(|object| {
            let created = crate::fields::at(object, "/metadata/creationTimestamp");
            let age = crate::print::time::age(created, now);
            serde_json::json!({"cells": [name_of(object), age], "object": object})
        })
        .collect();
    serde_json::json!({"kind": "Table", "rows": rows, "columnDefinitions": [
        {"name": "Name", "type": "string", "format": "name", "priority": 0},
        {"name": "Age", "type": "string", "format": "", "priority": 0}]})
}

/// Whether an answer is a table.
pub(crate) fn is_table(value: &Value) -> bool {
    str_at(value, "/kind") == "Table"
}

fn is_shown(column: &Value, options: &TableOptions) -> bool {
    options.wide || int_at(column, "/priority") == 0
}

fn shown_cell(cell: &Value) -> String {
    match cell {
        Value::Null => String::new(),
        Value::String(text) => first_line(text),
        other => other.to_string(),
    }
}

/// A cell has one line; what is left out is marked.
fn first_line(text: &str) -> String {
    let mut cell = String::new();
    match text.find(['\n', '\r', '\u{c}']) {
        Some(end) => {
            let _ = write!(cell, "{}...", &text[..end]);
        }
        None => cell.push_str(text),
    }
    cell
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn printed(options: &TableOptions) -> String {
        let table = json!({"columnDefinitions": [
            {"name": "Name", "format": "name", "priority": 0},
            {"name": "Restarts", "priority": 0},
            {"name": "IP", "priority": 1}],
            "rows": [{"cells": ["nginx", 0, "10.244.1.6\n"],
                "object": {"metadata": {"namespace": "default",
                    "labels": {"b": "c", "app.kubernetes.io/name": "web"}}}}]});
        let columns = array(&table, "columnDefinitions");
        header(&table, options) + &row(columns, &table["rows"][0], options)
    }

    #[test]
    fn columns_by_option() {
        let plain = TableOptions::default();
        assert_eq!(printed(&plain), "NAME\tRESTARTS\nnginx\t0\n");
        let all = TableOptions {
            wide: true,
            with_namespace: true,
            kind: Some("pod".to_owned()),
            show_labels: true,
            label_columns: vec!["app.kubernetes.io/name".to_owned()],
            no_headers: false,
        };
        assert_eq!(
            printed(&all),
            "NAMESPACE\tNAME\tRESTARTS\tIP\tNAME\tLABELS\n\
             default\tpod/nginx\t0\t10.244.1.6...\tweb\tapp.kubernetes.io/name=web,b=c\n"
        );
    }
}
