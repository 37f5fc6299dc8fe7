//! `kubectl auth whoami` and `kubectl auth can-i`.

use futures::FutureExt;
use serde_json::{Value, json};

use super::{Command, flags};
use crate::arguments::Flag;
use crate::client::Query;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::{array, at, bool_at, str_at};
use crate::print::tabwriter::Tabwriter;

pub(super) const WHO_AM_I: Command = Command {
    name: "auth whoami",
    aliases: &[],
    about: "Experimental: Check who you are and your attributes (groups, extra).",
    usage: "auth whoami [flags] [options]",
    examples: "kubectl auth whoami",
    flags: &[flags::OUTPUT],
    required: &[],
    run: |context| who_am_i(context).boxed_local(),
};

pub(super) const CAN_I: Command = Command {
    name: "auth can-i",
    aliases: &[],
    about: "Check whether an action is allowed.",
    usage: "auth can-i VERB [TYPE | TYPE/NAME | NONRESOURCEURL] [options]",
    examples: "kubectl auth can-i create pods\nkubectl auth can-i list deployments.apps",
    flags: &[CAN_FLAGS, flags::ALL_NAMESPACES],
    required: &[],
    run: |context| can_i(context).boxed_local(),
};

const CAN_FLAGS: &[Flag] = &[
    Flag::value("subresource", "").about("A part of the object, such as log"),
    Flag::switch("quiet", "Print nothing; the exit code tells").short('q'),
    Flag::switch("list", "Everything that you may do in the namespace"),
    Flag::switch("no-headers", "With --list: leave the header line out"),
];

async fn who_am_i(context: &Context<'_>) -> Outcome {
    let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview",
        "metadata": {}});
    let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    let answer = context.client.post(path, &Query::new(), &review).await;
    let answer = answer.map_err(|failure| {
        if !failure.is_not_found() {
            return failure;
        }
        Failure::message(
            "the selfsubjectreviews API is not enabled in the cluster\nenable \
             APISelfSubjectReview feature gate and authentication.k8s.io/v1alpha1 or \
             authentication.k8s.io/v1beta1 API",
        )
    })?;
    let user = at(&answer, "/status/userInfo");
    let mut writer = Tabwriter::for_tables();
    writer.write("ATTRIBUTE\tVALUE\n");
    for (label, name) in [("Username", "username"), ("UID", "uid")] {
        let value = str_at(user, &format!("/{name}"));
        if !value.is_empty() {
            writer.write(&format!("{label}\t{value}\n"));
        }
    }
    let groups = at(user, "/groups");
    if groups.is_array() {
        writer.write(&format!("Groups\t{}\n", crate::print::custom_columns::go_value(groups)));
    }
    context.out(&writer.flush());
    Ok(())
}

async fn can_i(context: &Context<'_>) -> Outcome {
    if context.arguments.on("list") {
        return list(context).await;
    }
    let [verb, what] = context.arguments.words.as_slice() else {
        return Err(Failure::message(
            "you must specify two arguments: verb resource or verb resource/resourceName.\nSee \
             'kubectl auth can-i -h' for help and examples.",
        ));
    };
    let spec = attributes(context, verb, what).await?;
    let review = json!({"apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview", "metadata": {}, "spec": spec});
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let answer = context.client.post(path, &Query::new(), &review).await?;
    let allowed = bool_at(&answer, "/status/allowed");
    if !context.arguments.on("quiet") {
        let reason = str_at(&answer, "/status/reason");
        let reason =
            if reason.is_empty() || allowed { String::new() } else { format!(" - {reason}") };
        context.out(&format!("{}{reason}\n", if allowed { "yes" } else { "no" }));
    }
    if allowed { Ok(()) } else { Err(Failure::Exit(1)) }
}

async fn list(context: &Context<'_>) -> Outcome {
    let review = json!({"apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview", "metadata": {},
        "spec": {"namespace": context.namespace()}});
    let path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
    let answer = context.client.post(path, &Query::new(), &review).await?;
    let status = at(&answer, "/status");
    if bool_at(status, "/incomplete") {
        let why = str_at(status, "/evaluationError");
        context.err(&format!("Warning: the list may be incomplete: {why}\n"));
    }
    let mut writer = Tabwriter::for_tables();
    if !context.arguments.on("no-headers") {
        writer.write("Resources\tNon-Resource URLs\tResource Names\tVerbs\n");
    }
    let rules = ["resourceRules", "nonResourceRules"];
    let rules = rules.iter().flat_map(|name| array(status, name));
    crate::rules::lines(rules).iter().for_each(|line| writer.write(line));
    context.out(&writer.flush());
    Ok(())
}

async fn attributes(context: &Context<'_>, verb: &str, what: &str) -> Result<Value, Failure> {
    if what.starts_with('/') {
        return Ok(json!({"nonResourceAttributes": {"verb": verb, "path": what}}));
    }
    let (kind, name) = what.split_once('/').unwrap_or((what, ""));
    let found = context.discovery().await?.find(kind).cloned();
    let (group, plural, namespaced) = match &found {
        Some(resource) => (resource.group.as_str(), resource.plural.as_str(), resource.namespaced),
        None => {
            context.err(&format!("Warning: the server doesn't have a resource type '{kind}'\n\n"));
            ("", kind, true)
        }
    };
    if !namespaced && !context.all_namespaces() {
        let of = if group.is_empty() { String::new() } else { format!(" in group '{group}'") };
        context.err(&format!("Warning: resource '{plural}' is not namespace scoped{of}\n\n"));
    }
    let namespace = if context.all_namespaces() || !namespaced { "" } else { context.namespace() };
    let all = [
        ("namespace", namespace),
        ("verb", verb),
        ("group", group),
        ("resource", plural),
        ("subresource", context.arguments.get("subresource")),
        ("name", name),
    ];
    let mut attributes = json!({});
    for (key, value) in all.into_iter().filter(|(_, value)| !value.is_empty()) {
        attributes[key] = value.into();
    }
    Ok(json!({"resourceAttributes": attributes}))
}
