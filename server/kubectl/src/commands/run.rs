//! `kubectl run`: one Pod from flags.

mod attached;

use futures::FutureExt;
use serde_json::{Value, json};

use super::create::create;
use super::{Command, flags};
use crate::arguments::Flag;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::resources;

pub(super) use attached::wait_for;

pub(super) const COMMAND: Command = Command {
    name: "run",
    aliases: &[],
    about: "Create and run a particular image in a pod.",
    usage: "run NAME --image=image [--env=\"key=value\"] [--port=port] [--dry-run=server|client] \
            [--command] -- [COMMAND] [args...] [options]",
    examples: "kubectl run web --image=nginx --port=80\n\n# Its manifest only\n\
               kubectl run web --image=nginx --dry-run=client -o yaml\n\n\
               # A command of your own\nkubectl run box --image=busybox --restart=Never -- sleep 60",
    flags: &[OWN, flags::OUTPUT, flags::DRY_RUN, flags::FIELD_MANAGER],
    required: &["image"],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("image", "").about("The image to run"),
    Flag::value("port", "").about("The port that the container listens on"),
    Flag::value("env", "").about("A variable: KEY=VALUE; may be repeated"),
    Flag::value("labels", "").short('l').about("Labels: a=b,c=d"),
    Flag::value("annotations", "").about("An annotation: a=b; may be repeated"),
    Flag::value("restart", "Always").about("Always, OnFailure or Never"),
    Flag::value("image-pull-policy", "").about("Always, IfNotPresent or Never"),
    Flag::switch("command", "The words after -- are the command, not its arguments"),
    Flag::switch("expose", "Create a Service, too; needs --port"),
    Flag::switch("stdin", "Keep standard input open").short('i'),
    Flag::switch("tty", "Give the container a terminal").short('t'),
    Flag::switch("attach", "Wait until it runs, and attach"),
    Flag::switch("rm", "Delete the Pod when it has ended"),
    Flag::value("overrides", "").about("JSON that is merged into the Pod"),
    Flag::value("override-type", "merge").about("How: merge, strategic or json"),
    Flag::switch("quiet", "Do not ask and do not explain").short('q'),
    Flag::switch(
        "leave-stdin-open",
        "Keep standard input open when the first who attached is gone",
    ),
    Flag::duration("pod-running-timeout", "1m0s").about("How long to wait for a Pod that runs"),
    Flag::switch("privileged", "Run the container privileged"),
];

async fn run(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    let end = arguments.dash.unwrap_or(arguments.words.len());
    let Some(name) = arguments.words[..end].first() else {
        return Err(context.usage("NAME is required for run"));
    };
    let attached = attached::is_wished(context);
    attached::check(context, attached)?;
    if arguments.on("expose") && arguments.get("port").is_empty() {
        return Err(Failure::message("--port must be set when exposing a service"));
    }
    let image = arguments.get("image");
    if !is_image(image) {
        return Err(Failure::message(format!(
            "Invalid image name {image:?}: invalid reference format"
        )));
    }
    let restart = arguments.get("restart");
    if !["Always", "OnFailure", "Never"].contains(&restart) {
        return Err(context.usage(format!("invalid restart policy: {restart}")));
    }
    let labels = labels(context, name)?;
    if arguments.on("expose") {
        let port: i64 = arguments.get("port").parse().unwrap_or_default();
        let service = json!({"apiVersion": "v1", "kind": "Service",
            "metadata": {"creationTimestamp": null, "name": name},
            "spec": {"ports": [{"port": port, "protocol": "TCP", "targetPort": port}],
                "selector": labels},
            "status": {"loadBalancer": {}}});
        let services = resources::resource(context, "services").await?;
        create(context, services, service, "kubectl-expose").await?;
    }
    let words = &arguments.words[end..];
    let arguments_before_dash = &arguments.words[1..end];
    let words: Vec<&String> = arguments_before_dash.iter().chain(words).collect();
    let pod = pod(context, name, &labels, &words)?;
    let pod = overridden(context, pod)?;
    let pods = resources::resource(context, "pods").await?;
    if attached {
        return attached::run(context, pods, pod).await;
    }
    create(context, pods, pod, "kubectl-run").await
}

