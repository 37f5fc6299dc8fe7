//! What the API server tells of itself to probes and collectors: which paths it serves, its checks,
//! its counts.
//! <https://kubernetes.io/docs/reference/using-api/health-checks/>

use std::collections::BTreeMap;
use std::fmt::Write;

use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::{Answer, Document};
use super::asked::Asked;
use super::discovery::{GIT_VERSION, Group, MINOR, all_groups};
use super::path::{Probe, Target};
use super::status::Status;
use crate::call::Verb;
use crate::object::Kind;
use crate::store::Objects;
use crate::trace::{Trace, What};

/// A check, and whether only `/readyz` makes it.
const CHECKS: &[(&str, bool)] = &[
    ("ping", false),
    ("log", false),
    ("etcd", false),
    ("etcd-readiness", true),
    ("informer-sync", true),
    ("poststarthook/rbac/bootstrap-roles", false),
    ("poststarthook/scheduling/bootstrap-system-priority-classes", false),
    ("shutdown", true),
];

/// Whether etcd answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Etcd {
    Answers,
    Silent,
}

/// All paths that are served, sorted.
pub(super) fn paths(asked: &Asked<'_>, objects: &Objects) -> Value {
    let mut paths: Vec<String> =
        ["/api", "/api/v1", "/apis", "/metrics", "/openapi/v2", "/openapi/v3", "/version"]
            .map(str::to_owned)
            .into();
    let groups = all_groups(asked.measured, objects);
    for Group { name, versions } in groups.iter().filter(|group| !group.name.is_empty()) {
        paths.extend(versions.iter().map(|version| format!("/apis/{name}/{version}")));
        paths.push(format!("/apis/{name}"));
    }
    for probe in Probe::ALL {
        paths.push(format!("/{}", probe.name()));
        paths.extend(checks(probe).map(|check| format!("/{}/{check}", probe.name())));
    }
    paths.sort();
    json!({ "paths": paths })
}

fn checks(probe: Probe) -> impl Iterator<Item = &'static str> {
    let made = CHECKS.iter().filter(move |(_, only_ready)| !only_ready || probe == Probe::Readyz);
    made.map(|(name, _)| *name)
}

/// What a probe hears; of one check if it names one.
pub(super) fn health(asked: &Asked<'_>, etcd: Etcd) -> Option<Document> {
    let Target::Health(probe, check) = &asked.target else { return None };
    let fails = |name: &str| etcd == Etcd::Silent && name.starts_with("etcd");
    let text = |code, text: String| Document { code, bytes: text.into(), ..Document::text("") };
    if !check.is_empty() {
        return Some(match checks(*probe).find(|known| known == check) {
            None => text(404, "404 page not found\n".to_owned()),
            Some(name) if fails(name) => {
                let why = "error getting data from etcd: context deadline exceeded";
                text(500, format!("internal server error: {why}\n"))
            }
            Some(_) => Document::text("ok"),
        });
    }
    let mut excluded: Vec<&str> = asked.query.all("exclude").collect();
    let (mut report, mut passed) = (String::new(), true);
    for name in checks(*probe) {
        let is_excluded = excluded.contains(&name);
        excluded.retain(|other| *other != name);
        let said = match (is_excluded, fails(name)) {
            (true, _) => format!("[+]{name} excluded: ok"),
            (false, false) => format!("[+]{name} ok"),
            (false, true) => format!("[-]{name} failed: reason withheld"),
        };
        passed &= is_excluded || !fails(name);
        let _ = writeln!(report, "{said}");
    }
    if !excluded.is_empty() {
        let names: Vec<String> = excluded.iter().map(|name| format!("{name:?}")).collect();
        let names = names.join(",");
        report = format!(
            "warn: some health checks cannot be excluded: no matches for {names}\n{report}"
        );
    }
    let probe = probe.name();
    Some(match passed {
        false => text(500, format!("{report}{probe} check failed\n")),
        // The flag counts by being there: `?verbose`.
        true if asked.query.has("verbose") => text(200, format!("{report}{probe} check passed\n")),
        true => Document::text("ok"),
    })
}

/// `/metrics`, in the text form of Prometheus.
pub(super) fn counts(objects: &Objects, trace: &Trace) -> Answer {
    let mut text = String::new();
    let mut family = |name: &str, kind: &str, help: &str, rows: Vec<String>| {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        rows.iter().for_each(|row| _ = writeln!(text, "{name}{row}"));
    };
    // What was dropped from the trace cannot be counted, and a count must not fall.
    if trace.first() == 0 {
        let help = "[STABLE] Counter of apiserver requests broken out for each verb, dry run \
                    value, group, version, resource, scope, component, and HTTP response code.";
        family("apiserver_request_total", "counter", help, requests(trace));
    }
    let help = "[BETA] Number of stored objects at the time of last check split by kind.";
    family("apiserver_resource_objects", "gauge", help, stored(objects));
    let help = "[BETA] A metric with a constant '1' value labeled by major, minor, git version, \
                git commit, git tree state, build date, Go version, and compiler from which \
                Kubernetes was built, and platform on which it is running.";
    let row = format!(
        "{{git_version=\"{GIT_VERSION}\",major=\"1\",minor=\"{MINOR}\",platform=\"linux/amd64\"}} 1"
    );
    family("kubernetes_build_info", "gauge", help, vec![row]);
    let document = Document {
        content_type: "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
        bytes: Bytes::from(text),
        ..Document::text("")
    };
    Answer::Document(document)
}

fn requests(trace: &Trace) -> Vec<String> {
    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    for entry in trace.iter_from(0) {
        let What::Request { verb, key: Some(key), subresource, status, .. } = &entry.what else {
            continue;
        };
        if key.kind == Kind::Custom {
            continue;
        }
        let scope = match (key.name().is_empty(), key.namespace().is_empty()) {
            (false, _) => "resource",
            (true, false) => "namespace",
            (true, true) => "cluster",
        };
        let verb = match verb {
            Verb::Create => "POST".to_owned(),
            Verb::Update => "PUT".to_owned(),
            other => other.name().to_uppercase(),
        };
        let labels = format!(
            "{{code=\"{status}\",component=\"apiserver\",dry_run=\"\",group=\"{}\",\
             resource=\"{}\",scope=\"{scope}\",subresource=\"{}\",verb=\"{verb}\",version=\"{}\"}}",
            key.kind.group(),
            key.kind.plural(),
            subresource.unwrap_or_default(),
            key.kind.version(),
        );
        *counted.entry(labels).or_default() += 1;
    }
    counted.into_iter().map(|(labels, count)| format!("{labels} {count}")).collect()
}

fn stored(objects: &Objects) -> Vec<String> {
    let row = |kind: &Kind| {
        let (group, resource) = (kind.group(), kind.plural());
        let count = objects.of_kind(*kind).count();
        format!("{{group=\"{group}\",resource=\"{resource}\"}} {count}")
    };
    Kind::ALL.iter().map(row).collect()
}

/// # Errors
/// 404 where there is no such probe.
pub(super) fn answer(asked: &Asked<'_>, objects: &Objects) -> Result<Answer, Status> {
    match asked.target {
        Target::Paths => Ok(Answer::json(paths(asked, objects))),
        _ => {
            health(asked, Etcd::Answers).map(Answer::Document).ok_or_else(Status::no_such_resource)
        }
    }
}
