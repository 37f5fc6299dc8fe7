//! `kubectl set resources`.

use futures::FutureExt;
use serde_json::{Map, Value};

use super::super::Command;
use super::{FLAGS, change_specs, containers_named};
use crate::arguments::Flag;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::object_mut;
use crate::quantity::Quantity;

pub(in super::super) const RESOURCES: Command = Command {
    name: "set resources",
    aliases: &[],
    about: "Specify compute resource requirements (CPU, memory) for any resource that defines a \
            pod template.",
    usage: "set resources (-f FILENAME | TYPE NAME) ([--limits=LIMITS & --requests=REQUESTS] \
            [options]",
    examples: "kubectl set resources deployment web --requests=cpu=100m,memory=128Mi\n\
               kubectl set resources deployment web -c=nginx --limits=memory=256Mi",
    flags: &[OWN, FLAGS[0], FLAGS[1], FLAGS[2], FLAGS[3], FLAGS[4], FLAGS[5]],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("containers", "*").short('c').about("The containers to change"),
    Flag::value("limits", "").about("The most that a container may use: cpu=200m,memory=512Mi"),
    Flag::value("requests", "").about("What a container is promised: cpu=100m,memory=256Mi"),
];

async fn run(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    let (limits, requests) = (arguments.list("limits"), arguments.list("requests"));
    if limits.is_empty() && requests.is_empty() {
        return Err(Failure::message(
            "you must specify an update to requests or limits (in the form of \
             --requests/--limits)",
        ));
    }
    let lists = [("limits", amounts(&limits)?), ("requests", amounts(&requests)?)];
    let pattern = arguments.get("containers");
    change_specs(context, &arguments.words, "resource requirements", &|_, spec| {
        let containers = containers_named(spec, pattern);
        if containers.is_empty() {
            return Err(Failure::message(format!("unable to find container named {pattern}")));
        }
        for container in containers {
            for (name, amounts) in &lists {
                if !amounts.is_empty() {
                    let place = object_mut(container, &format!("/resources/{name}"));
                    place.as_object_mut().into_iter().for_each(|map| map.extend(amounts.clone()));
                }
            }
        }
        Ok(())
    })
    .await
}

fn amounts(pairs: &[String]) -> Result<Map<String, Value>, Failure> {
    let amount = |pair: &String| {
        let (name, value) = pair.split_once('=').ok_or_else(|| {
            Failure::message(format!("Invalid argument syntax {pair}, expected <resource>=<value>"))
        })?;
        let quantity = Quantity::parse(value).ok_or_else(|| {
            Failure::message(
                "quantities must match the regular expression \
                 '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            )
        })?;
        Ok((name.to_owned(), Value::from(quantity.to_string())))
    };
    pairs.iter().map(amount).collect()
}
