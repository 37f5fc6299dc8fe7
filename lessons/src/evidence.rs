//! What a lesson's rules may look at: the cluster's objects, and what happened since the step began.
//!
//! Evidence is built from facts alone, one after another, so the same log always gives the same
//! evidence. Lists become CEL values when a rule first asks for them after they changed.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString,
};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use serde_json::{Value, json};

/// The lists of objects of one kind: variable, kind.
pub(crate) const KINDS: [(&str, &str); 12] = [
    ("configMaps", "ConfigMap"),
    ("deployments", "Deployment"),
    ("endpointSlices", "EndpointSlice"),
    ("events", "Event"),
    ("jobs", "Job"),
    ("namespaces", "Namespace"),
    ("nodes", "Node"),
    ("pods", "Pod"),
    ("replicaSets", "ReplicaSet"),
    ("secrets", "Secret"),
    ("services", "Service"),
    ("statefulSets", "StatefulSet"),
];

/// The other variables.
pub(crate) const OTHERS: [&str; 7] =
    ["objects", "requests", "last", "happened", "history", "clock", "attempt"];

/// How many requests, and how many happenings, of one step are kept.
const KEPT_MAX: usize = 1_000;

/// One thing that a lesson sees in the world.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// The learner asked something of the API server, and was answered. Fields: `agent`, `verb`,
    /// `kind`, `subresource`, `namespace`, `name`, `status`, `message`.
    Request(Value),
    /// An object was created or changed; it is as it stands in the API, `kind` included.
    Stored(Value),
    /// An object is gone.
    Removed { kind: String, namespace: String, name: String },
    /// Something else happened; `what` names it (`started`, `delivered`, `fault`, …).
    Happened(Value),
}

/// What the learner tried in the page, as it ended: for answers to mistakes that never reach the
/// API server, such as a lost indentation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attempt {
    /// The command line; `kubectl apply …` for the editor's button.
    pub line: String,
    /// The text of the files it read, joined.
    pub files: String,
    /// All it printed.
    pub output: String,
    /// Its exit code.
    pub code: i32,
}

impl Attempt {
    /// An attempt that could read these files: those that the line names are kept.
    pub fn of(
        line: &str,
        files: &BTreeMap<String, String>,
        output: impl Into<String>,
        code: i32,
    ) -> Attempt {
        let named = files.iter().filter(|(name, _)| line.contains(name.as_str()));
        let texts: Vec<&str> = named.map(|(_, text)| text.as_str()).collect();
        Attempt { line: line.to_owned(), files: texts.join("\n---\n"), output: output.into(), code }
    }
}

type Key = (String, String, String);
type Cell = OnceLock<Box<dyn Val>>;

/// Lowest, highest and latest value of a measure since the step began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Measured {
    min: i64,
    max: i64,
    last: i64,
}

/// The variables of rules, with their values.
pub struct Evidence {
    objects: BTreeMap<Key, Value>,
    requests: Vec<Value>,
    last: Value,
    happened: Vec<Value>,
    measured: BTreeMap<String, Measured>,
    attempt: Attempt,
    now_ms: i64,
    step_ms: i64,
    cells: BTreeMap<&'static str, Cell>,
    /// Counts changes; `changed` holds the count at which each variable last changed.
    tick: u64,
    changed: BTreeMap<&'static str, u64>,
}

impl std::fmt::Debug for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evidence").field("objects", &self.objects.len()).finish_non_exhaustive()
    }
}

impl Default for Evidence {
    fn default() -> Evidence {
        let names = KINDS.iter().map(|(name, _)| *name).chain(OTHERS);
        Evidence {
            objects: BTreeMap::new(),
            requests: Vec::new(),
            last: nothing_yet(),
            happened: Vec::new(),
            measured: BTreeMap::new(),
            attempt: Attempt::default(),
            now_ms: 0,
            step_ms: 0,
            cells: names.map(|name| (name, Cell::new())).collect(),
            tick: 0,
            changed: BTreeMap::new(),
        }
    }
}

impl Evidence {
    /// Takes in one fact, which happened at a model time.
    pub fn take(&mut self, at_ms: i64, fact: Fact) {
        self.now_ms = at_ms;
        self.forget("clock");
        match fact {
            Fact::Request(request) => self.take_request(request),
            Fact::Stored(object) => {
                let key = key_of(&object);
                self.forget_kind(&key.0);
                self.objects.insert(key, object);
            }
            Fact::Removed { kind, namespace, name } => {
                self.forget_kind(&kind);
                self.objects.remove(&(kind, namespace, name));
            }
            Fact::Happened(what) => {
                push(&mut self.happened, what);
                self.forget("happened");
            }
        }
    }

