//! What a person does, and what comes of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ClockChange, Fault, Millis, Moment, ObjectRef, Position, Snapshot, TrafficChange};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// Chosen by the page; the answer carries it.
    pub id: u32,
    pub act: Act,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Act {
    /// The editor's button: `kubectl apply` of these files. Answered by `Applied`.
    Apply {
        files: Vec<File>,
        dry_run: bool,
    },
    /// A line typed in a terminal; its output comes as `Down::Output`, its end as `Exited`.
    Terminal {
        terminal: u32,
        line: String,
        files: Vec<File>,
    },
    /// What is typed to the program that reads it (`Down::Reads`): a line with its end, or keys;
    /// `\x03` is Ctrl-C, `\x04` Ctrl-D.
    Type {
        terminal: u32,
        keys: String,
    },
    /// Ctrl-C.
    Interrupt {
        terminal: u32,
    },
    Clock {
        change: ClockChange,
    },
    Fault {
        fault: Fault,
    },
    /// What people did to the sandbox, latest first. Answered by `Acts`.
    Acts,
    /// A new sandbox as this one was just before somebody did what the moment at `position` tells,
    /// or is a consequence of. Answered by `Forked`.
    Undo {
        position: Position,
    },
    /// Clients begin, or cease, to ask again and again.
    Traffic {
        change: TrafficChange,
    },
    /// The cluster as it was at a model time. Answered by `Snapshot`.
    Seek {
        at_ms: Millis,
    },
    /// A new sandbox that shares this one's past up to a model time. Answered by `Forked`.
    Fork {
        at_ms: Millis,
    },
    /// A link under which others see this sandbox as it was at a model time, with words that stand
    /// above it. Answered by `Shared`.
    Share {
        at_ms: Millis,
        note: String,
    },
    /// What people did, as lines for a shell. Answered by `Commands`.
    Commands,
    /// The chain of causes of a moment, or of what an object is now. Answered by `Why`.
    Why {
        about: About,
    },
    /// All that can be said of an object. Answered by `Inspected`.
    Inspect {
        object: ObjectRef,
    },
    /// Every write of an object. Answered by `History`.
    History {
        object: ObjectRef,
    },
    /// What a container wrote; `previous`: before its last restart. Answered by `Logs`.
    Logs {
        pod: ObjectRef,
        container: String,
        previous: bool,
    },
    /// What people made in the cluster, as files. Answered by `Exported`.
    Export,
    /// What the learner expects to happen. Answered by `Predicted`.
    Predict {
        step: String,
        choice: String,
    },
    /// Show the hint with this number (from 0). Only counted.
    Hint {
        step: String,
        number: u32,
    },
    /// Play one line of the step's solution. Answered by `Solved`.
    Solve {
        step: String,
    },
    /// Go to another step of the lesson (also back).
    GoTo {
        step: String,
    },
}

/// One file of the editor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    pub name: String,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum About {
    Moment { position: Position },
    Object { object: ObjectRef },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub id: u32,
    /// The end of the trace after the command.
    pub position: Position,
    pub reply: Reply,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    Done,
    Applied {
        output: String,
        diagnostics: Vec<Diagnostic>,
        /// Of a dry run: what would change, as `kubectl diff` prints it.
        #[serde(default)]
        diff: String,
    },
    Exited {
        terminal: u32,
        code: i32,
    },
    Snapshot {
        snapshot: Box<Snapshot>,
    },
    Forked {
        id: String,
        page: String,
    },
    /// The name under which it is seen.
    Shared {
        id: String,
    },
    Commands {
        text: String,
    },
    /// The first moment of each act that changed something, or tried to.
    Acts {
        acts: Vec<Moment>,
    },
    /// From what was asked about, back to what came from outside.
    Why {
        chain: Vec<Moment>,
    },
    Inspected {
        yaml: String,
        description: String,
    },
    /// Latest first.
    History {
        changes: Vec<ObjectChange>,
    },
    Logs {
        text: String,
    },
    Exported {
        yaml: String,
    },
    Predicted {
        correct: bool,
        explanation_html: String,
    },
    /// The line of the solution that was played; none when all were. Where the line writes a
    /// file, `file` takes that file's place in the editor.
    Solved {
        line: Option<String>,
        /// What the line printed.
        output: String,
        file: Option<File>,
    },
    /// The command could not be carried out.
    Refused {
        reason: Refusal,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// The sandbox's past does not reach back, or forward, that far.
    OutOfRange,
    NotFound,
    /// The cluster is somebody else's, who has not consented.
    OnlyLooking,
    /// The cluster is one that somebody has shared: it can be looked at, and forked.
    OnlyShared,
    /// A limit of the server: `what` names it.
    Limit {
        what: String,
    },
    Invalid {
        message: String,
    },
}

/// Something wrong in a file of the editor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// What Kubernetes, or kubectl, says.
    pub message: String,
    /// A stable word, such as `unknown-field`: the page has a sentence for it in each language.
    pub code: String,
    /// What the sentence names: `{"field": "imagee", "nearest": "image"}`.
    pub arguments: BTreeMap<String, String>,
    /// The whole file without this, where that can be known.
    #[serde(default)]
    pub repair: Option<String>,
}

/// A write of an object, and what it changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObjectChange {
    pub moment: Moment,
    /// The first dozen fields, but for what changes with each write.
    pub changes: Vec<FieldChange>,
}

/// A field before and after a write; none where it was not, or is not any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// `spec.containers[web].image`
    pub path: String,
    pub before: Option<String>,
    pub after: Option<String>,
}
