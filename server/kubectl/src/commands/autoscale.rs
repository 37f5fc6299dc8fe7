//! `kubectl autoscale`.

use futures::FutureExt;
use serde_json::{Value, json};

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
            [--cpu=CPU] [--memory=MEMORY] [options]",
    examples: "kubectl autoscale deployment web --min=2 --max=5 --cpu=80%\n\n\
               # So much memory for each Pod\n\
               kubectl autoscale deployment web --max=5 --memory=200Mi",
    flags: &[OWN, flags::FILENAME, flags::OUTPUT, flags::DRY_RUN, flags::FIELD_MANAGER],
    required: &["max"],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("name", "")
        .about("The name of the autoscaler; that of what it scales if not given"),
    Flag::number("min", "-1").about("The fewest Pods; the server's default if it is negative"),
    Flag::number("max", "-1").about("The most Pods"),
    Flag::number("cpu-percent", "-1").about("The share of requested CPU; of old, now --cpu"),
    Flag::value("cpu", "")
        .about("CPU that it aims at: of what is requested (80%) or each Pod (500m)"),
    Flag::value("memory", "").about("Memory that it aims at: 80% or 200Mi"),
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
    let metrics = metrics(context)?;
    if !metrics.is_empty() {
        object["apiVersion"] = "autoscaling/v2".into();
        object["spec"]["metrics"] = metrics.clone().into();
        object["status"] = json!({"currentMetrics": null, "desiredReplicas": 0});
    }
    if arguments.on("save-config") {
        save_config(&mut object);
    }
    let dry_run = context.dry_run()?;
    let by_name = "horizontalpodautoscalers.autoscaling";
    let mut resource = resources::resource(context, by_name).await?.clone();
    // Only metrics need the new version, whatever the server prefers.
    resource.version = if metrics.is_empty() { "v1" } else { "v2" }.to_owned();
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

/// What `--cpu` and `--memory` ask for: a share of the request, or an amount for each Pod.
fn metrics(context: &Context<'_>) -> Result<Vec<Value>, Failure> {
    let mut metrics = Vec::new();
    for name in ["cpu", "memory"] {
        let wanted = context.arguments.get(name);
        if wanted.is_empty() {
            continue;
        }
        let target = match wanted.strip_suffix('%') {
            Some(share) => {
                let share: i32 = share.parse().map_err(|_| {
                    Failure::message(format!("failed to parse {name} utilization: {wanted}"))
                })?;
                json!({"type": "Utilization", "averageUtilization": share})
            }
            // A CPU without a unit is so many thousandths of one.
            None if name == "cpu" && wanted.bytes().all(|byte| byte.is_ascii_digit()) => {
                json!({"type": "AverageValue", "averageValue": format!("{wanted}m")})
            }
            None => json!({"type": "AverageValue", "averageValue": wanted}),
        };
        metrics.push(json!({"type": "Resource", "resource": {"name": name, "target": target}}));
    }
    Ok(metrics)
}
