//! Flags that several commands share.

use crate::arguments::Flag;

/// Flags that every command takes.
pub(crate) const GLOBAL: &[Flag] = &[
    Flag::value("namespace", "").short('n').about("The namespace that the command works in"),
    Flag::value("context", "").about("The kubeconfig context to use; there is one, named sandbox"),
    Flag::value("as", "").about("The user in whose name to ask"),
    Flag::value("as-group", "").about("A group of that user; may be repeated"),
    Flag::value("as-uid", "").about("The uid of that user"),
    Flag::value("request-timeout", "0").about("How long to wait for an answer of the server"),
    Flag::number("v", "0").short('v').about("How much to log; this kubectl logs nothing"),
    Flag::switch("help", "Show help for this command").short('h'),
];

/// What to print of objects.
pub(crate) const OUTPUT: &[Flag] = &[
    Flag::value("output", "").short('o').about(
        "The form of output: json, yaml, name, wide, jsonpath=TEMPLATE, custom-columns=SPEC, …",
    ),
    Flag::switch("show-managed-fields", "Keep managedFields in JSON and YAML"),
    Flag::value("template", "").about("A template for -o jsonpath"),
    Flag::switch("allow-missing-template-keys", "Print nothing for missing fields of templates")
        .on(),
];

/// Manifests to read.
pub(crate) const FILENAME: &[Flag] = &[
    Flag::value("filename", "").short('f').about("A manifest; - is standard input"),
    Flag::switch("recursive", "Read folders within folders too").short('R'),
    Flag::value("kustomize", "").short('k').about("A kustomization folder"),
];

/// Which objects, by label.
pub(crate) const SELECTOR: &[Flag] = &[Flag::value("selector", "")
    .short('l')
    .about("Only objects whose labels match: a=b, a!=b, a, !a, a in (b,c)")];

/// Which objects, by field.
pub(crate) const FIELD_SELECTOR: &[Flag] = &[Flag::value("field-selector", "")
    .about("Only objects whose fields match, such as status.phase=Running")];

/// Every namespace.
pub(crate) const ALL_NAMESPACES: &[Flag] =
    &[Flag::switch("all-namespaces", "Objects of all namespaces").short('A')];

/// Every object.
pub(crate) const ALL: &[Flag] = &[Flag::switch("all", "All objects of the kind in the namespace")];

/// Try without doing.
pub(crate) const DRY_RUN: &[Flag] = &[Flag::optional("dry-run", "none", "unchanged").about(
    "none, client (print what would be sent) or server (the server checks, nothing is stored)",
)];

/// Who is written down as the owner of the fields.
pub(crate) const FIELD_MANAGER: &[Flag] =
    &[Flag::value("field-manager", "").about("The name that is recorded as owner of the fields")];

/// How strictly the server reads manifests.
pub(crate) const VALIDATE: &[Flag] = &[Flag::optional("validate", "strict", "strict").about(
    "strict (true): refuse unknown fields; warn: warn of them; ignore (false): drop them silently",
)];
