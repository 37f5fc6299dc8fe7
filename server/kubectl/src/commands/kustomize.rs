//! `kubectl kustomize`: prints what a kustomization makes.

use futures::FutureExt;

use super::Command;
use crate::arguments::Flag;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::kustomize::build;
use crate::print::yaml;

pub(super) const COMMAND: Command = Command {
    name: "kustomize",
    aliases: &[],
    about: "Build a set of KRM resources using a 'kustomization.yaml' file.",
    usage: "kustomize DIR [flags] [options]",
    examples: "# What the kustomization in this folder makes\nkubectl kustomize\n\n\
               # Make it so\nkubectl apply -k overlays/production",
    flags: &[&[Flag::value("output", "").short('o').about("Write to this file")]],
    required: &[],
    run: |context| run(context).boxed_local(),
};

async fn run(context: &Context<'_>) -> Outcome {
    let folder = match context.arguments.words.as_slice() {
        [] => ".",
        [folder] => folder,
        _ => return Err(Failure::message("specify one path to kustomization.yaml")),
    };
    let built = build(context.files, folder).map_err(Failure::message)?;
    built.warnings.iter().for_each(|warning| context.err(&format!("{warning}\n")));
    let documents: Vec<String> = built.objects.iter().map(yaml::document).collect();
    let text = documents.join("---\n");
    match context.arguments.get("output") {
        "" => context.out(&text),
        file if context.files.write(file, &text) => {}
        file => return Err(Failure::message(format!("open {file}: read-only file system"))),
    }
    Ok(())
}
