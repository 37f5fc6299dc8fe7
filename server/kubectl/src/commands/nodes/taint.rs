//! `kubectl taint`.

use futures::FutureExt;
use serde_json::{Value, json};

use super::super::{Command, each, flags};
use crate::arguments::Flag;
use crate::client::PatchType;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::{array_at, text};
use crate::resources::Info;

pub(in super::super) const TAINT: Command = Command {
    name: "taint",
    aliases: &[],
    about: "Update the taints on one or more nodes.",
    usage: "taint NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N [options]",
    examples: "kubectl taint nodes worker-1 dedicated=special:NoSchedule\n\n\
               # Take it away\nkubectl taint nodes worker-1 dedicated=special:NoSchedule-",
    flags: &[OWN, flags::SELECTOR, flags::ALL, flags::DRY_RUN, flags::OUTPUT],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[Flag::switch("overwrite", "Replace taints that are there")];

const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// A taint to add, or with `remove` to take away.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    key: String,
    value: String,
    effect: String,
    remove: bool,
}

async fn run(context: &Context<'_>) -> Outcome {
    let words = &context.arguments.words;
    let is_change =
        |word: &&String| word.contains('=') || word.contains(':') || word.ends_with('-');
    let split = words.iter().position(|word| is_change(&word)).unwrap_or(words.len());
    let (names, changes) = words.split_at(split);
    if names.is_empty() {
        return Err(Failure::message(
            "one or more resources must be specified as <resource> <name>",
        ));
    }
    if changes.is_empty() {
        return Err(Failure::message("at least one taint update is required"));
    }
    let changes = changes.iter().map(|word| parse(word)).collect::<Result<Vec<_>, _>>();
    let changes = changes.map_err(|why| context.usage(why))?;
    let mut failures = Vec::new();
    for info in each::named(context, names).await? {
        let done = match info {
            Ok(info) => taint(context, &info, &changes).await,
            Err(failure) => Err(failure),
        };
        failures.extend(done.err());
    }
    Failure::gather(failures)
}

/// Reads `key=value:Effect`, `key:Effect`, `key:Effect-` or `key-`.
fn parse(word: &str) -> Result<Change, String> {
    let remove = word.ends_with('-');
    let taint = word.strip_suffix('-').unwrap_or(word);
    let (pair, effect) = match taint.split_once(':') {
        Some((pair, effect)) => (pair, effect),
        None => (taint, ""),
    };
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    if key.is_empty() || (effect.is_empty() && !remove) {
        return Err(format!("invalid taint spec: {word}"));
    }
    if !effect.is_empty() && !EFFECTS.contains(&effect) {
        return Err(format!("invalid taint effect: {effect}, unsupported taint effect"));
    }
    let own = |text: &str| text.to_owned();
    Ok(Change { key: own(key), value: own(value), effect: own(effect), remove })
}

async fn taint(context: &Context<'_>, info: &Info, changes: &[Change]) -> Outcome {
    if info.resource.kind != "Node" {
        return Err(Failure::message(format!(
            "invalid resource type {}, only node(s) is supported",
            info.resource.plural
        )));
    }
    let mut taints = array_at(&info.object, "/spec/taints").to_vec();
    let has = |change: &Change| {
        taints
            .iter()
            .any(|taint| text(taint, "key") == change.key && text(taint, "effect") == change.effect)
    };
    let replaces = changes.iter().any(|change| !change.remove && has(change));
    for change in changes {
        apply(&mut taints, change, &info.name, context.arguments.on("overwrite"))?;
    }
    let taints = if taints.is_empty() { Value::Null } else { Value::from(taints) };
    let patch = json!({"spec": {"taints": taints}});
    each::patched(context, info, PatchType::Strategic, &patch, "kubectl-taint").await?;
    let removes = changes.iter().any(|change| change.remove);
    let adds = changes.iter().any(|change| !change.remove);
    let verb = match (adds, removes || replaces) {
        (true, true) => "modified",
        (false, _) => "untainted",
        (true, false) => "tainted",
    };
    each::say(context, info, verb)
}

fn apply(taints: &mut Vec<Value>, change: &Change, node: &str, overwrite: bool) -> Outcome {
    let same = |taint: &Value| {
        text(taint, "key") == change.key
            && (change.effect.is_empty() || text(taint, "effect") == change.effect)
    };
    if change.remove {
        if !taints.iter().any(same) {
            let effect = if change.effect.is_empty() {
                String::new()
            } else {
                format!(":{}", change.effect)
            };
            return Err(Failure::message(format!("taint \"{}{effect}\" not found", change.key)));
        }
        taints.retain(|taint| !same(taint));
        return Ok(());
    }
    if taints.iter().any(same) && !overwrite {
        return Err(Failure::message(format!(
            "node {node} already has {} taint(s) with same effect(s) and --overwrite is false",
            change.key
        )));
    }
    taints.retain(|taint| !same(taint));
    let mut taint = json!({"key": change.key, "effect": change.effect});
    if !change.value.is_empty() {
        taint["value"] = change.value.as_str().into();
    }
    taints.push(taint);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taints_in_every_spelling() {
        let change = |key: &str, value: &str, effect: &str, remove| Change {
            key: key.to_owned(),
            value: value.to_owned(),
            effect: effect.to_owned(),
            remove,
        };
        for (word, expect) in [
            ("a=b:NoSchedule", change("a", "b", "NoSchedule", false)),
            ("a:NoExecute", change("a", "", "NoExecute", false)),
            ("a=b:NoSchedule-", change("a", "b", "NoSchedule", true)),
            ("a-", change("a", "", "", true)),
        ] {
            assert_eq!(parse(word).expect(word), expect);
        }
        assert!(parse("a=b").is_err());
        assert!(parse("a=b:Never").is_err());
    }
}
