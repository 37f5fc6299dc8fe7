//! The drawing itself: an SVG whose unit is a CSS pixel, made to fit when there is not enough
//! height for it, or looked at more closely.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::cards::Cards;
use super::compared::ComparedSigns;
use super::control::ControlPlane;
use super::flight::{Ghosts, Trails};
use super::looking::{drag, drop_drag, look_by_key, turn_wheel};
use super::node::Nodes;
use super::pod::{Pods, Tray};
use super::pointed::{point_at, point_away};
use super::requests::Requests;
use crate::i18n::say;
use crate::scene::Stage;
use crate::scene::keys::{Direction, neighbour};
use crate::scene::layout::SHRINK;
use crate::scene::links::{Link, links};

#[component]
pub fn Canvas(stage: Stage) -> impl IntoView {
    let size = Memo::new(move |_| {
        stage.picture.with(|it| (it.after.width, it.after.height, it.after.narrow))
    });
    let view_box = move || match stage.seen() {
        Some(seen) => {
            format!("{:.1} {:.1} {:.1} {:.1}", seen.x, seen.y, seen.width, seen.height)
        }
        None => {
            let (width, height, _) = size.get();
            format!("0 0 {width:.0} {height:.0}")
        }
    };
    let close = Memo::new(move |_| stage.looks_close());
    let style = move || {
        if close.get() {
            return String::new();
        }
        let (_, height, narrow) = size.get();
        let least = if narrow { height } else { height * SHRINK };
        format!("min-height:{least:.0}px")
    };
    view! {
        <svg
            class=move || format!("scene-picture {}", stage.lens.get().class())
            class:is-close=move || close.get()
            viewBox=view_box
            style=style
            preserveAspectRatio="xMidYMin meet"
            role="group"
            aria-label=say(
                "클러스터 그림. 화살표 키로 옮겨 다니고 Enter로 고른다.",
                "Picture of the cluster. Move with the arrow keys, select with Enter.",
            )
            on:keydown=move |event| go(stage, &event)
            on:wheel=move |event| turn_wheel(stage, &event)
            on:pointerdown=move |event| drop_drag(stage, &event)
            on:pointermove=move |event| drag(stage, &event)
            on:pointerover=move |event| point_at(stage, event.target())
            on:pointerleave=move |_| point_away(stage)
            on:focusout=move |_| point_away(stage)
            on:focusin=move |event| {
                let here = event.target().and_then(|it| it.dyn_into::<web_sys::Element>().ok());
                if let Some(here) = here {
                    stage.focused.set(here.id());
                    if here.matches(":focus-visible").unwrap_or(false) {
                        point_at(stage, event.target());
                    }
                }
            }
        >
            <ControlPlane stage/>
            <Cards stage/>
            <Tray stage/>
            <Nodes stage/>
            <Links stage/>
            <Pods stage/>
            <Ghosts stage/>
            <Requests stage/>
            <Trails stage/>
            <ComparedSigns stage/>
        </svg>
    }
}

/// What belongs together, in the lenses that show it.
#[component]
fn Links(stage: Stage) -> impl IntoView {
    let links = Memo::new(move |_| {
        stage.picture.with(|it| links(&it.frame.after, &it.after, stage.lens.get()))
    });
    view! {
        <g class="links" aria-hidden="true">
            {move || {
                let all = links.get();
                let path = |link: &Link| {
                    view! { <path class=link.class d=link.curve.path()></path> }
                };
                let paths = all.iter().map(path).collect_view();
                (paths, all.iter().filter_map(label).collect_view())
            }}
        </g>
    }
}

/// What stands on a line, over its middle.
fn label(link: &Link) -> Option<impl IntoView + use<>> {
    let text = link.label.clone()?;
    let middle = link.curve.at(0.5);
    let width = text.chars().count() as f64 * 6.6 + 18.0;
    Some(view! {
        <g class="link-label">
            <rect
                x=middle.x - width / 2.0
                y=middle.y - 11.0
                width=width
                height="22"
                rx="11"
            ></rect>
            <text x=middle.x y=middle.y + 4.0>{text}</text>
        </g>
    })
}

/// Arrow keys move the focus, Enter and Space select, Escape lets go.
fn go(stage: Stage, event: &web_sys::KeyboardEvent) {
    let Some(here) = event.target().and_then(|it| it.dyn_into::<web_sys::Element>().ok()) else {
        return;
    };
    let key = event.key();
    if key == "Escape" {
        stage.selection.selected.set(None);
        return;
    }
    if look_by_key(stage, event) {
        return;
    }
    let items = stage.items_untracked();
    if key == "Enter" || key == " " {
        if let Some(item) = items.iter().find(|item| item.id == here.id()) {
            event.prevent_default();
            stage.selection.selected.set(Some(item.object.clone()));
        }
    } else if let Some(direction) = Direction::of_key(&key) {
        event.prevent_default();
        if let Some(item) = neighbour(&items, &here.id(), direction) {
            focus(&here, &item.id);
        }
    }
}

/// Moves the focus from one element to another of the same picture: there may be several on a page,
/// with nodes of the same name.
fn focus(from: &web_sys::Element, id: &str) {
    let picture = from.closest(".scene-picture").ok().flatten();
    let found = |it: web_sys::Element| it.query_selector(&format!("[id=\"{id}\"]")).ok().flatten();
    let element = picture.and_then(found);
    if let Some(element) = element.and_then(|it| it.dyn_into::<web_sys::SvgElement>().ok()) {
        // An element that has gone meanwhile takes no focus, and nothing is lost.
        element.focus().unwrap_or_default();
    }
}
