//! What is pointed at, or has the focus, says what it is.

use leptos::prelude::*;
use protocol::ObjectRef;

use super::looking::element_of;
use crate::scene::Stage;
use crate::scene::about::{About, about};

/// Wider than the widest that it says.
const WIDTH: f64 = 300.0;

/// What is pointed at, and where its words stand: on the page, in CSS pixels.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pointed {
    object: ObjectRef,
    left: f64,
    /// Under it, or where there is no room, over it.
    top: Option<f64>,
    bottom: f64,
}

pub(super) fn point_at(stage: Stage, target: Option<web_sys::EventTarget>) {
    let found = element_of(target).and_then(|element| {
        let items = stage.items_untracked();
        let id = element.id();
        let item = items.into_iter().find(|item| item.id == id)?;
        let bounds = element.get_bounding_client_rect();
        let page = document().document_element()?;
        let (width, height) = (f64::from(page.client_width()), f64::from(page.client_height()));
        let middle = bounds.left() + bounds.width() / 2.0;
        Some(Pointed {
            object: item.object,
            left: (middle - WIDTH / 2.0).clamp(6.0, (width - WIDTH - 6.0).max(6.0)),
            top: (bounds.bottom() < height * 0.6).then(|| bounds.bottom() + 8.0),
            bottom: height - bounds.top() + 8.0,
        })
    });
    if stage.pointed.with_untracked(|old| *old != found) {
        stage.pointed.set(found);
    }
}

pub(super) fn point_away(stage: Stage) {
    if stage.pointed.with_untracked(Option::is_some) {
        stage.pointed.set(None);
    }
}

/// Said to the eye alone: for the ear the element itself has a name.
#[component]
pub fn PointedAt(stage: Stage) -> impl IntoView {
    let said = Memo::new(move |_| {
        let pointed = stage.pointed.get()?;
        let landed = stage.landed.get();
        let language = stage.language.get();
        stage.picture.with(|it| {
            let cluster = it.shown(landed);
            let object = cluster.get(&pointed.object)?;
            Some((pointed, about(cluster, object, language)))
        })
    });
    move || said.get().map(|(pointed, about)| card(&pointed, about))
}

fn card(pointed: &Pointed, about: About) -> impl IntoView + use<> {
    let across = format!("left:{:.0}px;width:{WIDTH}px", pointed.left);
    let style = match pointed.top {
        Some(top) => format!("{across};top:{top:.0}px"),
        None => format!("{across};bottom:{:.0}px", pointed.bottom),
    };
    let row = |(name, value): (&'static str, String)| {
        view! { <div><dt>{name}</dt><dd>{value}</dd></div> }
    };
    view! {
        <div class="pointed" style=style aria-hidden="true">
            <p class="pointed-title">{about.title}</p>
            <dl>{about.rows.into_iter().map(row).collect_view()}</dl>
            {about.trouble.map(|trouble| view! { <p class="pointed-trouble">{trouble}</p> })}
        </div>
    }
}
