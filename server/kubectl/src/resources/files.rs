//! Objects in manifests: `-f FILE`, `-f -`, `-f FOLDER`.

use serde_json::Value;

use super::Info;
use crate::context::Context;
use crate::discovery::Discovery;
use crate::failure::Failure;
use crate::fields::{array, field, str_at, text};
use crate::kustomize;
use crate::manifest::documents;
use crate::print::json::compact;

/// The files that the line names with `-f`, or the folder that it names with `-k`.
pub(crate) fn file_names(context: &Context<'_>) -> Vec<String> {
    let mut names = context.arguments.list("filename");
    names.extend(kustomization(context).map(str::to_owned));
    names
}

fn kustomization<'c>(context: &'c Context<'_>) -> Option<&'c str> {
    context.arguments.given("kustomize").then(|| context.arguments.get("kustomize"))
}

/// Every object of the manifests that the line names, in order. A file that is not there ends the
/// command; anything else wrong with one document leaves the others alone.
pub(crate) async fn from_files(
    context: &Context<'_>,
) -> Result<Vec<Result<Info, Failure>>, Failure> {
    if let Some(folder) = kustomization(context) {
        return of_kustomization(context, folder).await;
    }
    let mut manifests = Vec::new();
    for name in file_names(context) {
        manifests.extend(read(context, &name)?);
    }
    let mut infos = Vec::new();
    for (source, text) in manifests {
        for document in documents(&text) {
            match document {
                Ok(object) => infos.extend(of_document(context, &source, object).await),
                Err(why) => {
                    infos.push(Err(Failure::message(format!("error parsing {source}: {why}"))))
                }
            }
        }
    }
    Ok(infos)
}

async fn of_kustomization(
    context: &Context<'_>,
    folder: &str,
) -> Result<Vec<Result<Info, Failure>>, Failure> {
    if context.arguments.given("filename") {
        return Err(Failure::message("only one of -f or -k can be specified"));
    }
    let built = kustomize::build(context.files, folder).map_err(Failure::message)?;
    built.warnings.iter().for_each(|warning| context.err(&format!("{warning}\n")));
    let mut infos = Vec::new();
    for object in built.objects {
        infos.extend(of_document(context, folder, object).await);
    }
    Ok(infos)
}

/// The text of a file, or of all manifests in a folder.
fn read(context: &Context<'_>, name: &str) -> Result<Vec<(String, String)>, Failure> {
    if name == "-" {
        let text = context.files.read("-").unwrap_or_default();
        return Ok(vec![("STDIN".to_owned(), text)]);
    }
    if name.starts_with("http://") || name.starts_with("https://") {
        return Err(Failure::message(format!(
            "{name:?} cannot be read: this terminal has no way out to the network"
        )));
    }
    if let Some(text) = context.files.read(name) {
        return Ok(vec![(name.to_owned(), text)]);
    }
    let mut names = context.files.names();
    names.sort();
    let inside: Vec<(String, String)> = names
        .into_iter()
        .filter(|file| is_in_folder(file, name))
        .filter_map(|file| context.files.read(&file).map(|text| (file, text)))
        .collect();
    if inside.is_empty() {
        return Err(Failure::message(format!("the path {name:?} does not exist")));
    }
    Ok(inside)
}

fn is_in_folder(file: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    let inside = match folder {
        "." | "" => Some(file),
        _ => file.strip_prefix(folder.trim_start_matches("./")).and_then(|f| f.strip_prefix('/')),
    };
    let is_manifest = [".yaml", ".yml", ".json"].iter().any(|extension| file.ends_with(extension));
    is_manifest && inside.is_some_and(|file| !file.contains('/'))
}

