//! `kubectl rollout status`.

use futures::FutureExt;
use serde_json::Value;

use super::super::Command;
use super::{FLAGS, objects};
use crate::arguments::Flag;
use crate::client::{Query, within};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::{array, array_at, field, int_at, name_of, str_at, text};
use crate::resources::Info;

pub(in super::super) const STATUS: Command = Command {
    name: "rollout status",
    aliases: &[],
    about: "Show the status of the rollout.",
    usage: "rollout status (TYPE NAME | TYPE/NAME) [flags] [options]",
    examples: "kubectl rollout status deployment/web",
    flags: &[OWN, FLAGS[0], FLAGS[1], FLAGS[2]],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::switch("watch", "Go on until the rollout is done").short('w').on(),
    Flag::number("revision", "0").about("Fail if the rollout is of another revision"),
    Flag::duration("timeout", "0s").about("How long to wait; 0s for as long as it takes"),
];

async fn run(context: &Context<'_>) -> Outcome {
    let mut failures = Vec::new();
    for info in objects(context).await? {
        let done = match info {
            Ok(info) => follow(context, &info).await,
            Err(failure) => Err(failure),
        };
        failures.extend(done.err());
    }
    Failure::gather(failures)
}

async fn follow(context: &Context<'_>, info: &Info) -> Outcome {
    let watching = watch(context, info);
    let timeout_ms = context.arguments.duration_ms("timeout");
    match within(context.client.api, timeout_ms, watching).await {
        Some(outcome) => outcome,
        None => Err(Failure::message("timed out waiting for the condition")),
    }
}

async fn watch(context: &Context<'_>, info: &Info) -> Outcome {
    loop {
        let mut query: Query = vec![("fieldSelector", format!("metadata.name={}", info.name))];
        let list = context.client.get(&info.collection_path(), &query).await?;
        if let Some(object) = array(&list, "items").first()
            && tell(context, info, object)?
        {
            return Ok(());
        }
        query.push(("resourceVersion", str_at(&list, "/metadata/resourceVersion").to_owned()));
        let mut events = context.client.watch(&info.collection_path(), &query).await?;
        while let Some(event) = events.next().await {
            match text(&event, "type") {
                "DELETED" => return Err(Failure::message("object has been deleted")),
                "ADDED" | "MODIFIED" if tell(context, info, field(&event, "object"))? => {
                    return Ok(());
                }
                _ => {}
            }
        }
        context.client.api.sleep(1000).await;
    }
}

/// Prints where the rollout is; whether there is nothing more to wait for.
fn tell(context: &Context<'_>, info: &Info, object: &Value) -> Result<bool, Failure> {
    let (words, done) = match info.resource.kind.as_str() {
        "Deployment" => deployment(object, context.arguments.number("revision"))?,
        "DaemonSet" => daemon_set(object),
        "StatefulSet" => stateful_set(object),
        kind => {
            let group = info.resource.group.as_str();
            let dot = if group.is_empty() { "" } else { "." };
            return Err(Failure::message(format!(
                "no status viewer has been implemented for {kind}{dot}{group}"
            )));
        }
    };
    context.out(&words);
    Ok(done || !context.arguments.on("watch"))
}

fn deployment(object: &Value, wanted_revision: i64) -> Result<(String, bool), Failure> {
    let name = name_of(object);
    if wanted_revision > 0 {
        let running: i64 = str_at(object, super::REVISION).parse().unwrap_or_default();
        if running != wanted_revision {
            return Err(Failure::message(format!(
                "desired revision ({wanted_revision}) is different from the running revision \
                 ({running})"
            )));
        }
    }
    if int_at(object, "/metadata/generation") > int_at(object, "/status/observedGeneration") {
        return Ok(("Waiting for deployment spec update to be observed...\n".to_owned(), false));
    }
    let late = array_at(object, "/status/conditions").iter().any(|condition| {
        text(condition, "type") == "Progressing"
            && text(condition, "reason") == "ProgressDeadlineExceeded"
    });
    if late {
        return Err(Failure::message(format!(
            "deployment {name:?} exceeded its progress deadline"
        )));
    }
    let wanted = int_at(object, "/spec/replicas");
    let all = int_at(object, "/status/replicas");
    let updated = int_at(object, "/status/updatedReplicas");
    let available = int_at(object, "/status/availableReplicas");
    let waiting = format!("Waiting for deployment {name:?} rollout to finish: ");
    Ok(if updated < wanted {
        (format!("{waiting}{updated} out of {wanted} new replicas have been updated...\n"), false)
    } else if all > updated {
        let old = all - updated;
        (format!("{waiting}{old} old replicas are pending termination...\n"), false)
    } else if available < updated {
        (format!("{waiting}{available} of {updated} updated replicas are available...\n"), false)
    } else {
        (format!("deployment {name:?} successfully rolled out\n"), true)
    })
}

