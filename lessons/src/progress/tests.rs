use serde_json::json;

use super::*;
use crate::sample;

fn pod(name: &str) -> Fact {
    Fact::Stored(json!({"kind": "Pod", "metadata": {"name": name, "namespace": "default"}}))
}

fn gone(name: &str) -> Fact {
    Fact::Removed { kind: "Pod".into(), namespace: "default".into(), name: name.into() }
}

fn delete(name: &str) -> Fact {
    Fact::Request(json!({"verb": "delete", "kind": "Pod", "name": name, "status": 200}))
}

fn progress() -> Progress {
    Progress::new(sample::lesson())
}

fn not_yet(progress: &Progress, step: &str) -> Vec<Option<String>> {
    progress.goals(step).into_iter().map(|goal| goal.not_yet).collect()
}

#[test]
fn a_goal_says_why_it_is_not_met() {
    let mut progress = progress();
    assert_eq!(not_yet(&progress, "make"), [Some("otherwise".into())]);
    progress.take([(0, pod("wbe"))]);
    assert_eq!(not_yet(&progress, "make"), [Some("other-name".into())]);
    let goal = &progress.goals("make")[0];
    let words = progress.not_yet("make", goal, Language::English).map(|it| it.text.as_str());
    assert_eq!(words, Some("Another name."));
    let changes = progress.take([(0, pod("web"))]);
    assert!(changes.contains(&Change::StepDone { step: "make".into() }), "{changes:?}");
    assert_eq!(not_yet(&progress, "make"), [None]);
}

#[test]
fn a_step_counts_only_what_happens_in_it() {
    let mut progress = progress();
    progress.take([(0, delete("web")), (1, pod("web"))]);
    assert_eq!(progress.open_step().map(|step| step.id.as_str()), Some("remove"));
    progress.take([(2, gone("web"))]);
    assert!(!progress.completed(), "it was not deleted in this step");
}

#[test]
fn a_latched_goal_stays_met_and_all_together_finish() {
    let mut progress = progress();
    progress.take([(0, pod("web")), (1, delete("web"))]);
    let met: Vec<bool> = progress.goals("remove").iter().map(|goal| goal.met).collect();
    assert_eq!(met, [true, false]);
    let changes = progress.take([(2, gone("web"))]);
    assert_eq!(changes.last(), Some(&Change::Completed));
    assert!(progress.completed());
}

#[test]
fn how_often_one_looks_makes_no_difference() {
    let facts = || [(0, pod("web")), (1, delete("web")), (2, gone("web")), (3, pod("web"))];
    let mut at_once = progress();
    at_once.take(facts());
    let mut one_by_one = progress();
    facts().into_iter().for_each(|fact| _ = one_by_one.take([fact]));
    assert!(at_once.completed());
    assert!(one_by_one.completed());
}

#[test]
fn a_wrong_answer_is_recognised_and_forgotten_when_it_is_mended() {
    let mut progress = progress();
    let attempt = |output: &str| Attempt { output: output.into(), ..Attempt::default() };
    progress.attempted(attempt("error: no"));
    assert_eq!(progress.wrong_words(Language::Korean), Some(("bad-yaml", "<p>Mend it.</p>\n")));
    progress.attempted(attempt("created"));
    assert_eq!(progress.wrong(), None);
    progress.take([(0, pod("a")), (0, pod("b"))]);
    assert_eq!(progress.wrong(), Some("two-pods"));
}

#[test]
fn the_first_prediction_counts() {
    let mut progress = progress();
    assert_eq!(progress.predict("make", "perhaps"), None);
    assert_eq!(progress.predict("remove", "yes-it-is"), None);
    assert!(!progress.predict("make", "yes-it-is").unwrap().correct);
    assert!(!progress.predict("make", "no-it-is-not").unwrap().correct);
    assert_eq!(progress.predicted_words("make", Language::English), Some("<p>Wrong.</p>\n"));
}

#[test]
fn what_is_saved_restores_it() {
    let mut progress = progress();
    progress.take([(0, pod("web"))]);
    assert!(!progress.go_to("nowhere"));
    assert!(progress.go_to("remove"));
    progress.predict("make", "no-it-is-not");
    progress.hint("make", 7);
    let saved = serde_json::to_string(progress.saved()).unwrap();
    let mut restored = Progress::restore(sample::lesson(), serde_json::from_str(&saved).unwrap());
    restored.take([(0, pod("web"))]);
    assert_eq!(restored.step(), "remove");
    assert_eq!(restored.predicted("make"), progress.predicted("make"));
    assert_eq!(restored.saved().hints["make"], 1, "there is only one hint");
    assert_eq!(restored.steps_done().collect::<Vec<_>>(), ["make"]);
}

#[test]
fn the_solution_is_played_line_by_line() {
    let mut progress = progress();
    let write = progress.play("make").unwrap().unwrap();
    assert_eq!(write.line, "cat > web.yaml");
    let apply = progress.play("make").unwrap().unwrap();
    assert_eq!(apply.act, PlayAct::Type("kubectl apply -f web.yaml".into()));
    assert_eq!(apply.files["web.yaml"], "kind: Pod\n");
    assert_eq!(progress.play("make"), Ok(None));
    assert!(progress.play("remove").is_err(), "there is no Pod to name yet");
    progress.take([(0, pod("web"))]);
    assert_eq!(progress.play("remove").unwrap().unwrap().line, "kubectl delete pod web");
}

#[test]
fn progress_can_be_kept_by_any_thread() {
    fn assert_send<T: Send>() {}
    assert_send::<Progress>();
}