async fn of_document(
    context: &Context<'_>,
    source: &str,
    object: Value,
) -> Vec<Result<Info, Failure>> {
    if let Err(failure) = check(context, source, &object) {
        return vec![Err(failure)];
    }
    if text(&object, "kind").ends_with("List") && object.get("items").is_some_and(Value::is_array) {
        let mut infos = Vec::new();
        for item in array(&object, "items") {
            let checked = check(context, source, item);
            infos.push(match checked {
                Ok(()) => of_object(context, source, item.clone()).await,
                Err(failure) => Err(failure),
            });
        }
        return infos;
    }
    vec![of_object(context, source, object).await]
}

/// What kubectl checks before it asks the server.
fn check(context: &Context<'_>, source: &str, object: &Value) -> Result<(), Failure> {
    let validates = !matches!(context.arguments.get("validate"), "false" | "ignore");
    let kind_of_value = match object {
        Value::Object(_) => "",
        Value::Array(_) => "array",
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Bool(_) => "bool",
        Value::Null => "null",
    };
    let undecodable =
        |why: String| Err(Failure::message(format!("unable to decode {source:?}: {why}")));
    if !kind_of_value.is_empty() && validates {
        return Err(Failure::message(format!(
            "error validating {source:?}: error validating data: invalid object to validate; if \
             you choose to ignore these errors, turn validation off with --validate=false"
        )));
    }
    if !kind_of_value.is_empty() {
        return undecodable(format!(
            "json: cannot unmarshal {kind_of_value} into Go value of type unstructured.detector"
        ));
    }
    let unset: Vec<String> = ["apiVersion", "kind"]
        .into_iter()
        .filter(|name| text(object, name).is_empty())
        .map(|name| format!("{name} not set"))
        .collect();
    if validates && !unset.is_empty() {
        let unset =
            if unset.len() == 1 { unset.concat() } else { format!("[{}]", unset.join(", ")) };
        return Err(Failure::message(format!(
            "error validating {source:?}: error validating data: {unset}; if you choose to ignore \
             these errors, turn validation off with --validate=false"
        )));
    }
    if text(object, "kind").is_empty() {
        return undecodable(format!("Object 'Kind' is missing in '{}'", compact(object)));
    }
    for name in ["name", "namespace"] {
        if let Some(found) = wrong_type(field(field(object, "metadata"), name)) {
            return undecodable(format!(
                "json: cannot unmarshal {found} into Go struct field ObjectMeta.metadata.{name} of \
                 type string"
            ));
        }
    }
    Ok(())
}

/// What stands where a string should.
fn wrong_type(value: &Value) -> Option<&'static str> {
    match value {
        Value::String(_) | Value::Null => None,
        Value::Bool(_) => Some("bool"),
        Value::Number(_) => Some("number"),
        Value::Array(_) => Some("array"),
        Value::Object(_) => Some("object"),
    }
}

async fn of_object(
    context: &Context<'_>,
    source: &str,
    mut object: Value,
) -> Result<Info, Failure> {
    let discovery: &Discovery = context.discovery().await?;
    let (version, kind) = (text(&object, "apiVersion"), text(&object, "kind"));
    let Some(resource) = discovery.of_kind(version, kind) else {
        return Err(Failure::message(format!(
            "resource mapping not found for name: {:?} namespace: {:?} from {source:?}: no matches \
             for kind {kind:?} in version {version:?}\nensure CRDs are installed first",
            str_at(&object, "/metadata/name"),
            str_at(&object, "/metadata/namespace"),
        )));
    };
    if resource.namespaced {
        let own = str_at(&object, "/metadata/namespace").to_owned();
        if own.is_empty() {
            crate::fields::object_mut(&mut object, "/metadata")["namespace"] =
                context.namespace().into();
        } else if context.namespace_is_given() && own != context.namespace() {
            return Err(Failure::message(format!(
                "the namespace from the provided object {own:?} does not match the namespace \
                 {:?}. You must pass '--namespace={own}' to perform this operation.",
                context.namespace()
            )));
        }
    }
    let mut info = Info::of(resource, object);
    if !resource.namespaced {
        info.namespace.clear();
    }
    info.source = source.to_owned();
    Ok(info)
}
