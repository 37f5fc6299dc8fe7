//! `kubectl run -it`: the Pod is attached to, and with `--rm` deleted at the end.

use serde_json::{Value, json};

use super::super::apply::write_query;
use super::super::exec::{Attaching, attach};
use super::super::logs;
use crate::client::Query;
use crate::context::{Context, DryRun};
use crate::discovery::Resource;
use crate::failure::{Failure, Outcome};
use crate::fields::{array, array_at, field, int_at, name_of, namespace_of, str_at, text};
use crate::resources::Info;

/// Whether the line wants more than a Pod that is created.
pub(super) fn is_wished(context: &Context<'_>) -> bool {
    let arguments = &context.arguments;
    if arguments.given("attach") { arguments.on("attach") } else { arguments.on("stdin") }
}

/// Whether the line makes sense.
pub(super) fn check(context: &Context<'_>, attached: bool) -> Outcome {
    let arguments = &context.arguments;
    if arguments.on("tty") && !arguments.on("stdin") {
        return Err(context.usage("-i/--stdin is required for containers with -t/--tty=true"));
    }
    if arguments.on("rm") && !attached {
        return Err(context.usage("--rm should only be used for attached containers"));
    }
    if attached && context.dry_run()? != DryRun::None {
        return Err(context.usage(
            "--dry-run=[server|client] can't be used with attached containers options (--attach, \
             --stdin, or --tty)",
        ));
    }
    Ok(())
}

/// Creates the Pod, attaches to it when it runs, and ends as it does.
pub(super) async fn run(context: &Context<'_>, pods: &Resource, pod: Value) -> Outcome {
    let namespace = context.namespace().to_owned();
    let info = Info { namespace, ..Info::of(pods, pod) };
    let query = write_query(context, "kubectl-run", DryRun::None);
    let object = context.client.post(&info.collection_path(), &query, &info.object).await?;
    let info = Info { object, ..info };
    let outcome = follow(context, &info.object).await;
    if context.arguments.on("rm") {
        context.client.delete(&info.path(), &json!({"propagationPolicy": "Background"})).await?;
        if !context.arguments.on("quiet") {
            context.out(&format!("pod \"{}\" deleted\n", info.name));
        }
    }
    outcome
}

async fn follow(context: &Context<'_>, pod: &Value) -> Outcome {
    let pod = wait_for(context, pod, |pod| is_over(pod) || is_ready(pod)).await?;
    let container = text(&array_at(&pod, "/spec/containers")[0], "name").to_owned();
    if is_over(&pod) {
        logs::print_one(context, &pod, &container).await?;
    } else {
        let stdin = context.arguments.on("stdin");
        let quiet = context.arguments.on("quiet");
        if let Err(failure) = attach(context, &pod, &container, &Attaching { stdin, quiet }).await {
            context.err(&format!(
                "warning: couldn't attach to pod/{}, falling back to streaming logs: {failure}\n",
                name_of(&pod)
            ));
            logs::print_one(context, &pod, &container).await?;
        }
    }
    let policy = context.arguments.get("restart");
    if policy == "Always" || context.arguments.on("leave-stdin-open") {
        return Ok(());
    }
    let only_success = policy == "OnFailure";
    let ended = |pod: &Value| match str_at(pod, "/status/phase") {
        "Succeeded" => true,
        "Failed" => !only_success,
        _ => false,
    };
    how_it_ended(&wait_for(context, &pod, ended).await?)
}

fn is_over(pod: &Value) -> bool {
    matches!(str_at(pod, "/status/phase"), "Succeeded" | "Failed")
}

fn is_ready(pod: &Value) -> bool {
    let conditions = array_at(pod, "/status/conditions");
    let ready = conditions.iter().find(|condition| text(condition, "type") == "Ready");
    str_at(pod, "/status/phase") == "Running"
        && ready.is_some_and(|ready| text(ready, "status") == "True")
}

/// The exit code of the Pod's container becomes ours.
fn how_it_ended(pod: &Value) -> Outcome {
    if str_at(pod, "/status/phase") == "Succeeded" {
        return Ok(());
    }
    let (namespace, name) = (namespace_of(pod), name_of(pod));
    let ended = &array_at(pod, "/status/containerStatuses").first().unwrap_or(&Value::Null)["state"]
        ["terminated"];
    let code = i32::try_from(int_at(ended, "/exitCode")).unwrap_or(1);
    if code == 0 {
        return Err(Failure::message(format!(
            "pod {namespace}/{name} failed with unknown exit code"
        )));
    }
    let words = format!(
        "pod {namespace}/{name} terminated ({})\n{}",
        text(ended, "reason"),
        text(ended, "message")
    );
    let failure = Failure::Several(vec![Failure::message(words.trim_end())]);
    Err(Failure::WithCode { code, failure: Box::new(failure) })
}

/// Watches a Pod until something is true of it.
///
/// # Errors
/// It is deleted before.
pub(in super::super) async fn wait_for(
    context: &Context<'_>,
    pod: &Value,
    mut is_met: impl FnMut(&Value) -> bool,
) -> Result<Value, Failure> {
    let path = format!("/api/v1/namespaces/{}/pods", namespace_of(pod));
    let selected: Query = vec![("fieldSelector", format!("metadata.name={}", name_of(pod)))];
    loop {
        let list = context.client.get(&path, &selected).await?;
        if let Some(now) = array(&list, "items").iter().find(|now| is_met(now)) {
            let mut now = now.clone();
            now["kind"] = "Pod".into();
            return Ok(now);
        }
        let mut query = selected.clone();
        query.push(("resourceVersion", str_at(&list, "/metadata/resourceVersion").to_owned()));
        let mut events = context.client.watch(&path, &query).await?;
        while let Some(event) = events.next().await {
            let now = field(&event, "object");
            match text(&event, "type") {
                "DELETED" => {
                    let status = json!({"reason": "NotFound", "message": "pods \"\" not found"});
                    return Err(Failure::Status(status));
                }
                "ERROR" => break,
                _ if is_met(now) => return Ok(now.clone()),
                _ => {}
            }
        }
        // The watch ended without an answer: look again, without a storm of requests.
        context.client.api.sleep(1000).await;
    }
}
