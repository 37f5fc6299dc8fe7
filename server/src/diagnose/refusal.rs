//! What the API server answered when it refused an object: from its `Status` to places.

use http::Response;
use orchestrator::ApiRequest;
use serde::Deserialize;
use serde_json::Value;

use super::{
    Finding, Known, Path, nearest,
    repair::{Mismatch, mismatch},
    tree::{Document, Node},
};

/// A request for an object that was refused.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    kind: String,
    name: String,
    status: Status,
}

/// `metav1.Status`, as far as it matters here.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Status {
    code: u16,
    reason: String,
    message: String,
    details: Details,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Details {
    kind: String,
    causes: Vec<Cause>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Cause {
    reason: String,
    message: String,
    field: String,
}

impl Refusal {
    /// What was refused, if a request with an object in it was.
    pub(crate) fn of(request: &ApiRequest, response: &Response<bytes::Bytes>) -> Option<Self> {
        if response.status().as_u16() < 400 {
            return None;
        }
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let status = serde_json::from_slice(response.body()).ok()?;
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        // A patch need not say what it is about: its path does.
        let path = request.uri.split('?').next().unwrap_or_default();
        let last = path.rsplit('/').next().unwrap_or_default();
        let name = body["metadata"]["name"].as_str().unwrap_or(last).to_owned();
        Some(Self { kind: word(&body["kind"]), name, status })
    }

    pub(super) fn is_about(&self, document: &Document) -> bool {
        let kind = document.text(&["kind"]).unwrap_or_default();
        let name = document.text(&["metadata", "name"]).unwrap_or_default();
        (self.kind.is_empty() || self.kind == kind) && self.name == name
    }

    pub(super) fn findings(
        &self,
        document: &Document,
        known: &dyn Fn() -> Option<Known>,
    ) -> Vec<Finding> {
        let strict = self.strict(document, known);
        if !strict.is_empty() {
            return strict;
        }
        if let Some(finding) = self.wrong_type(document) {
            return vec![finding];
        }
        if !self.status.details.causes.is_empty() {
            let causes = self.status.details.causes.iter();
            return causes.map(|cause| self.of_cause(cause, document)).collect();
        }
        vec![self.whole(document)]
    }

    /// Fields that strict decoding does not know, or finds twice.
    fn strict(&self, document: &Document, known: &dyn Fn() -> Option<Known>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (word, code) in
            [("unknown field \"", "unknown-field"), ("duplicate field \"", "duplicate-field")]
        {
            for part in self.status.message.split(word).skip(1) {
                let path = Path::parse(part.split('"').next().unwrap_or_default());
                findings.push(self.strict_field(code, &path, document, known));
            }
        }
        findings
    }

    fn strict_field(
        &self,
        code: &'static str,
        path: &Path,
        document: &Document,
        known: &dyn Fn() -> Option<Known>,
    ) -> Finding {
        let found = path.find(document);
        let parent = path.parent().find(document);
        let known = if code == "unknown-field" { known() } else { None };
        if let Some(known) = &known
            && let Some(lost_from) = strayed(parent.node, path, known)
        {
            let finding = Finding::new("lost-indentation", found.node.key, &self.status.message);
            return finding.with("field", path.field()).with("parent", lost_from);
        }
        let finding = Finding::new(code, found.node.key, &self.status.message);
        let fields = known.as_ref().map(|known| known.fields(&path.parent().keys()));
        let meant = nearest::nearest(path.field(), fields.unwrap_or_default()).unwrap_or_default();
        finding.with("field", path.field()).with("nearest", meant)
    }

    /// `json: cannot unmarshal string into Go struct field Container.ports of type int32`
    fn wrong_type(&self, document: &Document) -> Option<Finding> {
        let (_, rest) = self.status.message.split_once("cannot unmarshal ")?;
        let (found, rest) = rest.split_once(" into Go ")?;
        let (target, expected) = rest.split_once("of type ")?;
        let field = target.trim().strip_prefix("struct field ").unwrap_or_default();
        // The first word is the Go type.
        let path = Path::parse(field.split_once('.').map_or(field, |(_, path)| path));
        let expected = expected.split_whitespace().next().unwrap_or_default();
        let place = path.find(document).node.place;
        let finding = Finding::new("wrong-type", place, &self.status.message);
        Some(finding.with("field", path.field()).with("found", found).with("expected", expected))
    }

    fn of_cause(&self, cause: &Cause, document: &Document) -> Finding {
        let path = Path::parse(&cause.field);
        let found = path.find(document);
        let code = match cause.reason.as_str() {
            "FieldValueRequired" => "missing-field",
            "FieldValueTypeInvalid" => "wrong-type",
            _ if cause.message.contains(MISMATCH) => "selector-mismatch",
            _ if is_immutable(&cause.message) => "immutable",
            _ if cause.message.contains("RFC 1123") || cause.message.contains("RFC 1035") => {
                "invalid-name"
            }
            _ => "invalid-value",
        };
        let place =
            if found.whole && code != "missing-field" { found.node.place } else { found.node.key };
        let message = format!("{}: {}", cause.field, cause.message);
        let finding = Finding::new(code, place, &message).with("field", &cause.field);
        if code == "selector-mismatch"
            && let Some(Mismatch { key, wanted, found }) = mismatch(document)
        {
            let label = |value: &Node| format!("{key}: {}", value.word());
            let labels = found.map(label).unwrap_or_default();
            return finding.with("selector", &label(wanted)).with("labels", &labels);
        }
        let name = if code == "invalid-name" { self.name.as_str() } else { "" };
        finding.with("name", name)
    }

    /// A refusal of the object as a whole.
    fn whole(&self, document: &Document) -> Finding {
        let at = |keys: &[&str]| document.get(keys).map_or(document.place(), |node| node.place);
        let status = &self.status;
        let (code, place) = match status.reason.as_str() {
            "NotFound" if status.details.kind == "namespaces" => {
                ("not-found-namespace", at(&["metadata", "namespace"]))
            }
            "AlreadyExists" => ("already-exists", at(&["metadata", "name"])),
            "RequestEntityTooLarge" => ("too-large", document.place()),
            _ => ("other", at(&["kind"])),
        };
        let namespace = document.text(&["metadata", "namespace"]).unwrap_or_default();
        let finding = Finding::new(code, place, &status.message);
        finding.with("name", &self.name).with("namespace", namespace)
    }
}

/// <https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/apps/validation/validation.go>
const MISMATCH: &str = "`selector` does not match template `labels`";

fn is_immutable(message: &str) -> bool {
    ["field is immutable", "may not change fields", "updates to"]
        .iter()
        .any(|words| message.contains(words))
}

/// The key before an unknown field whose block knows that field: it has lost its indentation.
fn strayed<'tree>(parent: &'tree Node, path: &Path, known: &Known) -> Option<&'tree str> {
    let entries = parent.entries();
    let index = entries.iter().position(|(name, _)| name == path.field())?;
    let mut keys = path.parent().keys();
    let mut before = entries[..index].iter().rev().map(|(name, _)| name.as_str());
    before.find(|name| {
        keys.push((*name).to_owned());
        let mut knows = known.fields(&keys).contains(&path.field());
        keys.push("[]".to_owned());
        knows |= known.fields(&keys).contains(&path.field());
        keys.truncate(keys.len() - 2);
        knows
    })
}
