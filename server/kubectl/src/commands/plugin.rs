//! `kubectl plugin list`: a plugin is a program on PATH, and here is none.

use futures::FutureExt;

use super::Command;
use crate::arguments::Flag;
use crate::failure::Failure;

pub(super) const LIST: Command = Command {
    name: "plugin list",
    aliases: &[],
    about: "List all visible plugin executables on a user's PATH.",
    usage: "plugin list [flags] [options]",
    examples: "kubectl plugin list",
    flags: &[&[Flag::switch("name-only", "Their names, without the paths")]],
    required: &[],
    run: |_| {
        async { Err(Failure::message("unable to find any kubectl plugins in your PATH")) }
            .boxed_local()
    },
};
