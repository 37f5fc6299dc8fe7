//! `-o custom-columns=NAME:.metadata.name,…`: columns that the person chose.

use serde_json::Value;

use crate::fields::sorted;
use crate::print::jsonpath::{Template, relaxed};

/// A header and what stands under it.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) header: String,
    template: Template,
}

/// Reads the list of columns.
///
/// # Errors
/// kubectl's words for what is wrong with it.
pub(crate) fn parse(spec: &str) -> Result<Vec<Column>, String> {
    if spec.is_empty() {
        return Err("custom-columns format specified but no custom columns given".to_owned());
    }
    spec.split(',')
        .map(|part| {
            let Some((header, path)) = part.split_once(':') else {
                return Err(format!(
                    "unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>"
                ));
            };
            let template = Template::new(&relaxed(path)?)?;
            Ok(Column { header: header.to_owned(), template })
        })
        .collect()
}

/// The header line, cells separated by tabs.
pub(crate) fn header(columns: &[Column]) -> String {
    let cells: Vec<&str> = columns.iter().map(|column| column.header.as_str()).collect();
    cells.join("\t") + "\n"
}

/// The line of one object.
pub(crate) fn row(columns: &[Column], object: &Value) -> Result<String, String> {
    let cells = columns.iter().map(|column| {
        let found = column.template.find(object)?;
        let shown: Vec<String> = found.into_iter().map(go_value).collect();
        Ok(if shown.is_empty() { "<none>".to_owned() } else { shown.join(",") })
    });
    Ok(cells.collect::<Result<Vec<String>, String>>()?.join("\t") + "\n")
}

/// A value as Go's `%v` prints it: `map[app:web]`, `[a b]`.
pub(crate) fn go_value(value: &Value) -> String {
    match value {
        Value::Null => "<none>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(go_value).collect();
            format!("[{}]", items.join(" "))
        }
        Value::Object(_) => {
            let fields = sorted(value).into_iter();
            let fields: Vec<String> = fields.map(|(k, v)| format!("{k}:{}", go_value(v))).collect();
            format!("map[{}]", fields.join(" "))
        }
        other => other.to_string(),
    }
}

/// A value as Go's `%#v` prints it.
pub(crate) fn go_syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".to_owned(),
        Value::String(text) => format!("{text:?}"),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(go_syntax).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        Value::Object(_) => {
            let fields = sorted(value).into_iter();
            let fields: Vec<String> =
                fields.map(|(k, v)| format!("{k:?}:{}", go_syntax(v))).collect();
            format!("map[string]interface {{}}{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns() {
        let columns =
            parse("NAME:.metadata.name,IMAGES:.spec.containers[*].image,L:metadata.labels,X:.x")
                .expect("columns");
        let pod = json!({"metadata": {"name": "a", "labels": {"b": "c"}},
            "spec": {"containers": [{"image": "x"}, {"image": "y"}]}});
        assert_eq!(header(&columns), "NAME\tIMAGES\tL\tX\n");
        assert_eq!(row(&columns, &pod).as_deref(), Ok("a\tx,y\tmap[b:c]\t<none>\n"));
        assert_eq!(
            parse("NAME").expect_err("no path"),
            "unexpected custom-columns spec: NAME, expected <header>:<json-path-expr>"
        );
    }
}
