//! `kubectl apply`: makes the cluster's objects what the manifests say.

mod last_applied;
mod prune;

use futures::FutureExt;
use serde_json::{Value, json};

use super::{Command, flags};
use crate::arguments::Flag;
use crate::client::{PatchType, Query};
use crate::context::{Context, DryRun};
use crate::failure::{Failure, Outcome};
use crate::fields::{at, object_mut, str_at};
use crate::patch::three_way;
use crate::pods::selects;
use crate::print::json::compact;
use crate::print::output::{Output, plain_list_of, shown};
use crate::resources::{self, Info, file_names};

pub(super) use last_applied::{SET as SET_LAST_APPLIED, VIEW as VIEW_LAST_APPLIED};

pub(super) const COMMAND: Command = Command {
    name: "apply",
    aliases: &[],
    about: "Apply a configuration to a resource by file name or stdin.",
    usage: "apply (-f FILENAME | -k DIRECTORY) [options]",
    examples: "# Make it so\nkubectl apply -f pod.yaml\n\n# From a here-document\n\
               kubectl apply -f - <<EOF\n\n# Ask the server what would come of it\n\
               kubectl apply -f pod.yaml --dry-run=server -o yaml",
    flags: &[
        OWN,
        flags::FILENAME,
        flags::OUTPUT,
        flags::DRY_RUN,
        flags::FIELD_MANAGER,
        flags::VALIDATE,
        flags::SELECTOR,
        flags::ALL,
    ],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::switch("server-side", "Let the server merge, and keep who owns which field"),
    Flag::switch("force-conflicts", "With --server-side: take fields from their owners"),
    Flag::switch("overwrite", "Let the manifest win over what others changed").on(),
    Flag::switch(
        "prune",
        "Delete what was applied before and is in no manifest; needs -l or --all",
    ),
    Flag::value("prune-allowlist", "")
        .about("A kind to prune: GROUP/VERSION/KIND; may be repeated"),
    Flag::switch("wait", "Wait until what is pruned is gone"),
    Flag::switch("force", "Delete and create what cannot be changed otherwise"),
    Flag::number("grace-period", "-1").about("Seconds for containers to end, when deleting"),
    Flag::duration("timeout", "0s").about("How long to wait"),
    Flag::value("cascade", "background").about("background, foreground or orphan"),
    Flag::switch("openapi-patch", "Has no effect here").on(),
];

/// Where an applied object keeps the manifest that it was applied from.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
const LAST_APPLIED_AT: &str =
    "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration";

async fn run(context: &Context<'_>) -> Outcome {
    if !context.arguments.words.is_empty() {
        let words = context.arguments.words.join(" ");
        return Err(context.usage(format!("Unexpected args: [{words}]")));
    }
    if file_names(context).is_empty() && !context.arguments.given("kustomize") {
        return Err(Failure::message("must specify one of -f and -k"));
    }
    let dry_run = context.dry_run()?;
    let server_side = context.arguments.on("server-side");
    if context.arguments.on("force-conflicts") && !server_side {
        return Err(Failure::message("--force-conflicts only works with --server-side"));
    }
    if dry_run == DryRun::Client && server_side {
        return Err(Failure::message(
            "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)",
        ));
    }
    prune::check(context)?;
    let output = Output::of(context)?;
    let mut failures = Vec::new();
    let mut infos = Vec::new();
    for info in resources::from_files(context).await? {
        match info {
            Ok(info) => infos.push(info),
            Err(failure) => failures.push(failure),
        }
    }
    let infos = chosen(context, infos);
    if infos.is_empty() && failures.is_empty() {
        return Err(Failure::message("no objects passed to apply"));
    }
    let mut applied = Vec::new();
    for info in infos {
        let done = if server_side {
            on_the_server(context, info, dry_run).await
        } else {
            in_the_client(context, info, dry_run).await
        };
        match done {
            Ok((info, verb)) => {
                say(context, &output, &info, verb, dry_run)?;
                applied.push(info);
            }
            Err(failure) => failures.push(failure),
        }
    }
    print_objects(context, &output, &applied)?;
    if context.arguments.on("prune") && failures.is_empty() {
        prune::prune(context, &applied, dry_run).await?;
    }
    Failure::gather(failures)
}

