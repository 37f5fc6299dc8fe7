//! `-o`: in which form a command prints the objects it is left with.

use serde_json::{Value, json};

use super::custom_columns::{self, Column, go_syntax};
use super::go_template::GoTemplate;
use super::jsonpath::Template;
use super::tabwriter::Tabwriter;
use super::{json as json_text, yaml};
use crate::context::Context;
use crate::failure::Failure;
use crate::resources::Info;

/// A form of output, with what it needs.
#[derive(Debug, Clone)]
pub(crate) enum Output {
    /// What the command prints when nothing is asked for.
    Human,
    Wide,
    Name,
    Json,
    Yaml,
    JsonPath(Template),
    /// Several templates that print as JSON (`jsonpath-as-json`).
    JsonPathAsJson(Template),
    Columns(Vec<Column>),
    GoTemplate(GoTemplate),
}

impl Output {
    /// Reads `-o` of the line.
    pub(crate) fn of(context: &Context<'_>) -> Result<Output, Failure> {
        let text = context.arguments.get("output");
        let template = context.arguments.get("template");
        let (form, argument) = match text.split_once('=') {
            Some((form, argument)) => (form, argument),
            None if text.is_empty() && !template.is_empty() => ("go-template", template),
            None => (text, template),
        };
        let content;
        let (form, argument) = match in_file(form) {
            Some(form) => {
                content = read(context, argument)?;
                (form, content.as_str())
            }
            None => (form, argument),
        };
        let strict = !context.arguments.on("allow-missing-template-keys");
        let template = |text: &str| {
            let template = Template::new(text)
                .map_err(|why| Failure::message(format!("error parsing jsonpath {text}, {why}")))?;
            Ok::<_, Failure>(if strict { template.strict() } else { template })
        };
        match form {
            "" => Ok(Output::Human),
            "wide" => Ok(Output::Wide),
            "name" => Ok(Output::Name),
            "json" => Ok(Output::Json),
            "yaml" => Ok(Output::Yaml),
            "jsonpath" | "go-template" | "template" if argument.is_empty() => {
                Err(Failure::message("template format specified but no template given"))
            }
            "jsonpath" => template(argument).map(Output::JsonPath),
            "jsonpath-as-json" => template(argument).map(Output::JsonPathAsJson),
            "go-template" | "template" => {
                GoTemplate::new(argument, !strict).map(Output::GoTemplate).map_err(Failure::message)
            }
            "custom-columns" => {
                custom_columns::parse(argument).map(Output::Columns).map_err(Failure::message)
            }
            _ => Err(unknown_form(text)),
        }
    }

    /// Whether the server's tables are wanted.
    pub(crate) fn is_table(&self) -> bool {
        matches!(self, Output::Human | Output::Wide)
    }

    /// The text of one object; tables have no text of one object.
    pub(crate) fn one(&self, info: &Info, managed_fields: bool) -> Result<String, Failure> {
        if matches!(self, Output::Name) {
            return Ok(format!("{}\n", info.printed_name()));
        }
        let hides = matches!(self, Output::Json | Output::Yaml);
        self.value(&shown(&info.object, managed_fields || !hides))
    }

    /// The text of a value: an object, or a list of them.
    pub(crate) fn value(&self, value: &Value) -> Result<String, Failure> {
        match self {
            Output::Human | Output::Wide | Output::Name => Ok(String::new()),
            Output::Json => Ok(json_text::pretty(value) + "\n"),
            Output::Yaml => Ok(yaml::document(value)),
            Output::JsonPath(template) => template.fill(value).map_err(|why| {
                let text = template.text();
                Failure::message(format!(
                    "error executing jsonpath {text:?}: Error executing template: {why}. Printing \
                     more information for debugging the template:\n\ttemplate was:\n\t\t{text}\n\
                     \tobject given to jsonpath engine was:\n\t\t{}\n\n\n",
                    go_syntax(value)
                ))
            }),
            Output::JsonPathAsJson(template) => {
                let found = template.find(value).map_err(Failure::message)?;
                let list = Value::Array(found.into_iter().cloned().collect());
                Ok(json_text::pretty(&list) + "\n")
            }
            Output::Columns(columns) => columns_of(columns, std::slice::from_ref(value)),
            Output::GoTemplate(template) => template.fill(value).map_err(Failure::message),
        }
    }
}

/// The form whose template stands in a file.
fn in_file(form: &str) -> Option<&'static str> {
    Some(match form {
        "jsonpath-file" => "jsonpath",
        "go-template-file" | "templatefile" => "go-template",
        _ => return None,
    })
}

fn read(context: &Context<'_>, name: &str) -> Result<String, Failure> {
    if name.is_empty() {
        return Err(Failure::message("template format specified but no template given"));
    }
    context.files.read(name).ok_or_else(|| {
        let why = format!("open {name}: no such file or directory");
        Failure::message(format!("error reading --template {name}, {why}"))
    })
}

/// The table of chosen columns for some objects.
pub(crate) fn columns_of(columns: &[Column], objects: &[Value]) -> Result<String, Failure> {
    let mut writer = Tabwriter::for_tables();
    writer.write(&custom_columns::header(columns));
    for object in objects {
        writer.write(&custom_columns::row(columns, object).map_err(Failure::message)?);
    }
    Ok(writer.flush())
}

/// Several objects as one.
pub(crate) fn list_of(objects: &[Value]) -> Value {
    json!({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""},
        "items": objects})
}

/// The same as the typed list that `apply` prints.
pub(crate) fn plain_list_of(objects: &[Value]) -> Value {
    json!({"apiVersion": "v1", "kind": "List", "metadata": {}, "items": objects})
}

/// An object as it is shown: without the fields that only machines read.
pub(crate) fn shown(object: &Value, managed_fields: bool) -> Value {
    let mut object = object.clone();
    if !managed_fields && let Some(metadata) = object.get_mut("metadata") {
        metadata.as_object_mut().map(|metadata| metadata.remove("managedFields"));
    }
    object
}

fn unknown_form(text: &str) -> Failure {
    Failure::message(format!(
        "unable to match a printer suitable for the output format {text:?}, allowed formats are: \
         custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,\
         jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,yaml"
    ))
}
