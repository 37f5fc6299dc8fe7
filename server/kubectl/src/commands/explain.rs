//! `kubectl explain`: what the fields of a kind mean, from the server's OpenAPI documents.

mod schema;

use std::fmt::Write;

use futures::FutureExt;
use serde_json::Value;

use super::Command;
use crate::arguments::Flag;
use crate::client::Query;
use crate::context::Context;
use crate::discovery::Resource;
use crate::failure::{Failure, Outcome};
use crate::fields::{array, field, sorted, text};
use schema::Document;

pub(super) const COMMAND: Command = Command {
    name: "explain",
    aliases: &[],
    about: "Describe fields and structure of various resources.",
    usage: "explain TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] \
            [-o|--output=plaintext] [options]",
    examples: "kubectl explain pods\nkubectl explain pods.spec.containers\n\n\
               # All fields at a glance\nkubectl explain deployment --recursive",
    flags: &[OWN],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::switch("recursive", "Names and types of all fields, without their meaning"),
    Flag::value("api-version", "").about("Of this version: apps/v1"),
    Flag::value("output", "plaintext").short('o').about("plaintext or plaintext-openapiv2"),
];

/// Letters to a line, the indentation not counted.
const WIDTH: usize = 76;

async fn run(context: &Context<'_>) -> Outcome {
    let word = match context.arguments.words.as_slice() {
        [] => {
            return Err(Failure::message(
                "You must specify the type of resource to explain. Use \"kubectl api-resources\" \
                 for a complete list of supported resources.\n",
            ));
        }
        [word] => word,
        _ => {
            return Err(Failure::message("We accept only this format: explain RESOURCE\n"));
        }
    };
    let format = context.arguments.get("output");
    if !["plaintext", "plaintext-openapiv2"].contains(&format) {
        return Err(Failure::message(format!("unrecognized format: {format}")));
    }
    let mut path = word.split('.');
    let kind = path.next().unwrap_or_default();
    let path: Vec<&str> = path.collect();
    let discovery = context.discovery().await?;
    let version = context.arguments.get("api-version");
    let named = discovery.find(kind);
    let resource = if version.is_empty() {
        named
    } else {
        named.and_then(|resource| discovery.of_kind(version, &resource.kind))
    };
    let Some(resource) = resource else {
        // This complaint of kubectl's has no `error:` before it.
        let failure = Failure::message(format!("the server doesn't have a resource type {kind:?}"));
        return Err(Failure::Several(vec![failure]));
    };
    if format == "plaintext-openapiv2" {
        // The server's document of that version is empty.
        return Err(not_described(resource));
    }
    let document = fetch(context, resource).await?;
    let Some(root) = document.schema_of(resource) else {
        return Err(Failure::message(format!(
            "GVR ({}) not found in OpenAPI schema",
            resource.in_errors()
        )));
    };
    context.out(&head(resource));
    let text = explanation(&document, root, &path, context.arguments.on("recursive"))?;
    context.out(&text);
    Ok(())
}

async fn fetch(context: &Context<'_>, resource: &Resource) -> Result<Document, Failure> {
    let index = context.client.get("/openapi/v3", &Query::new()).await?;
    let place = if resource.group.is_empty() { "api" } else { "apis" };
    let entry = field(field(&index, "paths"), &format!("{place}/{}", resource.api_version()));
    let url = text(entry, "serverRelativeURL");
    if url.is_empty() {
        return Err(not_described(resource));
    }
    Ok(Document::new(context.client.get(url, &Query::new()).await?))
}

fn not_described(resource: &Resource) -> Failure {
    let Resource { group, version, kind, .. } = resource;
    Failure::message(format!("couldn't find resource for \"{group}/{version}, Kind={kind}\""))
}

fn head(resource: &Resource) -> String {
    let group = if resource.group.is_empty() {
        String::new()
    } else {
        format!("GROUP:      {}\n", resource.group)
    };
    format!("{group}KIND:       {}\nVERSION:    {}\n\n", resource.kind, resource.version)
}