/// The objects of the manifests whose labels match `-l`.
fn chosen(context: &Context<'_>, infos: Vec<Info>) -> Vec<Info> {
    let selector = context.arguments.get("selector");
    let matches = |info: &Info| selects(selector, at(&info.object, "/metadata/labels"));
    infos.into_iter().filter(matches).collect()
}

/// One line an object, unless the objects themselves are printed.
fn say(
    context: &Context<'_>,
    output: &Output,
    info: &Info,
    verb: &str,
    dry_run: DryRun,
) -> Outcome {
    match output {
        Output::Human | Output::Wide => {
            context.out(&format!("{} {verb}{}\n", info.printed_name(), dry_run.suffix()));
        }
        Output::Name => context.out(&output.one(info, false)?),
        _ => {}
    }
    Ok(())
}

fn print_objects(context: &Context<'_>, output: &Output, infos: &[Info]) -> Outcome {
    if output.is_table() || matches!(output, Output::Name) || infos.is_empty() {
        return Ok(());
    }
    let managed = context.arguments.on("show-managed-fields");
    let text = match infos {
        [info] => output.one(info, managed)?,
        _ => {
            let objects: Vec<Value> =
                infos.iter().map(|info| shown(&info.object, managed)).collect();
            output.value(&plain_list_of(&objects))?
        }
    };
    context.out(&text);
    Ok(())
}

/// The query of a write: whose fields, how strict, and whether in earnest.
pub(super) fn write_query(context: &Context<'_>, manager: &str, dry_run: DryRun) -> Query {
    let mut query = Query::new();
    if dry_run == DryRun::Server {
        query.push(("dryRun", "All".to_owned()));
    }
    let own = context.arguments.get("field-manager");
    query.push(("fieldManager", if own.is_empty() { manager } else { own }.to_owned()));
    let validation = match context.arguments.get("validate") {
        "true" | "strict" => "Strict",
        "warn" => "Warn",
        "false" | "ignore" => "Ignore",
        // A command without the flag does not say.
        _ => return query,
    };
    query.push(("fieldValidation", validation.to_owned()));
    query
}

/// What an apply would send.
pub(super) enum Plan {
    Create(Value),
    Patch(Value),
    Nothing,
}

/// What an apply of `modified` would send, when the object is `live` (null if it is not there).
pub(super) fn plan(kind: &str, modified: Value, live: &Value) -> Plan {
    if live.is_null() {
        return Plan::Create(modified);
    }
    let original =
        serde_json::from_str(str_at(live, LAST_APPLIED_AT)).unwrap_or_else(|_| json!({}));
    match three_way(kind, &original, &modified, live) {
        patch if patch == json!({}) => Plan::Nothing,
        patch => Plan::Patch(patch),
    }
}

