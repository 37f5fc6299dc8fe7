//! `kubectl create poddisruptionbudget`, `quota` and `priorityclass`.

use futures::FutureExt;
use serde_json::{Value, json};

use super::super::Command;
use super::{create, the_name};
use crate::arguments::Flag;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::quantity;
use crate::resources;

pub(in super::super) const BUDGET: Command = Command {
    name: "create poddisruptionbudget",
    aliases: &["create pdb"],
    about: "Create a pod disruption budget with the specified name, selector, and desired minimum \
            available pods.",
    usage: "create poddisruptionbudget NAME --selector=SELECTOR --min-available=N \
            [--dry-run=server|client|none] [options]",
    examples: "kubectl create pdb web --selector=app=web --min-available=1",
    flags: kind_flags!(BUDGET_FLAGS),
    required: &[],
    run: |context| budget(context).boxed_local(),
};

pub(in super::super) const QUOTA: Command = Command {
    name: "create quota",
    aliases: &["create resourcequota"],
    about: "Create a resource quota with the specified name, hard limits, and optional scopes.",
    usage: "create quota NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2] \
            [--dry-run=server|client|none] [options]",
    examples: "kubectl create quota small --hard=pods=3,limits.cpu=1",
    flags: kind_flags!(QUOTA_FLAGS),
    required: &[],
    run: |context| quota(context).boxed_local(),
};

pub(in super::super) const PRIORITY_CLASS: Command = Command {
    name: "create priorityclass",
    aliases: &["create pc"],
    about: "Create a priority class with the specified name, value, globalDefault and description.",
    usage: "create priorityclass NAME --value=VALUE --global-default=BOOL \
            [--dry-run=server|client|none] [options]",
    examples: "kubectl create priorityclass high --value=1000 --description='what must run'",
    flags: kind_flags!(PRIORITY_FLAGS),
    required: &[],
    run: |context| priority_class(context).boxed_local(),
};

const BUDGET_FLAGS: &[Flag] = &[
    Flag::value("selector", "").about("The Pods that the budget is for"),
    Flag::value("min-available", "").about("How many of them must be available"),
    Flag::value("max-unavailable", "").about("How many of them may be unavailable"),
];

const QUOTA_FLAGS: &[Flag] = &[
    Flag::value("hard", "").about("Limits: key=value, with commas between"),
    Flag::value("scopes", "").about("The scopes of the quota, with commas between"),
];

const PRIORITY_FLAGS: &[Flag] = &[
    Flag::number("value", "0").about("The priority of its Pods"),
    Flag::switch("global-default", "Give it to Pods that name no class"),
    Flag::value("description", "").about("What the class is for"),
    Flag::value("preemption-policy", "PreemptLowerPriority").about("PreemptLowerPriority or Never"),
];

async fn budget(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    let name = the_name(context)?;
    let (least, most) = (arguments.get("min-available"), arguments.get("max-unavailable"));
    if arguments.get("selector").is_empty() {
        return Err(Failure::message("a selector must be specified"));
    }
    if least.is_empty() && most.is_empty() {
        return Err(Failure::message("one of min-available or max-unavailable must be specified"));
    }
    if !least.is_empty() && !most.is_empty() {
        return Err(Failure::message("min-available and max-unavailable cannot be both specified"));
    }
    let selector = crate::pods::parsed_selector(arguments.get("selector"))?;
    let mut object = json!({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
        "metadata": {"creationTimestamp": null, "name": name}, "spec": {"selector": selector},
        "status": {"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0,
            "expectedPods": 0}});
    for (field, value) in [("minAvailable", least), ("maxUnavailable", most)] {
        if !value.is_empty() {
            object["spec"][field] =
                value.parse::<i32>().map_or_else(|_| Value::from(value), Value::from);
        }
    }
    let resource = resources::resource(context, "poddisruptionbudgets.policy").await?;
    create(context, resource, object, "kubectl-create").await
}

async fn quota(context: &Context<'_>) -> Outcome {
    let name = the_name(context)?;
    let mut object = json!({"apiVersion": "v1", "kind": "ResourceQuota",
        "metadata": {"creationTimestamp": null, "name": name}, "spec": {}, "status": {}});
    for pair in context.arguments.list("hard") {
        let wrong = || {
            Failure::message(format!("Invalid argument syntax {pair}, expected <resource>=<value>"))
        };
        let (resource, amount) = pair.split_once('=').ok_or_else(wrong)?;
        if quantity::Quantity::parse(amount).is_none() {
            return Err(Failure::message(
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            ));
        }
        object["spec"]["hard"][resource] = amount.into();
    }
    let scopes = context.arguments.list("scopes");
    if !scopes.is_empty() {
        object["spec"]["scopes"] = json!(scopes);
    }
    let resource = resources::resource(context, "resourcequotas").await?;
    create(context, resource, object, "kubectl-create").await
}

async fn priority_class(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    let name = the_name(context)?;
    let mut object = json!({"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass",
        "metadata": {"creationTimestamp": null, "name": name},
        "preemptionPolicy": arguments.get("preemption-policy"),
        "value": arguments.number("value")});
    if arguments.on("global-default") {
        object["globalDefault"] = true.into();
    }
    if arguments.given("description") {
        object["description"] = arguments.get("description").into();
    }
    let resource = resources::resource(context, "priorityclasses.scheduling.k8s.io").await?;
    create(context, resource, object, "kubectl-create").await
}
