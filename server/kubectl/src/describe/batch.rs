//! Jobs and CronJobs.

use serde_json::Value;

use super::containers::pod_template;
use super::writer::{Writer, capital, controller, or};
use crate::fields::{array_at, at, bool_at, int_at, str_at, text};
use crate::pods::{selector_of, selector_text};
use crate::print::time::{human_duration, parse, rfc1123};

pub(super) fn job(writer: &mut Writer, job: &Value) {
    writer.pair(0, "Name", str_at(job, "/metadata/name"));
    writer.pair(0, "Namespace", str_at(job, "/metadata/namespace"));
    writer.pair(0, "Selector", selector_of(job).unwrap_or_default());
    writer.labels("Labels", at(job, "/metadata/labels"));
    writer.annotations("Annotations", at(job, "/metadata/annotations"));
    if let Some(controller) = controller(job) {
        writer.pair(0, "Controlled By", controller);
    }
    let given = |writer: &mut Writer, label: &str, place: &str| {
        if !at(job, place).is_null() {
            writer.pair(0, label, plain(at(job, place)));
        }
    };
    given(writer, "Parallelism", "/spec/parallelism");
    writer.pair(0, "Completions", or(&plain(at(job, "/spec/completions")), "<unset>"));
    given(writer, "Completion Mode", "/spec/completionMode");
    given(writer, "Suspend", "/spec/suspend");
    given(writer, "Backoff Limit", "/spec/backoffLimit");
    given(writer, "TTL Seconds After Finished", "/spec/ttlSecondsAfterFinished");
    let (start, end) = (at(job, "/status/startTime"), at(job, "/status/completionTime"));
    if start.is_string() {
        writer.pair(0, "Start Time", rfc1123(start));
    }
    if end.is_string() {
        writer.pair(0, "Completed At", rfc1123(end));
    }
    if let (Some(start), Some(end)) = (parse(start), parse(end)) {
        let span_ms = end.as_millisecond() - start.as_millisecond();
        writer.pair(0, "Duration", human_duration(span_ms));
    }
    if !at(job, "/spec/activeDeadlineSeconds").is_null() {
        let seconds = int_at(job, "/spec/activeDeadlineSeconds");
        writer.pair(0, "Active Deadline Seconds", format!("{seconds}s"));
    }
    writer.pair(0, "Pods Statuses", statuses(job));
    if str_at(job, "/spec/completionMode") == "Indexed" {
        writer.pair(0, "Completed Indexes", indexes(str_at(job, "/status/completedIndexes")));
    }
    pod_template(writer, at(job, "/spec/template"));
}

fn statuses(job: &Value) -> String {
    let of = |name: &str| int_at(job, &format!("/status/{name}"));
    let ready = match at(job, "/status/ready") {
        Value::Null => String::new(),
        ready => format!(" ({ready} Ready)"),
    };
    format!(
        "{} Active{ready} / {} Succeeded / {} Failed",
        of("active"),
        of("succeeded"),
        of("failed")
    )
}

/// Long lists of indexes are cut at a comma.
fn indexes(text: &str) -> String {
    const LETTERS: usize = 50;
    if text.is_empty() {
        return "<none>".to_owned();
    }
    match text.get(LETTERS..).and_then(|rest| rest.find(',')) {
        Some(comma) => format!("{}...", &text[..=LETTERS + comma]),
        None => text.to_owned(),
    }
}

pub(super) fn cron_job(writer: &mut Writer, job: &Value) {
    writer.head(job);
    writer.pair(0, "Schedule", str_at(job, "/spec/schedule"));
    writer.pair(0, "Concurrency Policy", str_at(job, "/spec/concurrencyPolicy"));
    writer.pair(
        0,
        "Suspend",
        match at(job, "/spec/suspend") {
            Value::Null => "<unset>",
            _ => capital(bool_at(job, "/spec/suspend")),
        },
    );
    let limit = |name: &str| or(&plain(at(job, &format!("/spec/{name}"))), "<unset>");
    writer.pair(0, "Successful Job History Limit", limit("successfulJobsHistoryLimit"));
    writer.pair(0, "Failed Job History Limit", limit("failedJobsHistoryLimit"));
    let deadline = match at(job, "/spec/startingDeadlineSeconds") {
        Value::Null => "<unset>".to_owned(),
        seconds => format!("{seconds}s"),
    };
    writer.pair(0, "Starting Deadline Seconds", deadline);
    let spec = at(job, "/spec/jobTemplate/spec");
    let selector = at(spec, "/selector");
    let selector = if selector.is_null() { "<unset>".to_owned() } else { selector_text(selector) };
    writer.pair(0, "Selector", selector);
    writer.pair(0, "Parallelism", or(&plain(at(spec, "/parallelism")), "<unset>"));
    writer.pair(0, "Completions", or(&plain(at(spec, "/completions")), "<unset>"));
    if !at(spec, "/activeDeadlineSeconds").is_null() {
        let seconds = int_at(spec, "/activeDeadlineSeconds");
        writer.pair(0, "Active Deadline Seconds", format!("{seconds}s"));
    }
    pod_template(writer, at(spec, "/template"));
    let last = at(job, "/status/lastScheduleTime");
    let last = if last.is_string() { rfc1123(last) } else { "<unset>".to_owned() };
    writer.pair(0, "Last Schedule Time", last);
    let active: Vec<&str> =
        array_at(job, "/status/active").iter().map(|job| text(job, "name")).collect();
    writer.pair(0, "Active Jobs", or(&active.join(", "), "<none>"));
}

/// A value as Go prints it; nothing for null.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
