//! Keeps the rules that no compiler keeps: which crate may know which, what the model may not
//! touch, where files may stand, how long they may be. Each rule is a plain function from text to
//! findings, and proves on a bad example that it can fail.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;

const OURS: [&str; 7] =
    ["app", "entry", "kubectl", "lessons", "orchestrator", "protocol", "server"];

/// What a crate may know of ours, and what its tests may know beside that.
const KNOWS: [(&str, &[&str], &[&str]); 7] = [
    ("protocol", &[], &[]),
    ("orchestrator", &[], &[]),
    ("kubectl", &[], &["orchestrator"]),
    ("lessons", &["kubectl", "orchestrator"], &[]),
    ("app", &["protocol"], &[]),
    ("entry", &["app"], &[]),
    ("server", &["app", "kubectl", "lessons", "orchestrator", "protocol"], &[]),
];

/// Crates that stay thin: all that they may depend on, ours or not.
const THIN: [(&str, &[&str]); 1] = [("protocol", &["serde", "serde_json"])];

/// What would make two runs of one log differ: hash order, clocks, threads, the world outside.
const BANNED_IN_THE_MODEL: [&str; 17] = [
    "HashMap",
    "HashSet",
    "RandomState",
    "SystemTime",
    "Instant",
    "Zoned::now",
    "Timestamp::now",
    "std::time",
    "std::thread",
    "std::env",
    "env::var",
    "std::fs",
    "TcpListener",
    "TcpStream",
    "UdpSocket",
    "std::process",
    "getrandom",
];

/// Top-level folders: the product's, the build's own, and what builds leave behind.
const FOLDERS: [&str; 6] = ["app", "end2end", "lessons", "public", "server", "style"];
const BUILD_FOLDERS: [&str; 6] = [".cargo", ".ci", ".git", ".tools", "node_modules", "target"];

const LINES_MAX: usize = 400;
/// Longer files, each with the reason why it may not be a folder.
const LONG_FILES: [(&str, &str); 0] = [];

/// Marks of unfinished work, in two halves so that this file does not find itself.
const UNFINISHED: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("to", "do!("),
    concat!("un", "implemented!("),
    concat!("#[ig", "nore"),
];

#[test]
fn crates_know_only_whom_they_may() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("cargo lists packages");
    assert_eq!(packages.len(), OURS.len(), "a new crate needs its row in KNOWS");
    let check = |package: &Value| {
        let name = package["name"].as_str().expect("a package has a name");
        wrong_dependencies(name, &dependencies(package))
    };
    report(packages.iter().flat_map(check));
}

#[test]
fn sources_name_only_whom_they_may() {
    let check =
        |file: &Source| prefixed(&file.path, wrong_names(file.owner, file.is_test, &file.tokens));
    report(sources().iter().flat_map(check));
}

#[test]
fn the_model_leaves_nothing_to_chance() {
    // Benchmarks and examples stand outside of the model: they measure time, and take arguments.
    let inside = |file: &Source| file.owner == "orchestrator" && !file.is_test;
    let model = sources().into_iter().filter(inside);
    report(model.flat_map(|file| prefixed(&file.path, banned(&file.tokens))));
}

#[test]
fn the_root_holds_only_known_folders() {
    let entries = std::fs::read_dir(root()).expect("the root can be read").flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    report(folders.filter_map(|entry| wrong_folder(&entry.file_name().to_string_lossy())));
}

#[test]
fn files_are_short_and_stand_in_their_place() {
    let check = |(path, text): (PathBuf, String)| {
        too_long(&path, text.lines().count()).into_iter().chain(misplaced(&path))
    };
    report(texts(&["rs"]).into_iter().flat_map(check));
}

#[test]
fn nothing_is_left_unfinished() {
    let all = texts(&["rs", "ts", "mjs", "js", "scss", "css", "md", "yaml", "toml"]);
    report(all.into_iter().flat_map(|(path, text)| prefixed(&path, unfinished(&text))));
}

#[test]
fn dependencies_can_be_wrong() {
    let normal = |name: &str| (name.to_owned(), false);
    let dev = |name: &str| (name.to_owned(), true);
    assert_eq!(wrong_dependencies("app", &[normal("orchestrator")]).len(), 1);
    assert_eq!(wrong_dependencies("kubectl", &[normal("orchestrator")]).len(), 1);
    assert_eq!(wrong_dependencies("kubectl", &[dev("orchestrator")]), [""; 0]);
    assert_eq!(wrong_dependencies("lessons", &[normal("protocol"), dev("server")]).len(), 2);
    assert_eq!(wrong_dependencies("protocol", &[normal("tokio")]).len(), 1);
    assert_eq!(wrong_dependencies("newcomer", &[]).len(), 1);
}

