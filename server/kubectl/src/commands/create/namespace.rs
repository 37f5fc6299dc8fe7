//! `kubectl create namespace`.

use futures::FutureExt;
use serde_json::json;

use super::super::Command;
use super::{KIND_FLAGS, create, the_name};
use crate::context::Context;
use crate::failure::Outcome;
use crate::resources;

pub(in super::super) const NAMESPACE: Command = Command {
    name: "create namespace",
    aliases: &["create ns"],
    about: "Create a namespace with the specified name.",
    usage: "create namespace NAME [--dry-run=server|client|none] [options]",
    examples: "kubectl create namespace shop",
    flags: KIND_FLAGS,
    required: &[],
    run: |context| run(context).boxed_local(),
};

async fn run(context: &Context<'_>) -> Outcome {
    let name = the_name(context)?;
    let resource = resources::resource(context, "namespaces").await?;
    let object = json!({"apiVersion": "v1", "kind": "Namespace",
        "metadata": {"creationTimestamp": null, "name": name}, "spec": {}, "status": {}});
    create(context, resource, object, "kubectl-create").await
}
