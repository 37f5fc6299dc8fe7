//! Spoils a true lesson in one place, and expects the check to say so.

use super::*;
use crate::course::{Folders, embedded};

/// Whether the check of "Your first Pod" says this when one of its files reads otherwise.
fn check(file: &str, from: &str, to: &str, expected: &str) {
    let mut folders = embedded();
    let files = folders.get_mut("05-first-pod").unwrap();
    let text = files.get_mut(file).unwrap();
    assert!(text.contains(from), "{from} is in {file}");
    *text = text.replacen(from, to, 1);
    let course = Course::of(&folders, &Folders::new()).unwrap();
    let faults = check_lesson(&course, course.lesson("first-pod").unwrap());
    let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|it| it.starts_with(expected)), "{expected} is not in {said:#?}");
}

#[test]
fn a_solution_that_does_not_solve() {
    let expected = "05-first-pod/solution.sh: the solution of step write leaves goals unmet: \
                    stored (other-image)";
    check("solution.sh", "image: my-app:1.0", "image: my-app:1.1", expected);
    let expected = "05-first-pod/solution.sh:14: it failed with 1: error: unknown command";
    check("solution.sh", "kubectl apply", "kubectl aply", expected);
}

#[test]
fn a_solution_that_goes_too_far() {
    let expected = "05-first-pod/solution.sh: the solution of step write goes too far";
    check("solution.sh", "\n# step: stored", "kubectl get pods\n# step: stored", expected);
}

#[test]
fn a_wrong_answer_that_is_right_or_unknown() {
    let right = "05-first-pod/wrong/other-image.sh: it solves the step";
    check("wrong/other-image.sh", "my-app:latest", "my-app:1.0", right);
    let unknown = "05-first-pod/wrong/deployment.sh: it is recognised as nothing";
    check("wrong/deployment.sh", "create deployment my-awesome-app", "get pods", unknown);
}

#[test]
fn a_prediction_that_does_not_come_true() {
    let expected = "05-first-pod/lesson.yaml: step write: the prediction's proof does not hold";
    check("lesson.yaml", "&& !has(p.spec.nodeName))", "&& has(p.spec.nodeName))", expected);
}

#[test]
fn a_quotation_that_is_not_what_is_printed() {
    let expected = "05-first-pod/en.md: \"$ kubectl get pods -o wide\" never prints what is quoted";
    check("en.md", "0/1     Pending", "1/1     Running", expected);
}

#[test]
fn words_that_are_too_many_too_few_or_lead_nowhere() {
    let long = "word ".repeat(150);
    check("en.md", "Look at the Pod", &long, "05-first-pod/en.md:");
    check("ko.md", "### hint\n\n`-o wide`", "\n`-o wide`", "05-first-pod/ko.md:");
    let nowhere = "05-first-pod/en.md: the link \"lesson:nowhere\" leads nowhere we know";
    check("en.md", "lesson:deployments", "lesson:nowhere", nowhere);
    let code = "05-first-pod/en.md:";
    check(
        "en.md",
        "        - containerPort: 8080\n```\n\nMake",
        "        - port: 8080\n```\n\nMake",
        code,
    );
}
