//! `kubectl label` and `kubectl annotate`.

use futures::FutureExt;
use serde_json::{Map, Value, json};

use super::each::{self, named};
use super::{Command, flags};
use crate::arguments::Flag;
use crate::client::PatchType;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::{at, string_map};
use crate::resources::{Info, file_names};

pub(super) const LABEL: Command = Command {
    name: "label",
    aliases: &[],
    about: "Update the labels on a resource.",
    usage: "label [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N \
            [--resource-version=version] [options]",
    examples: "kubectl label pods web app=front\nkubectl label --overwrite pods web app=back\n\n\
               # Take a label away\nkubectl label pods web app-",
    flags: FLAGS,
    required: &[],
    run: |context| run(context, &LABELS).boxed_local(),
};

pub(super) const ANNOTATE: Command = Command {
    name: "annotate",
    aliases: &[],
    about: "Update the annotations on one or more resources.",
    usage: "annotate [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N \
            [--resource-version=version] [options]",
    examples: "kubectl annotate pods web description='my frontend'\n\n\
               # Take an annotation away\nkubectl annotate pods web description-",
    flags: FLAGS,
    required: &[],
    run: |context| run(context, &ANNOTATIONS).boxed_local(),
};

const FLAGS: &[&[Flag]] = &[
    &[
        Flag::switch("overwrite", "Replace values that are there"),
        Flag::switch("list", "Print them instead of changing them"),
        Flag::value("resource-version", "").about("Change only this version of the object"),
    ],
    flags::FILENAME,
    flags::SELECTOR,
    flags::FIELD_SELECTOR,
    flags::ALL,
    flags::ALL_NAMESPACES,
    flags::DRY_RUN,
    flags::OUTPUT,
    flags::FIELD_MANAGER,
];

/// What labels and annotations differ in.
struct Matter {
    place: &'static str,
    one: &'static str,
    manager: &'static str,
    nothing_named: &'static str,
}

const LABELS: Matter = Matter {
    place: "labels",
    one: "label",
    manager: "kubectl-label",
    nothing_named: "one or more resources must be specified as <resource> <name> or \
                    <resource>/<name>",
};

const ANNOTATIONS: Matter = Matter {
    place: "annotations",
    one: "annotation",
    manager: "kubectl-annotate",
    nothing_named: "one or more resources must be specified as <resource> <name> or \
                    <resource>/<name>",
};

async fn run(context: &Context<'_>, matter: &Matter) -> Outcome {
    let is_pair = |word: &&String| word.contains('=') || word.ends_with('-');
    let words = &context.arguments.words;
    let split = words.iter().position(|word| is_pair(&word)).unwrap_or(words.len());
    let (names, pairs) = words.split_at(split);
    if names.is_empty() && file_names(context).is_empty() {
        return Err(Failure::message(matter.nothing_named));
    }
    if pairs.is_empty() && !context.arguments.on("list") {
        return Err(Failure::message(format!("at least one {} update is required", matter.one)));
    }
    if let Some(word) = pairs.iter().find(|word| !is_pair(word)) {
        return Err(Failure::message(format!("unexpected argument: {word}")));
    }
    let change = change(pairs)?;
    if matter.one == "label" {
        check_values(pairs)?;
    }
    let mut failures = Vec::new();
    for info in named(context, names).await? {
        let done = match info {
            Ok(info) if context.arguments.on("list") => {
                for (key, value) in
                    string_map(at(&info.object, &format!("/metadata/{}", matter.place)))
                {
                    context.out(&format!("{key}={value}\n"));
                }
                Ok(())
            }
            Ok(info) => update(context, info, matter, &change).await,
            Err(failure) => Err(failure),
        };
        failures.extend(done.err());
    }
    Failure::gather(failures)
}

/// Values of labels are looked at before anything is sent.
fn check_values(pairs: &[String]) -> Outcome {
    let letter = |c: char| c.is_ascii_alphanumeric();
    let fits = |value: &str| {
        value.is_empty()
            || (value.len() <= 63
                && value.starts_with(letter)
                && value.ends_with(letter)
                && value.chars().all(|c| letter(c) || "-_.".contains(c)))
    };
    let wrong = pairs.iter().find(|pair| pair.split_once('=').is_some_and(|(_, v)| !fits(v)));
    wrong.map_or(Ok(()), |pair| {
        Err(Failure::message(format!(
            "invalid label value: {pair:?}: a valid label must be an empty string or consist of \
             alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric \
             character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is \
             '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
        )))
    })
}

/// What is to be set, and with null what is to go.
fn change(pairs: &[String]) -> Result<Map<String, Value>, Failure> {
    let mut change = Map::new();
    for pair in pairs {
        let (key, value) = match pair.split_once('=') {
            Some((key, value)) => (key, json!(value)),
            None => (pair.trim_end_matches('-'), Value::Null),
        };
        if key.is_empty() {
            return Err(Failure::message(format!("invalid label spec: {pair}")));
        }
        if change.get(key).is_some_and(|before| before.is_null() != value.is_null()) {
            return Err(Failure::message(
                "can not both modify and remove a label in the same command",
            ));
        }
        change.insert(key.to_owned(), value);
    }
    Ok(change)
}

async fn update(
    context: &Context<'_>,
    mut info: Info,
    matter: &Matter,
    change: &Map<String, Value>,
) -> Outcome {
    let existing = at(&info.object, &format!("/metadata/{}", matter.place)).clone();
    let mut differs = false;
    for (key, value) in change {
        match (existing.get(key), value) {
            (Some(old), Value::String(_)) if !context.arguments.on("overwrite") => {
                // annotate refuses equal values too; label does not.
                if old != value || matter.one == "annotation" {
                    let old = old.as_str().unwrap_or_default();
                    let words = format!("'{key}' already has a value ({old})");
                    return Err(Failure::message(match matter.one {
                        "annotation" => format!(
                            "--overwrite is false but found the following declared \
                             annotation(s): {words}"
                        ),
                        _ => format!("{words}, and --overwrite is false"),
                    }));
                }
            }
            (Some(old), new) => differs |= old != new,
            (None, Value::Null) if matter.one == "label" => {
                context.out(&format!("label {key:?} not found.\n"));
            }
            (None, Value::Null) => {}
            (None, _) => differs = true,
        }
    }
    let removes = change.values().any(Value::is_null);
    let patch = json!({"metadata": {matter.place: change}});
    if differs || matter.one == "annotation" {
        info.object =
            each::patched(context, &info, PatchType::Merge, &patch, matter.manager).await?;
    }
    let verb = match (matter.one, differs, removes) {
        ("annotation", _, _) => "annotated",
        (_, false, _) => "not labeled",
        (_, true, true) => "unlabeled",
        (_, true, false) => "labeled",
    };
    each::say(context, &info, verb)
}
