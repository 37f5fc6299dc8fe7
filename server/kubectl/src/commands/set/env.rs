//! `kubectl set env`.

use futures::FutureExt;
use serde_json::{Value, json};

use super::super::Command;
use super::super::each::{named, pod_spec_place};
use super::{FLAGS, change_specs, containers_named};
use crate::arguments::Flag;

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::{array, array_at, field, string_map, text};
use crate::resources;

pub(in super::super) const ENV: Command = Command {
    name: "set env",
    aliases: &[],
    about: "Update environment variables on a pod template.",
    usage: "set env RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N [options]",
    examples: "kubectl set env deployment/web COLOUR=blue\n\n# Take a variable away\n\
               kubectl set env deployment/web COLOUR-\n\n# Show what is set\n\
               kubectl set env deployment/web --list\n\n# Take all keys of a ConfigMap\n\
               kubectl set env deployment/web --from=configmap/settings",
    flags: &[OWN, FLAGS[0], FLAGS[1], FLAGS[2], FLAGS[3], FLAGS[4], FLAGS[5]],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("containers", "*").short('c').about("The containers to change"),
    Flag::value("env", "").short('e').about("A variable: KEY=VALUE"),
    Flag::value("from", "").about("A ConfigMap or Secret to take variables from"),
    Flag::value("keys", "").about("With --from: only these keys"),
    Flag::value("prefix", "").about("With --from: put this before each name"),
    Flag::switch("list", "Print the variables instead of changing them"),
    Flag::switch("overwrite", "Replace variables that are there").on(),
];

async fn run(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    let is_change = |word: &String| word.contains('=') || word.ends_with('-');
    let (mut changes, names): (Vec<String>, Vec<String>) =
        arguments.words.iter().cloned().partition(is_change);
    changes.extend(arguments.all("env").into_iter().map(str::to_owned));
    if names.is_empty() && resources::file_names(context).is_empty() {
        return Err(Failure::message(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>",
        ));
    }
    if arguments.on("list") {
        return list(context, &names).await;
    }
    let mut variables: Vec<Value> = Vec::new();
    let mut removed: Vec<String> = Vec::new();
    for change in &changes {
        match change.split_once('=') {
            Some((name, value)) => variables.push(json!({"name": name, "value": value})),
            None => removed.push(change.trim_end_matches('-').to_owned()),
        }
    }
    if !arguments.get("from").is_empty() {
        variables.extend(from(context).await?);
    }
    let named_well = crate::resources::of_words(context, &names).await;
    if variables.is_empty() && removed.is_empty() {
        named_well?;
        return Err(Failure::message("at least one environment variable must be provided"));
    }
    let pattern = arguments.get("containers");
    let overwrite = arguments.on("overwrite");
    change_specs(context, &names, "env", &|info, spec| {
        let containers = containers_named(spec, pattern);
        if containers.is_empty() {
            context.err(&format!(
                "warning: {} does not have any containers matching {pattern:?}\n",
                info.printed_name()
            ));
        }
        for container in containers {
            update(container, &variables, &removed, overwrite)?;
        }
        Ok(())
    })
    .await
}

fn update(
    container: &mut Value,
    variables: &[Value],
    removed: &[String],
    overwrite: bool,
) -> Outcome {
    let mut env = array(container, "env").to_vec();
    env.retain(|variable| !removed.iter().any(|name| name == text(variable, "name")));
    for variable in variables {
        let name = text(variable, "name");
        match env.iter_mut().find(|known| text(known, "name") == name) {
            Some(known) if overwrite => known.clone_from(variable),
            Some(known) => {
                return Err(Failure::message(format!(
                    "'{name}' already has a value ({}), and --overwrite is false",
                    text(known, "value")
                )));
            }
            None => env.push(variable.clone()),
        }
    }
    if env.is_empty() {
        container.as_object_mut().map(|fields| fields.remove("env"));
    } else {
        container["env"] = env.into();
    }
    Ok(())
}

/// A variable for each key of a ConfigMap or Secret.
async fn from(context: &Context<'_>) -> Result<Vec<Value>, Failure> {
    let arguments = &context.arguments;
    let source = vec![arguments.get("from").to_owned()];
    let mut variables = Vec::new();
    for info in named(context, &source).await? {
        let info = info?;
        let reference = match info.resource.kind.as_str() {
            "ConfigMap" => "configMapKeyRef",
            "Secret" => "secretKeyRef",
            _ => {
                return Err(Failure::message(format!(
                    "unsupported resource specified in --from: {}",
                    arguments.get("from")
                )));
            }
        };
        let wanted = arguments.list("keys");
        for (key, _) in string_map(field(&info.object, "data")) {
            if !wanted.is_empty() && !wanted.iter().any(|name| name == key) {
                continue;
            }
            let name = variable_name(key);
            if name != key {
                context.err(&format!("Warning: key {key} transferred to {name}\n"));
            }
            let name = format!("{}{name}", arguments.get("prefix"));
            variables.push(json!({"name": name,
                "valueFrom": {reference: {"key": key, "name": info.name}}}));
        }
    }
    Ok(variables)
}

/// Keys become names in capitals with underscores.
fn variable_name(key: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    key.chars().map(letter).collect()
}

async fn list(context: &Context<'_>, names: &[String]) -> Outcome {
    for info in named(context, names).await? {
        let info = info?;
        let spec = info.object.pointer(pod_spec_place(&info)?).cloned().unwrap_or_default();
        for list in ["/containers", "/initContainers"] {
            for container in array_at(&spec, list) {
                context.out(&format!(
                    "# {} {}, container {}\n",
                    info.resource.kind,
                    info.name,
                    text(container, "name")
                ));
                for variable in array(container, "env") {
                    context.out(&format!("{}\n", line_of(variable)));
                }
            }
        }
    }
    Ok(())
}

fn line_of(variable: &Value) -> String {
    let name = text(variable, "name");
    let from = field(variable, "valueFrom");
    for (field_name, kind) in [("configMapKeyRef", "configmap"), ("secretKeyRef", "secret")] {
        let reference = field(from, field_name);
        if reference.is_object() {
            return format!(
                "# {name} from {kind} {}, key {}",
                text(reference, "name"),
                text(reference, "key")
            );
        }
    }
    let path = text(field(from, "fieldRef"), "fieldPath");
    if !path.is_empty() {
        return format!("# {name} from field path {path}");
    }
    format!("{name}={}", text(variable, "value"))
}