fn explanation(
    document: &Document,
    root: &Value,
    path: &[&str],
    recursive: bool,
) -> Result<String, Failure> {
    let mut here = root;
    let mut out = String::new();
    for (at, name) in path.iter().enumerate() {
        let object = document.object(here);
        let Some(next) = object.and_then(|object| field(object, "properties").get(name)) else {
            return Err(Failure::message(format!("field {name:?} does not exist")));
        };
        here = next;
        if at + 1 == path.len() {
            let _ = writeln!(out, "FIELD: {name} <{}>", document.type_name(here));
            let values = array(here, "enum");
            if !values.is_empty() {
                out.push_str("ENUM:\n");
                values.iter().for_each(|value| _ = writeln!(out, "    {}", plain(value)));
            }
            out.push_str("\n\n");
        }
    }
    out.push_str("DESCRIPTION:\n");
    let own = text(here, "description");
    let referred = document.referred(here).map(|schema| text(schema, "description"));
    let mut said: Vec<&str> = vec![own, referred.unwrap_or_default()];
    said.retain(|text| !text.is_empty());
    said.dedup();
    if said.is_empty() {
        said.push("<empty>");
    }
    said.iter().for_each(|text| out.push_str(&wrapped(text)));
    out.push_str("    \n");
    if let Some(object) = document.object(here) {
        out.push_str("FIELDS:\n");
        fields(document, object, 1, recursive, &mut out);
    }
    out.push('\n');
    Ok(out)
}

fn fields(document: &Document, object: &Value, level: usize, recursive: bool, out: &mut String) {
    for (name, schema) in sorted(field(object, "properties")) {
        let required = if is_required(object, name) { " -required-" } else { "" };
        let indent = "  ".repeat(level);
        let kind = document.type_name(schema);
        let _ = writeln!(out, "{indent}{name}\t<{kind}>{required}");
        let values: Vec<String> = array(schema, "enum").iter().map(plain).collect();
        if !values.is_empty() {
            let more = if values.len() > 4 { ", ...." } else { "" };
            let shown = values.iter().take(4).cloned().collect::<Vec<_>>().join(", ");
            let _ = writeln!(out, "{indent}enum: {shown}{more}");
        }
        if !recursive {
            let about = match text(schema, "description") {
                "" => "<no description>",
                about => about,
            };
            out.push_str(&wrapped(about));
            out.push('\n');
        } else if level < schema::DEPTH
            && let Some(inner) = document.object(schema)
        {
            fields(document, inner, level + 1, recursive, out);
        }
    }
}

fn is_required(object: &Value, name: &str) -> bool {
    array(object, "required").iter().any(|required| required == name)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Text in lines of limited length, indented.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for (at, word) in paragraph.split(' ').enumerate() {
            let length = line.chars().count();
            let is_full = length + 1 + word.chars().count() > WIDTH;
            if is_full && !line.trim().is_empty() {
                let _ = writeln!(out, "    {}", line.trim_end());
                line.clear();
            } else if at > 0 {
                line.push(' ');
            }
            line.push_str(word);
        }
        let _ = writeln!(out, "    {}", line.trim_end());
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Document {
        Document::new(json!({"components": {"schemas": {
            "io.k8s.api.core.v1.Pod": {
                "description": "A Pod.",
                "required": ["spec"],
                "properties": {
                    "kind": {"type": "string", "description": "Its kind."},
                    "spec": {"description": "What it is to be.",
                        "allOf": [{"$ref": "#/components/schemas/io.k8s.api.core.v1.PodSpec"}]}},
                "x-kubernetes-group-version-kind": [{"group": "", "version": "v1", "kind": "Pod"}]},
            "io.k8s.api.core.v1.PodSpec": {
                "description": "A PodSpec.",
                "properties": {"nodeSelector": {"type": "object",
                    "additionalProperties": {"type": "string"}}}}}}}))
    }

    fn check(path: &[&str], expect: &str) {
        let document = document();
        let root = &document.schemas()["io.k8s.api.core.v1.Pod"];
        let text = explanation(&document, root, path, false).map_err(|failure| failure.line());
        assert_eq!(text.unwrap_or_else(|failure| failure), expect);
    }

    #[test]
    fn kinds_and_fields() {
        check(
            &[],
            "DESCRIPTION:\n    A Pod.\n    \nFIELDS:\n  kind\t<string>\n    Its kind.\n\n  \
             spec\t<PodSpec> -required-\n    What it is to be.\n\n\n",
        );
        check(
            &["spec"],
            "FIELD: spec <PodSpec>\n\n\nDESCRIPTION:\n    What it is to be.\n    A \
             PodSpec.\n    \nFIELDS:\n  nodeSelector\t<map[string]string>\n    <no \
             description>\n\n\n",
        );
        check(
            &["spec", "nodeSelector"],
            "FIELD: nodeSelector <map[string]string>\n\n\nDESCRIPTION:\n    <empty>\n    \n\n",
        );
        check(&["nope"], "field \"nope\" does not exist");
    }
}
