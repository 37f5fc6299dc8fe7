//! `kubectl config`: the kubeconfig that this terminal works with. It has one context; what can be
//! changed of it is the namespace that commands work in.

use futures::FutureExt;
use serde_json::{Value, json};

use super::Command;
use crate::arguments::Flag;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::print::output::Output;
use crate::print::tabwriter::Tabwriter;
use crate::print::yaml;

pub(super) const VIEW: Command = Command {
    name: "config view",
    aliases: &[],
    about: "Display merged kubeconfig settings or a specified kubeconfig file.",
    usage: "config view [flags] [options]",
    examples: "kubectl config view\n\n# The namespace that commands work in\n\
               kubectl config view --minify -o jsonpath='{..namespace}'",
    flags: &[VIEW_FLAGS],
    required: &[],
    run: |context| view(context).boxed_local(),
};

pub(super) const CURRENT_CONTEXT: Command = Command {
    name: "config current-context",
    aliases: &[],
    about: "Display the current-context.",
    usage: "config current-context [flags] [options]",
    examples: "kubectl config current-context",
    flags: &[],
    required: &[],
    run: |context| current_context(context).boxed_local(),
};

pub(super) const GET_CONTEXTS: Command = Command {
    name: "config get-contexts",
    aliases: &[],
    about: "Describe one or many contexts.",
    usage: "config get-contexts [(-o|--output=)name)] [options]",
    examples: "kubectl config get-contexts",
    flags: &[CONTEXT_FLAGS],
    required: &[],
    run: |context| get_contexts(context).boxed_local(),
};

pub(super) const GET_CLUSTERS: Command = Command {
    name: "config get-clusters",
    aliases: &[],
    about: "Display clusters defined in the kubeconfig.",
    usage: "config get-clusters [flags] [options]",
    examples: "kubectl config get-clusters",
    flags: &[],
    required: &[],
    run: |context| named(context, CONTEXT).boxed_local(),
};

pub(super) const GET_USERS: Command = Command {
    name: "config get-users",
    aliases: &[],
    about: "Display users defined in the kubeconfig.",
    usage: "config get-users [flags] [options]",
    examples: "kubectl config get-users",
    flags: &[],
    required: &[],
    run: |context| named(context, USER).boxed_local(),
};

pub(super) const SET_CONTEXT: Command = Command {
    name: "config set-context",
    aliases: &[],
    about: "Set a context entry in kubeconfig.",
    usage: "config set-context [NAME | --current] [--namespace=namespace] [options]",
    examples: "# Work in the namespace shop from now on\n\
               kubectl config set-context --current --namespace=shop",
    flags: &[SET_FLAGS],
    required: &[],
    run: |context| set_context(context).boxed_local(),
};

pub(super) const USE_CONTEXT: Command = Command {
    name: "config use-context",
    aliases: &["config use"],
    about: "Set the current-context in a kubeconfig file.",
    usage: "config use-context CONTEXT_NAME [options]",
    examples: "kubectl config use-context sandbox",
    flags: &[],
    required: &[],
    run: |context| use_context(context).boxed_local(),
};

const VIEW_FLAGS: &[Flag] = &[
    Flag::value("output", "yaml").short('o').about("yaml, json, jsonpath=…, …"),
    Flag::value("template", "").about("A template for -o jsonpath or go-template"),
    Flag::switch("allow-missing-template-keys", "Print nothing for missing fields of templates")
        .on(),
    Flag::switch("minify", "Only what the current context uses"),
    Flag::switch("raw", "Certificates and secrets, too"),
    Flag::switch("flatten", "All in one file"),
];

const CONTEXT_FLAGS: &[Flag] = &[
    Flag::value("output", "").short('o').about("name"),
    Flag::switch("no-headers", "Leave the header line out"),
];

const SET_FLAGS: &[Flag] = &[Flag::switch("current", "Change the current context")];

/// Where a cluster's own components find the API server.
pub(super) const SERVER: &str = "https://kubernetes.default.svc";
/// The one context of this terminal, and its cluster.
const CONTEXT: &str = "sandbox";
const USER: &str = "learner";

fn kubeconfig(namespace: &str) -> Value {
    let mut all = json!({"kind": "Config", "apiVersion": "v1", "preferences": {},
        "clusters": [{"name": CONTEXT, "cluster": {"server": SERVER}}],
        "users": [{"name": USER, "user": {}}],
        "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": USER}}],
        "current-context": CONTEXT});
    if !namespace.is_empty() {
        all["contexts"][0]["context"]["namespace"] = namespace.into();
    }
    all
}

async fn view(context: &Context<'_>) -> Outcome {
    let config = kubeconfig(&context.client.api.namespace());
    let text = match context.arguments.get("output") {
        "yaml" => yaml::document(&config),
        _ => Output::of(context)?.value(&config)?,
    };
    context.out(&text);
    Ok(())
}

async fn current_context(context: &Context<'_>) -> Outcome {
    context.out(&format!("{CONTEXT}\n"));
    Ok(())
}

async fn named(context: &Context<'_>, name: &str) -> Outcome {
    context.out(&format!("NAME\n{name}\n"));
    Ok(())
}

async fn get_contexts(context: &Context<'_>) -> Outcome {
    if context.arguments.get("output") == "name" {
        return current_context(context).await;
    }
    if let Some(name) = context.arguments.words.iter().find(|name| *name != CONTEXT) {
        return Err(Failure::message(format!("context {name} not found")));
    }
    let mut writer = Tabwriter::for_tables();
    if !context.arguments.on("no-headers") {
        writer.write("CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n");
    }
    let namespace = context.client.api.namespace();
    writer.write(&format!("*\t{CONTEXT}\t{CONTEXT}\t{USER}\t{namespace}\n"));
    context.out(&writer.flush());
    Ok(())
}

async fn set_context(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    match (arguments.words.as_slice(), arguments.on("current")) {
        ([], true) => {}
        ([name], false) if name == CONTEXT => {}
        ([_], false) => {
            let words = format!("this terminal has one context, {CONTEXT}, and makes no others");
            return Err(Failure::message(words));
        }
        ([], false) => {
            return Err(Failure::message("you must specify a non-empty context name or --current"));
        }
        _ => return Err(context.usage(format!("unexpected args: {:?}", arguments.words))),
    }
    if arguments.given("namespace") {
        let namespace = arguments.get("namespace");
        if !context.client.api.set_namespace(namespace) {
            return Err(Failure::message("open config.lock: permission denied"));
        }
    }
    context.out(&format!("Context \"{CONTEXT}\" modified.\n"));
    Ok(())
}

async fn use_context(context: &Context<'_>) -> Outcome {
    match context.arguments.words.as_slice() {
        [name] if name == CONTEXT => {
            context.out(&format!("Switched to context \"{CONTEXT}\".\n"));
            Ok(())
        }
        [name] => Err(Failure::message(format!("no context exists with the name: {name:?}"))),
        other => Err(context.usage(format!("unexpected args: {other:?}"))),
    }
}
