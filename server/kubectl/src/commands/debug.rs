//! `kubectl debug`: a container to look at a Pod with, in it or in a copy of it; or a Pod on a
//! node.

mod copy;
mod profile;

use futures::FutureExt;
use serde_json::{Value, json};

use super::exec::{Attaching, attach, path_of};
use super::run::{is_image, wait_for};
use super::{Command, logs};
use crate::arguments::Flag;
use crate::client::{PatchType, Query};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::{array_at, name_of, str_at, text};
use crate::resources::{self, Info, Names, of_words};
use profile::Target;

pub(super) const COMMAND: Command = Command {
    name: "debug",
    aliases: &[],
    about: "Debug cluster resources using interactive debugging containers.",
    usage: "debug (POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ] [options]",
    examples: "# A shell beside the containers of a Pod\nkubectl debug web -it --image=busybox\n\n\
               # The same, among the processes of one of them\n\
               kubectl debug web -it --image=busybox --target=app\n\n\
               # A copy of the Pod, with other words to start it by\n\
               kubectl debug web -it --copy-to=web-debug --container=app -- sh\n\n\
               # On a node, whose files are below /host\nkubectl debug node/node-1 -it --image=busybox",
    flags: &[OWN],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("image", "").about("The image of the debug container"),
    Flag::value("container", "").short('c').about("The name of the debug container"),
    Flag::value("target", "").about("The container whose processes it shall see"),
    Flag::switch("stdin", "Keep standard input open").short('i'),
    Flag::switch("tty", "Give it a terminal").short('t'),
    Flag::switch("attach", "Attach when it runs; on with -i"),
    Flag::switch("quiet", "Say less").short('q'),
    Flag::value("env", "").about("A variable: KEY=VALUE; may be repeated"),
    Flag::value("image-pull-policy", "").about("Always, IfNotPresent or Never"),
    Flag::switch("arguments-only", "The words after -- are arguments, not the command"),
    Flag::value("profile", "legacy")
        .about("legacy, general, baseline, restricted, netadmin or sysadmin"),
    Flag::value("copy-to", "").about("Make a copy of the Pod with this name"),
    Flag::value("set-image", "").about("With --copy-to: other images, CONTAINER=IMAGE or *=IMAGE"),
    Flag::switch("replace", "With --copy-to: delete the Pod that was copied"),
    Flag::switch("same-node", "With --copy-to: put the copy on the same node"),
    Flag::switch("share-processes", "With --copy-to: all processes see each other").on(),
    Flag::switch("keep-labels", "With --copy-to: keep the labels"),
    Flag::switch("keep-annotations", "With --copy-to: keep the annotations"),
    Flag::switch("keep-liveness", "With --copy-to: keep liveness probes"),
    Flag::switch("keep-readiness", "With --copy-to: keep readiness probes"),
    Flag::switch("keep-startup", "With --copy-to: keep startup probes"),
    Flag::switch("keep-init-containers", "With --copy-to: keep init containers").on(),
];

async fn run(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    let end = arguments.dash.unwrap_or(arguments.words.len());
    let (names, command) = arguments.words.split_at(end);
    check(context, names, command)?;
    let attaches = arguments.on("attach") || (!arguments.given("attach") && arguments.on("stdin"));
    for object in targets(context, names).await? {
        let (pod, container) = match str_at(&object, "/kind") {
            "Pod" if arguments.given("copy-to") => copy::copy(context, &object, command).await?,
            "Pod" => beside(context, &object, command).await?,
            "Node" => on_node(context, &object, command).await?,
            other => return Err(Failure::message(format!("\"{other}\" not supported by debug"))),
        };
        if attaches && !container.is_empty() {
            look(context, &pod, &container).await?;
        }
    }
    Ok(())
}

/// Whether the line makes sense.
fn check(context: &Context<'_>, names: &[String], command: &[String]) -> Outcome {
    let arguments = &context.arguments;
    let has = |flag: &str| !arguments.get(flag).is_empty();
    let wrong = |words: &str| Err(Failure::message(words));
    if arguments.on("attach") && !has("image") && !has("container") {
        return wrong(
            "you must specify --container or create a new container using --image in order to \
             attach.",
        );
    }
    if has("copy-to") {
        if !has("image") && !has("set-image") && command.is_empty() {
            return wrong("you must specify --image, --set-image or command arguments.");
        }
        if !command.is_empty() && !has("container") && !has("image") {
            return wrong(
                "you must specify an existing container or a new image when specifying args.",
            );
        }
        if has("target") {
            return wrong(
                "--target is incompatible with --copy-to. Use --share-processes instead.",
            );
        }
    } else {
        if let Some(flag) = ["replace", "same-node"].into_iter().find(|flag| arguments.on(flag)) {
            return wrong(&format!("--{flag} may only be used with --copy-to."));
        }
        if has("set-image") {
            return wrong("--set-image may only be used with --copy-to.");
        }
        if !has("image") {
            return wrong("you must specify --image when not using --copy-to.");
        }
    }
    let image = arguments.get("image");
    if has("image") && !is_image(image) {
        let why = format!("invalid image name {image:?}: invalid reference format");
        return Err(Failure::message(why));
    }
    if names.is_empty() {
        return wrong("NAME or filename is required for debug");
    }
    if has("target") && !arguments.on("quiet") {
        context.out(&format!(
            "Targeting container {:?}. If you don't see processes from this container it may be \
             because the container runtime doesn't support this feature.\n",
            arguments.get("target")
        ));
    }
    if arguments.on("tty") && !arguments.on("stdin") {
        return wrong("-i/--stdin is required for containers with -t/--tty=true");
    }
    if arguments.get("profile") == "legacy" {
        context.err(
            "--profile=legacy is deprecated and will be removed in the future. It is recommended \
             to explicitly specify a profile, for example \"--profile=general\".\n",
        );
    }
    Ok(())
}

