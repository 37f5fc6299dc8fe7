//! The picture of the cluster at the playhead. What stands where, and what moves, is decided by
//! pure modules ([`layout`], [`motion`], [`trail`], gathered in [`picture`]); `view` draws it.

mod about;
mod camera;
mod chart;
mod filter;
mod geometry;
mod keys;
mod layout;
mod links;
mod look;
mod motion;
mod picture;
mod plain;
mod requests;
pub(crate) mod selectors;
mod sending;
mod sequence;
mod slots;
mod trail;
pub mod view;
mod workloads;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use leptos::prelude::*;
use protocol::ObjectRef;

use crate::i18n::{Language, say, use_language};
use crate::player::Player;
use crate::whynot::WhyNot;
use camera::Camera;
use filter::Filter;
use geometry::{Point, Room};
use keys::items;
use picture::Picture;
use view::{
    Canvas, Caption, ComparedList, LensBar, PointedAt, Sequence, Telling, Tools, Traffic,
    watch_room,
};

/// What is selected on the page, for all that shows it: provided as a context.
#[derive(Clone, Copy, Debug)]
pub struct Selection {
    pub selected: RwSignal<Option<ObjectRef>>,
}

impl Selection {
    pub fn new() -> Selection {
        Selection { selected: RwSignal::new(None) }
    }

    /// Selects an object; the same again lets go of it.
    pub fn toggle(self, object: &ObjectRef) {
        self.selected.update(|selected| {
            *selected = (selected.as_ref() != Some(object)).then(|| object.clone());
        });
    }

    /// Whether the object of that kind and name is selected. Tracked.
    pub fn is(self, object: &ObjectRef) -> bool {
        self.selected.with(|selected| {
            selected.as_ref().is_some_and(|it| {
                (&it.kind, &it.namespace, &it.name)
                    == (&object.kind, &object.namespace, &object.name)
            })
        })
    }
}

impl Default for Selection {
    fn default() -> Selection {
        Selection::new()
    }
}

/// What the picture shows first of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lens {
    /// Who talks to whom.
    #[default]
    Control,
    /// Who owns what.
    Ownership,
    /// Where requests of clients go.
    Traffic,
    /// What is asked for, of what there is.
    Resources,
    /// The same trace as lanes over time.
    Sequence,
}

impl Lens {
    pub const ALL: [Lens; 5] =
        [Lens::Control, Lens::Ownership, Lens::Traffic, Lens::Resources, Lens::Sequence];

    pub fn name(self, language: Language) -> &'static str {
        let (korean, english) = match self {
            Lens::Control => ("제어", "Control"),
            Lens::Ownership => ("소유", "Ownership"),
            Lens::Traffic => ("트래픽", "Traffic"),
            Lens::Resources => ("자원", "Resources"),
            Lens::Sequence => ("순서도", "Sequence"),
        };
        language.pick(korean, english)
    }

    /// The class that the stylesheet knows.
    pub fn class(self) -> &'static str {
        match self {
            Lens::Control => "lens-control",
            Lens::Ownership => "lens-ownership",
            Lens::Traffic => "lens-traffic",
            Lens::Resources => "lens-resources",
            Lens::Sequence => "lens-sequence",
        }
    }
}

/// What all parts of the picture read.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    player: Player,
    picture: Memo<Arc<Picture>>,
    /// The beat has come so far that its writes can be seen.
    landed: Memo<bool>,
    lens: RwSignal<Lens>,
    filter: RwSignal<Filter>,
    room: RwSignal<Room>,
    /// A closer look, if one was asked for.
    camera: RwSignal<Option<Camera>>,
    /// What is selected stays in the middle.
    follow: RwSignal<bool>,
    /// Where the pointer went down, and whether it has dragged since.
    drag: StoredValue<(Point, bool)>,
    pointed: RwSignal<Option<view::Pointed>>,
    selection: Selection,
    language: Signal<Language>,
    /// The id of the one element of the picture that Tab stops at.
    stop: Memo<String>,
    focused: RwSignal<String>,
}

