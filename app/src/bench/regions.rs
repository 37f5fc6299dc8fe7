//! Which region a narrow screen shows, and how large each is on a wide one.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    console_tabs::{Front, Pane},
    divider::Size,
};
use crate::{
    browser,
    editor::use_desk,
    embed::{Panel, shows},
    events::short,
    i18n::say,
    icons::{Icon, icon},
    scene::Selection,
    terminal::use_console,
};

/// What a narrow screen shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Region {
    Guide,
    Picture,
    Editor,
    Console,
}

impl Region {
    /// As in `data-region`, which the style sheet reads.
    pub(super) fn name(self) -> &'static str {
        match self {
            Region::Guide => "guide",
            Region::Picture => "picture",
            Region::Editor => "editor",
            Region::Console => "console",
        }
    }
}

/// What a narrow screen shows at first.
pub(super) fn first(is_lesson: bool) -> Region {
    let regions = [
        (Region::Guide, is_lesson && shows(Panel::Lesson)),
        (Region::Picture, shows(Panel::Cluster)),
        (Region::Console, shows(Panel::Terminal)),
    ];
    regions.into_iter().find(|(_, shown)| *shown).map_or(Region::Editor, |(region, _)| region)
}

/// The workbench's classes: what it is, and what an embedding page leaves out.
pub(super) fn class(is_lesson: bool) -> String {
    let mut class = if is_lesson { "bench lesson" } else { "bench play" }.to_owned();
    let side = shows(if is_lesson { Panel::Lesson } else { Panel::Editor });
    let low = shows(Panel::Terminal) || (is_lesson && shows(Panel::Editor));
    let parts = [
        (side, " no-side"),
        (shows(Panel::Cluster), " no-picture"),
        (low, " no-low"),
        (shows(Panel::Terminal), " no-console"),
    ];
    for (_, missing) in parts.into_iter().filter(|(shown, _)| !shown) {
        class.push_str(missing);
    }
    class
}

/// Shows the region where something happens that the learner asked for.
pub(super) fn follow(region: RwSignal<Region>) {
    let console = use_console();
    let desk = use_desk();
    Effect::new(move |before: Option<u32>| {
        let called = console.called();
        if before.is_some_and(|before| before != called) {
            region.set(Region::Console);
        }
        called
    });
    Effect::new(move |before: Option<u32>| {
        let applied = desk.applied_well();
        if before.is_some_and(|before| before != applied)
            && region.get_untracked() == Region::Editor
        {
            region.set(Region::Picture);
        }
        applied
    });
}

/// The row of regions on a narrow screen.
#[component]
pub(super) fn RegionTabs(region: RwSignal<Region>, is_lesson: bool) -> impl IntoView {
    let tab = move |of: Region, name: Signal<&'static str>| {
        view! {
            <button
                type="button"
                aria-pressed=move || (region.get() == of).to_string()
                on:click=move |_| region.set(of)
            >
                {name}
            </button>
        }
    };
    view! {
        <nav class="region-tabs" aria-label=say("보이는 구역", "Region shown")>
            {(is_lesson && shows(Panel::Lesson)).then(|| tab(Region::Guide, say("학습", "Lesson")))}
            {shows(Panel::Cluster).then(|| tab(Region::Picture, say("그림", "Picture")))}
            {shows(Panel::Editor).then(|| tab(Region::Editor, say("편집기", "Editor")))}
            {shows(Panel::Terminal).then(|| tab(Region::Console, say("터미널", "Terminal")))}
        </nav>
    }
    .into_any()
}

/// On a narrow screen: what is selected, and the way to the inspector.
#[component]
pub(super) fn Picked(region: RwSignal<Region>) -> impl IntoView {
    let selection = expect_context::<Selection>();
    let front = expect_context::<Front>();
    let look = move |_| {
        front.show(Pane::Inspector);
        region.set(Region::Console);
    };
    view! {
        <p class="picked" hidden=move || selection.selected.with(Option::is_none)>
            <span class="mono">
                {move || selection.selected.with(|object| object.as_ref().map(short))}
            </span>
            <button type="button" class="button small" on:click=look>
                {icon(Icon::SEARCH)}
                {say("살펴보기", "Inspect")}
            </button>
        </p>
    }
    .into_any()
}

/// The shares of the regions on a wide screen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub(super) side: Size,
    pub(super) low: Size,
    pub(super) editor: Size,
}

/// The shares as the browser keeps them.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Kept {
    side: f64,
    low: f64,
    editor: f64,
}

impl Sizes {
    /// The shares of this browser's last visit to such a page.
    pub(super) fn new(is_lesson: bool) -> Sizes {
        let size = |first: f64| Size { share: RwSignal::new(first), first };
        let side = if is_lesson { 27.0 } else { 30.0 };
        let sizes = Sizes { side: size(side), low: size(34.0), editor: size(48.0) };
        let key = if is_lesson { "layout.lesson" } else { "layout.play" };
        Effect::new(move |first: Option<()>| {
            if first.is_none()
                && let Some(kept) = browser::recall_as::<Kept>(key)
            {
                sizes.side.share.set(kept.side);
                sizes.low.share.set(kept.low);
                sizes.editor.share.set(kept.editor);
            }
            let (side, low) = (sizes.side.share.get(), sizes.low.share.get());
            let editor = sizes.editor.share.get();
            if first.is_some() {
                browser::keep_as(key, &Kept { side, low, editor });
            }
        });
        sizes
    }

    pub(super) fn style(self) -> String {
        let (side, low) = (self.side.share.get(), self.low.share.get());
        format!("--side: {side:.2}%; --low: {low:.2}%; --editor: {:.2}%", self.editor.share.get())
    }
}
