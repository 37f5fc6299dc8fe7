//! `kubectl create -f`, and what all `kubectl create KIND` share.

/// The flags of a `kubectl create KIND`: its own, and those that all of them take.
macro_rules! kind_flags {
    ($($own:ident),*) => {
        &[
            $($own,)*
            crate::commands::flags::OUTPUT,
            crate::commands::flags::DRY_RUN,
            crate::commands::flags::FIELD_MANAGER,
            crate::commands::flags::VALIDATE,
            crate::commands::create::SAVE,
        ]
    };
}

pub(super) mod config_map;
mod deployment;
mod ingress;
mod job;
mod namespace;
mod policy;
mod rbac;
mod secret;
mod service;
mod token;

use futures::FutureExt;
use serde_json::Value;

use super::apply::write_query;
use super::{Command, flags};
use crate::arguments::Flag;
use crate::context::{Context, DryRun};
use crate::discovery::Resource;
use crate::failure::{Failure, Outcome};
use crate::print::output::Output;
use crate::resources::{self, Info, file_names};

pub(super) use config_map::{CONFIG_MAP, SECRET_GENERIC, SERVICE_ACCOUNT};
pub(super) use deployment::DEPLOYMENT;
pub(super) use ingress::INGRESS;
pub(super) use job::{CRON_JOB, JOB};
pub(super) use namespace::NAMESPACE;
pub(super) use policy::{BUDGET, PRIORITY_CLASS, QUOTA};
pub(super) use rbac::{CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, ROLE_BINDING};
pub(super) use secret::{DOCKER_REGISTRY, TLS};
pub(super) use service::{CLUSTER_IP, EXTERNAL_NAME, LOAD_BALANCER, NODE_PORT};
pub(super) use token::TOKEN;

pub(super) const COMMAND: Command = Command {
    name: "create",
    aliases: &[],
    about: "Create a resource from a file or from stdin.",
    usage: "create -f FILENAME [options]",
    examples: "# Create what a manifest describes\nkubectl create -f pod.yaml\n\n\
               # Create a Deployment without a manifest\n\
               kubectl create deployment web --image=nginx --replicas=3",
    flags: &[
        flags::FILENAME,
        flags::OUTPUT,
        flags::DRY_RUN,
        flags::FIELD_MANAGER,
        flags::VALIDATE,
        flags::SELECTOR,
        SAVE,
    ],
    required: &[],
    run: |context| run(context).boxed_local(),
};

/// The flags of every `kubectl create KIND`.
const KIND_FLAGS: &[&[Flag]] = kind_flags!();

const SAVE: &[Flag] =
    &[Flag::switch("save-config", "Keep the manifest in an annotation, for a later apply")];

async fn run(context: &Context<'_>) -> Outcome {
    if file_names(context).is_empty() && !context.arguments.given("kustomize") {
        return match context.arguments.words.as_slice() {
            [] => Err(Failure::message("must specify one of -f and -k")),
            words => Err(context.usage(format!("Unexpected args: [{}]", words.join(" ")))),
        };
    }
    let mut failures = Vec::new();
    let mut count = 0;
    for info in resources::from_files(context).await? {
        match info {
            Ok(info) => match created(context, info).await {
                Ok(()) => count += 1,
                Err(failure) => failures.push(failure),
            },
            Err(failure) => failures.push(failure),
        }
    }
    if count == 0 && failures.is_empty() {
        return Err(Failure::message("no objects passed to create"));
    }
    Failure::gather(failures)
}

async fn created(context: &Context<'_>, mut info: Info) -> Outcome {
    let dry_run = context.dry_run()?;
    if context.arguments.on("save-config") {
        super::apply::save_config(&mut info.object);
    }
    if dry_run != DryRun::Client {
        let query = write_query(context, "kubectl-create", dry_run);
        let answer = context.client.post(&info.collection_path(), &query, &info.object).await;
        let source = info.source.clone();
        info.object = answer.map_err(|failure| {
            failure.wrap(|message| format!("error when creating {source:?}: {message}"))
        })?;
        info.name = crate::fields::name_of(&info.object).to_owned();
    }
    print_created(context, &info, dry_run)
}

fn print_created(context: &Context<'_>, info: &Info, dry_run: DryRun) -> Outcome {
    let output = Output::of(context)?;
    let managed = context.arguments.on("show-managed-fields");
    let text = match output {
        Output::Human | Output::Wide => {
            format!("{} created{}\n", info.printed_name(), dry_run.suffix())
        }
        _ => output.one(info, managed)?,
    };
    context.out(&text);
    Ok(())
}

/// Creates an object that the flags of the line describe.
pub(super) async fn create(
    context: &Context<'_>,
    resource: &Resource,
    mut object: Value,
    manager: &str,
) -> Outcome {
    let dry_run = context.dry_run()?;
    if resource.namespaced && context.namespace_is_given() {
        object["metadata"]["namespace"] = context.namespace().into();
    }
    if context.arguments.on("save-config") {
        super::apply::save_config(&mut object);
    }
    let mut info = Info::of(resource, object);
    info.namespace =
        if resource.namespaced { context.namespace().to_owned() } else { String::new() };
    if dry_run != DryRun::Client {
        let query = write_query(context, manager, dry_run);
        let answer = context.client.post(&info.collection_path(), &query, &info.object).await;
        info.object = answer.map_err(|failure| about_create(failure, context))?;
    }
    print_created(context, &info, dry_run)
}

/// The generators put the server's words into words of their own; `create namespace` and `run`
/// pass them on.
fn about_create(failure: Failure, context: &Context<'_>) -> Failure {
    let what = match context.command.as_str() {
        "kubectl create deployment" => "deployment:",
        "kubectl create configmap" => "configmap:",
        "kubectl create serviceaccount" => "serviceaccount:",
        "kubectl create secret generic"
        | "kubectl create secret docker-registry"
        | "kubectl create secret tls" => "secret",
        "kubectl create job" => "job:",
        "kubectl create cronjob" => "cronjob:",
        "kubectl create ingress" => "ingress:",
        "kubectl create quota" => "quota:",
        "kubectl create poddisruptionbudget" => "poddisruptionbudgets:",
        "kubectl create priorityclass" => "priorityclass:",
        "kubectl create rolebinding" => "rolebinding:",
        "kubectl create clusterrolebinding" => "clusterrolebinding:",
        "kubectl create service loadbalancer" => "LoadBalancer service:",
        "kubectl create service externalname" => "ExternalName service:",
        "kubectl create service clusterip" => "ClusterIP service:",
        "kubectl create service nodeport" => "NodePort service:",
        _ => return failure,
    };
    Failure::message(format!("failed to create {what} {failure}"))
}

/// The one NAME of the line.
fn the_name<'c>(context: &'c Context<'_>) -> Result<&'c str, Failure> {
    let end = context.arguments.dash.unwrap_or(context.arguments.words.len());
    match &context.arguments.words[..end] {
        [name] => Ok(name),
        words => Err(context.usage(format!("exactly one NAME is required, got {}", words.len()))),
    }
}
