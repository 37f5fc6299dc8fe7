//! Events: what happened again is counted, and what is similar combined, as client-go's recorders
//! do.
//! <https://github.com/kubernetes/client-go/blob/master/tools/record/events_cache.go>

use k8s_openapi::api::core::v1::{Event, EventSeries, EventSource, ObjectReference};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::draft::Draft;
use super::status::Status;
use super::{create, update};
use crate::call::{EventRecord, Verb};
use crate::object::{Key, Kind, Object, Typed};
use crate::scenario::{EPOCH_S, Scenario};
use crate::time::{Clock, Millis, Time};
use crate::trace::Actor;

mod known;

use known::News;

/// The longest message that an event keeps, in bytes.
const MESSAGE_MAX: usize = 1024;
/// How long an event is kept after it was last seen.
const KEPT_MS: Millis = 3_600_000;
/// After how many revisions the old events are looked for, and how many go at once.
const EXPIRE_EVERY: u64 = 64;
const EXPIRED_MAX: usize = 200;

/// Records an event: a new one, or one more of the same.
///
/// # Errors
/// Those of creating it.
pub(super) fn record(
    draft: &mut Draft<'_>,
    record: &EventRecord,
    actor: &Actor,
) -> Result<(Verb, Object), Status> {
    let source = Source::of(actor, draft.scenario);
    let namespace = record.regarding.event_namespace();
    match known::news(draft.store, draft.clock, record, &source) {
        News::First(message) => {
            // The more there are, the more seldom: so that looking costs each event the same.
            let events = draft.store.objects().count(Kind::Event) as u64;
            let every = (events / 8).next_power_of_two().max(EXPIRE_EVERY);
            if draft.store.rev().is_multiple_of(every) {
                expire(draft, EXPIRED_MAX.max(every as usize));
            }
            let key = Key::new(Kind::Event, namespace, &name(draft, record));
            let event = first(draft, record, message, &source, &key);
            create::create(draft, event.into()).map(|object| (Verb::Create, object))
        }
        News::Again(known, message) => {
            let mut again = known.clone();
            if let Some(event) = Event::of_mut(&mut again) {
                count_up(event, draft.clock);
                event.message = Some(message);
            }
            Ok((Verb::Patch, update::store(draft, again, known)))
        }
    }
}

/// Drops events that nothing was heard of for an hour. In Kubernetes etcd does so by itself; here
/// the next events sweep out the old ones.
fn expire(draft: &mut Draft<'_>, at_most: usize) {
    let oldest = draft.clock.now + -KEPT_MS;
    let expired = |event: &&Object| last_seen(event, draft.clock).is_some_and(|at| at < oldest);
    let events = draft.store.objects().of_kind(Kind::Event);
    let expired: Vec<Object> = events.filter(expired).take(at_most).cloned().collect();
    for event in expired {
        draft.remove(event);
    }
}

fn last_seen(event: &Object, clock: Clock) -> Option<Time> {
    let event: &Event = event.as_typed()?;
    let series = event.series.as_ref().and_then(|series| series.last_observed_time.as_ref());
    let last = series.or(event.event_time.as_ref()).map(|time| time.0);
    let last = event.last_timestamp.as_ref().map(|time| time.0).or(last);
    let made = event.metadata.creation_timestamp.as_ref().map(|time| time.0);
    Some(clock.model_time(last.or(made)?))
}

/// Who reports.
struct Source {
    component: String,
    host: String,
    /// Which of several.
    instance: String,
    /// Reports through `events.k8s.io`, which counts in series.
    in_series: bool,
}

impl Source {
    fn of(actor: &Actor, scenario: &Scenario) -> Source {
        let (component, host) = match actor {
            Actor::Component { name, node } => (*name, node.as_deref().unwrap_or_default()),
            Actor::Runtime { node } => ("kubelet", &**node),
            Actor::Client { agent } => (&**agent, ""),
            _ => ("kube-apiserver", ""),
        };
        let in_series = component == "default-scheduler";
        let first = || scenario.nodes.first().map_or("", |node| node.name.as_str());
        let instance = match (in_series, host) {
            (false, host) => host.to_owned(),
            (true, "") => format!("{component}-{}", first()),
            (true, host) => format!("{component}-{host}"),
        };
        Source { component: component.to_owned(), host: host.to_owned(), instance, in_series }
    }
}

/// The object's name and the moment in nanoseconds. What happens in one millisecond is told apart
/// by the order in which it is stored. On which day it all began makes no difference.
fn name(draft: &Draft<'_>, record: &EventRecord) -> String {
    let moment = Clock { now: draft.clock.now, epoch_s: EPOCH_S };
    let moment = moment.timestamp_at(moment.now).as_nanosecond();
    let order = i128::from(draft.store.rev() % 1_000_000);
    format!("{}.{:x}", record.regarding.key.name(), moment + order)
}

/// What it says, as long as an event may be.
fn message(record: &EventRecord) -> String {
    let mut message = record.message.clone();
    let end = (0..=MESSAGE_MAX.min(message.len())).rev().find(|at| message.is_char_boundary(*at));
    message.truncate(end.unwrap_or(0));
    message
}

fn first(
    draft: &Draft<'_>,
    record: &EventRecord,
    message: String,
    source: &Source,
    key: &Key,
) -> Event {
    let about = &record.regarding;
    let found = draft.store.objects().get(&about.key).filter(|found| found.uid() == about.uid);
    let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let now = draft.clock.time();
    let old_style = !source.in_series;
    let component = |text: &str| filled(text).filter(|_| old_style);
    Event {
        metadata: ObjectMeta {
            name: Some(key.name().to_owned()),
            namespace: Some(key.namespace().to_owned()),
            ..ObjectMeta::default()
        },
        involved_object: ObjectReference {
            api_version: Some(about.key.kind.api_version().to_owned()),
            kind: Some(about.key.kind.name().to_owned()),
            namespace: filled(about.key.namespace()),
            name: Some(about.key.name().to_owned()),
            uid: filled(&about.uid),
            resource_version: found.and_then(|found| found.metadata().resource_version.clone()),
            field_path: filled(&about.field_path),
        },
        reason: Some(record.reason.clone()),
        message: Some(message),
        type_: Some(record.event_type.to_owned()),
        source: Some(EventSource {
            component: component(&source.component),
            host: component(&source.host),
        }),
        first_timestamp: old_style.then(|| now.clone()),
        last_timestamp: old_style.then_some(now),
        count: old_style.then_some(1),
        event_time: source.in_series.then(|| draft.clock.micro_time()),
        action: source.in_series.then(|| action(&record.reason).to_owned()),
        reporting_component: Some(source.component.clone()),
        reporting_instance: Some(source.instance.clone()),
        ..Event::default()
    }
}

/// What the scheduler was doing.
fn action(reason: &str) -> &'static str {
    match reason {
        "Scheduled" => "Binding",
        "Preempted" => "Preempting",
        _ => "Scheduling",
    }
}

fn count_up(event: &mut Event, clock: Clock) {
    if event.event_time.is_some() {
        let count = event.series.as_ref().and_then(|series| series.count).unwrap_or(1);
        event.series = Some(EventSeries {
            count: Some(count + 1),
            last_observed_time: Some(clock.micro_time()),
        });
    } else {
        event.count = Some(event.count.unwrap_or(1) + 1);
        event.last_timestamp = Some(clock.time());
    }
}
