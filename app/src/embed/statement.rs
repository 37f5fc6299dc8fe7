//! xAPI statements about an embedded lesson, as learning record stores take them.
//! See <https://github.com/adlnet/xAPI-Spec/blob/master/xAPI-Data.md#statements>.

use serde_json::{Value, json};

/// What a statement says was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Attempted,
    Progressed,
    Completed,
}

impl Verb {
    fn name(self) -> &'static str {
        match self {
            Verb::Attempted => "attempted",
            Verb::Progressed => "progressed",
            Verb::Completed => "completed",
        }
    }
}

/// How far somebody came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Score {
    /// Steps that are done.
    pub(super) given: usize,
    /// All steps.
    pub(super) max: usize,
}

impl Score {
    pub(super) fn json(self) -> Value {
        json!({"given": self.given, "max": self.max})
    }
}

/// Who did what in which lesson.
#[derive(Clone, Debug)]
pub(super) struct About<'a> {
    /// `https://wheelhouse.example`
    pub(super) home: &'a str,
    /// Somebody without a name, the same for as long as the page lives.
    pub(super) who: &'a str,
    pub(super) lesson: &'a str,
    pub(super) title: &'a str,
    pub(super) language: &'a str,
    pub(super) score: Score,
    /// Wall-clock time since the page came up.
    pub(super) elapsed_ms: f64,
}

/// The statement. Times are the receiver's to note.
pub(super) fn statement(verb: Verb, about: &About<'_>) -> Value {
    let Score { given, max } = about.score;
    let scaled = if max == 0 { 0.0 } else { (given as f64 / max as f64 * 1e4).round() / 1e4 };
    let completed = verb == Verb::Completed;
    let name = verb.name();
    json!({
        "actor": {
            "objectType": "Agent",
            "account": {"homePage": about.home, "name": about.who},
        },
        "verb": {
            "id": format!("http://adlnet.gov/expapi/verbs/{name}"),
            "display": {"en-US": name},
        },
        "object": {
            "objectType": "Activity",
            "id": format!("{}/{}/lessons/{}", about.home, about.language, about.lesson),
            "definition": {
                "type": "http://adlnet.gov/expapi/activities/lesson",
                "name": {about.language: about.title},
            },
        },
        "result": {
            "score": {"min": 0, "max": max, "raw": given, "scaled": scaled},
            "completion": completed,
            "success": completed,
            "duration": format!("PT{:.2}S", (about.elapsed_ms / 1_000.0).max(0.0)),
        },
        "context": {"language": about.language},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_tells_how_far_somebody_came() {
        let mut about = About {
            home: "https://wheelhouse.example",
            who: "c0ffee",
            lesson: "first-pod",
            title: "첫 파드",
            language: "ko",
            score: Score { given: 2, max: 3 },
            elapsed_ms: 12_345.0,
        };
        let progressed = statement(Verb::Progressed, &about);
        assert_eq!(progressed["verb"]["id"], "http://adlnet.gov/expapi/verbs/progressed");
        assert_eq!(progressed["object"]["id"], "https://wheelhouse.example/ko/lessons/first-pod");
        assert_eq!(progressed["object"]["definition"]["name"]["ko"], "첫 파드");
        assert_eq!(
            progressed["result"],
            json!({
                "score": {"min": 0, "max": 3, "raw": 2, "scaled": 0.6667},
                "completion": false, "success": false, "duration": "PT12.35S",
            })
        );
        about.score.given = 3;
        let completed = statement(Verb::Completed, &about);
        assert_eq!(completed["result"]["score"]["scaled"], 1.0);
        assert_eq!(completed["result"]["success"], true);
    }
}
