//! The events of an object, in short.

use k8s_openapi::api::core::v1::Event;
use orchestrator::Kind;

use crate::cluster::Cluster;

/// `Type Reason message`, without the ends of generated names.
pub(crate) fn events(cluster: &Cluster, kind: Kind, name: &str) -> Vec<String> {
    let objects = cluster.objects(Kind::Event);
    let mut events: Vec<&Event> = objects.iter().filter_map(|event| event.as_typed()).collect();
    events.sort_by_key(|event| {
        let at = event.first_timestamp.as_ref().map(|time| time.0);
        (at, event.metadata.resource_version.as_ref().and_then(|rev| rev.parse::<u64>().ok()))
    });
    let about = |event: &&&Event| {
        event.involved_object.kind.as_deref() == Some(kind.name())
            && event.involved_object.name.as_deref() == Some(name)
    };
    events.iter().filter(about).map(|event| show_event(event)).collect()
}

fn show_event(event: &Event) -> String {
    let message = event.message.clone().unwrap_or_default();
    let kind = event.type_.clone().unwrap_or_default();
    let message = match message.rsplit_once('-') {
        Some((stem, suffix)) if suffix.len() == 5 && message.contains("pod: ") => {
            format!("{stem}-*")
        }
        _ => message,
    };
    format!("{kind} {} {message}", event.reason.clone().unwrap_or_default())
}
