//! What differs between the moment that is shown and another: in the picture, signs on what came,
//! went or changed; beside it, the same as a list.

use std::sync::Arc;

use leptos::prelude::*;
use protocol::ObjectRef;

use crate::i18n::{Language, say};
use crate::icons::{Icon, icon};
use crate::player::{Changed, Difference, Object};
use crate::scene::Stage;
use crate::scene::geometry::{Point, hexagon};
use crate::scene::keys::items;
use crate::scene::layout::{Layout, Place};
use crate::words;

/// More rows nobody reads.
const ROWS_MAX: usize = 60;
const FIELDS_MAX: usize = 4;

/// What an object has become since the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Came,
    Went,
    Changed,
}

impl Sign {
    fn class(self) -> &'static str {
        match self {
            Sign::Came => "compared is-came",
            Sign::Went => "compared is-went",
            Sign::Changed => "compared is-changed",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Sign::Came => "+",
            Sign::Went => "−",
            Sign::Changed => "Δ",
        }
    }
}

/// All that the comparison shows.
#[derive(Clone, Debug, PartialEq)]
struct Compared {
    difference: Difference,
    signs: Vec<(Sign, Point)>,
    /// Where Pods stood that have gone.
    ghosts: Vec<Place>,
}

fn compared(stage: Stage) -> Option<Arc<Compared>> {
    let (base, _) = stage.player.base()?;
    let before = stage.player.cluster_then(base);
    stage.picture.with(|picture| {
        let (after, layout) = (&picture.frame.after, &picture.after);
        let difference = Difference::between(&before, after);
        let items = items(after, layout);
        let corner = |object: &Object| {
            let item = items.iter().find(|item| item.object == object.object)?;
            Some(Point::new(item.rect.x + 6.0, item.rect.y + 6.0))
        };
        let all = difference.came.iter().map(|it| (Sign::Came, it));
        let all = all.chain(difference.changed.iter().map(|it| (Sign::Changed, &it.object)));
        let mut signs: Vec<_> =
            all.filter_map(|(sign, object)| Some((sign, corner(object)?))).collect();
        let then = picture.layout_of(&before);
        let ghosts = ghosts(&difference.went, &then);
        signs.extend(
            ghosts.iter().map(|it| (Sign::Went, Point::new(it.cell.x + 6.0, it.cell.y + 6.0))),
        );
        Some(Arc::new(Compared { difference, signs, ghosts }))
    })
}

fn ghosts(went: &[Object], then: &Layout) -> Vec<Place> {
    went.iter().filter_map(|it| then.pods.get(&it.object.uid).copied()).collect()
}

/// Signs on the picture.
#[component]
pub fn ComparedSigns(stage: Stage) -> impl IntoView {
    let compared = Memo::new(move |_| compared(stage));
    let sign = |(sign, at): &(Sign, Point)| {
        view! {
            <g class=sign.class() transform=format!("translate({:.1} {:.1})", at.x, at.y)>
                <circle r="8"></circle>
                <text y="4">{sign.text()}</text>
            </g>
        }
    };
    let ghost = |place: &Place| {
        let transform = format!("translate({:.1} {:.1})", place.center.x, place.center.y);
        let points = hexagon(place.radius);
        view! { <polygon class="compared-ghost" transform=transform points=points></polygon> }
    };
    view! {
        <g class="comparison" aria-hidden="true">
            {move || compared.get().map(|it| {
                let ghosts = it.ghosts.iter().map(ghost).collect_view();
                (ghosts, it.signs.iter().map(sign).collect_view())
            })}
        </g>
    }
}

/// The same as a list.
#[component]
pub fn ComparedList(stage: Stage) -> impl IntoView {
    let compared = Memo::new(move |_| compared(stage));
    let shown = Memo::new(move |_| compared.with(Option::is_some));
    let time = move || stage.player.base().map(|(_, at_ms)| words::clock_time(at_ms));
    let title = move || {
        let time = time().unwrap_or_default();
        let language = stage.language.get();
        language.pick(format!("{time}와 견주면"), format!("Compared with {time}"))
    };
    view! {
        <Show when=move || shown.get()>
            <section class="comparing" aria-label=say("두 순간 견주기", "Two moments compared")>
                <h2>{title}</h2>
                <button
                    type="button"
                    class="whynot-close"
                    aria-label=say("견주기 그만두기", "Stop comparing")
                    on:click=move |_| stage.player.compare_with(None)
                >
                    {icon(Icon::X)}
                </button>
                {move || compared.get().map(|it| list(stage, &it.difference))}
            </section>
        </Show>
    }
}

fn list(stage: Stage, difference: &Difference) -> impl IntoView + use<> {
    let language = stage.language.get();
    if difference.is_empty() {
        let none = language.pick("다른 것이 없다.", "Nothing differs.");
        return view! { <p class="comparing-none">{none}</p> }.into_any();
    }
    let came = difference.came.iter().map(|it| row(stage, Sign::Came, &it.object, language));
    let went = difference.went.iter().map(|it| row(stage, Sign::Went, &it.object, language));
    let rows: Vec<AnyView> = came
        .chain(went)
        .chain(difference.changed.iter().map(|it| changed(stage, it, language)))
        .take(ROWS_MAX)
        .collect();
    view! { <ul>{rows}</ul> }.into_any()
}

fn row(stage: Stage, sign: Sign, object: &ObjectRef, language: Language) -> AnyView {
    let word = match sign {
        Sign::Came => language.pick("생김", "came"),
        Sign::Went => language.pick("없어짐", "went"),
        Sign::Changed => language.pick("바뀜", "changed"),
    };
    let (name, target) = (words::object(object, language), object.clone());
    view! {
        <li class=sign.class()>
            <span class="comparing-sign" title=word>{sign.text()}</span>
            <button
                type="button"
                class="whynot-go"
                on:click=move |_| stage.selection.selected.set(Some(target.clone()))
            >
                {name}
            </button>
        </li>
    }
    .into_any()
}

fn changed(stage: Stage, it: &Changed, language: Language) -> AnyView {
    let none = |text: &str| if text.is_empty() { "∅".to_owned() } else { text.to_owned() };
    let fields = it.fields.iter().take(FIELDS_MAX).map(|field| {
        let words = format!("{}: {} → {}", field.path, none(&field.before), none(&field.after));
        view! { <li>{words}</li> }
    });
    let more = it.fields.len().saturating_sub(FIELDS_MAX);
    let more = (more > 0).then(|| view! { <li>{format!("+{more}")}</li> });
    view! {
        {row(stage, Sign::Changed, &it.object.object, language)}
        <li class="comparing-fields"><ul>{fields.collect_view()} {more}</ul></li>
    }
    .into_any()
}
