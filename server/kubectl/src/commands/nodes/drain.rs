//! `kubectl drain`: cordons a Node and evicts its Pods.

use futures::FutureExt;
use serde_json::{Value, json};

use super::super::{Command, flags};
use super::{cordon, nodes};
use crate::arguments::Flag;
use crate::client::{Query, within};
use crate::context::{Context, DryRun};
use crate::discovery::Resource;
use crate::failure::{Failure, Outcome};
use crate::fields::{array_at, at, name_of, namespace_of, str_at, text};
use crate::resources::{self, Info, list};

pub(in super::super) const DRAIN: Command = Command {
    name: "drain",
    aliases: &[],
    about: "Drain node in preparation for maintenance.",
    usage: "drain NODE [options]",
    examples: "kubectl drain worker-1 --ignore-daemonsets\n\n\
               # Pods that no controller will replace, too\nkubectl drain worker-1 --force",
    flags: &[OWN, flags::SELECTOR, flags::DRY_RUN],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::switch("force", "Also Pods that no controller will replace"),
    Flag::switch("ignore-daemonsets", "Leave the Pods of DaemonSets alone"),
    Flag::switch("delete-emptydir-data", "Also Pods whose data is lost with them"),
    Flag::switch("disable-eviction", "Delete instead of evicting, past PodDisruptionBudgets"),
    Flag::number("grace-period", "-1").about("Seconds for containers to end; -1 for the Pod's own"),
    Flag::duration("timeout", "0s").about("How long to try; 0s for as long as it takes"),
    Flag::value("pod-selector", "").about("Only Pods with these labels"),
    Flag::number("skip-wait-for-delete-timeout", "0")
        .about("Do not wait for Pods deleted so long ago"),
];

/// How long kubectl waits before it tries again to evict a Pod that may not go yet.
const RETRY_MS: i64 = 5000;

async fn run(context: &Context<'_>) -> Outcome {
    let infos = nodes(context).await?;
    for info in &infos {
        cordon(context, info, true).await?;
    }
    let mut failures = Vec::new();
    let mut pending = Vec::new();
    for info in &infos {
        match drain(context, info).await {
            Ok(()) => {
                let suffix = context.dry_run()?.suffix();
                context.out(&format!("{} drained{suffix}\n", info.printed_name()));
            }
            Err(failure) => {
                context.err(&format!(
                    "error: unable to drain node {:?} due to error: {failure}, continuing \
                     command...\n",
                    info.name
                ));
                pending.push(info.name.clone());
                failures.push(failure);
            }
        }
    }
    if failures.is_empty() {
        return Ok(());
    }
    context.err("There are pending nodes to be drained:\n");
    pending.iter().for_each(|name| context.err(&format!(" {name}\n")));
    Err(Failure::Several(failures))
}

async fn drain(context: &Context<'_>, node: &Info) -> Outcome {
    let pods_kind = resources::resource(context, "pods").await?;
    let pods = leaving(context, pods_kind, node).await?;
    if context.dry_run()? != DryRun::None {
        let suffix = context.dry_run()?.suffix();
        for pod in &pods {
            context.out(&format!("evicting pod {}/{}{suffix}\n", namespace_of(pod), name_of(pod)));
        }
        return Ok(());
    }
    let all = futures::future::join_all(pods.iter().map(|pod| evict(context, pods_kind, pod)));
    let timeout_ms = context.arguments.duration_ms("timeout");
    match within(context.client.api, timeout_ms, all).await {
        Some(outcomes) => outcomes.into_iter().collect(),
        None => {
            let timeout = crate::print::time::go_duration(timeout_ms);
            Err(Failure::message(format!("global timeout reached: {timeout}")))
        }
    }
}

/// What drain says of a kind of Pod that it is careful with.
struct Care {
    flag: &'static str,
    refused: &'static str,
    warned: &'static str,
    /// Whether the flag leaves such Pods alone instead of evicting them.
    leaves: bool,
}

const DAEMON_SET: Care = Care {
    flag: "ignore-daemonsets",
    refused: "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)",
    warned: "ignoring DaemonSet-managed Pods",
    leaves: true,
};

const LOCAL_STORAGE: Care = Care {
    flag: "delete-emptydir-data",
    refused: "Pods with local storage (use --delete-emptydir-data to override)",
    warned: "deleting Pods with local storage",
    leaves: false,
};

const UNMANAGED: Care = Care {
    flag: "force",
    // The words are twice in kubectl: its message begins with them, too.
    refused: "cannot delete Pods that declare no controller (use --force to override)",
    warned: "deleting Pods that declare no controller",
    leaves: false,
};

fn care_for(pod: &Value) -> Option<&'static Care> {
    let ended = matches!(str_at(pod, "/status/phase"), "Succeeded" | "Failed");
    let owners = array_at(pod, "/metadata/ownerReferences");
    let controller = owners.iter().find(|owner| owner["controller"] == true);
    let empty_dir = |volume: &Value| volume.get("emptyDir").is_some();
    if controller.is_some_and(|owner| text(owner, "kind") == "DaemonSet") && !ended {
        Some(&DAEMON_SET)
    } else if !ended && array_at(pod, "/spec/volumes").iter().any(empty_dir) {
        Some(&LOCAL_STORAGE)
    } else if !ended && controller.is_none() {
        Some(&UNMANAGED)
    } else {
        None
    }
}

