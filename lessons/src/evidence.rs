//! What a lesson's rules may look at: the cluster's objects, and what happened since the step began.
//!
//! Evidence is built from facts alone, one after another, so the same log always gives the same
//! evidence. Lists become CEL values when a rule first asks for them after they changed.

pub(crate) mod lists;
mod shared;
mod traffic;

use std::collections::{BTreeMap, VecDeque};
use std::sync::OnceLock;

use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use orchestrator::network::traffic::Bucket;
use serde_json::{Value, json};

use shared::{list, to_cel};
use traffic::Loads;

/// The variables beside the lists of objects.
pub(crate) const OTHERS: [&str; 9] =
    ["objects", "requests", "last", "happened", "history", "traffic", "chosen", "clock", "attempt"];

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
    /// A second of a load's traffic is over, and its requests are counted.
    Traffic { load: String, second: Bucket },
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

/// The variables of rules, with their values. A copy shares them.
#[derive(Clone)]
pub struct Evidence {
    objects: BTreeMap<Key, Box<dyn Val>>,
    requests: VecDeque<Box<dyn Val>>,
    last: Value,
    happened: VecDeque<Box<dyn Val>>,
    measured: BTreeMap<String, Measured>,
    traffic: Loads,
    /// What was predicted in each step, and whether that was right.
    chosen: BTreeMap<String, (String, bool)>,
    attempt: Attempt,
    now_ms: i64,
    /// When the learner first asked anything of the cluster.
    begun_ms: Option<i64>,
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
        let names = lists::names().chain(OTHERS);
        Evidence {
            objects: BTreeMap::new(),
            requests: VecDeque::new(),
            last: nothing_yet(),
            happened: VecDeque::new(),
            measured: BTreeMap::new(),
            traffic: Loads::default(),
            chosen: BTreeMap::new(),
            attempt: Attempt::default(),
            now_ms: 0,
            begun_ms: None,
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
            Fact::Request(request) => self.take_request(&request),
            Fact::Stored(object) => {
                let key = key_of(&object);
                self.forget_kind(&key.0);
                self.objects.insert(key, to_cel(&object));
            }
            Fact::Removed { kind, namespace, name } => {
                self.forget_kind(&kind);
                self.objects.remove(&(kind, namespace, name));
            }
            Fact::Happened(what) => {
                push(&mut self.happened, &what);
                self.forget("happened");
            }
            Fact::Traffic { load, second } => self.take_traffic(&load, &second),
        }
    }

    /// Starts a new step: what happened before it does not count for it.
    pub fn begin_step(&mut self) {
        self.requests.clear();
        self.happened.clear();
        self.measured.clear();
        self.traffic.begin_step();
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

    /// Takes in what the learner predicts in a step.
    pub fn choose(&mut self, step: &str, choice: &str, correct: bool) {
        self.chosen.insert(step.to_owned(), (choice.to_owned(), correct));
        self.forget("chosen");
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

    fn take_request(&mut self, request: &Value) {
        self.begun_ms.get_or_insert(self.now_ms);
        let verb = request["verb"].as_str().unwrap_or_default();
        if !matches!(verb, "get" | "list" | "watch") {
            self.last.clone_from(request);
            self.forget("last");
        }
        push(&mut self.requests, request);
        self.forget("requests");
    }

    fn take_traffic(&mut self, load: &str, second: &Bucket) {
        // A second that began before the step is not all of the step.
        if second.second.saturating_mul(1_000) >= self.step_ms {
            self.traffic.add(load, second);
            self.forget("traffic");
        }
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
        if let Some(name) = lists::of_kind(kind) {
            self.forget(name);
        }
    }

    fn build(&self, name: &str) -> Box<dyn Val> {
        if let Some(kind) = lists::kind_of(name) {
            let first = (kind.to_owned(), String::new(), String::new());
            let of_kind = self.objects.range(first..).take_while(|((of, ..), _)| of == kind);
            return list(of_kind.map(|(_, object)| object.clone()));
        }
        match name {
            "objects" => list(self.objects.values().cloned()),
            "requests" => list(self.requests.iter().cloned()),
            "happened" => list(self.happened.iter().cloned()),
            "traffic" => to_cel(&self.traffic.to_json()),
            "last" => to_cel(&self.last),
            "history" => to_cel(&self.history()),
            "chosen" => to_cel(&self.predictions()),
            "clock" => to_cel(&json!({
                "now_ms": self.now_ms,
                "step_ms": self.now_ms - self.step_ms,
                "worked_ms": self.now_ms - self.begun_ms.unwrap_or(self.now_ms),
            })),
            _ => to_cel(&json!({
                "line": self.attempt.line, "files": self.attempt.files,
                "output": self.attempt.output, "code": self.attempt.code,
            })),
        }
    }

    fn predictions(&self) -> Value {
        let entry = |(step, (choice, correct)): (&String, &(String, bool))| {
            (step.clone(), json!({"choice": choice, "correct": correct}))
        };
        Value::Object(self.chosen.iter().map(entry).collect())
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

fn push(kept: &mut VecDeque<Box<dyn Val>>, value: &Value) {
    if kept.len() == KEPT_MAX {
        kept.pop_front();
    }
    kept.push_back(to_cel(value));
}