    /// Starts a new step: what happened before it does not count for it.
    pub fn begin_step(&mut self) {
        self.requests.clear();
        self.happened.clear();
        self.measured.clear();
        self.last = nothing_yet();
        self.attempt = Attempt::default();
        self.step_ms = self.now_ms;
        for name in OTHERS {
            self.forget(name);
        }
    }

    /// Takes in what the learner last tried.
    pub fn attempted(&mut self, attempt: Attempt) {
        self.attempt = attempt;
        self.forget("attempt");
    }

    /// Takes in a value of a measure.
    pub fn measure(&mut self, name: &str, value: i64) {
        let before = self.measured.get(name).copied();
        let (min, max) = before.map_or((value, value), |it| (it.min.min(value), it.max.max(value)));
        let after = Measured { min, max, last: value };
        if before != Some(after) {
            self.measured.insert(name.to_owned(), after);
            self.forget("history");
        }
    }

    fn take_request(&mut self, request: Value) {
        let verb = request["verb"].as_str().unwrap_or_default();
        if !matches!(verb, "get" | "list" | "watch") {
            self.last = request.clone();
            self.forget("last");
        }
        push(&mut self.requests, request);
        self.forget("requests");
    }

    /// The count of changes so far, for [`Evidence::changed_since`].
    pub(crate) fn tick(&self) -> u64 {
        self.tick
    }

    /// Whether one of these variables has changed since a count of changes.
    pub(crate) fn changed_since(&self, variables: &[String], tick: u64) -> bool {
        let at = |name: &String| self.changed.get(name.as_str()).copied().unwrap_or_default();
        variables.iter().any(|name| at(name) > tick)
    }

    fn forget(&mut self, name: &'static str) {
        self.tick += 1;
        self.changed.insert(name, self.tick);
        self.cells.insert(name, Cell::new());
    }

    fn forget_kind(&mut self, kind: &str) {
        self.forget("objects");
        if let Some((name, _)) = KINDS.iter().find(|(_, of)| *of == kind) {
            self.forget(name);
        }
    }

    fn build(&self, name: &str) -> Box<dyn Val> {
        if let Some((_, kind)) = KINDS.iter().find(|(variable, _)| *variable == name) {
            return list(self.objects.values().filter(|object| object["kind"] == *kind));
        }
        match name {
            "objects" => list(self.objects.values()),
            "requests" => list(&self.requests),
            "happened" => list(&self.happened),
            "last" => to_cel(&self.last),
            "history" => to_cel(&self.history()),
            "clock" => to_cel(&json!({
                "now_ms": self.now_ms, "step_ms": self.now_ms - self.step_ms,
            })),
            _ => to_cel(&json!({
                "line": self.attempt.line, "files": self.attempt.files,
                "output": self.attempt.output, "code": self.attempt.code,
            })),
        }
    }

    fn history(&self) -> Value {
        let entry = |(name, m): (&String, &Measured)| {
            (name.clone(), json!({"min": m.min, "max": m.max, "last": m.last}))
        };
        Value::Object(self.measured.iter().map(entry).collect())
    }
}

impl VariableResolver for Evidence {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let cell = self.cells.get(variable)?;
        Some(CowVal::Borrowed(cell.get_or_init(|| self.build(variable)).as_ref()))
    }
}

/// The request before the first one: all its fields are there, so that rules need not ask.
fn nothing_yet() -> Value {
    json!({
        "agent": "", "verb": "", "kind": "", "subresource": "", "namespace": "", "name": "",
        "status": 0, "message": "",
    })
}

fn key_of(object: &Value) -> Key {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let metadata = &object["metadata"];
    (text(&object["kind"]), text(&metadata["namespace"]), text(&metadata["name"]))
}

fn push(kept: &mut Vec<Value>, value: Value) {
    if kept.len() == KEPT_MAX {
        kept.remove(0);
    }
    kept.push(value);
}

fn list<'a>(values: impl IntoIterator<Item = &'a Value>) -> Box<dyn Val> {
    let items: Vec<Box<dyn Val>> = values.into_iter().map(to_cel).collect();
    Box::new(CelList::from(items))
}

fn to_cel(value: &Value) -> Box<dyn Val> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(it) => Box::new(CelBool::from(*it)),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Box::new(CelInt::from(whole)),
            None => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        },
        Value::String(text) => Box::new(CelString::from(text.clone())),
        Value::Array(items) => list(items),
        Value::Object(fields) => {
            let entry =
                |(name, value): (&String, &Value)| (CelMapKey::from(name.clone()), to_cel(value));
            let map: HashMap<CelMapKey<'static>, Box<dyn Val>> = fields.iter().map(entry).collect();
            Box::new(CelMap::from(map))
        }
    }
}
