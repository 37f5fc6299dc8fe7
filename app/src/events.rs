//! The cluster's Event objects at the playhead, the latest first.

use std::sync::Arc;

use leptos::prelude::*;
use protocol::{EventView, Millis, ObjectRef};

use crate::{
    i18n::{Language, say, use_language},
    player::Player,
    scene::Selection,
};

/// More than these nobody reads; `kubectl events` has them all.
const SHOWN_MAX: usize = 200;

/// One row of the table.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    uid: String,
    revision: u64,
    event: EventView,
}

/// The list of events.
#[component]
pub fn Events() -> impl IntoView {
    let player = expect_context::<Player>();
    let rows = Memo::new(move |_| {
        let cluster = player.cluster();
        let rows = cluster.events().into_iter().take(SHOWN_MAX).map(|(object, event)| Row {
            uid: object.object.uid.clone(),
            revision: object.revision,
            event: event.clone(),
        });
        Arc::new(rows.collect::<Vec<_>>())
    });
    view! {
        <section class="events" aria-label=say("이벤트", "Events")>
            <Show
                when=move || rows.with(|rows| !rows.is_empty())
                fallback=move || view! {
                    <p class="empty">
                        {say(
                            "아직 이벤트가 없다. 컴포넌트들이 한 일을 이곳에 알린다.",
                            "No events yet. Here the components report what they did.",
                        )}
                    </p>
                }
            >
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{say("시각", "Time")}</th>
                            <th scope="col">"TYPE"</th>
                            <th scope="col">"REASON"</th>
                            <th scope="col">"OBJECT"</th>
                            <th scope="col">"MESSAGE"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For
                            each=move || rows.get().to_vec()
                            key=|row| (row.uid.clone(), row.revision)
                            let:row
                        >
                            <EventRow event=row.event/>
                        </For>
                    </tbody>
                </table>
            </Show>
        </section>
    }
    .into_any()
}

#[component]
fn EventRow(event: EventView) -> impl IntoView {
    let selection = expect_context::<Selection>();
    let language = use_language();
    let EventView { event_type, reason, message, regarding, count, last_ms, .. } = event;
    let class = if event_type == "Warning" { "warning" } else { "" };
    let name = short(&regarding);
    let times = (count > 1).then(|| view! { <span class="count">{format!("×{count}")}</span> });
    view! {
        <tr class=class>
            <td class="mono">{move || when(last_ms, language.get())}</td>
            <td>{event_type}</td>
            <td>{reason} {times}</td>
            <td>
                <button
                    type="button"
                    class="name"
                    on:click=move |_| selection.selected.set(Some(regarding.clone()))
                >
                    {name}
                </button>
            </td>
            <td>{message}</td>
        </tr>
    }
    .into_any()
}

/// `pod/web-1`
pub fn short(object: &ObjectRef) -> String {
    format!("{}/{}", object.kind.to_lowercase(), object.name)
}

/// As [`time`]; what was there before the sandbox's clock began is said to be so.
pub fn when(ms: Millis, language: Language) -> String {
    if ms < 0 { language.pick("시작 전", "before").to_owned() } else { time(ms) }
}

/// `12:04.250`: minutes, seconds and thousandths of model time.
pub fn time(ms: Millis) -> String {
    let (sign, ms) = if ms < 0 { ("-", -ms) } else { ("", ms) };
    format!("{sign}{:02}:{:02}.{:03}", ms / 60_000, ms / 1_000 % 60, ms % 1_000)
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_are_minutes_seconds_thousandths() {
        for (ms, expected) in
            [(0, "00:00.000"), (214, "00:00.214"), (3_725_004, "62:05.004"), (-1_500, "-00:01.500")]
        {
            assert_eq!(time(ms), expected);
        }
    }
}