async fn in_the_client(
    context: &Context<'_>,
    mut info: Info,
    dry_run: DryRun,
) -> Result<(Info, &'static str), Failure> {
    let manifest = without_annotation(&info.object);
    let modified = with_annotation(&manifest);
    let query = write_query(context, "kubectl-client-side-apply", dry_run);
    let found = if info.name.is_empty() {
        Err(Failure::message("resource name may not be empty"))
    } else {
        context.client.get(&info.path(), &Query::new()).await
    };
    let live = match found {
        Ok(live) => live,
        Err(failure) if failure.is_not_found() => {
            info.object = modified.clone();
            if dry_run != DryRun::Client {
                let path = info.collection_path();
                let created = context.client.post(&path, &query, &modified).await;
                let source = info.source.clone();
                info.object = created.map_err(|failure| {
                    failure.wrap(|message| format!("error when creating {source:?}: {message}"))
                })?;
            }
            return Ok((info, "created"));
        }
        Err(failure) => {
            let what = about(&info);
            let source = info.source.clone();
            return Err(failure.wrap(|message| {
                format!(
                    "error when retrieving current configuration of:\n{what}\nfrom server for: \
                     {source:?}: {message}"
                )
            }));
        }
    };
    if dry_run == DryRun::Client {
        info.object = live;
        return Ok((info, "configured"));
    }
    let last = str_at(&live, LAST_APPLIED_AT);
    if last.is_empty() {
        context.err(&missing_annotation(&info));
    }
    let Plan::Patch(patch) = plan(&info.resource.kind, modified, &live) else {
        info.object = live;
        warn_of_deletion(context, &info);
        return Ok((info, "unchanged"));
    };
    let patched = context.client.patch(&info.path(), &query, PatchType::Strategic, &patch).await;
    let what = about(&info);
    let source = info.source.clone();
    info.object = patched.map_err(|failure| {
        failure.wrap(|message| {
            format!(
                "error when applying patch:\n{}\nto:\n{what}\nfor: {source:?}: error when patching \
                 {source:?}: {message}",
                compact(&patch)
            )
        })
    })?;
    warn_of_deletion(context, &info);
    Ok((info, "configured"))
}

async fn on_the_server(
    context: &Context<'_>,
    mut info: Info,
    dry_run: DryRun,
) -> Result<(Info, &'static str), Failure> {
    let mut query = write_query(context, "kubectl", dry_run);
    query.push(("force", context.arguments.on("force-conflicts").to_string()));
    let applied = context.client.patch(&info.path(), &query, PatchType::Apply, &info.object).await;
    info.object = applied.map_err(|failure| {
        if failure.reason() == "Conflict" {
            return Failure::message(format!("{failure}\n{ADVICE}"));
        }
        failure
    })?;
    warn_of_deletion(context, &info);
    Ok((info, "serverside-applied"))
}

/// What kubectl advises when fields have other owners.
const ADVICE: &str = "\
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts";

pub(super) fn without_annotation(object: &Value) -> Value {
    let mut object = object.clone();
    object_mut(&mut object, "/metadata/annotations");
    if let Some(annotations) = object["metadata"]["annotations"].as_object_mut() {
        annotations.remove(LAST_APPLIED);
    }
    object
}

fn with_annotation(manifest: &Value) -> Value {
    let mut modified = manifest.clone();
    modified["metadata"]["annotations"][LAST_APPLIED] = (compact(manifest) + "\n").into();
    modified
}

fn missing_annotation(info: &Info) -> String {
    format!(
        "Warning: resource {}/{} is missing the {LAST_APPLIED} annotation which is required by \
         kubectl apply. kubectl apply should only be used on resources created declaratively by \
         either kubectl create --save-config or kubectl apply. The missing annotation will be \
         patched automatically.\n",
        info.resource.plural, info.name
    )
}

fn warn_of_deletion(context: &Context<'_>, info: &Info) {
    if at(&info.object, "/metadata/deletionTimestamp").is_string() {
        context.err(&format!(
            "Warning: Detected changes to resource {} which is currently being deleted.\n",
            info.name
        ));
    }
}

/// The object as long error messages name it.
fn about(info: &Info) -> String {
    format!(
        "Resource: {:?}, GroupVersionKind: {:?}\nName: {:?}, Namespace: {:?}",
        info.resource.in_errors(),
        format!("{}/{}, Kind={}", info.resource.group, info.resource.version, info.resource.kind),
        info.name,
        info.namespace
    )
}

/// Writes the manifest into the object itself, as `--save-config` asks.
pub(super) fn save_config(object: &mut Value) {
    *object = with_annotation(&without_annotation(object));
}
