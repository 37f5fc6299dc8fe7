//! What people did to a cluster, as lines for a shell with kubectl: the requests of the log again, in
//! their order. What kubectl cannot do, such as a power cut, is a comment.

use axum::extract::Query;
use http::Uri;
use lessons::START_AGENT;
use orchestrator::{
    ApiRequest, Input, World,
    call::Verb,
    object::Key,
    trace::{EntryId, What},
};
use serde_json::Value;

use crate::sandbox::{Deed, Entry};

const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The acts of a log, each with the position where the trace tells of it.
pub(crate) fn commands<'log>(
    world: &World,
    acts: impl Iterator<Item = (EntryId, &'log Entry)>,
) -> String {
    let mut text = String::new();
    let mut told_s = 0;
    for (position, entry) in acts {
        let Some(line) = line(world, position, entry) else { continue };
        let second = entry.begin_ms.div_euclid(1_000);
        if second > told_s {
            text.push_str(&format!("# {second} s\n"));
            told_s = second;
        }
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn line(world: &World, position: EntryId, entry: &Entry) -> Option<String> {
    match &entry.deed {
        Deed::Input(Input::Request(request)) => {
            let told = world.trace().get(position)?;
            let What::Request { verb, key: Some(key), subresource, status, .. } = &told.what else {
                return None;
            };
            let of_people = request.header("user-agent") != Some(START_AGENT);
            let dry = request.uri.contains("dryRun=");
            let changes = !matches!(verb, Verb::Get | Verb::List | Verb::Watch);
            let done = changes && of_people && !dry && (200..300).contains(status);
            done.then(|| again(request, *verb, key, *subresource))
        }
        Deed::Input(Input::Fault(fault)) => {
            let words = serde_json::to_string(fault).unwrap_or_default();
            Some(format!("# kubectl cannot do this: {words}"))
        }
        _ => None,
    }
}

/// A request as a command that makes it again.
fn again(request: &ApiRequest, verb: Verb, key: &Key, subresource: Option<&str>) -> String {
    let object = format!("{} {}{}", key.resource(), key.name(), namespace(key));
    let body: Option<Value> = serde_json::from_slice(&request.body).ok();
    let applied = body.as_ref().and_then(applied);
    match (verb, subresource) {
        (Verb::Delete, None) => format!("kubectl delete {object}{}", deletion(body.as_ref())),
        (Verb::DeleteCollection, _) => {
            let selector = parameter(&request.uri, "labelSelector");
            let chosen = selector.map_or(" --all".to_owned(), |it| format!(" -l {}", quoted(&it)));
            format!("kubectl delete {}{}{chosen}", key.resource(), namespace(key))
        }
        (Verb::Patch | Verb::Update, Some("scale")) if replicas(body.as_ref()).is_some() => {
            let replicas = replicas(body.as_ref()).unwrap_or_default();
            format!("kubectl scale {object} --replicas {replicas}")
        }
        (Verb::Create | Verb::Patch, None) if applied.is_some() => {
            with_manifest("kubectl apply -f -", applied.as_ref())
        }
        (Verb::Patch, _) => patch(request, &object, subresource),
        (Verb::Create, None) => with_manifest("kubectl create -f -", body.as_ref()),
        (Verb::Update, None) => with_manifest("kubectl replace -f -", body.as_ref()),
        (Verb::Update, Some(part)) => {
            with_manifest(&format!("kubectl replace --subresource {part} -f -"), body.as_ref())
        }
        (Verb::Create, Some(_)) => {
            let path = request.uri.split('?').next().unwrap_or_default();
            with_manifest(&format!("kubectl create --raw {} -f -", quoted(path)), body.as_ref())
        }
        (verb, _) => format!("# {} {object}", verb.name()),
    }
}

fn patch(request: &ApiRequest, object: &str, subresource: Option<&str>) -> String {
    let media = request.header("content-type").unwrap_or_default();
    let text = String::from_utf8_lossy(&request.body);
    let part = subresource.map(|part| format!(" --subresource {part}")).unwrap_or_default();
    let kind = match media {
        "application/apply-patch+yaml" => {
            let force = match parameter(&request.uri, "force").as_deref() {
                Some("true") => " --force-conflicts",
                _ => "",
            };
            let manager = parameter(&request.uri, "fieldManager").unwrap_or_default();
            let manager = quoted(&manager);
            let line =
                format!("kubectl apply --server-side{force} --field-manager {manager}{part} -f -");
            return with_text(&line, &text);
        }
        "application/json-patch+json" => "json",
        "application/merge-patch+json" => "merge",
        _ => "strategic",
    };
    format!("kubectl patch {object}{part} --type {kind} -p {}", quoted(text.trim()))
}

/// What `kubectl apply` says that it was given.
fn applied(body: &Value) -> Option<Value> {
    let text = body.get("metadata")?.get("annotations")?.get(APPLIED)?.as_str()?;
    serde_json::from_str(text).ok()
}

fn replicas(body: Option<&Value>) -> Option<i64> {
    body?.get("spec")?.get("replicas")?.as_i64()
}

/// What a deletion was asked to do otherwise than usual.
fn deletion(options: Option<&Value>) -> String {
    let field = |name: &str| options.and_then(|options| options.get(name));
    let cascade = match field("propagationPolicy").and_then(Value::as_str) {
        Some("Orphan") => " --cascade=orphan",
        Some("Foreground") => " --cascade=foreground",
        _ => "",
    };
    match field("gracePeriodSeconds").and_then(Value::as_i64) {
        Some(0) => format!("{cascade} --grace-period=0 --force"),
        Some(seconds) => format!("{cascade} --grace-period={seconds}"),
        None => cascade.to_owned(),
    }
}

fn namespace(key: &Key) -> String {
    match key.namespace() {
        "" | "default" => String::new(),
        namespace => format!(" -n {}", quoted(namespace)),
    }
}

/// One parameter of an address, decoded.
fn parameter(uri: &str, name: &str) -> Option<String> {
    let uri: Uri = uri.parse().ok()?;
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&uri).ok()?;
    pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

fn with_manifest(line: &str, manifest: Option<&Value>) -> String {
    match manifest.and_then(|manifest| serde_yaml::to_string(manifest).ok()) {
        Some(yaml) => with_text(line, &yaml),
        None => format!("# {line} (what was sent is no JSON)"),
    }
}

/// A line that reads a text, which ends with a word that is no line of it.
fn with_text(line: &str, text: &str) -> String {
    let text = text.trim_end();
    let mut end = "EOF".to_owned();
    while text.lines().any(|line| line == end) {
        end.push('_');
    }
    format!("{line} <<'{end}'\n{text}\n{end}")
}

/// A word as a shell takes it for one.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '=');
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_sent_leaves_its_quotes() {
        assert_eq!(quoted("web-1"), "web-1");
        assert_eq!(quoted("a'; rm -rf ~ #"), r"'a'\''; rm -rf ~ #'");
        assert_eq!(quoted(""), "''");
        let line = with_text("kubectl create -f -", "a: 1\nEOF\nrm -rf ~\n");
        assert_eq!(line, "kubectl create -f - <<'EOF_'\na: 1\nEOF\nrm -rf ~\nEOF_");
    }
}
