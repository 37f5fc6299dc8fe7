//! `kubectl set`: changes of single fields.

mod env;
mod image;
mod resources;
mod subjects;

use serde_json::{Value, json};

use super::each::{self, named, pod_spec_place};
use super::flags;
use crate::arguments::Flag;
use crate::client::PatchType;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::patch::two_way;
use crate::resources::Info;

pub(super) use env::ENV;
pub(super) use image::IMAGE;
pub(super) use resources::RESOURCES;
pub(super) use subjects::{SELECTOR, SERVICE_ACCOUNT, SUBJECT};

/// The flags of every `kubectl set`.
const FLAGS: &[&[Flag]] = &[
    flags::FILENAME,
    flags::SELECTOR,
    flags::ALL,
    flags::DRY_RUN,
    flags::OUTPUT,
    flags::FIELD_MANAGER,
];

/// Changes the Pod spec of each object that `words` name, and says `verb` of those that changed.
async fn change_specs(
    context: &Context<'_>,
    words: &[String],
    verb: &str,
    change: &dyn Fn(&Info, &mut Value) -> Outcome,
) -> Outcome {
    let mut failures = Vec::new();
    for info in named(context, words).await? {
        let done = match info {
            Ok(info) => change_spec(context, info, verb, change).await,
            Err(failure) => Err(failure),
        };
        failures.extend(done.err());
    }
    Failure::gather(failures)
}

async fn change_spec(
    context: &Context<'_>,
    mut info: Info,
    verb: &str,
    change: &dyn Fn(&Info, &mut Value) -> Outcome,
) -> Outcome {
    let place = pod_spec_place(&info)?;
    let mut changed = info.object.clone();
    if let Some(spec) = changed.pointer_mut(place) {
        change(&info, spec)?;
    }
    let patch = two_way(&info.resource.kind, &info.object, &changed);
    // A change that changes nothing is not sent and not spoken of.
    if patch == json!({}) {
        return Ok(());
    }
    let patched = each::patched(context, &info, PatchType::Strategic, &patch, "kubectl-set").await;
    info.object = patched.map_err(|failure| {
        failure.wrap(|message| format!("failed to patch {verb} update to pod template {message}"))
    })?;
    if context.dry_run()? == crate::context::DryRun::Client {
        info.object = changed;
        // kubectl prints its own types here, whose times are never left out.
        if let Some(metadata) = info.object.pointer_mut("/spec/template/metadata") {
            metadata["creationTimestamp"] = Value::Null;
        }
    }
    each::say(context, &info, &format!("{verb} updated"))
}

/// The containers of a Pod spec whose name matches a pattern with `*`.
fn containers_named<'v>(spec: &'v mut Value, pattern: &str) -> Vec<&'v mut Value> {
    let mut found = Vec::new();
    let Some(fields) = spec.as_object_mut() else {
        return found;
    };
    for (name, list) in fields {
        if name != "containers" && name != "initContainers" {
            continue;
        }
        let items = list.as_array_mut().into_iter().flatten();
        found.extend(items.filter(|item| matches_pattern(item["name"].as_str(), pattern)));
    }
    found
}

fn matches_pattern(name: Option<&str>, pattern: &str) -> bool {
    let Some(name) = name else {
        return false;
    };
    match pattern.split_once('*') {
        None => name == pattern,
        Some((start, end)) => {
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
    }
}
