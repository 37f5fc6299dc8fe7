//! The workbench: the regions of a page with a cluster on it. Beside the picture with its timeline
//! stand the editor, the terminal and its neighbours, and in a lesson its text.

mod console_tabs;
mod divider;
mod notices;
mod opening;
mod regions;
mod start;
mod undo;

use leptos::prelude::*;
use protocol::File;

use crate::{
    connect::Connect,
    editor::{Desk, Editor},
    embed::{self, EmbedBar, Panel, Share, use_embed},
    glossary::provide_glossary,
    header::TopBar,
    i18n::{say, use_language},
    player::Player,
    room::{RoomBar, Wire, held},
    scene::{Scene, Selection},
    session::{Place, Session, Wish},
    share::{ShareButton, SharedBar},
    terminal::{Console, Consoles},
    timeline::Timeline,
};
use console_tabs::{ConsoleTabs, Front};
use divider::{Axis, Divider};
use notices::{Notices, Preparing};
use opening::Opening;
use regions::{Picked, RegionTabs, Sizes};
use start::StartOver;
use undo::Undo;

/// A page with a cluster. In a lesson, `guide` is its text; without one the editor takes its place.
#[component]
pub fn Bench(
    place: Place,
    /// What the editor opens with.
    files: Vec<File>,
    #[prop(into)] trail: Signal<Vec<String>>,
    #[prop(optional)] guide: Option<Children>,
    /// How many the lesson has.
    #[prop(optional)]
    steps: usize,
) -> impl IntoView {
    // Whoever asked may have gone while the server waited for the lesson: then nobody reads this.
    #[cfg(feature = "ssr")]
    if use_context::<http::request::Parts>().is_none() {
        return ().into_any();
    }
    let opening = provide_all(place.clone(), files);
    let player = expect_context::<Player>();
    let is_lesson = guide.is_some();
    let sizes = Sizes::new(is_lesson);
    let region = RwSignal::new(regions::first(is_lesson));
    let embedded = use_embed().is_some();
    let wire = Wire::new();
    provide_context(wire);
    let held = held();
    if let Some(embed) = use_embed() {
        let title = Signal::derive(move || trail.get().pop().unwrap_or_default());
        let (session, desk) = (expect_context(), expect_context());
        let again = move || opening.begin_again(Wish::default());
        embed::speak(embed, place.clone(), session, desk, title, steps, again);
    }
    regions::follow(region);
    let (side, low) = match guide {
        Some(guide) => (guide().into_any(), Some(view! { <Editor/> }.into_any())),
        None => (view! { <Editor/> }.into_any(), None),
    };
    view! {
        <Bar place trail opening is_lesson/>
        <main
            id="main"
            // In a page with more than one cluster each is told apart by what it is about.
            aria-label=move || embedded.then(|| trail.get().pop()).flatten()
            class=regions::class(is_lesson)
            data-region=move || region.get().name()
            style=move || sizes.style()
        >
            {(!is_lesson).then(|| view! {
                <h1 class="visually-hidden">{move || trail.get().pop()}</h1>
            })}
            <RegionTabs region is_lesson/>
            <div class="notices">
                {(!embedded).then(|| view! { <RoomBar wire/> })}
                {view! { <SharedBar/> }.into_any()}
                <Notices opening/>
            </div>
            <div class="region side" inert=move || held.get()>{side}</div>
            <Divider axis=Axis::Column size=sizes.side label=say("왼쪽 너비", "Width of the left side")/>
            <div class="region picture" inert=move || held.get()>
                <Preparing/>
                {view! { <Scene player/> }.into_any()}
                <Picked region/>
                {view! { <Timeline player/> }.into_any()}
            </div>
            <Divider axis=Axis::Row size=sizes.low label=say("아래쪽 높이", "Height of the lower part")/>
            <div class="region low" inert=move || held.get()>
                {low.filter(|_| embed::shows(Panel::Editor)).map(|editor| view! {
                    <div class="low-editor">{editor}</div>
                    <Divider
                        axis=Axis::Inner
                        size=sizes.editor
                        label=say("편집기 너비", "Width of the editor")
                    />
                })}
                {view! { <ConsoleTabs/> }.into_any()}
            </div>
        </main>
    }
    .into_any()
}

/// Makes what the parts of the page share, and opens the sandbox.
fn provide_all(place: Place, files: Vec<File>) -> Opening {
    let player = Player::new();
    let session = Session::new(player);
    let texts = RwSignal::new(files.clone());
    let console = Console::new(session, texts);
    let desk = Desk::new(&place, texts, session, console);
    let opening = Opening::new(place, session, desk, files);
    provide_context(player);
    provide_context(session);
    provide_context(Selection::new());
    provide_context(console);
    provide_context(Consoles::new(console));
    provide_context(desk);
    provide_context(Front::new());
    provide_context(opening);
    provide_glossary();
    Effect::new(move |_| player.run());
    let language = use_language();
    Effect::new(move |_| session.speak(language.get()));
    opening
}

/// What stands above it all.
#[component]
fn Bar(
    place: Place,
    trail: Signal<Vec<String>>,
    opening: Opening,
    is_lesson: bool,
) -> impl IntoView {
    if use_embed().is_some() {
        return view! { <EmbedBar place trail><StartOver opening is_lesson/></EmbedBar> }
            .into_any();
    }
    view! {
        <TopBar trail>
            <Share slug=place.slug()/>
            <ShareButton/>
            <Connect/>
            <Undo/>
            <StartOver opening is_lesson/>
        </TopBar>
    }
    .into_any()
}
