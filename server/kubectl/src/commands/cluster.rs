//! `kubectl version` and `cluster-info`: about the cluster as a whole.

use futures::FutureExt;
use serde_json::{Value, json};

use super::Command;
use super::config::SERVER;
use crate::arguments::Flag;
use crate::client::Query;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::{name_of, text};
use crate::print::yaml;
use crate::resources::{self, list};

/// The version whose output this kubectl prints, and the kustomize that came with it.
const CLIENT: &str = "v1.36.0";
const KUSTOMIZE: &str = "v5.7.1";

pub(super) const VERSION: Command = Command {
    name: "version",
    aliases: &[],
    about: "Print the client and server version information for the current context.",
    usage: "version [flags] [options]",
    examples: "kubectl version\nkubectl version --client",
    flags: &[VERSION_FLAGS],
    required: &[],
    run: |context| version(context).boxed_local(),
};

pub(super) const CLUSTER_INFO: Command = Command {
    name: "cluster-info",
    aliases: &[],
    about: "Display addresses of the control plane and services with label \
            kubernetes.io/cluster-service=true.",
    usage: "cluster-info [flags] [options]",
    examples: "kubectl cluster-info",
    flags: &[],
    required: &[],
    run: |context| cluster_info(context).boxed_local(),
};

const VERSION_FLAGS: &[Flag] = &[
    Flag::switch("client", "The client's version only; asks no server"),
    Flag::value("output", "").short('o').about("yaml or json"),
];

async fn version(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    if !arguments.words.is_empty() {
        let words = arguments.words.join(" ");
        return Err(Failure::message(format!("extra arguments: [{words}]")));
    }
    let asked = match arguments.on("client") {
        true => Ok(None),
        false => context.client.get("/version", &Query::new()).await.map(Some),
    };
    let (server, failed) = match asked {
        Ok(server) => (server, Ok(())),
        Err(failure) => (None, Err(failure)),
    };
    let server_version = server.as_ref().map(|server| text(server, "gitVersion").to_owned());
    match arguments.get("output") {
        "" => {
            context.out(&format!("Client Version: {CLIENT}\nKustomize Version: {KUSTOMIZE}\n"));
            if let Some(version) = server_version {
                context.out(&format!("Server Version: {version}\n"));
            }
        }
        form @ ("json" | "yaml") => {
            let mut all = json!({"clientVersion": client_version(), "kustomizeVersion": KUSTOMIZE});
            if let Some(server) = server {
                all["serverVersion"] = server;
            }
            let json = form == "json";
            context.out(&if json {
                crate::print::json::indented(&all, "  ") + "\n"
            } else {
                yaml::document(&all)
            });
        }
        _ => return Err(Failure::message("--output must be 'yaml' or 'json'")),
    }
    failed
}

fn client_version() -> Value {
    let mut numbers = CLIENT.trim_start_matches('v').split('.');
    json!({"major": numbers.next(), "minor": numbers.next(), "gitVersion": CLIENT})
}

async fn cluster_info(context: &Context<'_>) -> Outcome {
    if let Some(word) = context.arguments.words.first() {
        return Err(context.usage(format!("unknown command {word:?}")));
    }
    let services = resources::resource(context, "services").await?;
    let query: Query = vec![("labelSelector", "kubernetes.io/cluster-service=true".to_owned())];
    let found = list(context, services, "kube-system", &query).await?;
    context.out(&format!("Kubernetes control plane is running at {SERVER}\n"));
    for service in &found {
        let name = name_of(service);
        context.out(&format!(
            "{name} is running at {SERVER}/api/v1/namespaces/kube-system/services/{name}/proxy\n"
        ));
    }
    context.out(
        "\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n",
    );
    Ok(())
}
