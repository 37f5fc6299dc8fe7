//! `kubectl edit`. There is no editor inside this terminal, but one beside it: the object is opened
//! there as a file. To save is `kubectl replace` of that file, which is refused, as `edit` is, where
//! the object has changed in the meantime.

use futures::FutureExt;

use super::{Command, flags};
use crate::arguments::Flag;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::print::output::shown;
use crate::print::yaml;
use crate::resources::{self, Info, Whole, file_names};

pub(super) const COMMAND: Command = Command {
    name: "edit",
    aliases: &[],
    about: "Edit a resource on the server.",
    usage: "edit (RESOURCE/NAME | -f FILENAME) [options]",
    examples: "# Open it in the editor of this page\nkubectl edit deployment/web\n\n\
               # Save what was changed there\nkubectl replace -f edit-deployment-web.yaml",
    flags: &[OWN, flags::FILENAME, flags::SELECTOR],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::switch("show-managed-fields", "Keep managedFields"),
    Flag::value("output", "yaml").short('o').about("yaml; the editor has no other form"),
];

async fn run(context: &Context<'_>) -> Outcome {
    let words = &context.arguments.words;
    if words.is_empty() && file_names(context).is_empty() {
        return Err(Failure::message("must specify one of -f and -k"));
    }
    let mut failures = Vec::new();
    for info in resources::live(context, words, Whole::Yes).await? {
        match info.and_then(|info| open(context, &info)) {
            Ok(()) => {}
            Err(failure) => failures.push(failure),
        }
    }
    Failure::gather(failures)
}

fn open(context: &Context<'_>, info: &Info) -> Outcome {
    let managed = context.arguments.on("show-managed-fields");
    let name = format!("edit-{}-{}.yaml", info.resource.kind.to_lowercase(), info.name);
    let text = format!(
        "# {} as it is now. To save what you change:\n# kubectl replace -f {name}\n{}",
        info.printed_name(),
        yaml::document(&shown(&info.object, managed))
    );
    if !context.files.write(&name, &text) {
        return Err(Failure::message("unable to launch the editor: there is none here"));
    }
    context.out(&format!(
        "{} is open in the editor as {name}.\nTo save what you change: kubectl replace -f {name}\n",
        info.printed_name()
    ));
    Ok(())
}