impl Stage {
    fn new(player: Player) -> Stage {
        let room = RwSignal::new(Room::default());
        let filter = RwSignal::new(Filter::default());
        let picture = Memo::new_with_compare(
            move |previous: Option<&Arc<Picture>>| {
                let previous = previous.map(|picture| &**picture);
                filter.with(|filter| {
                    Arc::new(Picture::next(previous, player.frame(), (room.get(), filter)))
                })
            },
            |old, new| !old.zip(new).is_some_and(|(old, new)| Arc::ptr_eq(old, new)),
        );
        let landed = Memo::new(move |_| {
            let progress = player.progress();
            picture.with(|it| it.write_progress(progress)) >= motion::LANDED
        });
        let focused = RwSignal::new(String::new());
        Stage {
            player,
            picture,
            landed,
            lens: RwSignal::new(Lens::default()),
            filter,
            room,
            camera: RwSignal::new(None),
            follow: RwSignal::new(false),
            drag: StoredValue::new((Point::default(), false)),
            pointed: RwSignal::new(None),
            selection: use_context().unwrap_or_default(),
            language: use_language(),
            stop: stop(picture, focused),
            focused,
        }
    }

    /// A click on an object selects it, or lets go of it; one that ends a drag does not.
    fn choose(self, object: &ObjectRef) {
        if !self.drag.get_value().1 {
            self.selection.toggle(object);
        }
    }

    /// All that can be selected now.
    fn items_untracked(self) -> Vec<keys::Item> {
        self.picture.with_untracked(|it| items(&it.frame.after, &it.after))
    }

    /// `0` for the one element that Tab stops at: the others are reached by the arrow keys.
    fn tab_index(&self, id: &str) -> &'static str {
        if self.stop.with(|stop| stop == id) { "0" } else { "-1" }
    }
}

/// What Tab stops at: what had the focus last while it stands, or the first element.
fn stop(picture: Memo<Arc<Picture>>, focused: RwSignal<String>) -> Memo<String> {
    Memo::new(move |_| {
        let items = picture.with(|it| items(&it.frame.after, &it.after));
        focused.with(|id| {
            let stays = items.iter().any(|item| item.id == *id);
            let first = || items.first().map(|item| item.id.clone());
            if stays { id.clone() } else { first().unwrap_or_default() }
        })
    })
}

/// The picture of the cluster at the playhead. Wants a [`Selection`] in context.
#[component]
pub fn Scene(
    player: Player,
    /// The picture and what it tells, without its tools: within a text.
    #[prop(optional)]
    plain: bool,
) -> impl IntoView {
    let stage = Stage::new(player);
    let selection = stage.selection;
    let place = NodeRef::new();
    watch_room(place, stage.room, player);
    let known = Memo::new(move |_| player.face().known);
    let waiting = say("클러스터를 준비하는 중…", "Getting the cluster ready…");
    view! {
        <section class="scene" aria-label=say("클러스터", "Cluster")>
            {(!plain).then(|| view! {
                <div class="scene-bar">
                    <LensBar lens=stage.lens/>
                    <Tools stage/>
                </div>
            })}
            <div class="scene-stage">
            <div class="scene-room" node_ref=place>
                <Show
                    when=move || known.get()
                    fallback=move || view! { <p class="scene-waiting">{waiting}</p> }
                >
                    <Show
                        when=move || stage.lens.get() != Lens::Sequence
                        fallback=move || view! { <Sequence stage/> }
                    >
                        <Canvas stage/>
                    </Show>
                </Show>
            </div>
            {(!plain).then(|| view! {
                <Traffic stage/>
                <WhyNot player selection/>
                <ComparedList stage/>
            })}
            </div>
            <PointedAt stage/>
            <Caption stage/>
            <Telling stage/>
        </section>
    }
}