/// Whether the text can name an image: lower-case parts, a tag, a digest.
pub(super) fn is_image(image: &str) -> bool {
    let (name, digest) = image.split_once('@').unwrap_or((image, "a:b"));
    let last = name.rsplit('/').next().unwrap_or_default();
    let (_, tag) = last.split_once(':').unwrap_or((last, "latest"));
    let path = name.strip_suffix(&format!(":{tag}")).unwrap_or(name);
    let mut parts = path.split('/').peekable();
    let first = parts.peek().copied().unwrap_or_default();
    let has_host = path.contains('/') && (first.contains(['.', ':']) || first == "localhost");
    let is_part = |part: &str| {
        let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        part.starts_with(letter)
            && part.ends_with(letter)
            && part.chars().all(|c| letter(c) || "._-".contains(c))
    };
    parts.skip(usize::from(has_host)).all(is_part)
        && digest.contains(':')
        && !tag.is_empty()
        && tag.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

/// The Pod with what `--overrides` says about it.
fn overridden(context: &Context<'_>, mut pod: Value) -> Result<Value, Failure> {
    let text = context.arguments.get("overrides");
    if text.is_empty() {
        return Ok(pod);
    }
    let overrides = crate::manifest::yaml(text)
        .map_err(|why| Failure::message(format!("error converting YAML to JSON: yaml: {why}")))?;
    merge(&mut pod, &overrides);
    Ok(pod)
}

/// A merge patch (RFC 7386).
fn merge(target: &mut Value, patch: &Value) {
    let Some(fields) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (name, value) in fields {
        if !value.is_null() {
            merge(&mut target[name], value);
        } else if let Some(target) = target.as_object_mut() {
            target.remove(name);
        }
    }
}

fn labels(context: &Context<'_>, name: &str) -> Result<Value, Failure> {
    let mut labels = json!({});
    for pair in context.arguments.list("labels") {
        let (key, value) = pair
            .split_once('=')
            .ok_or_else(|| Failure::message(format!("unexpected label spec: {pair}")))?;
        labels[key] = value.into();
    }
    if labels == json!({}) {
        labels["run"] = name.into();
    }
    Ok(labels)
}

fn pod(
    context: &Context<'_>,
    name: &str,
    labels: &Value,
    words: &[&String],
) -> Result<Value, Failure> {
    let arguments = &context.arguments;
    let mut container = json!({"image": arguments.get("image"), "name": name, "resources": {}});
    if !words.is_empty() {
        container[if arguments.on("command") { "command" } else { "args" }] = json!(words);
    }
    if !arguments.get("port").is_empty() {
        let port: i64 = arguments.get("port").parse().map_err(|_| {
            Failure::message(format!(
                "strconv.ParseInt: parsing {:?}: invalid syntax",
                arguments.get("port")
            ))
        })?;
        container["ports"] = json!([{"containerPort": port}]);
    }
    if !arguments.get("image-pull-policy").is_empty() {
        container["imagePullPolicy"] = arguments.get("image-pull-policy").into();
    }
    if arguments.on("stdin") {
        container["stdin"] = true.into();
        if !arguments.on("leave-stdin-open") {
            container["stdinOnce"] = true.into();
        }
    }
    if arguments.on("tty") {
        container["tty"] = true.into();
    }
    let env = arguments.all("env").into_iter().map(variable).collect::<Result<Vec<_>, _>>()?;
    if !env.is_empty() {
        container["env"] = env.into();
    }
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"creationTimestamp": null, "labels": labels, "name": name},
        "spec": {"containers": [container], "dnsPolicy": "ClusterFirst",
            "restartPolicy": arguments.get("restart")},
        "status": {}});
    for pair in arguments.all("annotations") {
        if let Some((key, value)) = pair.split_once('=') {
            pod["metadata"]["annotations"][key] = value.into();
        }
    }
    Ok(pod)
}

fn variable(pair: &str) -> Result<Value, Failure> {
    match pair.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok(json!({"name": name, "value": value})),
        _ => Err(Failure::message(format!("invalid env: {pair}"))),
    }
}
