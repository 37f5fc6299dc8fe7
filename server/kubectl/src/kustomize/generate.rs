//! ConfigMaps and Secrets that a kustomization makes of literals and files.

use serde_json::{Map, Value, json};

use super::resource::{self, Resource};
use super::{below, no_such, normal, words};
use crate::Files;
use crate::commands::base64;
use crate::fields::{array, field, object_mut, sorted, text};

/// Makes what the kustomization of a folder asks for, and puts it to the others.
pub(super) fn run(
    files: &dyn Files,
    place: &str,
    wish: &Value,
    all: &mut Vec<Resource>,
) -> Result<(), String> {
    for (list, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
        for said in array(wish, list) {
            let made = Generator { files, place, kind }.make(said, field(wish, "generatorOptions"));
            put(said, made?, all)?;
        }
    }
    Ok(())
}

struct Generator<'g> {
    files: &'g dyn Files,
    place: &'g str,
    kind: &'static str,
}

impl Generator<'_> {
    fn make(&self, said: &Value, usual: &Value) -> Result<Resource, String> {
        let name = text(said, "name");
        let mut object = json!({"apiVersion": "v1", "kind": self.kind, "metadata": {"name": name}});
        let namespace = text(said, "namespace");
        if !namespace.is_empty() {
            object["metadata"]["namespace"] = namespace.into();
        }
        let own = field(said, "options");
        for part in ["labels", "annotations"] {
            for (key, value) in
                sorted(field(usual, part)).into_iter().chain(sorted(field(own, part)))
            {
                object_mut(&mut object, &format!("/metadata/{part}"))[key] = value.clone();
            }
        }
        let is_on = |name: &str| [usual, own].iter().any(|options| field(options, name) == true);
        if is_on("immutable") {
            object["immutable"] = true.into();
        }
        if self.kind == "Secret" {
            let kind = text(said, "type");
            object["type"] = if kind.is_empty() { "Opaque" } else { kind }.into();
        }
        let data = self.data(said)?;
        if !data.is_empty() {
            object["data"] = data.into();
        }
        let wants_hash = !is_on("disableNameSuffixHash");
        Ok(Resource { wants_hash, ..Resource::new(object) })
    }

    fn data(&self, said: &Value) -> Result<Map<String, Value>, String> {
        let mut data = Map::new();
        let mut put = |key: &str, value: &str| {
            let value = match self.kind {
                "Secret" => base64(value.as_bytes()),
                _ => value.to_owned(),
            };
            match data.insert(key.to_owned(), value.into()) {
                None => Ok(()),
                Some(_) => Err(format!(
                    "{} {} illegally repeats the key `{key}`",
                    self.kind.to_lowercase(),
                    text(said, "name")
                )),
            }
        };
        let single = said.get("env").and_then(Value::as_str);
        for file in words(said, "envs").chain(single) {
            let content = self
                .read(file)
                .map_err(|why| format!("loading KV pairs: env source files: [{file}]: {why}"))?;
            for line in content.lines().map(str::trim_start) {
                if !line.is_empty() && !line.starts_with('#') {
                    let (key, value) = line.split_once('=').unwrap_or((line, ""));
                    put(key, value)?;
                }
            }
        }
        for literal in words(said, "literals") {
            let pair = literal.split_once('=').filter(|(key, _)| !key.is_empty());
            let (key, value) = pair.ok_or_else(|| {
                format!(
                    "loading KV pairs: literal sources [{}]: invalid literal source {literal}, \
                     expected key=value",
                    words(said, "literals").collect::<Vec<_>>().join(" ")
                )
            })?;
            put(key, unquoted(value))?;
        }
        for source in words(said, "files") {
            let (key, path) = match source.split_once('=') {
                Some(pair) => pair,
                None => (source.rsplit('/').next().unwrap_or(source), source),
            };
            let content = self.read(path).map_err(|why| {
                let all: Vec<&str> = words(said, "files").collect();
                format!("loading KV pairs: file sources: [{}]: {why}", all.join(" "))
            })?;
            put(key, &content)?;
        }
        Ok(data)
    }

    fn read(&self, path: &str) -> Result<String, String> {
        let inside = normal(&below(self.place, path)).unwrap_or_default();
        self.files.read(&inside).ok_or_else(|| no_such(&inside))
    }
}

/// A value without the quotes around it.
fn unquoted(value: &str) -> &str {
    let inner = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

/// Puts what was made to the others: as new, over one that is there, or in its place.
fn put(said: &Value, new: Resource, all: &mut Vec<Resource>) -> Result<(), String> {
    let behavior = text(said, "behavior");
    let old =
        all.iter_mut().find(|old| old.kind() == new.kind() && old.was(new.name(), new.namespace()));
    let about = |end: &str| {
        Err(format!("merging from generator {}: id {}: {end}", text(said, "name"), new.words()))
    };
    match (old, behavior) {
        (Some(_), "" | "create") => about("exists; behavior must be merge or replace"),
        (None, "merge" | "replace") => about("does not exist; cannot merge or replace"),
        (Some(old), "merge" | "replace") => {
            if behavior == "replace" {
                old.object.as_object_mut().map(|fields| fields.remove("data"));
            }
            for part in ["/data", "/metadata/labels", "/metadata/annotations"] {
                for (key, value) in sorted(new.object.pointer(part).unwrap_or(&Value::Null)) {
                    object_mut(&mut old.object, part)[key] = value.clone();
                }
            }
            old.wants_hash = new.wants_hash;
            Ok(())
        }
        (None, "" | "create") => resource::add(all, new),
        (_, other) => Err(format!("unknown behavior: {other}")),
    }
}
