//! Why something is as it is: the chain of causes in words, from what was asked about back to what
//! came from outside. Hops that only carry the news are left out; each sentence leads to its
//! moment.

use leptos::prelude::*;
use protocol::{Act, Actor, Change, Detail, Moment, Position, Reply, What};

use crate::i18n::{Language, say, use_language};
use crate::player::Player;
use crate::session::Session;
use crate::words;

/// One sentence of the chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub position: Position,
    pub at_ms: i64,
    pub sentence: String,
    /// It came from outside: there is no why of it.
    pub from_outside: bool,
}

/// A `Reply::Why` chain as sentences; each leads to its moment.
#[component]
pub fn Why(
    player: Player,
    /// From what was asked about, back to what came from outside.
    #[prop(into)]
    chain: Signal<Vec<Moment>>,
) -> impl IntoView {
    let language = use_language();
    let session = use_context::<Session>();
    let links = Memo::new(move |_| chain.with(|chain| links(chain, language.get())));
    let item = move |(index, link): (usize, Link)| {
        let at_ms = link.at_ms;
        let ago = move || ago(player, at_ms, language.get());
        view! {
            <li class="why-link" class:is-root=link.from_outside>
                <span class="why-because">{because(index, &link, language.get_untracked())}</span>
                <span class="why-words">{link.sentence}</span>
                <button
                    type="button"
                    class="why-go"
                    on:click=move |_| go(player, session, link.position, at_ms)
                >
                    <time>{words::clock_time(at_ms)}</time>
                    <span class="why-ago">{ago}</span>
                </button>
            </li>
        }
    };
    view! {
        <Show
            when=move || links.with(|links| !links.is_empty())
            fallback=move || view! {
                <p class="why-none">
                    {say("이것의 원인은 남아 있지 않다.", "Nothing is known of what caused this.")}
                </p>
            }
        >
            <ol class="why">
                {move || links.get().into_iter().enumerate().map(item).collect_view()}
            </ol>
        </Show>
    }
}

/// The moment may lie before what the page received: then the server shows the cluster of then.
pub(crate) fn go(player: Player, session: Option<Session>, position: Position, at_ms: i64) {
    if player.show(position) || player.go_to_time(at_ms) {
        return;
    }
    let Some(session) = session else { return };
    leptos::task::spawn_local(async move {
        if let Reply::Snapshot { snapshot } = session.send(Act::Seek { at_ms }).await {
            player.show_snapshot(&snapshot);
        }
    });
}

fn because(index: usize, link: &Link, language: Language) -> &'static str {
    if index == 0 {
        language.pick("지금", "Now")
    } else if link.from_outside {
        language.pick("처음에", "At first")
    } else {
        language.pick("왜냐하면", "because")
    }
}

fn ago(player: Player, at_ms: i64, language: Language) -> String {
    let passed = player.face().time_ms - at_ms;
    if passed < 1000 {
        return String::new();
    }
    let span = words::span(passed / 1000 * 1000, language);
    language.pick(format!("{span} 전"), format!("{span} ago"))
}

/// The sentences of a chain. A request and the watch that told of it say nothing that the write
/// between them does not; they stay only where they are all there is.
pub fn links(chain: &[Moment], language: Language) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for (index, moment) in chain.iter().enumerate() {
        let last = index + 1 == chain.len();
        if !(last || index == 0 || tells(moment)) {
            continue;
        }
        let link = Link {
            position: moment.position,
            at_ms: moment.at_ms,
            sentence: sentence(moment, language),
            from_outside: moment.causes.is_empty(),
        };
        // A component that looked again says the same again.
        if links.last().is_none_or(|last| last.sentence != link.sentence) {
            links.push(link);
        }
    }
    links
}

fn tells(moment: &Moment) -> bool {
    match &moment.what {
        What::Write { change, .. } => {
            !matches!(change, Change::Updated { object } if bookkeeping(&object.detail))
        }
        What::Decision { notes, verdicts, .. } => !notes.is_empty() || !verdicts.is_empty(),
        What::Packet { .. }
        | What::Container { .. }
        | What::Fault { .. }
        | What::Silence { .. } => true,
        What::Request { .. } => matches!(moment.actor, Actor::Client { .. }),
        What::Delivered { .. } | What::Programmed { .. } => false,
    }
}

/// Changes that only count what others did.
fn bookkeeping(detail: &Detail) -> bool {
    matches!(detail, Detail::EndpointSlice(_) | Detail::Event(_) | Detail::Other)
}

fn sentence(moment: &Moment, language: Language) -> String {
    match (&moment.what, &moment.actor) {
        (What::Fault { fault: protocol::Fault::NodeOff { node } }, _) => language.pick(
            format!("{node} 노드의 전원을 누군가 껐다."),
            format!("somebody switched node {node} off."),
        ),
        _ => words::sentence(moment, language),
    }
}