/// The Pods that have to leave a Node; mirror Pods stay, and some need a flag.
async fn leaving(
    context: &Context<'_>,
    pods_kind: &Resource,
    node: &Info,
) -> Result<Vec<Value>, Failure> {
    let mut query: Query = vec![("fieldSelector", format!("spec.nodeName={}", node.name))];
    if !context.arguments.get("pod-selector").is_empty() {
        query.push(("labelSelector", context.arguments.get("pod-selector").to_owned()));
    }
    let pods = list(context, pods_kind, "", &query).await?;
    let mut leaving = Vec::new();
    let mut refused: Vec<(&str, Vec<String>)> = Vec::new();
    let mut warned: Vec<(&str, Vec<String>)> = Vec::new();
    for pod in pods {
        if !at(&pod, "/metadata/annotations/kubernetes.io~1config.mirror").is_null() {
            continue;
        }
        let name = format!("{}/{}", namespace_of(&pod), name_of(&pod));
        match care_for(&pod) {
            Some(care) if !context.arguments.on(care.flag) => {
                note(&mut refused, care.refused, name);
                continue;
            }
            Some(care) => {
                if !care.warned.is_empty() {
                    note(&mut warned, care.warned, name);
                }
                if care.leaves {
                    continue;
                }
            }
            None => {}
        }
        leaving.push(pod);
    }
    let told = |(what, names): &(&str, Vec<String>)| format!("{what}: {}", names.join(", "));
    if !refused.is_empty() {
        refused.sort();
        let refused: Vec<String> =
            refused.iter().map(|entry| format!("cannot delete {}", told(entry))).collect();
        return Err(Failure::message(listed(&refused)));
    }
    if !warned.is_empty() {
        warned.sort();
        let warned: Vec<String> = warned.iter().map(told).collect();
        context.err(&format!("Warning: {}\n", warned.join("; ")));
    }
    Ok(leaving)
}

fn note(groups: &mut Vec<(&'static str, Vec<String>)>, what: &'static str, name: String) {
    match groups.iter_mut().find(|(known, _)| *known == what) {
        Some((_, names)) => names.push(name),
        None => groups.push((what, vec![name])),
    }
}

/// One error as it is, several in brackets.
fn listed(errors: &[String]) -> String {
    if errors.len() == 1 { errors.concat() } else { format!("[{}]", errors.join(", ")) }
}

/// Evicts a Pod, trying again while a budget forbids it, and waits until it is gone.
async fn evict(context: &Context<'_>, pods_kind: &Resource, pod: &Value) -> Outcome {
    let (namespace, name) = (namespace_of(pod), name_of(pod));
    let evicts = pods_kind.subresources.iter().any(|part| part == "eviction")
        && !context.arguments.on("disable-eviction");
    let mut options = json!({});
    if context.arguments.number("grace-period") >= 0 {
        options["gracePeriodSeconds"] = context.arguments.number("grace-period").into();
    }
    let path = pods_kind.object_path(namespace, name);
    let verb = if evicts { "evicting" } else { "deleting" };
    context.out(&format!("{verb} pod {namespace}/{name}\n"));
    loop {
        let outcome = if evicts {
            let eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction",
                "metadata": {"name": name, "namespace": namespace}, "deleteOptions": options});
            context.client.post(&format!("{path}/eviction"), &Query::new(), &eviction).await
        } else {
            context.client.delete(&path, &options).await
        };
        match outcome {
            Ok(_) => break,
            Err(failure) if failure.is_not_found() => break,
            Err(failure) if failure.reason() == "TooManyRequests" => {
                context.err(&format!(
                    "error when evicting pods/{name:?} -n {namespace:?} (will retry after 5s): \
                     {failure}\n"
                ));
                context.client.api.sleep(RETRY_MS).await;
            }
            Err(failure) => {
                return Err(Failure::message(format!(
                    "error when evicting pods/{name:?} -n {namespace:?}: {failure}"
                )));
            }
        }
    }
    let info = Info::of(pods_kind, pod.clone());
    gone(context, &info, str_at(pod, "/metadata/uid")).await?;
    context.out(&format!("pod/{name} {}\n", if evicts { "evicted" } else { "deleted" }));
    Ok(())
}

/// Looks once a second until the Pod is gone, as kubectl does.
async fn gone(context: &Context<'_>, info: &Info, uid: &str) -> Outcome {
    loop {
        match context.client.get(&info.path(), &Query::new()).await {
            Err(failure) if failure.is_not_found() => return Ok(()),
            Err(failure) => return Err(failure),
            Ok(pod) if str_at(&pod, "/metadata/uid") != uid => return Ok(()),
            Ok(_) => context.client.api.sleep(1000).await,
        }
    }
}
