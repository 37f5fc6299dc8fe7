use expect_test::{Expect, expect};

use super::*;

fn check(script: &str, expected: &Expect) {
    let shown = match compile(script) {
        Ok(code) => format!("{} steps", code.len()),
        Err(error) => error.to_string(),
    };
    expected.assert_eq(&shown);
}

#[test]
fn scripts_are_understood_or_refused() {
    check("echo a; echo b\n# a comment\necho 'c;d'", &expect!["3 steps"]);
    check("while true; do sleep 1; done", &expect!["5 steps"]);
    check("if [ -f /x ]; then echo y; else echo n; fi", &expect!["5 steps"]);
    check("until test -f /x; do sleep 1; done", &expect!["5 steps"]);
    check("echo 'a", &expect!["syntax error: unterminated quoted string"]);
    check("while true; do", &expect!["syntax error: unexpected end"]);
    check("ls | wc -l", &expect!["a pipe is not modelled"]);
    check("sleep 5 &", &expect!["a background command is not modelled"]);
    check("(cd /; ls)", &expect!["a subshell is not modelled"]);
}

proptest::proptest! {
    /// Whatever is written in a manifest, reading it ends, and does not panic.
    #[test]
    fn any_script_is_read(script in "[a-z$(){};&|<>\"' \n\\\\=!#`-]{0,60}") {
        let _read = compile(&script);
    }
}
