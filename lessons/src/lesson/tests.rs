use crate::sample::{faults_with, lesson};

/// The first thing said of the sample when one of its files reads otherwise.
fn check(file: &str, from: &str, to: &str, expected: &str) {
    let faults = faults_with(file, from, to);
    assert_eq!(faults.first().map(ToString::to_string).as_deref(), Some(expected), "{faults:?}");
}

#[test]
fn the_sample_is_whole() {
    let lesson = lesson();
    assert_eq!((lesson.slug.as_str(), lesson.steps.len()), ("sample", 2));
    assert_eq!(lesson.files, [("web.yaml".to_owned(), "kind:\n".to_owned())]);
}

#[test]
fn what_is_wrong_with_the_sheet_names_its_line() {
    let file = "lesson.yaml";
    check(
        file,
        "pods.size() == 2",
        "pods.size() ==",
        "01-sample/lesson.yaml:17: not CEL: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
    );
    check(
        file,
        "pods.size() == 2",
        "pod.size() == 2",
        "01-sample/lesson.yaml:17: nothing is called \"pod\"",
    );
    check(
        file,
        "answer: no-it-is-not",
        "answer: maybe",
        "01-sample/lesson.yaml:9: the answer must be one of the choices",
    );
    check(
        file,
        "latch: true",
        "latched: true",
        "01-sample/lesson.yaml:21: unknown field `latched`, expected one of id, met, latch, not_yet",
    );
}

#[test]
fn progress_rests_on_what_is_kept() {
    check(
        "lesson.yaml",
        "pods.size() == 0",
        "attempt.code == 0",
        "01-sample/lesson.yaml:24: only \"wrong\" and \"not_yet\" may look at attempt: it is not kept",
    );
}

#[test]
fn what_is_wrong_with_the_words_names_its_line() {
    let file = "en.md";
    check(
        file,
        "### goal there",
        "### goal here",
        "01-sample/en.md:4: its goals must be [there] as in lesson.yaml, not [here]",
    );
    check(
        file,
        "- `other-name`: Another name.\n",
        "",
        "01-sample/en.md:4: its cases of goal there must be [other-name, otherwise] as in lesson.yaml, not [otherwise]",
    );
    check(
        file,
        "### wrong two-pods\nOne too many.\n",
        "",
        "01-sample/en.md:4: its wrong answers must be [bad-yaml, two-pods] as in lesson.yaml, not [bad-yaml]",
    );
    check(
        file,
        "{#remove}",
        "{#delete}",
        "01-sample/en.md: it must have these steps, in this order: make, remove",
    );
    check(
        file,
        "### hint",
        "### tip",
        "01-sample/en.md:18: the heading must be \"### goal ID\", \"### predict\", \"### answer CHOICE\", \"### hint\" or \"### wrong NAME\"",
    );
    check(
        file,
        "- `yes-it-is`: Yes.",
        "- yes-it-is: Yes.",
        "01-sample/en.md:8: write the item as \"- `id`: words\"",
    );
    check(
        file,
        "## End {#debrief}\nWell done.\n",
        "",
        "01-sample/en.md: end with a debrief: \"## Title {#debrief}\" and what there is to say",
    );
    check(
        file,
        "> About.",
        "About.",
        "01-sample/en.md:1: put one sentence under the title: \"> what it is about\"",
    );
}

#[test]
fn what_is_wrong_with_a_script_names_its_line() {
    check(
        "solution.sh",
        "kubectl delete",
        "rm -rf",
        "01-sample/solution.sh:7: a line begins with kubectl, curl, clock, fault, traffic, predict or \"cat >\"",
    );
    check(
        "solution.sh",
        "# step: remove\n",
        "",
        "01-sample/solution.sh: it must have these parts, in this order: make, remove",
    );
    check(
        "lesson.yaml",
        "name: two-pods",
        "name: many-pods",
        "01-sample/ko.md:4: its wrong answers must be [bad-yaml, many-pods] as in lesson.yaml, not [bad-yaml, two-pods]",
    );
}
