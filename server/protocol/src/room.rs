//! Study jams: a room that a host opens, that learners join, and what they say to each other.
//!
//! `POST /rooms` and `POST /rooms/join` answer with secrets. Hosts and learners then speak over
//! `GET /rooms/{id}/socket`: the first message up is [`RoomUp::Hello`] with the secret. What comes
//! down is always the state as it is now, so that a connection may break and come again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Fault, QrCode};

/// `POST /rooms`: what a new room shall be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewRoom {
    pub name: String,
    /// The slugs of its lessons, in order; none is the playground.
    pub lessons: Vec<String>,
    /// `ko` or `en`.
    pub language: String,
    /// Minutes until it closes by itself.
    pub minutes: u32,
    /// A host lets each learner in.
    pub admission: bool,
}

/// The answer to `POST /rooms`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomOpened {
    pub id: String,
    /// Who knows it is a host.
    pub secret: String,
    /// Who knows it may join.
    pub code: String,
}

/// `POST /rooms/join`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JoinRoom {
    pub code: String,
    /// What the learner wants to be called.
    pub name: String,
}

/// The answer to `POST /rooms/join`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomJoined {
    pub id: String,
    /// Who knows it is this learner, on any device.
    pub secret: String,
}

/// From a page to its room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RoomUp {
    /// Who is there. The first message of a connection, and only that.
    Hello { secret: String },
    /// Says that the page still lives.
    Ping,
    /// What a learner does.
    Learn { deed: LearnerDeed },
    /// What a host does.
    Lead { act: HostAct },
}

/// What a learner does in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LearnerDeed {
    /// Goes to a lesson of the room (empty: the playground); its cluster is made if there is none.
    Enter {
        lesson: String,
    },
    Hand {
        up: bool,
    },
    /// Answers the question.
    Choose {
        choice: usize,
    },
    /// Lets hosts act in the learner's clusters, or not any more.
    Consent {
        given: bool,
    },
    /// Their clusters shall stay when the room closes.
    Keep {
        kept: bool,
    },
    /// Leaves for good: nothing of them is left in the room.
    Leave,
}

/// What a host does in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HostAct {
    Admit {
        learner: u32,
    },
    Remove {
        learner: u32,
    },
    LowerHand {
        learner: u32,
    },
    /// Words to one learner, or to all.
    Hint {
        learner: Option<u32>,
        text: String,
    },
    /// Answered by `RoomDown::Looking`.
    Look {
        learner: u32,
    },
    /// Asks a learner whether a host may act in their cluster.
    AskToAct {
        learner: u32,
    },
    /// Into the cluster where each learner is. Answered by `RoomDown::Pushed`.
    Push {
        what: Push,
    },
    /// Clocks stand still and desks are closed, or not any more.
    Hold {
        held: bool,
    },
    /// Whoever reaches a step of a lesson waits there; none: nobody waits any more.
    HoldAt {
        step: Option<StepRef>,
    },
    /// The hosts' own cluster of a lesson (empty: the playground). Answered by `RoomDown::Lead`.
    Enter {
        lesson: String,
    },
    /// Shows the hosts' cluster to all, or not any more.
    Show {
        shown: bool,
    },
    Ask {
        question: String,
        choices: Vec<String>,
    },
    /// Tells the answer, and runs the hosts' cluster if it is shown.
    Reveal {
        right: Option<usize>,
    },
    /// Takes the question away.
    Withdraw,
    /// Answered by `RoomDown::Exported`.
    Export {
        format: ExportFormat,
    },
    /// Closes so many minutes later than it would.
    Extend {
        minutes: u32,
    },
    Close,
}

/// A step of a lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRef {
    pub lesson: String,
    pub step: String,
}

