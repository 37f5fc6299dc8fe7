//! Namespaces, with the quotas and limits in them.

use serde_json::Value;

use super::policy::{limit_heads, limit_rows};
use super::writer::Writer;
use crate::client::Query;
use crate::context::Context;
use crate::failure::Failure;
use crate::fields::{array_at, at, field, name_of, sorted, text};
use crate::print::time::rfc1123;
use crate::resources::{Info, list};

pub(super) async fn describe(
    writer: &mut Writer,
    context: &Context<'_>,
    info: &Info,
) -> Result<(), Failure> {
    let object = &info.object;
    writer.pair(0, "Name", name_of(object));
    writer.labels("Labels", at(object, "/metadata/labels"));
    writer.annotations("Annotations", at(object, "/metadata/annotations"));
    writer.pair(0, "Status", at(object, "/status/phase").as_str().unwrap_or_default());
    conditions(writer, array_at(object, "/status/conditions"));
    if let Some(quotas) = inside(context, info, "resourcequotas").await? {
        writer.line(0, "");
        quota_lines(writer, &quotas);
    }
    if let Some(limits) = inside(context, info, "limitranges").await? {
        writer.line(0, "");
        if limits.is_empty() {
            writer.line(0, "No LimitRange resource.");
        } else {
            writer.line(0, "Resource Limits");
            limit_heads(writer, " ");
            limits.iter().for_each(|range| limit_rows(writer, " ", range));
        }
    }
    Ok(())
}

/// The objects of a kind in the namespace; `None` when the server does not have the kind.
async fn inside(
    context: &Context<'_>,
    info: &Info,
    kind: &str,
) -> Result<Option<Vec<Value>>, Failure> {
    match context.discovery().await?.find(kind) {
        Some(resource) => list(context, resource, &info.name, &Query::new()).await.map(Some),
        None => Ok(None),
    }
}

fn conditions(writer: &mut Writer, conditions: &[Value]) {
    if conditions.is_empty() {
        return;
    }
    writer.line(0, "Conditions:");
    writer.line(1, "Type\tStatus\tLastTransitionTime\tReason\tMessage");
    writer.line(1, "----\t------\t------------------\t------\t-------");
    for condition in conditions {
        let of = |name: &str| text(condition, name);
        let moment = rfc1123(field(condition, "lastTransitionTime"));
        writer.line(
            1,
            &format!(
                "{} \t{} \t{moment} \t{} \t{}",
                of("type"),
                of("status"),
                of("reason"),
                of("message")
            ),
        );
    }
}

fn quota_lines(writer: &mut Writer, quotas: &[Value]) {
    if quotas.is_empty() {
        writer.line(0, "No resource quota.");
        return;
    }
    writer.line(0, "Resource Quotas");
    for quota in quotas {
        writer.pair(1, "Name", name_of(quota));
        writer.line(1, "Resource\tUsed\tHard");
        writer.line(1, "--------\t---\t---");
        for (name, hard) in sorted(at(quota, "/status/hard")) {
            let used = field(at(quota, "/status/used"), name).as_str().unwrap_or("0");
            writer.line(1, &format!("{name}\t{used}\t{}", hard.as_str().unwrap_or_default()));
        }
    }
}
