//! `kubectl attach`: the output and input of a program that runs already.

use futures::FutureExt;
use serde_json::Value;

use super::super::{Command, flags};
use super::{Wish, container, has_container, has_terminal, talk, the_pod};
use crate::arguments::Flag;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::{array_at, name_of, str_at, text};

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
    let stdin = context.arguments.on("stdin");
    attach(context, &pod, &container, &Attaching { stdin, quiet }).await
}

/// How to attach.
pub(in super::super) struct Attaching {
    pub(in super::super) stdin: bool,
    pub(in super::super) quiet: bool,
}

/// Attaches to a container: to its terminal, if it has one.
pub(in super::super) async fn attach(
    context: &Context<'_>,
    pod: &Value,
    container: &str,
    how: &Attaching,
) -> Outcome {
    let wants_tty = context.arguments.on("tty");
    let tty = has_terminal(pod, container);
    if wants_tty && !tty && !how.quiet {
        context.err(&format!(
            "error: Unable to use a TTY - container {container} did not allocate one\n"
        ));
    }
    if !how.quiet {
        context.err("If you don't see a command prompt, try pressing enter.\n");
    }
    let wish = Wish { container: container.to_owned(), stdin: how.stdin, tty };
    let raw = talk(context, pod, "attach", &wish, &[]).await?;
    if raw && !how.quiet {
        context.out(&session_ended(pod, container));
    }
    Ok(())
}

/// What is said when a terminal was left.
fn session_ended(pod: &Value, container: &str) -> String {
    let again = format!("'kubectl attach {} -c {container} -i -t'", name_of(pod));
    let ephemeral = array_at(pod, "/spec/ephemeralContainers");
    if ephemeral.iter().any(|one| text(one, "name") == container) {
        return format!(
            "Session ended, the ephemeral container will not be restarted but may be reattached \
             using {again} if it is still running\n"
        );
    }
    if str_at(pod, "/spec/restartPolicy") != "Always" {
        return String::new();
    }
    format!("Session ended, resume using {again} command when the pod is running\n")
}