#[test]
fn names_can_be_wrong() {
    let count = |owner, is_test, text| wrong_names(owner, is_test, &tokens(text)).len();
    assert_eq!(count("app", false, "use orchestrator::World;"), 1);
    assert_eq!(count("app", false, "use orchestrator as model;"), 1);
    assert_eq!(count("app", false, "fn f() { ::lessons::course() }"), 1);
    assert_eq!(count("app", false, "use crate::lessons::map;"), 0);
    assert_eq!(count("app", false, "mod lessons; fn f(kubectl: u8) {}"), 0);
    assert_eq!(count("kubectl", false, "type W = orchestrator::World;"), 1);
    assert_eq!(count("kubectl", true, "use orchestrator::World;"), 0);
}

#[test]
fn the_model_can_be_found_out() {
    let count = |text| banned(&tokens(text)).len();
    assert_eq!(count("use std::collections::{BTreeMap, HashMap};"), 1);
    assert_eq!(count("fn f() { std::thread::spawn(g); }"), 1);
    assert_eq!(count("use std::{env, fmt}; fn f() { env::var(\"X\"); }"), 1);
    assert_eq!(count("// HashMap\nfn f() { g(\"Instant\"); container.env.len(); }"), 0);
}

#[test]
fn files_can_be_wrong() {
    assert!(wrong_folder("utils").is_some());
    assert!(wrong_folder("server").is_none());
    let path = Path::new("server/src/big.rs");
    assert!(too_long(path, LINES_MAX + 1).is_some());
    assert!(too_long(path, LINES_MAX).is_none());
    assert!(too_long(Path::new("server/tests/big.rs"), LINES_MAX + 1).is_none());
    assert!(misplaced(Path::new("server/src/a/mod.rs")).is_some());
    assert!(misplaced(path).is_none());
    assert!(misplaced(Path::new("server/tests/a/mod.rs")).is_none());
    for mark in UNFINISHED {
        assert_eq!(unfinished(&format!("a\n{mark}b\n")), [format!("line 2: {mark}")]);
    }
}

// ---- The rules ----

fn wrong_dependencies(name: &str, dependencies: &[(String, bool)]) -> Vec<String> {
    let Some((_, knows, tests_know)) = KNOWS.iter().find(|row| row.0 == name) else {
        return vec![format!("{name} has no row in KNOWS")];
    };
    let thin = THIN.iter().find(|row| row.0 == name).map(|row| row.1);
    let wrong = |dependency: &str, dev: bool| {
        let ours = OURS.contains(&dependency);
        let known = knows.contains(&dependency) || (dev && tests_know.contains(&dependency));
        let heavy = !dev && thin.is_some_and(|all| !all.contains(&dependency));
        if ours { !known } else { heavy }
    };
    dependencies
        .iter()
        .filter(|(dependency, dev)| wrong(dependency, *dev))
        .map(|(dependency, _)| format!("{name} must not depend on {dependency}"))
        .collect()
}

fn wrong_names(owner: &str, is_test: bool, tokens: &[String]) -> Vec<String> {
    let Some((_, knows, tests_know)) = KNOWS.iter().find(|row| row.0 == owner) else {
        return vec![format!("{owner} has no row in KNOWS")];
    };
    OURS.iter()
        .filter(|other| **other != owner && !knows.contains(other))
        .filter(|other| !(is_test && tests_know.contains(other)))
        .filter(|other| names_crate(tokens, other))
        .map(|other| format!("{owner} must not name {other}"))
        .collect()
}

/// Whether a path begins with the crate: `other::…`, `::other::…`, `use other as …`; but not
/// `crate::other::…`, nor a variable of that name.
fn names_crate(tokens: &[String], other: &str) -> bool {
    (0..tokens.len()).filter(|at| tokens[*at] == other).any(|at| {
        let before = |back: usize| at.checked_sub(back).map_or("", |index| tokens[index].as_str());
        let after = |on: usize| tokens.get(at + on).map_or("", String::as_str);
        let heads_a_path = after(1) == ":" && after(2) == ":" || before(1) == "use";
        let inside_a_path = before(1) == ":" && before(2) == ":" && is_word(before(3));
        heads_a_path && !inside_a_path
    })
}

