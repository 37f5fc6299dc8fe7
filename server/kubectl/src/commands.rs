//! All commands in one table, and how a line finds its row.

mod api_resources;
mod apply;
mod auth;
mod autoscale;
mod cluster;
mod config;
mod cp;
mod create;
mod debug;
mod delete;
mod describe;
mod diff;
mod dump;
mod each;
mod edit;
mod events;
mod exec;
mod explain;
mod expose;
pub(crate) mod flags;
mod get;
mod help;
mod kustomize;
mod label;
mod logs;
mod nodes;
mod patch;
mod plugin;
mod port_forward;
mod proxy;
mod replace;
mod rollout;
mod run;
mod scale;
mod set;
mod top;
mod unknown;
mod wait;

use futures::future::LocalBoxFuture;

use crate::arguments::{Arguments, Flag};
use crate::client::AnyApi;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::{Files, Terminal};
pub(crate) use create::config_map::base64;
use each::NOTHING_NAMED;

/// One command, or one subcommand of a group.
pub(crate) struct Command {
    /// The words that call it: `get`, `rollout undo`.
    pub(crate) name: &'static str,
    /// Other words that call it.
    pub(crate) aliases: &'static [&'static str],
    /// What it does, in one line of help.
    pub(crate) about: &'static str,
    /// What follows `kubectl` in a usage line.
    pub(crate) usage: &'static str,
    /// Lines that help shows, without their indentation.
    pub(crate) examples: &'static str,
    pub(crate) flags: &'static [&'static [Flag]],
    /// Flags without which there is nothing to do.
    pub(crate) required: &'static [&'static str],
    pub(crate) run: for<'c> fn(&'c Context<'c>) -> LocalBoxFuture<'c, Outcome>,
}

impl Command {
    /// All flags, the global ones last.
    pub(crate) fn all_flags(&self) -> Vec<Flag> {
        self.flags.iter().chain([&flags::GLOBAL]).flat_map(|list| list.iter().copied()).collect()
    }

    fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }
}

/// Every command, in the order of help.
pub(crate) static COMMANDS: &[&Command] = &[
    &create::COMMAND,
    &create::NAMESPACE,
    &create::DEPLOYMENT,
    &create::CONFIG_MAP,
    &create::SECRET_GENERIC,
    &create::DOCKER_REGISTRY,
    &create::TLS,
    &create::SERVICE_ACCOUNT,
    &create::CLUSTER_IP,
    &create::NODE_PORT,
    &create::LOAD_BALANCER,
    &create::EXTERNAL_NAME,
    &create::JOB,
    &create::CRON_JOB,
    &create::INGRESS,
    &create::ROLE,
    &create::CLUSTER_ROLE,
    &create::ROLE_BINDING,
    &create::CLUSTER_ROLE_BINDING,
    &create::QUOTA,
    &create::BUDGET,
    &create::PRIORITY_CLASS,
    &create::TOKEN,
    &expose::COMMAND,
    &run::COMMAND,
    &set::IMAGE,
    &set::ENV,
    &set::RESOURCES,
    &set::SELECTOR,
    &set::SERVICE_ACCOUNT,
    &set::SUBJECT,
    &get::COMMAND,
    &edit::COMMAND,
    &delete::COMMAND,
    &rollout::HISTORY,
    &rollout::PAUSE,
    &rollout::RESTART,
    &rollout::RESUME,
    &rollout::STATUS,
    &rollout::UNDO,
    &scale::COMMAND,
    &autoscale::COMMAND,
    &describe::COMMAND,
    &logs::COMMAND,
    &exec::EXEC,
    &exec::ATTACH,
    &cp::COMMAND,
    &debug::COMMAND,
    &port_forward::COMMAND,
    &proxy::COMMAND,
    &events::COMMAND,
    &wait::COMMAND,
    &nodes::CORDON,
    &nodes::UNCORDON,
    &nodes::DRAIN,
    &nodes::TAINT,
    &top::NODE,
    &top::POD,
    &auth::CAN_I,
    &auth::WHO_AM_I,
    &explain::COMMAND,
    &api_resources::RESOURCES,
    &api_resources::VERSIONS,
    &cluster::CLUSTER_INFO,
    &dump::COMMAND,
    &cluster::VERSION,
    &config::VIEW,
    &config::CURRENT_CONTEXT,
    &config::GET_CONTEXTS,
    &config::GET_CLUSTERS,
    &config::GET_USERS,
    &config::SET_CONTEXT,
    &config::USE_CONTEXT,
    &patch::COMMAND,
    &apply::COMMAND,
    &apply::VIEW_LAST_APPLIED,
    &apply::SET_LAST_APPLIED,
    &diff::COMMAND,
    &replace::COMMAND,
    &label::LABEL,
    &label::ANNOTATE,
    &kustomize::COMMAND,
    &plugin::LIST,
];

