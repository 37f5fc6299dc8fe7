//! `kubectl create token`.

use futures::FutureExt;
use serde_json::json;

use super::super::Command;
use super::super::flags;
use super::the_name;
use crate::arguments::Flag;
use crate::client::Query;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::str_at;
use crate::print::output::Output;
use crate::resources::{self, Info};

pub(in super::super) const TOKEN: Command = Command {
    name: "create token",
    aliases: &[],
    about: "Request a service account token.",
    usage: "create token SERVICE_ACCOUNT_NAME [options]",
    examples: "kubectl create token robot",
    flags: &[OWN, flags::OUTPUT],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("audience", "").about("For whom the token is; may be repeated"),
    Flag::duration("duration", "0s").about("For how long the token is"),
];

async fn run(context: &Context<'_>) -> Outcome {
    let name = the_name(context)?;
    let mut spec = json!({"audiences": null});
    let audiences = context.arguments.list("audience");
    if !audiences.is_empty() {
        spec["audiences"] = json!(audiences);
    }
    let seconds = context.arguments.duration_ms("duration") / 1000;
    if seconds > 0 {
        spec["expirationSeconds"] = seconds.into();
    }
    let request = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
        "metadata": {"creationTimestamp": null}, "spec": spec});
    let resource = resources::resource(context, "serviceaccounts").await?;
    let path = format!("{}/token", resource.object_path(context.namespace(), name));
    let answer = context.client.post(&path, &Query::new(), &request).await;
    let answer =
        answer.map_err(|failure| Failure::message(format!("failed to create token: {failure}")))?;
    let output = Output::of(context)?;
    if output.is_table() {
        let token = str_at(&answer, "/status/token");
        if token.is_empty() {
            return Err(Failure::message("failed to create token: no token in server response"));
        }
        context.out(&format!("{token}\n"));
        return Ok(());
    }
    context.out(&output.one(&Info::of(resource, answer), true)?);
    Ok(())
}
