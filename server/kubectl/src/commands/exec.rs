//! `kubectl exec` and `kubectl attach`, and what is common to all that talk with containers.

mod attach;
mod talk;

use futures::FutureExt;
use serde_json::Value;

use super::{Command, flags};
use crate::arguments::Flag;
use crate::client::Query;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::{array_at, at, name_of, namespace_of, str_at, text};
use crate::pods::{behind, first_for_logs};
use crate::resources::{self, Info, Names, of_words};

pub(super) use attach::{ATTACH, Attaching, attach};
pub(super) use talk::execute;
use talk::{Wish, talk};

pub(super) const EXEC: Command = Command {
    name: "exec",
    aliases: &[],
    about: "Execute a command in a container.",
    usage: "exec (POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...] [options]",
    examples: "kubectl exec web -- date\n\n# A shell\nkubectl exec -it web -- sh\n\n\
               # The first Pod of a Deployment\nkubectl exec deploy/web -- ls /",
    flags: &[OWN, flags::FILENAME],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("container", "").short('c').about("The container; the first if not given"),
    Flag::switch("stdin", "Pass standard input on").short('i'),
    Flag::switch("tty", "Standard input is a terminal").short('t'),
    Flag::switch("quiet", "Print only what the program prints").short('q'),
    Flag::duration("pod-running-timeout", "1m0s").about("How long to wait for a Pod that runs"),
];

async fn run(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    let dash = arguments.dash;
    let has_files = arguments.given("filename");
    if arguments.words.is_empty() && !has_files {
        return Err(Failure::message("pod, type/name or --filename must be specified"));
    }
    if dash.is_none() && arguments.words.len() > 1 {
        return Err(context.usage(
            "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead",
        ));
    }
    let end = dash.unwrap_or(arguments.words.len());
    let command = &arguments.words[end..];
    if command.is_empty() {
        return Err(Failure::message("you must specify at least one command for the container"));
    }
    let Some(word) = arguments.words[..end].first() else {
        return Err(context.usage("pod, type/name or --filename must be specified"));
    };
    let pod = the_pod(context, word).await?;
    let phase = str_at(&pod, "/status/phase");
    if matches!(phase, "Succeeded" | "Failed") {
        return Err(Failure::message(format!(
            "cannot exec into a container in a completed pod; current phase is {phase}"
        )));
    }
    let wish = Wish {
        container: container(context, &pod, arguments.on("quiet"))?,
        stdin: arguments.on("stdin"),
        tty: arguments.on("tty"),
    };
    talk(context, &pod, "exec", &wish, command).await.map(drop)
}

/// The Pod that a word means: by its name, or the first of a workload's.
pub(in crate::commands) async fn the_pod(
    context: &Context<'_>,
    word: &str,
) -> Result<Value, Failure> {
    let pods = resources::resource(context, "pods").await?;
    if !word.contains('/') {
        let path = pods.object_path(context.namespace(), word);
        return context.client.get(&path, &Query::new()).await;
    }
    let Names::Each(targets) = of_words(context, &[word.to_owned()]).await? else {
        return Err(Failure::message(format!("{word} names no object")));
    };
    let [target] = targets.as_slice() else {
        return Err(Failure::message(format!("{word} names no object")));
    };
    let info = target.clone().info(context.namespace());
    let object = context.client.get(&info.path(), &Query::new()).await?;
    if info.resource.kind == "Pod" {
        return Ok(object);
    }
    let info = Info { object, ..info };
    let found = behind(context, &info).await?;
    first_for_logs(found)
        .ok_or_else(|| Failure::message(format!("no pods found for {}", info.printed_name())))
}

/// The container that the line means; of several it is said which one it is.
pub(super) fn container(
    context: &Context<'_>,
    pod: &Value,
    quiet: bool,
) -> Result<String, Failure> {
    let named = |list: &str| -> Vec<String> {
        let containers = array_at(pod, &format!("/spec/{list}")).iter();
        containers.map(|container| text(container, "name").to_owned()).collect()
    };
    let (main, init) = (named("containers"), named("initContainers"));
    let ephemeral = named("ephemeralContainers");
    let asked = context.arguments.get("container");
    if !asked.is_empty() {
        return Ok(asked.to_owned());
    }
    let annotation = "/metadata/annotations/kubectl.kubernetes.io~1default-container";
    let default = str_at(pod, annotation);
    if main.iter().any(|name| name == default) {
        return Ok(default.to_owned());
    }
    let first = main.first().cloned().unwrap_or_default();
    if main.len() + init.len() + ephemeral.len() > 1 && !quiet {
        let others = [(&main, ""), (&ephemeral, " (ephem)"), (&init, " (init)")];
        let all: Vec<String> = others
            .iter()
            .flat_map(|(names, what)| names.iter().map(move |name| format!("{name}{what}")))
            .collect();
        context.err(&format!("Defaulted container {first:?} out of: {}\n", all.join(", ")));
    }
    Ok(first)
}

/// The path of a Pod's subresource.
pub(in crate::commands) fn path_of(pod: &Value, part: &str) -> String {
    format!("/api/v1/namespaces/{}/pods/{}/{part}", namespace_of(pod), name_of(pod))
}

/// All containers of a Pod.
fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["containers", "initContainers", "ephemeralContainers"];
    lists.into_iter().flat_map(|list| array_at(pod, &format!("/spec/{list}")))
}

/// Whether a Pod has a container of this name.
fn has_container(pod: &Value, name: &str) -> bool {
    containers(pod).any(|it| text(it, "name") == name)
}

/// Whether a container asks for a terminal.
fn has_terminal(pod: &Value, name: &str) -> bool {
    containers(pod).any(|it| text(it, "name") == name && at(it, "/tty") == true)
}
