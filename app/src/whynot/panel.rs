//! The answer, beside the picture: sentences that lead to their moments, and the scheduler's table.

use std::collections::BTreeSet;

use leptos::prelude::*;
use protocol::{Moment, ObjectRef, Position, Verdict};

use super::{Answer, Finding, Past, finding, question, why_not};
use crate::i18n::{Language, say, use_language};
use crate::icons::{Icon, icon};
use crate::player::Player;
use crate::scene::Selection;

/// The player's own past, up to the playhead.
struct UpTo {
    player: Player,
    position: Position,
}

impl Past for UpTo {
    fn latest(&self, fits: &dyn Fn(&Moment) -> bool) -> Option<(Position, Moment)> {
        let found = self.player.latest(self.position, fits)?;
        Some((found.position, (*found).clone()))
    }
}

/// Shown while something is selected that is not as one would wish.
#[component]
pub fn WhyNot(player: Player, selection: Selection) -> impl IntoView {
    let language = use_language();
    let open = RwSignal::new(false);
    let answer = Memo::new(move |_| {
        let selected = selection.selected.get()?;
        let cluster = player.cluster();
        let past = UpTo { player, position: cluster.position };
        why_not(&cluster, &past, &selected)
    });
    // Another object is another question.
    let about = Memo::new(move |_| answer.with(|it| it.as_ref().map(|it| it.about.clone())));
    Effect::new(move |before: Option<Option<ObjectRef>>| {
        let about = about.get();
        if before.is_some_and(|before| before != about) {
            open.set(false);
        }
        about
    });
    let asked = move || {
        let language = language.get();
        answer.with(|it| it.as_ref().map(|it| question(it.question, &it.about.name, language)))
    };
    view! {
        <Show when=move || about.with(Option::is_some) && !open.get()>
            <button type="button" class="whynot-ask" on:click=move |_| open.set(true)>
                {asked}
            </button>
        </Show>
        <Show when=move || about.with(Option::is_some) && open.get()>
            <section class="whynot" aria-label=say("왜 아닌가", "Why not")>
                <button
                    type="button"
                    class="whynot-close"
                    aria-label=say("닫기", "Close")
                    on:click=move |_| open.set(false)
                >
                    {icon(Icon::X)}
                </button>
                {move || answer.get().map(|it| body(player, selection, &it, language.get()))}
            </section>
        </Show>
    }
}

fn body(
    player: Player,
    selection: Selection,
    answer: &Answer,
    language: Language,
) -> impl IntoView + use<> {
    let heading = question(answer.question, &answer.about.name, language);
    let items = answer.findings.iter().map(|it| item(player, selection, it, language));
    let table = (!answer.verdicts.is_empty()).then(|| table(&answer.verdicts, language));
    view! {
        <h2 class="whynot-question">{heading}</h2>
        <ul class="whynot-findings">{items.collect_view()}</ul>
        {table}
    }
}

fn item(
    player: Player,
    selection: Selection,
    found: &Finding,
    language: Language,
) -> impl IntoView + use<> {
    let moment = found.moment.map(|position| {
        view! {
            <button
                type="button"
                class="whynot-go"
                on:click=move |_| {
                    player.show(position);
                }
            >
                {language.pick("그 순간으로", "To that moment")}
            </button>
        }
    });
    let object = found.object.clone().map(|object| {
        let name = object.name.clone();
        view! {
            <button
                type="button"
                class="whynot-go mono"
                on:click=move |_| selection.selected.set(Some(object.clone()))
            >
                {name}
            </button>
        }
    });
    view! { <li>{finding(&found.fact, language)} " " {moment} " " {object}</li> }
}

/// More nodes than this are counted, not listed.
const ROWS_MAX: usize = 24;

/// Node by node, plugin by plugin.
fn table(verdicts: &[Verdict], language: Language) -> impl IntoView + use<> {
    let plugins: BTreeSet<&str> = verdicts
        .iter()
        .flat_map(|it| it.scores.iter().map(|(plugin, _)| plugin.as_str()))
        .collect();
    let heads = plugins.iter().map(|it| view! { <th scope="col">{(*it).to_owned()}</th> });
    let rows = verdicts.iter().take(ROWS_MAX).map(|verdict| {
        let cells = match &verdict.refused_by {
            Some(plugin) => {
                let span = (plugins.len() + 1).to_string();
                let text = format!("✕ {plugin}: {}", verdict.reason);
                view! { <td class="whynot-refused" colspan=span>{text}</td> }.into_any()
            }
            None => {
                let score = |plugin: &&str| {
                    let found = verdict.scores.iter().find(|(name, _)| name == plugin);
                    let score = found.map(|(_, score)| score.to_string()).unwrap_or_default();
                    view! { <td class="whynot-score">{score}</td> }
                };
                let scores: Vec<_> = plugins.iter().map(score).collect();
                view! {
                    {scores}
                    <td class="whynot-score is-total">{verdict.total}</td>
                }
                .into_any()
            }
        };
        let chosen = if verdict.chosen { "is-chosen" } else { "" };
        view! { <tr class=chosen><th scope="row">{verdict.node.clone()}</th>{cells}</tr> }
    });
    let more = verdicts.len().saturating_sub(ROWS_MAX);
    let more =
        (more > 0).then(|| language.pick(format!("그 밖에 {more}개"), format!("{more} more")));
    view! {
        <div class="whynot-table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{language.pick("노드", "Node")}</th>
                        {heads.collect_view()}
                        <th scope="col">{language.pick("합", "Total")}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        {more.map(|more| view! { <p class="whynot-more">{more}</p> })}
    }
}
