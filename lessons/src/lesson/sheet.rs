//! `lesson.yaml` as written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_yaml::Spanned;

use super::Setting;

/// A lesson of Wheelhouse: see lessons/README.md.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sheet {
    /// Its place in the course; the folder's name begins with it. A case of a pool has none.
    #[serde(default)]
    pub(super) number: u32,
    /// `A` to `F`.
    #[serde(default)]
    pub(super) part: String,
    /// How long it takes, about.
    pub(super) minutes: u32,
    /// The cluster that it begins with.
    pub(super) setting: Setting,
    /// Whole numbers in CEL, followed through each step: `history.NAME.min`, `.max`, `.last`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub(super) measures: BTreeMap<String, Spanned<String>>,
    /// What is counted until all is done.
    #[serde(default)]
    pub(super) scores: Vec<ScoreSheet>,
    /// In order, 3 to 7. None in a pool: its cases have them.
    #[serde(default)]
    pub(super) steps: Vec<StepSheet>,
}

/// Something that is counted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ScoreSheet {
    /// Names its words in `ko.md` and `en.md`.
    pub(super) id: String,
    /// A whole number in CEL, or true and false as 1 and 0.
    #[schemars(with = "String")]
    pub(super) value: Spanned<String>,
    /// Of what each step comes to, the sum; otherwise the last.
    #[serde(default)]
    pub(super) sum: bool,
    /// Good, if at most so much.
    pub(super) at_most: Option<i64>,
    /// Good, if at least so much.
    pub(super) at_least: Option<i64>,
}

/// One step: one idea, one thing to do.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StepSheet {
    /// Names its words in `ko.md` and `en.md`.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// All must be met at once, latched ones excepted.
    pub(super) goals: Vec<GoalSheet>,
    /// What the learner is asked before acting.
    pub(super) prediction: Option<PredictionSheet>,
    /// Typical wrong answers; the first that holds is answered.
    #[serde(default)]
    pub(super) wrong: Vec<WrongSheet>,
}

/// Something to reach.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GoalSheet {
    /// Names its words in `ko.md` and `en.md`.
    pub(super) id: String,
    /// CEL: when it is met.
    #[schemars(with = "String")]
    pub(super) met: Spanned<String>,
    /// Once met, it stays met for the rest of the step.
    #[serde(default)]
    pub(super) latch: bool,
    /// Why it is not met yet; the first that holds names the words.
    #[serde(default)]
    pub(super) not_yet: Vec<CaseSheet>,
}

/// A case, with its words in the goal's list.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseSheet {
    /// Names its words in `ko.md` and `en.md`.
    pub(super) id: String,
    /// CEL: when it applies.
    #[schemars(with = "String")]
    pub(super) when: Spanned<String>,
}

/// A question asked before the learner acts.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PredictionSheet {
    /// Ids of the choices, in the order of the text.
    pub(super) choices: Vec<String>,
    /// The right one.
    #[schemars(with = "String")]
    pub(super) answer: Spanned<String>,
    /// CEL: what is true when the step is done and the answer came true.
    #[schemars(with = "Option<String>")]
    pub(super) proof: Option<Spanned<String>>,
}

/// A typical wrong answer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrongSheet {
    /// `wrong/NAME.sh` gives it.
    pub(super) name: String,
    /// CEL: when it applies.
    #[schemars(with = "String")]
    pub(super) when: Spanned<String>,
}
