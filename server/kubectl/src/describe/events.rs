//! The events about an object, at the end of its description.

use jiff::Timestamp;
use serde_json::Value;

use super::writer::Writer;
use crate::client::Query;
use crate::context::Context;
use crate::failure::Failure;
use crate::fields::{at, int_at, str_at, text};
use crate::print::go_sort::go_sort;
use crate::print::time::age;
use crate::resources::{self, Info, list};

/// The events about an object, oldest first.
pub(super) async fn of(context: &Context<'_>, info: &Info) -> Result<Vec<Value>, Failure> {
    let uid = str_at(&info.object, "/metadata/uid");
    let mut found = about(context, info, uid).await?;
    if info.resource.kind == "Node" {
        // Kubelets write events about their Node with its name for a uid.
        found.extend(about(context, info, &info.name).await?);
    }
    let moment = |event: &Value| str_at(event, "/lastTimestamp").to_owned();
    go_sort(&mut found, |left, right| moment(left) < moment(right));
    Ok(found)
}

async fn about(context: &Context<'_>, info: &Info, uid: &str) -> Result<Vec<Value>, Failure> {
    let events = resources::resource(context, "events").await?;
    let kind = &info.resource.kind;
    let terms = [
        ("involvedObject.name", info.name.as_str()),
        ("involvedObject.namespace", info.namespace.as_str()),
        ("involvedObject.kind", kind.as_str()),
        ("involvedObject.uid", uid),
    ];
    let terms: Vec<String> = terms.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let query: Query = vec![("fieldSelector", terms.join(","))];
    list(context, events, &info.namespace, &query).await
}

pub(super) fn write(writer: &mut Writer, events: &[Value], now: Timestamp) {
    if events.is_empty() {
        writer.pair(0, "Events", "<none>");
        return;
    }
    writer.line(0, "Events:");
    writer.line(1, "Type\tReason\tAge\tFrom\tMessage");
    writer.line(1, "----\t------\t----\t----\t-------");
    for event in events {
        let component = match str_at(event, "/source/component") {
            "" => text(event, "reportingComponent"),
            component => component,
        };
        writer.line(
            1,
            &format!(
                "{}\t{}\t{}\t{component}\t{}",
                text(event, "type"),
                text(event, "reason"),
                interval(event, now),
                text(event, "message").trim()
            ),
        );
    }
}

/// How long ago, how often, and since when: `12s (x2 over 1m)`.
pub(crate) fn interval(event: &Value, now: Timestamp) -> String {
    let moment = at(event, "/eventTime");
    let first = if moment.is_string() { moment } else { at(event, "/firstTimestamp") };
    let first = age(first, now);
    let series = at(event, "/series");
    if series.is_object() {
        let last = age(at(series, "/lastObservedTime"), now);
        format!("{last} (x{} over {first})", int_at(series, "/count"))
    } else if int_at(event, "/count") > 1 {
        let last = age(at(event, "/lastTimestamp"), now);
        format!("{last} (x{} over {first})", int_at(event, "/count"))
    } else {
        first
    }
}