fn daemon_set(object: &Value) -> (String, bool) {
    let name = name_of(object);
    if int_at(object, "/metadata/generation") > int_at(object, "/status/observedGeneration") {
        return ("Waiting for daemon set spec update to be observed...\n".to_owned(), false);
    }
    let wanted = int_at(object, "/status/desiredNumberScheduled");
    let updated = int_at(object, "/status/updatedNumberScheduled");
    let available = int_at(object, "/status/numberAvailable");
    let waiting = format!("Waiting for daemon set {name:?} rollout to finish: ");
    if updated < wanted {
        (format!("{waiting}{updated} out of {wanted} new pods have been updated...\n"), false)
    } else if available < wanted {
        (format!("{waiting}{available} of {wanted} updated pods are available...\n"), false)
    } else {
        (format!("daemon set {name:?} successfully rolled out\n"), true)
    }
}

fn stateful_set(object: &Value) -> (String, bool) {
    if int_at(object, "/metadata/generation") > int_at(object, "/status/observedGeneration") {
        return ("Waiting for statefulset spec update to be observed...\n".to_owned(), false);
    }
    let wanted = int_at(object, "/spec/replicas");
    let ready = int_at(object, "/status/readyReplicas");
    if ready < wanted {
        return (format!("Waiting for {} pods to be ready...\n", wanted - ready), false);
    }
    let (current, update) =
        (str_at(object, "/status/currentRevision"), str_at(object, "/status/updateRevision"));
    let updated = int_at(object, "/status/updatedReplicas");
    if current != update {
        return (
            format!(
                "waiting for statefulset rolling update to complete {updated} pods at revision \
                 {update}...\n"
            ),
            false,
        );
    }
    let done = int_at(object, "/status/currentReplicas");
    (format!("statefulset rolling update complete {done} pods at revision {current}...\n"), true)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "cases read better with values in place")]
    fn check(status: Value, expect: Result<(&str, bool), &str>) {
        let object = json!({"metadata": {"name": "web", "generation": 2},
            "spec": {"replicas": 3}, "status": status});
        let found = deployment(&object, 0);
        let found = found.as_ref().map(|(words, done)| (words.trim_end(), *done));
        let expect = expect.map_err(str::to_owned);
        assert_eq!(found.map_err(ToString::to_string), expect);
    }

    #[test]
    fn where_a_rollout_is() {
        check(
            json!({"observedGeneration": 1}),
            Ok(("Waiting for deployment spec update to be observed...", false)),
        );
        check(
            json!({"observedGeneration": 2, "updatedReplicas": 1}),
            Ok((
                "Waiting for deployment \"web\" rollout to finish: 1 out of 3 new replicas have \
                 been updated...",
                false,
            )),
        );
        check(
            json!({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 4}),
            Ok((
                "Waiting for deployment \"web\" rollout to finish: 1 old replicas are pending \
                 termination...",
                false,
            )),
        );
        check(
            json!({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 3,
                "availableReplicas": 2}),
            Ok((
                "Waiting for deployment \"web\" rollout to finish: 2 of 3 updated replicas are \
                 available...",
                false,
            )),
        );
        check(
            json!({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 3,
                "availableReplicas": 3}),
            Ok(("deployment \"web\" successfully rolled out", true)),
        );
        check(
            json!({"observedGeneration": 2, "conditions": [
                {"type": "Progressing", "reason": "ProgressDeadlineExceeded"}]}),
            Err("deployment \"web\" exceeded its progress deadline"),
        );
    }
}
