//! `kubectl set selector`, `set serviceaccount` and `set subject`.

use futures::FutureExt;
use serde_json::{Value, json};

use super::super::Command;
use super::super::each::{self, named};
use super::{FLAGS, change_specs};
use crate::arguments::Flag;
use crate::client::PatchType;
use crate::context::{Context, DryRun};
use crate::failure::{Failure, Outcome};
use crate::fields::array;
use crate::patch::two_way;
use crate::resources::Info;

pub(in super::super) const SELECTOR: Command = Command {
    name: "set selector",
    aliases: &[],
    about: "Set the selector on a resource.",
    usage: "set selector (-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version] \
            [options]",
    examples: "kubectl set selector service web app=web,version=2",
    flags: &[FLAGS[0], FLAGS[2], FLAGS[3], FLAGS[4], FLAGS[5]],
    required: &[],
    run: |context| selector(context).boxed_local(),
};

pub(in super::super) const SERVICE_ACCOUNT: Command = Command {
    name: "set serviceaccount",
    aliases: &["set sa"],
    about: "Update the service account of pod template resources.",
    usage: "set serviceaccount (-f FILENAME | TYPE NAME) SERVICE_ACCOUNT [options]",
    examples: "kubectl set serviceaccount deployment web robot",
    flags: &[FLAGS[0], FLAGS[2], FLAGS[3], FLAGS[4], FLAGS[5]],
    required: &[],
    run: |context| service_account(context).boxed_local(),
};

pub(in super::super) const SUBJECT: Command = Command {
    name: "set subject",
    aliases: &[],
    about: "Update the user, group, or service account in a role binding or cluster role binding.",
    usage: "set subject (-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] \
            [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] \
            [options]",
    examples: "kubectl set subject rolebinding readers --user=ann --group=ops",
    flags: &[SUBJECTS, FLAGS[0], FLAGS[1], FLAGS[2], FLAGS[3], FLAGS[4], FLAGS[5]],
    required: &[],
    run: |context| subject(context).boxed_local(),
};

const SUBJECTS: &[Flag] = &[
    Flag::value("user", "").about("A user; may be repeated"),
    Flag::value("group", "").about("A group; may be repeated"),
    Flag::value("serviceaccount", "").about("A ServiceAccount: NAMESPACE:NAME; may be repeated"),
];

async fn selector(context: &Context<'_>) -> Outcome {
    let Some((expression, names)) = context.arguments.words.split_last() else {
        return Err(Failure::message(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>",
        ));
    };
    let parsed = crate::pods::parsed_selector(expression)?;
    for info in named(context, names).await? {
        let mut info = info?;
        if info.resource.kind != "Service" {
            return Err(Failure::message("setting a selector is only supported for Services"));
        }
        let mut changed = info.object.clone();
        changed["spec"]["selector"] = parsed["matchLabels"].clone();
        sent(context, &mut info, changed, "selector").await?;
        each::say(context, &info, "selector updated")?;
    }
    Ok(())
}

/// Sends what changed, or keeps it here in a client's dry run.
async fn sent(context: &Context<'_>, info: &mut Info, changed: Value, what: &str) -> Outcome {
    let patch = two_way(&info.resource.kind, &info.object, &changed);
    if context.dry_run()? == DryRun::Client {
        info.object = changed;
        return Ok(());
    }
    let patched = each::patched(context, info, PatchType::Strategic, &patch, "kubectl-set").await;
    info.object = patched.map_err(|failure| {
        failure.wrap(|message| format!("failed to patch {what} update: {message}"))
    })?;
    Ok(())
}

async fn service_account(context: &Context<'_>) -> Outcome {
    let Some((account, names)) = context.arguments.words.split_last() else {
        return Err(Failure::message("serviceaccount is required"));
    };
    if names.is_empty() && crate::resources::file_names(context).is_empty() {
        return Err(Failure::message(super::super::NOTHING_NAMED));
    }
    change_specs(context, names, "serviceaccount", &|_, spec| {
        spec["serviceAccountName"] = account.as_str().into();
        spec["serviceAccount"] = account.as_str().into();
        Ok(())
    })
    .await
}

async fn subject(context: &Context<'_>) -> Outcome {
    let mut wanted = Vec::new();
    for (flag, kind) in [("user", "User"), ("group", "Group")] {
        let names = context.arguments.list(flag);
        wanted.extend(names.iter().map(
            |name| json!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name}),
        ));
    }
    for account in context.arguments.list("serviceaccount") {
        let (namespace, name) = account
            .split_once(':')
            .ok_or_else(|| Failure::message("serviceaccount must be <namespace>:<name>"))?;
        wanted.push(json!({"kind": "ServiceAccount", "name": name, "namespace": namespace}));
    }
    let infos = named(context, &context.arguments.words).await?;
    let infos = infos.into_iter().collect::<Result<Vec<_>, _>>()?;
    if wanted.is_empty() {
        return Err(Failure::message(
            "you must specify at least one value of user, group or serviceaccount",
        ));
    }
    for mut info in infos {
        let mut subjects = array(&info.object, "subjects").to_vec();
        let before = subjects.len();
        for subject in &wanted {
            if !subjects.contains(subject) {
                subjects.push(subject.clone());
            }
        }
        if subjects.len() == before {
            continue;
        }
        let mut changed = info.object.clone();
        changed["subjects"] = subjects.into();
        sent(context, &mut info, changed, "subject").await?;
        each::say(context, &info, "subjects updated")?;
    }
    Ok(())
}
