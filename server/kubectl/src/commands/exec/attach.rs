//! `kubectl attach`: the output and input of a program that runs already.

use futures::FutureExt;
use serde_json::Value;

use super::super::{Command, flags};
use super::{Wish, container, has_container, has_terminal, talk, the_pod};
use crate::arguments::Flag;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::{name_of, str_at};

pub(in super::super) const ATTACH: Command = Command {
    name: "attach",
    aliases: &[],
    about: "Attach to a process that is already running inside an existing container.",
    usage: "attach (POD | TYPE/NAME) -c CONTAINER [options]",
    examples: "kubectl attach web\n\n# With its terminal\nkubectl attach box -it",
    flags: &[OWN, flags::FILENAME],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("container", "").short('c').about("The container; the first if not given"),
    Flag::switch("stdin", "Pass standard input on").short('i'),
    Flag::switch("tty", "Standard input is a terminal").short('t'),
    Flag::switch("quiet", "Print only what the program prints").short('q'),
    Flag::duration("pod-running-timeout", "1m0s").about("How long to wait for a Pod that runs"),
];

async fn run(context: &Context<'_>) -> Outcome {
    let word = match context.arguments.words.as_slice() {
        [] => return Err(context.usage("at least 1 argument is required for attach")),
        [word] => word,
        words => {
            let count = words.len();
            let message = format!(
                "expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw {count}: [{}]",
                words.join(" ")
            );
            return Err(context.usage(message));
        }
    };
    let pod = the_pod(context, word).await?;
    let quiet = context.arguments.on("quiet");
    let container = container(context, &pod, quiet)?;
    if !has_container(&pod, &container) {
        let name = name_of(&pod);
        return Err(Failure::message(format!("container {container} not found in pod {name}")));
    }
    let phase = str_at(&pod, "/status/phase");
    if matches!(phase, "Succeeded" | "Failed") {
        return Err(Failure::message(format!(
            "cannot attach a container in a completed pod; current phase is {phase}"
        )));
    }
    attach(context, &pod, container, context.arguments.on("stdin"), quiet).await
}

/// Attaches to a container: to its terminal, if it has one.
pub(in super::super) async fn attach(
    context: &Context<'_>,
    pod: &Value,
    container: String,
    stdin: bool,
    quiet: bool,
) -> Outcome {
    let wants_tty = context.arguments.on("tty");
    let tty = has_terminal(pod, &container);
    if wants_tty && !tty {
        context.err(&format!(
            "error: Unable to use a TTY - container {container} did not allocate one\n"
        ));
    }
    if !quiet {
        context.err("If you don't see a command prompt, try pressing enter.\n");
    }
    let wish = Wish { container, stdin, tty };
    talk(context, pod, "attach", &wish, &[]).await
}
