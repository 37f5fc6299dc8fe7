//! The events about one object, latest first.

use leptos::prelude::*;
use protocol::{EventView, ObjectRef};

use crate::{
    events::when,
    i18n::{say, use_language},
    player::{Cluster, Player},
};

#[component]
pub(super) fn OwnEvents(object: StoredValue<ObjectRef>) -> impl IntoView {
    let player = expect_context::<Player>();
    let events = Memo::new(move |_| object.with_value(|object| about(&player.cluster(), object)));
    view! {
        <p class="empty" hidden=move || events.with(|events| !events.is_empty())>
            {say("이 오브젝트에 대한 이벤트가 없다.", "There are no events about this object.")}
        </p>
        <ol class="own-events">
            <For
                each=move || events.get()
                key=|event| (event.reason.clone(), event.last_ms, event.count, event.message.clone())
                let:event
            >
                <Row event/>
            </For>
        </ol>
    }
    .into_any()
}

fn about(cluster: &Cluster, object: &ObjectRef) -> Vec<EventView> {
    let same = |event: &EventView| {
        let of = &event.regarding;
        (&of.kind, &of.namespace, &of.name) == (&object.kind, &object.namespace, &object.name)
            && (of.uid.is_empty() || object.uid.is_empty() || of.uid == object.uid)
    };
    let events = cluster.events().into_iter().map(|(_, event)| event);
    events.filter(|event| same(event)).cloned().collect()
}

#[component]
fn Row(event: EventView) -> impl IntoView {
    let language = use_language();
    let EventView { event_type, reason, message, count, last_ms, source, .. } = event;
    let class = if event_type == "Warning" { "warning" } else { "" };
    let times = (count > 1).then(|| format!(" ×{count}"));
    view! {
        <li class=class>
            <span class="mono soft">{move || when(last_ms, language.get())}</span>
            <strong>{reason}{times}</strong>
            <span class="soft">{event_type}" · "{source}</span>
            <p>{message}</p>
        </li>
    }
    .into_any()
}
