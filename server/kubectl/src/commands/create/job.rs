//! `kubectl create job` and `cronjob`.

use futures::FutureExt;
use serde_json::{Value, json};

use super::super::Command;
use super::{create, the_name};
use crate::arguments::Flag;
use crate::client::Query;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::{at, sorted, str_at, text};
use crate::resources::{self, Names, of_words};

pub(in super::super) const JOB: Command = Command {
    name: "create job",
    aliases: &[],
    about: "Create a job with the specified name.",
    usage: "create job NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...] [options]",
    examples: "kubectl create job pi --image=perl -- perl -Mbignum=bpi -wle 'print bpi(2000)'\n\n\
               # Run a CronJob now\nkubectl create job now --from=cronjob/nightly",
    flags: kind_flags!(JOB_FLAGS),
    required: &[],
    run: |context| job(context).boxed_local(),
};

pub(in super::super) const CRON_JOB: Command = Command {
    name: "create cronjob",
    aliases: &["create cj"],
    about: "Create a cron job with the specified name.",
    usage: "create cronjob NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...] \
            [flags] [options]",
    examples: "kubectl create cronjob hello --image=busybox --schedule='*/5 * * * *' -- echo hi",
    flags: kind_flags!(CRON_JOB_FLAGS),
    required: &["image", "schedule"],
    run: |context| cron_job(context).boxed_local(),
};

const JOB_FLAGS: &[Flag] = &[
    Flag::value("image", "").about("The image to run"),
    Flag::value("from", "").about("The CronJob whose template to use: cronjob/NAME"),
];

const CRON_JOB_FLAGS: &[Flag] = &[
    Flag::value("image", "").about("The image to run"),
    Flag::value("schedule", "").about("When to run, in the format of cron"),
    Flag::value("restart", "").about("Never or OnFailure"),
];

async fn job(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    let name = the_name(context)?;
    let (image, from) = (arguments.get("image"), arguments.get("from"));
    if image.is_empty() == from.is_empty() {
        return Err(Failure::message("either --image or --from must be specified"));
    }
    let words = command(context);
    if !words.is_empty() && image.is_empty() {
        return Err(Failure::message("cannot specify --from and command"));
    }
    let object = if from.is_empty() {
        json!({"apiVersion": "batch/v1", "kind": "Job",
            "metadata": {"creationTimestamp": null, "name": name},
            "spec": {"template": template(name, image, "Never", words)}, "status": {}})
    } else {
        of_cron_job(context, name, from).await?
    };
    let resource = resources::resource(context, "jobs.batch").await?;
    create(context, resource, object, "kubectl-create").await
}

async fn cron_job(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    let name = the_name(context)?;
    let restart = match arguments.get("restart") {
        "" => "OnFailure",
        policy => policy,
    };
    let template = template(name, arguments.get("image"), restart, command(context));
    let object = json!({"apiVersion": "batch/v1", "kind": "CronJob",
        "metadata": {"creationTimestamp": null, "name": name},
        "spec": {
            "jobTemplate": {
                "metadata": {"creationTimestamp": null, "name": name},
                "spec": {"template": template},
            },
            "schedule": arguments.get("schedule"),
        },
        "status": {}});
    let resource = resources::resource(context, "cronjobs.batch").await?;
    create(context, resource, object, "kubectl-create").await
}

fn command<'c>(context: &'c Context<'_>) -> &'c [String] {
    let words = &context.arguments.words;
    &words[context.arguments.dash.unwrap_or(words.len())..]
}

fn template(name: &str, image: &str, restart: &str, command: &[String]) -> Value {
    let mut container = json!({"image": image, "name": name, "resources": {}});
    if !command.is_empty() {
        container["command"] = json!(command);
    }
    json!({"metadata": {"creationTimestamp": null},
        "spec": {"containers": [container], "restartPolicy": restart}})
}

/// The Job that a CronJob would start, marked as started by hand.
async fn of_cron_job(context: &Context<'_>, name: &str, from: &str) -> Result<Value, Failure> {
    let Names::Each(targets) = of_words(context, &[from.to_owned()]).await? else {
        return Err(Failure::message("from must be an existing cronjob"));
    };
    let [target] = targets.as_slice() else {
        return Err(Failure::message("from must be an existing cronjob"));
    };
    let info = target.clone().info(context.namespace());
    let cron_job = context.client.get(&info.path(), &Query::new()).await?;
    if target.resource.kind != "CronJob" {
        let resource = &target.resource;
        let version = resource.version.rsplit('/').next().unwrap_or_default();
        return Err(Failure::message(format!("unknown object type *{version}.{}", resource.kind)));
    }
    let template = at(&cron_job, "/spec/jobTemplate");
    let mut annotations = json!({"cronjob.kubernetes.io/instantiate": "manual"});
    for (key, value) in sorted(at(template, "/metadata/annotations")) {
        annotations[key] = value.clone();
    }
    let mut metadata = json!({"annotations": annotations, "creationTimestamp": null, "name": name});
    let labels = at(template, "/metadata/labels");
    if labels.is_object() {
        metadata["labels"] = labels.clone();
    }
    metadata["ownerReferences"] = json!([{"apiVersion": "batch/v1", "controller": true,
        "kind": text(&cron_job, "kind"), "name": str_at(&cron_job, "/metadata/name"),
        "uid": str_at(&cron_job, "/metadata/uid")}]);
    if text(&cron_job, "kind").is_empty() {
        metadata["ownerReferences"][0]["kind"] = "CronJob".into();
    }
    Ok(json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata,
        "spec": at(template, "/spec"), "status": {}}))
}
