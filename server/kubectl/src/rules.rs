//! The rules of RBAC as `auth can-i --list` and `describe role` show them: taken apart, those that differ in verbs only put
//! together again, sorted.

use serde_json::Value;

use crate::fields::array;

/// One group and resource, or a path, and what may be done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    group: String,
    resource: String,
    urls: Vec<String>,
    names: Vec<String>,
    verbs: Vec<String>,
}

/// A line for each rule; four cells.
pub(crate) fn lines<'v>(rules: impl Iterator<Item = &'v Value>) -> Vec<String> {
    let mut rules = compact(rules.flat_map(broken_down).collect());
    rules.sort_by_key(order);
    rules.iter().map(line).collect()
}

fn strings(rule: &Value, name: &str) -> Vec<String> {
    array(rule, name).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// One rule for each group, resource, name and verb.
fn broken_down(rule: &Value) -> Vec<Rule> {
    let mut rules = Vec::new();
    let names = strings(rule, "resourceNames");
    let names: Vec<Vec<String>> = match names.as_slice() {
        [] => vec![Vec::new()],
        names => names.iter().map(|name| vec![name.clone()]).collect(),
    };
    for group in strings(rule, "apiGroups") {
        for resource in strings(rule, "resources") {
            for verb in strings(rule, "verbs") {
                rules.extend(names.iter().map(|names| Rule {
                    group: group.clone(),
                    resource: resource.clone(),
                    urls: Vec::new(),
                    names: names.clone(),
                    verbs: vec![verb.clone()],
                }));
            }
        }
    }
    for url in strings(rule, "nonResourceURLs") {
        rules.extend(strings(rule, "verbs").into_iter().map(|verb| Rule {
            group: String::new(),
            resource: String::new(),
            urls: vec![url.clone()],
            names: Vec::new(),
            verbs: vec![verb],
        }));
    }
    rules
}

/// Rules for the same resource become one with all their verbs. Those with names, and those for
/// paths, stay as they are.
fn compact(rules: Vec<Rule>) -> Vec<Rule> {
    let mut compact: Vec<Rule> = Vec::new();
    for rule in rules {
        let mergeable = |rule: &Rule| rule.names.len() <= 1 && rule.urls.is_empty();
        let same = |known: &&mut Rule| {
            mergeable(known)
                && known.group == rule.group
                && known.resource == rule.resource
                && known.names == rule.names
        };
        match compact.iter_mut().find(same).filter(|_| mergeable(&rule)) {
            Some(known) if known.verbs.contains(&rule.verbs[0]) => {}
            Some(known) => known.verbs.extend(rule.verbs),
            None => compact.push(rule),
        }
    }
    compact
}

/// Rules are sorted by their texts, as Go prints them.
fn order(rule: &Rule) -> String {
    format!(
        "Verbs:[{}],APIGroups:[{}],Resources:[{}],ResourceNames:[{}],NonResourceURLs:[{}],",
        rule.verbs.join(" "),
        rule.group,
        rule.resource,
        rule.names.join(" "),
        rule.urls.join(" ")
    )
}

fn line(rule: &Rule) -> String {
    let resource = match (rule.resource.as_str(), rule.group.as_str()) {
        ("", _) => String::new(),
        (resource, "") => resource.to_owned(),
        (resource, group) => match resource.split_once('/') {
            Some((name, part)) => format!("{name}.{group}/{part}"),
            None => format!("{resource}.{group}"),
        },
    };
    let list = |items: &[String]| format!("[{}]", items.join(" "));
    format!("{resource}\t{}\t{}\t{}\n", list(&rule.urls), list(&rule.names), list(&rule.verbs))
}
