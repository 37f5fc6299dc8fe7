//! What a learner has done, apart from any one cluster: it can be carried to another device, and
//! proved to others.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::LessonSummary;

/// What one device, or the server, knows of a learner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Learned {
    /// By lesson: how many steps are done, and whether all are.
    pub progress: BTreeMap<String, (usize, bool)>,
    /// By lesson: name, value and whether it is good, of what was counted.
    pub scores: BTreeMap<String, Vec<(String, i64, bool)>>,
    /// By question: how often it was answered rightly in a row, and the day from which it is due.
    pub reviews: BTreeMap<String, (usize, i64)>,
    /// By lesson: the sandbox in which it is done.
    pub sandboxes: BTreeMap<String, String>,
    /// The lesson that was done last.
    pub latest: Option<String>,
}

/// What the server answers to a device that carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// What opens it on another device. Who knows it can read and change what is kept there.
    pub secret: String,
    /// What this device and the others know together.
    pub learned: Learned,
    /// The link as a picture.
    pub code: QrCode,
}

/// A QR code: `size` modules wide and high, the dark ones as the path of an SVG.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrCode {
    pub size: u32,
    pub path: String,
}

/// Something completed, proved by replaying the logs of its sandboxes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Completion {
    pub id: String,
    /// What the learner wants to be called; empty for none.
    pub name: String,
    /// `2026-11-22`
    pub date: String,
    pub lessons: Vec<LessonSummary>,
    /// How many lessons the course has.
    pub of: usize,
    /// The model that replayed the logs.
    pub engine: String,
}

/// What the server answers to a learner who asks for a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proved {
    /// The completion's; none if nothing could be proved.
    pub id: Option<String>,
    /// What deletes it.
    pub key: String,
    /// Lessons that were asked for and are not complete when their logs are replayed.
    pub unproved: Vec<String>,
}
