//! `kubectl autoscale`.

use futures::FutureExt;
use serde_json::json;

use super::apply::{save_config, write_query};
use super::each::{self, named};
use super::{Command, flags};
use crate::arguments::Flag;
use crate::context::{Context, DryRun};
use crate::failure::{Failure, Outcome};
use crate::resources::{self, Info};

pub(super) const COMMAND: Command = Command {
    name: "autoscale",
    aliases: &[],
    about: "Creates an autoscaler that automatically chooses and sets the number of pods that run \
            in a Kubernetes cluster.",
    usage: "autoscale (-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS \
            [--cpu-percent=CPU] [options]",
    examples: "kubectl autoscale deployment web --min=2 --max=5 --cpu-percent=80",
    flags: &[OWN, flags::FILENAME, flags::OUTPUT, flags::DRY_RUN, flags::FIELD_MANAGER],
    required: &["max"],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("name", "")
        .about("The name of the autoscaler; that of what it scales if not given"),
    Flag::number("min", "-1").about("The fewest Pods; the server's default if it is negative"),
    Flag::number("max", "-1").about("The most Pods"),
    Flag::number("cpu-percent", "-1").about("The share of requested CPU that it aims at"),
    Flag::switch("save-config", "Keep the manifest in an annotation, for a later apply"),
];

async fn run(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    let (least, most) = (arguments.number("min"), arguments.number("max"));
    if most < 1 {
        return Err(Failure::message(format!(
            "--max=MAXPODS is required and must be at least 1, max: {most}"
        )));
    }
    if most < least {
        return Err(Failure::message(format!(
            "--max=MAXPODS must be larger or equal to --min=MINPODS, max: {most}, min: {least}"
        )));
    }
    let mut failures = Vec::new();
    for info in named(context, &arguments.words).await? {
        let done = match info {
            Ok(info) => scaler(context, &info).await,
            Err(failure) => Err(failure),
        };
        failures.extend(done.err());
    }
    Failure::gather(failures)
}

async fn scaler(context: &Context<'_>, target: &Info) -> Outcome {
    let arguments = &context.arguments;
    let kind = target.resource.kind.as_str();
    if !target.resource.subresources.iter().any(|part| part == "scale") {
        return Err(Failure::message(format!(
            "cannot autoscale a {kind}: could not find scale subresource for {} in discovery \
             information",
            target.resource.in_errors()
        )));
    }
    let name = match arguments.get("name") {
        "" => target.name.as_str(),
        name => name,
    };
    let mut object = json!({"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler",
        "metadata": {"creationTimestamp": null, "name": name},
        "spec": {
            "maxReplicas": arguments.number("max"),
            "scaleTargetRef": {"apiVersion": target.resource.api_version(), "kind": kind,
                "name": target.name},
        },
        "status": {"currentReplicas": 0, "desiredReplicas": 0}});
    for (flag, field) in [("min", "minReplicas"), ("cpu-percent", "targetCPUUtilizationPercentage")]
    {
        let least = if flag == "min" { 1 } else { 0 };
        if arguments.number(flag) >= least {
            object["spec"][field] = arguments.number(flag).into();
        }
    }
    if arguments.on("save-config") {
        save_config(&mut object);
    }
    let dry_run = context.dry_run()?;
    let name = "horizontalpodautoscalers.autoscaling";
    let mut resource = resources::resource(context, name).await?.clone();
    // kubectl sends the old version, whatever the server prefers.
    resource.version = "v1".to_owned();
    let mut info = Info::of(&resource, object);
    info.namespace.clone_from(&target.namespace);
    if dry_run != DryRun::Client {
        let query = write_query(context, "kubectl-autoscale", dry_run);
        let answer = context.client.post(&info.collection_path(), &query, &info.object).await;
        info.object = answer?;
    }
    // Only what is in earnest is called so.
    each::say(context, &info, if dry_run == DryRun::None { "autoscaled" } else { "created" })
}
