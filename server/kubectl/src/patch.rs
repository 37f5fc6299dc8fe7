//! Strategic merge patches, computed as `kubectl apply` computes them: what changed between the
//! live object and the manifest, and what the manifest had before and has no more.

mod keys;

use serde_json::{Map, Value, json};

pub(crate) use keys::{Strategy, strategy};

/// The patch that makes `current` what `modified` wants: `original` is what was applied last. An
/// empty object when there is nothing to do.
pub(crate) fn three_way(kind: &str, original: &Value, modified: &Value, current: &Value) -> Value {
    let differ = |seeks| Differ { kind, seeks };
    let delta = differ(Seeks::ChangesAndAdditions).maps(current, modified, &[], Retain::No);
    let deletions = differ(Seeks::Deletions).maps(original, modified, &[], Retain::No);
    let mut patch = Value::Object(deletions);
    merge(kind, &mut patch, &Value::Object(delta), &mut Vec::new());
    patch
}

/// The patch from `original` to `modified`, deletions included.
pub(crate) fn two_way(kind: &str, original: &Value, modified: &Value) -> Value {
    let differ = Differ { kind, seeks: Seeks::Everything };
    Value::Object(differ.maps(original, modified, &[], Retain::No))
}

/// Which differences are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seeks {
    ChangesAndAdditions,
    Deletions,
    Everything,
}

/// Whether a map says which of its keys are to stay (`$retainKeys`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Retain {
    Yes,
    No,
}

struct Differ<'k> {
    kind: &'k str,
    seeks: Seeks,
}

impl Differ<'_> {
    fn additions(&self) -> bool {
        self.seeks != Seeks::Deletions
    }

    fn deletions(&self) -> bool {
        self.seeks != Seeks::ChangesAndAdditions
    }

    fn maps(
        &self,
        original: &Value,
        modified: &Value,
        path: &[&str],
        retain: Retain,
    ) -> Map<String, Value> {
        let mut patch = Map::new();
        let empty = Map::new();
        let old = original.as_object().unwrap_or(&empty);
        let new = modified.as_object().unwrap_or(&empty);
        for (name, value) in new {
            let path: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
            match old.get(name) {
                Some(before) => self.field(name, before, value, &path, &mut patch),
                None if self.additions() => {
                    patch.insert(name.clone(), value.clone());
                }
                None => {}
            }
        }
        if self.deletions() {
            let gone = old.keys().filter(|name| !new.contains_key(*name));
            patch.extend(gone.map(|name| (name.clone(), Value::Null)));
        }
        let grew = new.keys().any(|name| !old.contains_key(name));
        if retain == Retain::Yes && !new.is_empty() && (!patch.is_empty() || grew) {
            let mut names: Vec<&String> = new.keys().collect();
            names.sort();
            patch.insert("$retainKeys".to_owned(), json!(names));
        }
        patch
    }

    fn field(
        &self,
        name: &str,
        before: &Value,
        after: &Value,
        path: &[&str],
        patch: &mut Map<String, Value>,
    ) {
        let strategy = strategy(self.kind, path);
        match (before, after) {
            (Value::Object(_), Value::Object(_)) if strategy != Strategy::Replace => {
                let retain =
                    if strategy == Strategy::RetainKeys { Retain::Yes } else { Retain::No };
                let inner = self.maps(before, after, path, retain);
                if !inner.is_empty() {
                    patch.insert(name.to_owned(), Value::Object(inner));
                }
            }
            (Value::Array(before), Value::Array(after)) => match strategy {
                Strategy::Merge { key, retain_keys } => {
                    let retain = if retain_keys { Retain::Yes } else { Retain::No };
                    self.lists_of_maps(name, before, after, path, (key, retain), patch);
                }
                Strategy::MergeScalars => self.lists_of_scalars(name, before, after, patch),
                _ => self.whole(name, before == after, after.clone().into(), patch),
            },
            _ => self.whole(name, before == after, after.clone(), patch),
        }
    }

    fn whole(&self, name: &str, same: bool, after: Value, patch: &mut Map<String, Value>) {
        if self.additions() && !same {
            patch.insert(name.to_owned(), after);
        }
    }

    fn lists_of_maps(
        &self,
        name: &str,
        before: &[Value],
        after: &[Value],
        path: &[&str],
        (key, retain): (&str, Retain),
        patch: &mut Map<String, Value>,
    ) {
        if before.is_empty() {
            if !after.is_empty() && self.additions() {
                patch.insert(name.to_owned(), after.to_vec().into());
            }
            return;
        }
        let mut changes = Vec::new();
        for item in after {
            match before.iter().find(|old| old[key] == item[key]) {
                Some(old) => {
                    let mut inner = self.maps(old, item, path, retain);
                    if !inner.is_empty() {
                        inner.insert(key.to_owned(), item[key].clone());
                        changes.push(Value::Object(inner));
                    }
                }
                None if self.additions() => changes.push(item.clone()),
                None => {}
            }
        }
        if self.deletions() {
            let gone = before.iter().filter(|old| after.iter().all(|item| item[key] != old[key]));
            changes.extend(gone.map(|old| json!({"$patch": "delete", key: old[key]})));
        }
        let keys = |list: &[Value]| list.iter().map(|item| item[key].clone()).collect::<Vec<_>>();
        if !changes.is_empty() || keys(before) != keys(after) {
            let order: Vec<Value> = after.iter().map(|item| json!({key: item[key]})).collect();
            if !order.is_empty() {
                patch.insert(format!("$setElementOrder/{name}"), order.into());
            }
        }
        if !changes.is_empty() {
            patch.insert(name.to_owned(), changes.into());
        }
    }

    fn lists_of_scalars(
        &self,
        name: &str,
        before: &[Value],
        after: &[Value],
        patch: &mut Map<String, Value>,
    ) {
        if before.is_empty() {
            self.whole(name, after.is_empty(), after.to_vec().into(), patch);
            return;
        }
        let only = |here: &[Value], there: &[Value]| -> Vec<Value> {
            here.iter().filter(|item| !there.contains(item)).cloned().collect()
        };
        let added = if self.additions() { only(after, before) } else { Vec::new() };
        let gone = if self.deletions() { only(before, after) } else { Vec::new() };
        if before != after && !after.is_empty() {
            patch.insert(format!("$setElementOrder/{name}"), after.to_vec().into());
        }
        if !added.is_empty() {
            patch.insert(name.to_owned(), added.into());
        }
        if !gone.is_empty() {
            patch.insert(format!("$deleteFromPrimitiveList/{name}"), gone.into());
        }
    }
}