fn is_word(token: &str) -> bool {
    token != "use" && token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

fn banned(tokens: &[String]) -> Vec<String> {
    let holds = |pattern: &&str| {
        let wanted = self::tokens(pattern);
        tokens.windows(wanted.len()).any(|window| window == wanted)
    };
    let found = BANNED_IN_THE_MODEL.into_iter().filter(holds);
    found.map(|pattern| format!("{pattern} has no place in the model")).collect()
}

fn wrong_folder(name: &str) -> Option<String> {
    let known = FOLDERS.contains(&name) || BUILD_FOLDERS.contains(&name);
    (!known).then(|| format!("{name}/ has no place at the top"))
}

fn too_long(path: &Path, lines: usize) -> Option<String> {
    let source = path.components().any(|part| part.as_os_str() == "src");
    let excused = LONG_FILES.iter().any(|(long, _)| Path::new(long) == path);
    (source && !excused && lines > LINES_MAX)
        .then(|| format!("{}: {lines} lines, more than {LINES_MAX}", path.display()))
}

fn misplaced(path: &Path) -> Option<String> {
    // Beside tests/foo.rs, cargo would take a shared module for a test of its own.
    let shared = path.iter().any(|part| part == "tests");
    (path.ends_with("mod.rs") && !shared)
        .then(|| format!("{}: foo.rs stands beside foo/", path.display()))
}

fn unfinished(text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let marks = UNFINISHED.into_iter().filter(|mark| line.contains(mark));
        findings.extend(marks.map(|mark| format!("line {}: {mark}", at + 1)));
    }
    findings
}

fn prefixed(path: &Path, findings: Vec<String>) -> Vec<String> {
    findings.into_iter().map(|finding| format!("{}: {finding}", path.display())).collect()
}

fn report(findings: impl Iterator<Item = String>) {
    let findings: Vec<String> = findings.collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

// ---- What they read ----

struct Source {
    path: PathBuf,
    owner: &'static str,
    is_test: bool,
    tokens: Vec<String>,
}

fn sources() -> Vec<Source> {
    let source = |(path, text): (PathBuf, String)| {
        let in_tests = ["tests", "benches", "examples"];
        let is_test = path.ends_with("tests.rs")
            || path.iter().any(|part| in_tests.iter().any(|name| part == *name));
        Source { owner: owner(&path), is_test, tokens: tokens(&text), path }
    };
    // The program that tries the official client is no part of the product.
    let ours = texts(&["rs"]).into_iter().filter(|(path, _)| !path.starts_with("end2end"));
    ours.map(source).collect()
}

/// Words and punctuation of Rust code; literals and comments are left out.
fn tokens(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    flatten(text.parse().expect("our own sources are Rust"), &mut all);
    all
}

fn flatten(stream: TokenStream, all: &mut Vec<String>) {
    for tree in stream {
        match tree {
            TokenTree::Group(group) => {
                all.push("(".to_owned());
                flatten(group.stream(), all);
                all.push(")".to_owned());
            }
            TokenTree::Ident(word) => all.push(word.to_string()),
            TokenTree::Punct(punct) => all.push(punct.as_char().to_string()),
            TokenTree::Literal(_) => {}
        }
    }
}

/// The crate that a source file belongs to.
fn owner(path: &Path) -> &'static str {
    let folders = [
        ("app/entry", "entry"),
        ("app", "app"),
        ("lessons", "lessons"),
        ("server/protocol", "protocol"),
        ("server/orchestrator", "orchestrator"),
        ("server/kubectl", "kubectl"),
        ("server", "server"),
    ];
    folders.into_iter().find(|(folder, _)| path.starts_with(folder)).map_or("?", |row| row.1)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("server stands in the root").to_owned()
}

/// Every file of ours with one of these endings, by its path from the root.
fn texts(endings: &[&str]) -> Vec<(PathBuf, String)> {
    let root = root();
    let mut paths = BTreeSet::new();
    FOLDERS.iter().chain(&[".ci", ".cargo"]).for_each(|name| walk(&root.join(name), &mut paths));
    paths.extend(entries(&root).filter(|path| path.is_file()));
    let wanted = |path: &PathBuf| {
        path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted))
    };
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("our own files are UTF-8");
        (path.strip_prefix(&root).expect("files lie under the root").to_owned(), text)
    };
    paths.into_iter().filter(wanted).map(read).collect()
}

fn walk(folder: &Path, paths: &mut BTreeSet<PathBuf>) {
    let left_behind = ["node_modules", "vendor", "test-results", "playwright-report", "target"];
    for path in entries(folder) {
        if path.is_file() {
            paths.insert(path);
        } else if !left_behind.iter().any(|name| path.ends_with(name)) {
            walk(&path, paths);
        }
    }
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

/// `cargo metadata` of the workspace alone.
fn metadata() -> Value {
    let output = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    serde_json::from_slice(&output.stdout).expect("cargo prints JSON")
}

/// Names of a package's dependencies, and whether only its tests have them.
fn dependencies(package: &Value) -> Vec<(String, bool)> {
    let list = package["dependencies"].as_array().expect("a package has dependencies");
    list.iter()
        .map(|it| (it["name"].as_str().expect("a name").to_owned(), it["kind"] == "dev"))
        .collect()
}
