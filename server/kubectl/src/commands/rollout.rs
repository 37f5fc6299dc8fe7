//! `kubectl rollout`: what becomes of a changed template.

mod history;
mod restart;
mod status;
mod undo;

use serde_json::Value;

use super::flags;
use crate::arguments::Flag;
use crate::client::Query;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::{array_at, at, str_at, text};
use crate::pods::selector_of;
use crate::resources::{self, Info, Whole, file_names, list};

pub(super) use history::HISTORY;
pub(super) use restart::{PAUSE, RESTART, RESUME};
pub(super) use status::STATUS;
pub(super) use undo::UNDO;

const FLAGS: &[&[Flag]] = &[flags::FILENAME, flags::SELECTOR, flags::OUTPUT];

const REVISION: &str = "/metadata/annotations/deployment.kubernetes.io~1revision";

/// The live objects that the line names; naming none is a mistake with words of its own here.
async fn objects(context: &Context<'_>) -> Result<Vec<Result<Info, Failure>>, Failure> {
    if context.arguments.words.is_empty() && file_names(context).is_empty() {
        return Err(Failure::message("required resource not specified"));
    }
    resources::live(context, &context.arguments.words, Whole::Yes).await
}

/// What an object remembers of its earlier templates, with their revisions, oldest first: the
/// ReplicaSets of a Deployment, the ControllerRevisions of others.
async fn revisions(context: &Context<'_>, info: &Info) -> Result<Vec<(i64, Value)>, Failure> {
    let is_deployment = info.resource.kind == "Deployment";
    let plural = if is_deployment { "replicasets.apps" } else { "controllerrevisions.apps" };
    let kept = resources::resource(context, plural).await?;
    let selector = selector_of(&info.object).unwrap_or_default();
    let query: Query = vec![("labelSelector", selector)];
    let uid = str_at(&info.object, "/metadata/uid");
    let owned = |kept: &Value| {
        array_at(kept, "/metadata/ownerReferences").iter().any(|owner| text(owner, "uid") == uid)
    };
    let revision = |kept: &Value| {
        if is_deployment { str_at(kept, REVISION).parse().ok() } else { kept["revision"].as_i64() }
    };
    let mut revisions: Vec<(i64, Value)> = list(context, kept, &info.namespace, &query)
        .await?
        .into_iter()
        .filter(owned)
        .filter_map(|kept| Some((revision(&kept)?, kept)))
        .collect();
    revisions.sort_by_key(|(revision, _)| *revision);
    Ok(revisions)
}

/// The Pod template in what is kept of a revision.
fn template_of(kept: &Value) -> &Value {
    let place = if kept["data"].is_object() { "/data/spec/template" } else { "/spec/template" };
    at(kept, place)
}

/// Whether an object keeps a history at all.
fn must_have_history(info: &Info, what: &str) -> Outcome {
    if ["Deployment", "DaemonSet", "StatefulSet"].contains(&info.resource.kind.as_str()) {
        return Ok(());
    }
    Err(Failure::message(format!("no {what} has been implemented for {:?}", info.resource.kind)))
}
