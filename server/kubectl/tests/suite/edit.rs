//! `kubectl edit`: what is opened, and what comes of saving it, beside the real kubectl with an
//! editor that is a program.

use std::collections::BTreeMap;

use crate::differential::real::{Seat, is_on_path};
use crate::stage::Stage;

const OPEN: &str = "kubectl edit cm/settings";
const SAVE: &str = "kubectl replace -f edit-configmap-settings.yaml";
const FILE: &str = "edit-configmap-settings.yaml";
const DATA: &str = "kubectl get cm settings -o jsonpath={.data}";

fn stage() -> Stage {
    let stage = Stage::new();
    said(&stage, "kubectl create configmap settings --from-literal=colour=blue");
    stage
}

/// What a line prints, and its exit code if that is not 0.
fn said(stage: &Stage, line: &str) -> String {
    let (code, paper) = stage.run(line, None);
    match code {
        Some(0) => paper.seen(),
        code => format!("{}{code:?}", paper.seen()),
    }
}

/// Opens the object and saves it with `from` in place of `to`: what saving says, and the data then.
fn edited(from: &str, to: &str) -> (String, String) {
    let stage = stage();
    said(&stage, OPEN);
    let text = stage.read(FILE).expect("it was opened");
    assert!(text.contains(from), "{text}");
    stage.write(FILE, text.replace(from, to));
    (said(&stage, SAVE), said(&stage, DATA))
}

/// The same by the real one: its exit code and last words, and the data then.
fn really_edited(from: &str, to: &str) -> Option<(Option<i32>, String, String)> {
    if !is_on_path() {
        assert!(std::env::var_os("CI").is_none(), "in CI a kubectl must be on PATH");
        return None;
    }
    let editor = format!("sed -i 's/{from}/{to}/' $1\n");
    let seat = Seat::new(&BTreeMap::from([("editor".to_owned(), editor)]));
    let world = stage().world();
    let edit = format!("KUBE_EDITOR='sh editor' {OPEN}");
    let said = seat.run(&world, &format!("{edit} 2>&1"));
    let data = seat.run(&world, &format!("{edit} >/dev/null 2>&1; {DATA}"));
    Some((said.code, said.out, data.out))
}

#[test]
fn the_object_is_opened_as_it_is() {
    let stage = stage();
    assert_eq!(
        said(&stage, OPEN),
        format!(
            "configmap/settings is open in the editor as {FILE}.\nTo save what you change: {SAVE}\n"
        )
    );
    let text = stage.read(FILE).expect("it was opened");
    let head = format!("# configmap/settings as it is now. To save what you change:\n# {SAVE}\n");
    assert_eq!(text.strip_prefix(&head), Some(&*said(&stage, "kubectl get cm settings -o yaml")));
    assert_eq!(
        said(&stage, "kubectl edit cm/nope"),
        "Error from server (NotFound): configmaps \"nope\" not found\nSome(1)"
    );
}

#[test]
fn a_change_is_saved() {
    let (saved, data) = edited("colour: blue", "colour: red");
    assert_eq!(saved, "configmap/settings replaced\n");
    assert_eq!(data, r#"{"colour":"red"}"#);
    if let Some((code, words, really)) = really_edited("blue", "red") {
        assert_eq!((code, words.as_str()), (Some(0), "configmap/settings edited\n"));
        assert_eq!(data, really);
    }
}

#[test]
fn saved_as_it_was_nothing_changes() {
    let (_, data) = edited("blue", "blue");
    assert_eq!(data, r#"{"colour":"blue"}"#);
    if let Some((code, words, really)) = really_edited("blue", "blue") {
        assert_eq!((code, words.as_str()), (Some(0), "Edit cancelled, no changes made.\n"));
        assert_eq!(data, really);
    }
}

#[test]
fn what_is_wrong_is_refused_and_nothing_changes() {
    let (saved, data) = edited("colour: blue", "colour: [blue]");
    assert!(saved.starts_with("Error from server (BadRequest): ") && saved.ends_with("Some(1)"));
    assert!(
        saved.contains("cannot unmarshal array into Go struct field ConfigMap.data"),
        "{saved}"
    );
    assert_eq!(data, r#"{"colour":"blue"}"#);
    if let Some((code, words, really)) = really_edited(": blue", ": [blue]") {
        assert_eq!(code, Some(1), "{words}");
        assert!(
            words.ends_with("error: Edit cancelled, no valid changes were saved.\n"),
            "{words}"
        );
        assert_eq!(data, really);
    }
}

#[test]
fn an_object_that_has_changed_in_the_meantime_is_not_overwritten() {
    let stage = stage();
    said(&stage, OPEN);
    said(&stage, "kubectl label cm/settings by=another");
    let saved = said(&stage, SAVE);
    assert!(saved.starts_with("Error from server (Conflict): "), "{saved}");
}
