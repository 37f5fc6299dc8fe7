//! Help: of kubectl, of a group of commands, of one command.

use std::fmt::Write;

use super::{COMMANDS, Command, flags};
use crate::arguments::Flag;

/// Commands that are only groups of others, and what they are for.
pub(super) const GROUPS: &[(&str, &str)] = &[
    ("rollout", "Manage the rollout of Deployments: watch it, look back, undo, restart."),
    ("set", "Change single features of objects that exist."),
    ("top", "Show how much CPU and memory is used."),
    ("config", "Look at the kubeconfig that this terminal works with."),
    ("plugin", "Provides utilities for interacting with plugins."),
    ("auth", "Ask who you are and what you may do."),
    ("create secret", "Create a Secret."),
    ("create service", "Create a Service."),
];

const ALL_COMMANDS: &str = "Use \"kubectl options\" for a list of global command-line options \
                            (applies to all commands).\n";

/// The help that a line asks for, if it asks for any, and the exit code with it: a group of
/// commands without a command is a mistake.
pub(super) fn asked(words: &[String]) -> Option<(String, i32)> {
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let wants = words[..end].iter().any(|word| word == "--help" || word == "-h");
    let mut plain: Vec<String> =
        words[..end].iter().filter(|word| !word.starts_with('-')).cloned().collect();
    let is_help = plain.first().is_some_and(|word| word == "help");
    if is_help {
        plain.remove(0);
    }
    if plain.is_empty() && (wants || is_help || end == 0) {
        return Some((overview(), 0));
    }
    if plain == ["options"] {
        return Some((options_text(), 0));
    }
    let name = plain.join(" ");
    if let Some((group, about)) = GROUPS.iter().find(|(group, _)| *group == name) {
        return Some((of_group(group, about), i32::from(!wants && !is_help)));
    }
    if !wants && !is_help {
        return None;
    }
    match super::find(&plain) {
        Some((command, _)) => Some((of_command(command), 0)),
        None => is_help.then(|| (format!("Unknown help topic [`{name}`]\n{}", overview()), 0)),
    }
}

fn overview() -> String {
    let mut text = "kubectl controls the Kubernetes cluster manager.\n\n".to_owned();
    text.push_str("Available Commands:\n");
    let mut rows: Vec<(&str, &str)> = COMMANDS
        .iter()
        .filter(|command| !command.name.contains(' '))
        .map(|command| (command.name, command.about))
        .collect();
    let top_groups = GROUPS.iter().filter(|(name, _)| !name.contains(' '));
    rows.extend(top_groups.map(|(name, about)| (*name, *about)));
    rows.sort_unstable();
    list(&mut text, &rows);
    text.push_str("\nUsage:\n  kubectl [flags] [options]\n\n");
    text.push_str("Use \"kubectl <command> --help\" for more information about a given command.\n");
    text + ALL_COMMANDS
}

fn of_group(group: &str, about: &str) -> String {
    let mut text = format!("{about}\n\nAvailable Commands:\n");
    let prefix = format!("{group} ");
    let rows: Vec<(&str, &str)> = COMMANDS
        .iter()
        .filter_map(|command| command.name.strip_prefix(&prefix).map(|name| (name, command.about)))
        .collect();
    list(&mut text, &rows);
    let _ = write!(text, "\nUsage:\n  kubectl {group} [flags] [options]\n\n");
    let _ = writeln!(
        text,
        "Use \"kubectl {group} <command> --help\" for more information about a given command."
    );
    text + ALL_COMMANDS
}

fn of_command(command: &Command) -> String {
    let mut text = format!("{}\n", command.about);
    if !command.examples.is_empty() {
        text.push_str("\nExamples:\n");
        command.examples.lines().for_each(|line| text.push_str(&format!("  {line}\n")));
    }
    let prefix = format!("{} ", command.name);
    let below: Vec<(&str, &str)> = COMMANDS
        .iter()
        .filter_map(|other| other.name.strip_prefix(&prefix).map(|name| (name, other.about)))
        .collect();
    if !below.is_empty() {
        text.push_str("\nAvailable Commands:\n");
        list(&mut text, &below);
    }
    let mut options: Vec<Flag> =
        command.flags.iter().flat_map(|list| list.iter().copied()).collect();
    if !options.is_empty() {
        options.sort_by_key(|flag| flag.long);
        text.push_str("\nOptions:\n");
        let shown: Vec<String> = options.iter().map(flag_text).collect();
        text.push_str(&shown.join("\n"));
    }
    let _ = write!(text, "\nUsage:\n  kubectl {}\n\n", command.usage);
    text + ALL_COMMANDS
}

fn options_text() -> String {
    let shown: Vec<String> = flags::GLOBAL.iter().map(flag_text).collect();
    format!("The following options can be passed to any command:\n\n{}", shown.join("\n"))
}

fn list(text: &mut String, rows: &[(&str, &str)]) {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, about) in rows {
        let _ = writeln!(text, "  {name:width$}   {about}");
    }
}

fn flag_text(flag: &Flag) -> String {
    let short = flag.short.map(|letter| format!("-{letter}, ")).unwrap_or_default();
    let default = match flag.takes {
        crate::arguments::Takes::Value if flag.default.is_empty() => "''".to_owned(),
        crate::arguments::Takes::Optional(_) => format!("'{}'", flag.default),
        _ => flag.default.to_owned(),
    };
    format!("    {short}--{}={default}:\n        {}\n", flag.long, flag.about)
}
