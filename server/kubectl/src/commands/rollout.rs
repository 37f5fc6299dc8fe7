//! `kubectl rollout`: what becomes of a changed template.

mod history;
mod restart;
mod status;
mod undo;

use serde_json::Value;

use super::each::named;
use super::flags;
use crate::arguments::Flag;
use crate::client::Query;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::{array_at, str_at, text};
use crate::pods::selector_of;
use crate::resources::{self, Info, file_names, list};

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
    named(context, &context.arguments.words).await
}

/// The ReplicaSets that a Deployment owns, with their revisions, oldest first.
async fn revisions(context: &Context<'_>, info: &Info) -> Result<Vec<(i64, Value)>, Failure> {
    let sets = resources::resource(context, "replicasets.apps").await?;
    let selector = selector_of(&info.object).unwrap_or_default();
    let query: Query = vec![("labelSelector", selector)];
    let uid = str_at(&info.object, "/metadata/uid");
    let owned = |set: &Value| {
        array_at(set, "/metadata/ownerReferences").iter().any(|owner| text(owner, "uid") == uid)
    };
    let mut revisions: Vec<(i64, Value)> = list(context, sets, &info.namespace, &query)
        .await?
        .into_iter()
        .filter(owned)
        .filter_map(|set| Some((str_at(&set, REVISION).parse().ok()?, set)))
        .collect();
    revisions.sort_by_key(|(revision, _)| *revision);
    Ok(revisions)
}

/// Only Deployments keep their history in ReplicaSets; others are not modelled yet.
fn must_be_deployment(info: &Info, what: &str) -> Outcome {
    if info.resource.kind == "Deployment" {
        return Ok(());
    }
    Err(Failure::message(format!("no {what} has been implemented for {:?}", info.resource.kind)))
}