/// What is put into all clusters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Push {
    /// `kubectl apply` of it.
    Manifest {
        text: String,
    },
    Fault {
        fault: Fault,
    },
    /// To a step of the lesson, for those who have come so far.
    Step {
        step: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportFormat {
    Csv,
    Json,
}

/// From a room to a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RoomDown {
    /// What all see; after each change of it.
    Room {
        room: RoomView,
    },
    /// What only this learner sees; after each change of it.
    You {
        you: You,
    },
    /// What only hosts see; after each change of it.
    Lead {
        lead: Lead,
    },
    /// To hosts: the learners that have changed, and those who have left. `now_s` is the server's
    /// clock, in seconds since 1970.
    Learners {
        now_s: i64,
        learners: Vec<LearnerRow>,
        gone: Vec<u32>,
    },
    /// A learner's cluster may be seen, as a sandbox with this id, as long as the host looks.
    Looking {
        learner: u32,
        lesson: String,
        look: String,
    },
    /// In how many clusters it took effect, and what the first one said in which it did not.
    Pushed {
        done: u32,
        failed: u32,
        reason: Option<String>,
    },
    Exported {
        name: String,
        text: String,
    },
    Refused {
        reason: RoomRefusal,
    },
    /// Nothing more comes.
    Closed {
        why: Closing,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RoomRefusal {
    /// Something that is named is not there.
    NotFound,
    /// Too long, too many, or empty.
    Invalid,
    /// A host has not let the learner in yet.
    NotAdmitted,
    /// The server cannot do it now.
    Unavailable,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Closing {
    /// A host has closed it.
    Host,
    /// Its time is over.
    Time,
    /// Nobody was in it for too long.
    Empty,
    /// A host has removed this learner, or they have left.
    Removed,
}

/// What all in a room see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomView {
    pub name: String,
    pub language: String,
    pub lessons: Vec<String>,
    pub code: String,
    /// When it closes, in seconds since 1970.
    pub closes_s: i64,
    /// Hosts who are there.
    pub hosts: u32,
    pub held: bool,
    /// Where whoever comes so far waits.
    pub held_at: Option<StepRef>,
    /// The hosts' cluster while it is shown: its lesson, and the id under which it may be seen.
    pub shown: Option<(String, String)>,
    pub question: Option<Question>,
    /// The last words to all.
    pub note: Option<Advice>,
}

/// Words of a host. A later one has a higher number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    pub number: u64,
    pub text: String,
}

/// A prediction that all are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub question: String,
    pub choices: Vec<String>,
    /// How many have answered.
    pub answered: u32,
    /// How often each was chosen, and the right one if there is one; none until it is revealed.
    pub revealed: Option<(Vec<u32>, Option<usize>)>,
}

/// What only one learner sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct You {
    pub number: u32,
    pub name: String,
    pub admitted: bool,
    /// How many hands went up before, while this learner's is up.
    pub hand: Option<usize>,
    /// Hosts who look at this learner's cluster now.
    pub lookers: u32,
    /// A host asks whether they may act in it.
    pub asked: bool,
    /// They may.
    pub consent: bool,
    pub kept: bool,
    /// A host holds all, or those who came as far as this learner.
    pub held: bool,
    pub choice: Option<usize>,
    /// The last words to this learner alone.
    pub note: Option<Advice>,
    /// The lesson where they are; none at first.
    pub at: Option<String>,
    /// Their clusters, by lesson (empty: the playground).
    pub sandboxes: BTreeMap<String, String>,
}

/// What only hosts see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// The hosts' clusters, by lesson (empty: the playground).
    pub sandboxes: BTreeMap<String, String>,
    /// Where learners join.
    pub link: String,
    /// The same as a picture.
    pub code: QrCode,
}

/// Where a learner is, as hosts see it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearnerRow {
    pub number: u32,
    pub name: String,
    pub present: bool,
    pub admitted: bool,
    pub lesson: Option<String>,
    /// The first step that is not done.
    pub step: String,
    pub steps_done: Vec<String>,
    pub completed: bool,
    /// Commands since this step began, and how many of them failed.
    pub attempts: u32,
    pub failures: u32,
    /// How often the last command failed with the same words, in a row.
    pub repeated: u32,
    /// The first goal of the step that is not met.
    pub goal: Option<String>,
    /// The wrong answer that is recognised now.
    pub wrong: Option<String>,
    /// When they last did something, in seconds since 1970.
    pub acted_s: i64,
    /// When their hand went up.
    pub hand_s: Option<i64>,
    pub choice: Option<usize>,
    pub lookers: u32,
    pub consent: bool,
}