async fn targets(context: &Context<'_>, names: &[String]) -> Result<Vec<Value>, Failure> {
    let words: Vec<String> = names
        .iter()
        .map(|name| if name.contains('/') { name.clone() } else { format!("pods/{name}") })
        .collect();
    let Names::Each(targets) = of_words(context, &words).await? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for target in targets {
        let info: Info = target.info(context.namespace());
        found.push(resources::fetch(context, info).await?.object);
    }
    Ok(found)
}

/// A container that comes into a Pod that runs: the Pod and the container's name.
async fn beside(
    context: &Context<'_>,
    pod: &Value,
    command: &[String],
) -> Result<(Value, String), Failure> {
    let name = container_name(context, pod);
    let mut container = new_container(context, &name, command);
    let target = context.arguments.get("target");
    if !target.is_empty() {
        container["targetContainerName"] = target.into();
    }
    profile::apply(context, &mut container, &mut json!({}), Target::Beside)?;
    let patch = json!({"spec": {"ephemeralContainers": [container]}});
    let path = path_of(pod, "ephemeralcontainers");
    let pod = context.client.patch(&path, &Query::new(), PatchType::Strategic, &patch).await?;
    Ok((pod, name))
}

/// A Pod on a node, among the node's own processes and with its files.
async fn on_node(
    context: &Context<'_>,
    node: &Value,
    command: &[String],
) -> Result<(Value, String), Failure> {
    let arguments = &context.arguments;
    let container = match arguments.get("container") {
        "" => "debugger",
        name => name,
    };
    let node = name_of(node);
    let name = format!("node-debugger-{node}-{}", suffix(context, node));
    if !arguments.on("quiet") {
        context.out(&format!(
            "Creating debugging pod {name} with container {container} on node {node}.\n"
        ));
    }
    let mut one = new_container(context, container, command);
    let mut spec = json!({
        "nodeName": node, "restartPolicy": "Never", "tolerations": [{"operator": "Exists"}],
    });
    profile::apply(context, &mut one, &mut spec, Target::Node)?;
    spec["containers"] = json!([one]);
    let labels = json!({"app.kubernetes.io/managed-by": "kubectl-debug"});
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "labels": labels}, "spec": spec,
    });
    Ok((post(context, context.namespace(), &pod).await?, container.to_owned()))
}

async fn post(context: &Context<'_>, namespace: &str, pod: &Value) -> Result<Value, Failure> {
    let path = format!("/api/v1/namespaces/{namespace}/pods");
    context.client.post(&path, &Query::new(), pod).await
}

/// A debug container as the line describes it.
fn new_container(context: &Context<'_>, name: &str, command: &[String]) -> Value {
    let mut container = json!({
        "name": name, "image": context.arguments.get("image"), "resources": {},
        "terminationMessagePolicy": "File",
    });
    describe(context, &mut container, command);
    container
}

/// Sets in a container what the line says of it.
fn describe(context: &Context<'_>, container: &mut Value, command: &[String]) {
    let arguments = &context.arguments;
    for flag in ["stdin", "tty"].into_iter().filter(|flag| arguments.on(flag)) {
        container[flag] = true.into();
    }
    if !command.is_empty() {
        let field = if arguments.on("arguments-only") { "args" } else { "command" };
        container[field] = json!(command);
    }
    let env: Vec<Value> = arguments
        .list("env")
        .iter()
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    if !env.is_empty() {
        container["env"] = env.into();
    }
    let policy = arguments.get("image-pull-policy");
    if !policy.is_empty() {
        container["imagePullPolicy"] = policy.into();
    }
}

/// The name of a debug container: the line's, or a new one.
fn container_name(context: &Context<'_>, pod: &Value) -> String {
    let given = context.arguments.get("container");
    if !given.is_empty() {
        return given.to_owned();
    }
    let count = array_at(pod, "/spec/ephemeralContainers").len();
    let name = format!("debugger-{}", suffix(context, &format!("{}{count}", name_of(pod))));
    if !context.arguments.on("quiet") {
        context.out(&format!("Defaulting debug container name to {name}.\n"));
    }
    name
}

/// Five letters that differ from moment to moment, of those that Kubernetes makes names of.
fn suffix(context: &Context<'_>, of: &str) -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let moment = context.client.api.now().as_millisecond().to_le_bytes();
    let mut hash = of.bytes().chain(moment).fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut letters = String::new();
    for _ in 0..5 {
        hash ^= hash >> 29;
        hash = hash.wrapping_mul(0x0100_0000_01b3);
        let letter = (hash >> 33) as usize % LETTERS.len();
        letters.push(char::from(LETTERS[letter]));
    }
    letters
}

/// Waits until a container runs, and attaches to it; what has ended already shows its log.
async fn look(context: &Context<'_>, pod: &Value, container: &str) -> Outcome {
    let begun = |pod: &Value| {
        let lists = ["containerStatuses", "ephemeralContainerStatuses"];
        let mut all = lists.iter().flat_map(|list| array_at(pod, &format!("/status/{list}")));
        let status = all.find(|status| text(status, "name") == container)?;
        let state = &status["state"];
        (state["running"].is_object() || state["terminated"].is_object())
            .then(|| state["running"].is_object())
    };
    let pod = wait_for(context, pod, |pod| begun(pod).is_some()).await?;
    if begun(&pod) != Some(true) {
        return logs::print_one(context, &pod, container).await;
    }
    let stdin = context.arguments.on("stdin");
    let quiet = context.arguments.on("quiet");
    attach(context, &pod, container, &Attaching { stdin, quiet }).await
}
