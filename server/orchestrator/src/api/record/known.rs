//! What was recorded before: the same news is counted, and where there are many of one sort they
//! are combined.

use k8s_openapi::api::core::v1::Event;

use super::{Source, last_seen, message};
use crate::call::EventRecord;
use crate::object::{Kind, Object, Typed};
use crate::store::Store;
use crate::time::{Clock, Millis};

/// So many different messages of one sort are told one by one, before others are combined; those
/// are of one sort that are no further apart than this.
const DIFFERENT_MAX: usize = 10;
const APART_MS: Millis = 600_000;
const COMBINED: &str = "(combined from similar events): ";

/// What becomes of news.
pub(super) enum News<'a> {
    /// An event with this message.
    First(String),
    /// One more of an event, which says this from now on.
    Again(&'a Object, String),
}

/// Compares news with what is known of its object.
pub(super) fn news<'a>(
    store: &'a Store,
    clock: Clock,
    record: &'a EventRecord,
    source: &Source,
) -> News<'a> {
    let text = message(record);
    let prefix = format!("{}.", record.regarding.key.name());
    let namespace = record.regarding.event_namespace();
    let events = store.objects().named_like(Kind::Event, namespace, prefix);
    let similar: Vec<&Object> = events.filter(|event| is_similar(event, record, source)).collect();
    let says = |object: &&&Object| {
        Event::of(object).is_some_and(|event| event.message.as_deref() == Some(&text))
    };
    if let Some(same) = similar.iter().find(says) {
        return News::Again(same, text);
    }
    if source.in_series || different(&similar, clock) + 1 < DIFFERENT_MAX {
        return News::First(text);
    }
    let text = format!("{COMBINED}{text}");
    match similar.iter().find(|event| is_combined(event)) {
        Some(combined) => News::Again(combined, text),
        None => News::First(text),
    }
}

/// Whether an event tells of the same object for the same reason.
fn is_similar(object: &Object, record: &EventRecord, source: &Source) -> bool {
    let Some(event) = Event::of(object) else { return false };
    let about = &event.involved_object;
    let is = |value: &Option<String>, text: &str| value.as_deref().unwrap_or_default() == text;
    is(&about.uid, &record.regarding.uid)
        && is(&about.name, record.regarding.key.name())
        && is(&about.kind, record.regarding.key.kind.name())
        && is(&about.field_path, &record.regarding.field_path)
        && is(&event.reason, &record.reason)
        && is(&event.type_, record.event_type)
        && is(&event.reporting_component, &source.component)
        && is(&event.reporting_instance, &source.instance)
}

fn is_combined(object: &Object) -> bool {
    let message = Event::of(object).and_then(|event| event.message.as_deref());
    message.is_some_and(|message| message.starts_with(COMBINED))
}

/// How many different messages came without a long pause until now.
fn different(similar: &[&Object], clock: Clock) -> usize {
    let mut seen: Vec<_> =
        similar.iter().filter_map(|event| Some((last_seen(event, clock)?, *event))).collect();
    seen.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mut after = clock.now;
    let near = seen.into_iter().take_while(|(at, _)| {
        let is_near = after.0 - at.0 <= APART_MS;
        after = *at;
        is_near
    });
    // What is combined stands for at least one more than are told.
    near.map(|(_, event)| if is_combined(event) { DIFFERENT_MAX } else { 1 }).sum()
}