/// Puts the changes of `delta` on top of the deletions in `patch`.
fn merge<'p>(kind: &str, patch: &mut Value, delta: &'p Value, path: &mut Vec<&'p str>) {
    let (Some(fields), Some(changes)) = (patch.as_object_mut(), delta.as_object()) else {
        *patch = delta.clone();
        return;
    };
    for (name, change) in changes {
        path.push(name);
        match (fields.get_mut(name), change) {
            (Some(old @ Value::Object(_)), Value::Object(_)) => merge(kind, old, change, path),
            (Some(Value::Array(old)), Value::Array(new)) => match strategy(kind, path) {
                Strategy::Merge { key, .. } => merge_items(kind, old, new, key, path),
                _ => old.clone_from(new),
            },
            _ => {
                fields.insert(name.clone(), change.clone());
            }
        }
        path.pop();
    }
}

fn merge_items<'p>(
    kind: &str,
    old: &mut Vec<Value>,
    new: &'p [Value],
    key: &str,
    path: &mut Vec<&'p str>,
) {
    for item in new {
        match old.iter_mut().find(|candidate| candidate[key] == item[key]) {
            Some(candidate) => merge(kind, candidate, item, path),
            None => old.push(item.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "cases read better with values in place")]
    fn check(original: Value, modified: Value, current: Value, expect: Value) {
        assert_eq!(three_way("Deployment", &original, &modified, &current), expect);
    }

    #[test]
    fn what_others_set_stays() {
        check(
            json!({"spec": {"replicas": 3}}),
            json!({"spec": {"replicas": 3}}),
            json!({"spec": {"replicas": 3, "paused": true}, "status": {"replicas": 3}}),
            json!({}),
        );
    }

    #[test]
    fn what_was_applied_before_and_is_gone_is_deleted() {
        check(
            json!({"metadata": {"labels": {"a": "1", "b": "2"}}, "spec": {"replicas": 3}}),
            json!({"metadata": {"labels": {"a": "1"}}, "spec": {}}),
            json!({"metadata": {"labels": {"a": "1", "b": "2", "c": "3"}}, "spec": {"replicas": 5}}),
            json!({"metadata": {"labels": {"b": null}}, "spec": {"replicas": null}}),
        );
    }

    #[test]
    fn containers_merge_by_name() {
        let of = |image: &str| {
            json!({"spec": {"template": {"spec": {"containers": [
                {"name": "a", "image": image, "ports": [{"containerPort": 80}]}]}}}})
        };
        let mut live = of("x:1");
        live["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] = "Always".into();
        live["spec"]["template"]["spec"]["containers"][0]["ports"][0]["protocol"] = "TCP".into();
        check(
            of("x:1"),
            of("x:2"),
            live,
            json!({"spec": {"template": {"spec": {
                "$setElementOrder/containers": [{"name": "a"}],
                "containers": [{"name": "a", "image": "x:2"}]}}}}),
        );
    }

    #[test]
    fn a_container_that_left_the_manifest_is_deleted() {
        let with = |names: &[&str]| {
            let list: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
            json!({"spec": {"template": {"spec": {"containers": list}}}})
        };
        check(
            with(&["a", "b"]),
            with(&["a"]),
            with(&["a", "b"]),
            json!({"spec": {"template": {"spec": {
                "$setElementOrder/containers": [{"name": "a"}],
                "containers": [{"$patch": "delete", "name": "b"}]}}}}),
        );
    }

    #[test]
    fn atomic_lists_are_replaced() {
        let of = |args: Value| json!({"spec": {"template": {"spec": {"containers": [{"name": "a", "args": args}]}}}});
        check(
            of(json!(["x"])),
            of(json!(["x", "y"])),
            of(json!(["x"])),
            json!({"spec": {"template": {"spec": {
                "$setElementOrder/containers": [{"name": "a"}],
                "containers": [{"name": "a", "args": ["x", "y"]}]}}}}),
        );
    }

    #[test]
    fn a_strategy_keeps_only_its_own_keys() {
        check(
            json!({}),
            json!({"spec": {"strategy": {"type": "Recreate"}}}),
            json!({"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}),
            json!({"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}),
        );
    }
}
