//! `kubectl describe`.

use futures::FutureExt;
use serde_json::Value;

use super::{Command, flags};
use crate::arguments::Flag;
use crate::context::Context;
use crate::describe::describe;
use crate::failure::{Failure, Outcome};
use crate::fields::name_of;
use crate::resources::{self, Info, Names, Whole, file_names, list, of_words};

pub(super) const COMMAND: Command = Command {
    name: "describe",
    aliases: &[],
    about: "Show details of a specific resource or group of resources.",
    usage: "describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME) [options]",
    examples: "kubectl describe pod web\nkubectl describe deployment/web\n\n\
               # All Pods whose names begin so\nkubectl describe pods web-",
    flags: &[OWN, flags::FILENAME, flags::SELECTOR, flags::ALL_NAMESPACES],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[Flag::switch("show-events", "Show the events about the object, too").on()];

async fn run(context: &Context<'_>) -> Outcome {
    let words = &context.arguments.words;
    if words.is_empty() && file_names(context).is_empty() {
        return Err(Failure::message(
            "You must specify the type of resource to describe. Use \"kubectl api-resources\" for \
             a complete list of supported resources.\n",
        ));
    }
    let infos = resources::live(context, words, Whole::Yes).await?;
    let missing = matches!(infos.as_slice(), [Err(failure)] if failure.is_not_found());
    if missing && file_names(context).is_empty() {
        let by_prefix = with_prefix(context, words).await?;
        for info in &by_prefix {
            context.out(&(one(context, info).await? + "\n"));
        }
        if !by_prefix.is_empty() {
            return Ok(());
        }
    }
    all(context, infos).await
}

async fn one(context: &Context<'_>, info: &Info) -> Result<String, Failure> {
    describe(context, info, context.arguments.on("show-events")).await
}

/// Describes objects one after the other, with two empty lines between.
async fn all(context: &Context<'_>, infos: Vec<Result<Info, Failure>>) -> Outcome {
    let mut failures = Vec::new();
    let mut first = true;
    for info in infos {
        let described = match info {
            Ok(info) => one(context, &info).await,
            Err(failure) => Err(failure),
        };
        match described {
            Ok(text) => {
                context.out(&if first { text } else { format!("\n\n{text}") });
                first = false;
            }
            Err(failure) => failures.push(failure),
        }
    }
    if first && failures.is_empty() {
        context.err(&if context.all_namespaces() {
            "No resources found\n".to_owned()
        } else {
            format!("No resources found in {} namespace.\n", context.namespace())
        });
    }
    Failure::gather(failures)
}

/// The objects whose names begin with a name that no object has.
async fn with_prefix(context: &Context<'_>, words: &[String]) -> Result<Vec<Info>, Failure> {
    let Names::Each(targets) = of_words(context, words).await? else {
        return Ok(Vec::new());
    };
    let Some(target) = targets.first() else {
        return Ok(Vec::new());
    };
    let all = list(context, &target.resource, context.namespace(), &Vec::new()).await?;
    let matching =
        all.into_iter().filter(|object: &Value| name_of(object).starts_with(target.name.as_str()));
    Ok(matching.map(|object| Info::of(&target.resource, object)).collect())
}