/// Runs `kubectl` with the words after it.
pub(crate) async fn run(
    words: &[String],
    files: &dyn Files,
    api: &dyn AnyApi,
    terminal: &dyn Terminal,
) -> i32 {
    let outcome = dispatch(words, files, api, terminal).await;
    let Err(failure) = outcome else {
        return 0;
    };
    let (code, words) = failure.report();
    terminal.err(&words);
    code
}

async fn dispatch(
    words: &[String],
    files: &dyn Files,
    api: &dyn AnyApi,
    terminal: &dyn Terminal,
) -> Outcome {
    if let Some((text, code)) = help::asked(words) {
        terminal.out(&text);
        return if code == 0 { Ok(()) } else { Err(Failure::Exit(code)) };
    }
    let Some((command, rest)) = find(words) else {
        return Err(unknown::unknown(words));
    };
    let name = format!("kubectl {}", command.name);
    let arguments = Arguments::parse(&rest, &command.all_flags(), &name)?;
    let missing: Vec<String> = command
        .required
        .iter()
        .filter(|flag| !arguments.given(flag))
        .map(|flag| format!("{flag:?}"))
        .collect();
    if !missing.is_empty() {
        return Err(Failure::message(format!("required flag(s) {} not set", missing.join(", "))));
    }
    let context = Context::new(api, terminal, files, arguments, name);
    (command.run)(&context).await
}

/// The command that a line calls, and the line without the words that call it. Global flags may
/// stand before the command.
pub(crate) fn find(words: &[String]) -> Option<(&'static Command, Vec<String>)> {
    let positions = command_words(words);
    let longest = positions.len().min(3);
    for count in (1..=longest).rev() {
        let name: Vec<&str> =
            positions[..count].iter().map(|position| words[*position].as_str()).collect();
        let name = name.join(" ");
        if let Some(command) = COMMANDS.iter().find(|command| command.is_called(&name)) {
            let called = &positions[..count];
            let rest = words.iter().enumerate().filter(|(place, _)| !called.contains(place));
            return Some((command, rest.map(|(_, word)| word.clone()).collect()));
        }
    }
    None
}

/// Where the words that can name a command stand: not flags, nor values of global flags.
fn command_words(words: &[String]) -> Vec<usize> {
    let mut positions = Vec::new();
    let mut skip = false;
    for (at, word) in words.iter().enumerate() {
        if skip {
            skip = false;
        } else if word == "--" {
            break;
        } else if word.starts_with('-') && word.len() > 1 {
            skip = takes_next(word);
        } else {
            positions.push(at);
        }
    }
    positions
}

/// Whether the word after a flag is the flag's value.
fn takes_next(word: &str) -> bool {
    flags::GLOBAL.iter().any(|flag| {
        flag.takes == crate::arguments::Takes::Value
            && (word.strip_prefix("--") == Some(flag.long)
                || flag.short.is_some_and(|letter| word == format!("-{letter}")))
    })
}
