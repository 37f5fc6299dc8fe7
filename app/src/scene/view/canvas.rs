//! The drawing itself: an SVG whose unit is a CSS pixel, made to fit when there is not enough
//! height for it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::cards::Cards;
use super::control::ControlPlane;
use super::flight::{Ghosts, Trails};
use super::node::Nodes;
use super::pod::{Pods, Tray};
use crate::i18n::say;
use crate::scene::Stage;
use crate::scene::keys::{Direction, items, neighbour};
use crate::scene::layout::SHRINK;
use crate::scene::links::links;

#[component]
pub fn Canvas(stage: Stage) -> impl IntoView {
    let size = Memo::new(move |_| {
        stage.picture.with(|it| (it.after.width, it.after.height, it.after.narrow))
    });
    let view_box = move || {
        let (width, height, _) = size.get();
        format!("0 0 {width:.0} {height:.0}")
    };
    let style = move || {
        let (_, height, narrow) = size.get();
        let least = if narrow { height } else { height * SHRINK };
        format!("min-height:{least:.0}px")
    };
    view! {
        <svg
            class=move || format!("scene-picture {}", stage.lens.get().class())
            viewBox=view_box
            style=style
            preserveAspectRatio="xMidYMin meet"
            role="group"
            aria-label=say(
                "클러스터 그림. 화살표 키로 옮겨 다니고 Enter로 고른다.",
                "Picture of the cluster. Move with the arrow keys, select with Enter.",
            )
            on:keydown=move |event| go(stage, &event)
            on:focusin=move |event| {
                let here = event.target().and_then(|it| it.dyn_into::<web_sys::Element>().ok());
                if let Some(here) = here {
                    stage.focused.set(here.id());
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
            <Trails stage/>
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
                let path = |link: crate::scene::links::Link| {
                    view! { <path class=link.class d=link.curve.path()></path> }
                };
                links.get().into_iter().map(path).collect_view()
            }}
        </g>
    }
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
    let items = stage.picture.with_untracked(|it| items(&it.frame.after, &it.after));
    if key == "Enter" || key == " " {
        if let Some(item) = items.iter().find(|item| item.id == here.id()) {
            event.prevent_default();
            stage.selection.selected.set(Some(item.object.clone()));
        }
    } else if let Some(direction) = Direction::of_key(&key) {
        event.prevent_default();
        if let Some(item) = neighbour(&items, &here.id(), direction) {
            focus(&item.id);
        }
    }
}

fn focus(id: &str) {
    let element = document().get_element_by_id(id);
    if let Some(element) = element.and_then(|it| it.dyn_into::<web_sys::SvgElement>().ok()) {
        // An element that has gone meanwhile takes no focus, and nothing is lost.
        element.focus().unwrap_or_default();
    }
}
