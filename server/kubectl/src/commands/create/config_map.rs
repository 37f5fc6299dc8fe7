//! `kubectl create configmap`, `secret generic` and `serviceaccount`.

use futures::FutureExt;
use serde_json::{Map, Value, json};

use super::super::Command;
use super::{KIND_FLAGS, create, the_name};
use crate::arguments::Flag;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::resources;

pub(in super::super) const CONFIG_MAP: Command = Command {
    name: "create configmap",
    aliases: &["create cm"],
    about: "Create a config map based on a file, directory, or specified literal value.",
    usage: "create configmap NAME [--from-file=[key=]source] [--from-literal=key1=value1] \
            [--dry-run=server|client|none] [options]",
    examples: "kubectl create configmap settings --from-literal=COLOUR=blue\n\
               kubectl create configmap page --from-file=index.html",
    flags: kind_flags!(SOURCES),
    required: &[],
    run: |context| config_map(context).boxed_local(),
};

pub(in super::super) const SECRET_GENERIC: Command = Command {
    name: "create secret generic",
    aliases: &[],
    about: "Create a secret based on a file, directory, or specified literal value.",
    usage: "create secret generic NAME [--type=string] [--from-file=[key=]source] \
            [--from-literal=key1=value1] [--dry-run=server|client|none] [options]",
    examples: "kubectl create secret generic login --from-literal=password=s3cret",
    flags: kind_flags!(SOURCES, TYPE),
    required: &[],
    run: |context| secret(context).boxed_local(),
};

pub(in super::super) const SERVICE_ACCOUNT: Command = Command {
    name: "create serviceaccount",
    aliases: &["create sa"],
    about: "Create a service account with the specified name.",
    usage: "create serviceaccount NAME [--dry-run=server|client|none] [options]",
    examples: "kubectl create serviceaccount robot",
    flags: KIND_FLAGS,
    required: &[],
    run: |context| service_account(context).boxed_local(),
};

const SOURCES: &[Flag] = &[
    Flag::value("from-literal", "").about("A key and its value: key=value"),
    Flag::value("from-file", "").about("A file, or key=file"),
    Flag::value("from-env-file", "").about("A file of key=value lines"),
];

const TYPE: &[Flag] = &[Flag::value("type", "").about("The type of the Secret")];

async fn config_map(context: &Context<'_>) -> Outcome {
    let name = the_name(context)?;
    let mut object = json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"creationTimestamp": null, "name": name}});
    let data = sources(context, "configmap")?;
    if !data.is_empty() {
        object["data"] = data.into();
    }
    let resource = resources::resource(context, "configmaps").await?;
    create(context, resource, object, "kubectl-create").await
}

async fn secret(context: &Context<'_>) -> Outcome {
    let name = the_name(context)?;
    let mut object = json!({"apiVersion": "v1", "kind": "Secret",
        "metadata": {"creationTimestamp": null, "name": name}});
    let data: Map<String, Value> = sources(context, "secret")?
        .into_iter()
        .map(|(key, value)| (key, base64(value.as_str().unwrap_or_default().as_bytes()).into()))
        .collect();
    if !data.is_empty() {
        object["data"] = data.into();
    }
    if context.arguments.given("type") {
        object["type"] = context.arguments.get("type").into();
    }
    let resource = resources::resource(context, "secrets").await?;
    create(context, resource, object, "kubectl-create").await
}

async fn service_account(context: &Context<'_>) -> Outcome {
    let name = the_name(context)?;
    let object = json!({"apiVersion": "v1", "kind": "ServiceAccount",
        "metadata": {"creationTimestamp": null, "name": name}});
    let resource = resources::resource(context, "serviceaccounts").await?;
    create(context, resource, object, "kubectl-create").await
}

/// What `--from-literal`, `--from-file` and `--from-env-file` bring together.
fn sources(context: &Context<'_>, kind: &str) -> Result<Map<String, Value>, Failure> {
    let arguments = &context.arguments;
    let mut data = Map::new();
    for literal in arguments.all("from-literal") {
        let pair = literal.split_once('=').filter(|(key, _)| !key.is_empty());
        let (key, value) = pair.ok_or_else(|| {
            Failure::message(format!("invalid literal source {literal}, expected key=value"))
        })?;
        let value = value.trim_matches(['"', '\'']);
        add(&mut data, key, value, kind)?;
    }
    for source in arguments.all("from-file") {
        let (key, file) = match source.split_once('=') {
            Some((key, file)) => (key, file),
            None => (source.rsplit('/').next().unwrap_or_default(), source),
        };
        add(&mut data, key, &read(context, file)?, kind)?;
    }
    for file in arguments.all("from-env-file") {
        for line in read(context, file)?.lines() {
            let line = line.trim_start();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            add(&mut data, key, value, kind)?;
        }
    }
    Ok(data)
}

fn add(data: &mut Map<String, Value>, key: &str, value: &str, kind: &str) -> Outcome {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if !key.chars().all(allowed) {
        return Err(Failure::message(format!(
            "{key:?} is not valid key name for a {}: a valid config key must consist of \
             alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or \
             'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
            if kind == "secret" { "Secret" } else { "ConfigMap" }
        )));
    }
    if data.contains_key(key) {
        let words = match kind {
            "secret" => format!("cannot add key {key}, another key by that name already exists"),
            _ => format!("cannot add key {key:?}, another key by that name already exists in data"),
        };
        return Err(Failure::message(words));
    }
    data.insert(key.to_owned(), value.into());
    Ok(())
}

pub(super) fn read(context: &Context<'_>, file: &str) -> Result<String, Failure> {
    context
        .files
        .read(file)
        .ok_or_else(|| Failure::message(format!("error reading {file}: no such file or directory")))
}

/// Bytes in base64, as the data of Secrets is written.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for place in 0..4 {
            if place <= chunk.len() {
                let letter = LETTERS[(bits >> (18 - 6 * place)) as usize & 63];
                out.push(char::from(letter));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_every_length() {
        for (text, expect) in
            [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("q", "cQ==")]
        {
            assert_eq!(base64(text.as_bytes()), expect);
        }
    }
}
