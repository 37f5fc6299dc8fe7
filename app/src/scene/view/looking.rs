//! Looking more closely: by buttons, by keys, by the wheel with Ctrl, by dragging; and following
//! what is selected.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::i18n::say;
use crate::scene::Stage;
use crate::scene::camera::{Camera, NOTCH};
use crate::scene::geometry::{Point, Rect};

/// A pointer that moves less has clicked.
const DRAG_LEAST: f64 = 4.0;

impl Stage {
    fn size(self) -> (f64, f64) {
        self.picture.with(|it| (it.after.width, it.after.height))
    }

    /// The part of the picture that is seen; none where all of it is, as it was laid out. Tracked.
    pub(super) fn seen(self) -> Option<Rect> {
        self.camera_now().map(|camera| camera.view(self.size(), self.room.get()))
    }

    pub(super) fn looks_close(self) -> bool {
        self.camera.with(Option::is_some) || self.follows_something()
    }

    fn follows_something(self) -> bool {
        self.follow.get() && self.selection.selected.with(Option::is_some)
    }

    fn camera_now(self) -> Option<Camera> {
        let camera = self.camera.get();
        if !self.follow.get() {
            return camera;
        }
        let place = self.selection.selected.with(|it| self.place_of(it.as_ref()?));
        let Some(place) = place else { return camera };
        Some(Camera { zoom: camera.map_or(2.0, |it| it.zoom), ..Camera::whole(0.0, 0.0) }.at(place))
    }

    /// Where an object is drawn now: a Pod that moves is followed on its way.
    fn place_of(self, object: &protocol::ObjectRef) -> Option<Point> {
        let item = self.picture.with(|it| {
            let items = crate::scene::keys::items(&it.frame.after, &it.after);
            items.into_iter().find(|item| {
                (&item.object.kind, &item.object.namespace, &item.object.name)
                    == (&object.kind, &object.namespace, &object.name)
            })
        })?;
        let id = if item.object.uid.is_empty() { item.object.name } else { item.object.uid };
        let motion = self.picture.with(|it| it.pods.get(&id).map(|pod| pod.motion));
        match motion.filter(|motion| !motion.is_still()) {
            Some(motion) => {
                let progress = self.player.progress();
                Some(motion.at(self.picture.with(|it| it.write_progress(progress))).center)
            }
            None => Some(item.rect.center()),
        }
    }

    /// Selects an object and brings it into view.
    pub(crate) fn go_to(self, object: &protocol::ObjectRef) {
        self.selection.selected.set(Some(object.clone()));
        let close = self.camera.get_untracked();
        if let Some(place) = untrack(|| self.place_of(object)) {
            let camera = close.unwrap_or(Camera { zoom: 2.0, center: place });
            self.camera.set(Some(camera.at(place)));
        }
    }

    fn zoom(self, times: f64, fixed: Option<Point>) {
        let (width, height) = untrack(|| self.size());
        let camera = untrack(|| self.camera_now()).unwrap_or(Camera::whole(width, height));
        let seen = camera.view((width, height), self.room.get_untracked());
        let next = Camera { center: seen.center(), ..camera };
        let next = next.zoomed(times, fixed.unwrap_or_else(|| seen.center()));
        self.camera.set((!next.is_whole() || times > 1.0).then_some(next));
    }

    /// All of it; the same again goes back to the size that can be read.
    fn fit(self) {
        let (width, height) = untrack(|| self.size());
        self.follow.set(false);
        let whole = Camera::whole(width, height);
        let already = self.camera.get_untracked().is_some_and(Camera::is_whole);
        self.camera.set((!already).then_some(whole));
    }
}

/// Where a pointer is, in the picture's own units.
fn place(stage: Stage, event: &web_sys::MouseEvent) -> Option<(Point, f64)> {
    // There may be other pictures on the page.
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let svg = target.closest(".scene-picture").ok().flatten()?;
    let bounds = svg.get_bounding_client_rect();
    let (width, height) = untrack(|| stage.size());
    let seen = untrack(|| stage.seen()).unwrap_or(Rect::new(0.0, 0.0, width, height));
    let scale = (bounds.width() / seen.width).min(bounds.height() / seen.height).max(1e-6);
    let left = bounds.left() + (bounds.width() - seen.width * scale) / 2.0;
    let x = seen.x + (f64::from(event.client_x()) - left) / scale;
    let y = seen.y + (f64::from(event.client_y()) - bounds.top()) / scale;
    Some((Point::new(x, y), scale))
}

/// With Ctrl or ⌘, as a pinch on a touchpad says it, the wheel goes nearer or farther; without, it
/// moves what is seen of a closer look.
pub(super) fn turn_wheel(stage: Stage, event: &web_sys::WheelEvent) {
    if event.ctrl_key() || event.meta_key() {
        event.prevent_default();
        let fixed = place(stage, event).map(|(point, _)| point);
        return stage.zoom((-event.delta_y() * 0.004).exp().clamp(0.5, 2.0), fixed);
    }
    let camera = stage.camera.get_untracked().filter(|camera| !camera.is_whole());
    if let (Some(camera), Some((_, scale))) = (camera, place(stage, event)) {
        event.prevent_default();
        stage.follow.set(false);
        let moved = camera.moved(event.delta_x() / scale, event.delta_y() / scale);
        stage.camera.set(Some(settled(stage, moved)));
    }
}

/// Kept where something is to be seen, so that the next move acts at once.
fn settled(stage: Stage, camera: Camera) -> Camera {
    let view = camera.view(untrack(|| stage.size()), stage.room.get_untracked());
    Camera { center: view.center(), ..camera }
}

/// A pointer goes down: it may begin to drag.
pub(super) fn drop_drag(stage: Stage, event: &web_sys::PointerEvent) {
    let at = Point::new(f64::from(event.client_x()), f64::from(event.client_y()));
    stage.drag.set_value((at, false));
}

/// A pointer that is held moves the picture with it.
pub(super) fn drag(stage: Stage, event: &web_sys::PointerEvent) {
    if event.buttons() & 1 == 0 {
        return;
    }
    let Some(camera) = stage.camera.get_untracked().filter(|camera| !camera.is_whole()) else {
        return;
    };
    let (from, drags) = stage.drag.get_value();
    let to = Point::new(f64::from(event.client_x()), f64::from(event.client_y()));
    let (right, down) = (to.x - from.x, to.y - from.y);
    if !drags && right.hypot(down) < DRAG_LEAST {
        return;
    }
    let Some((_, scale)) = place(stage, event) else { return };
    stage.drag.set_value((to, true));
    stage.follow.set(false);
    stage.camera.set(Some(settled(stage, camera.moved(-right / scale, -down / scale))));
}

/// Keys of a closer look; says whether it was one.
pub(super) fn look_by_key(stage: Stage, event: &web_sys::KeyboardEvent) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return false;
    }
    match event.key().as_str() {
        "+" | "=" => stage.zoom(NOTCH, None),
        "-" => stage.zoom(1.0 / NOTCH, None),
        "0" => stage.fit(),
        "f" | "F" => stage.follow.update(|follow| *follow = !*follow),
        _ => return false,
    }
    event.prevent_default();
    true
}

#[component]
pub fn Looking(stage: Stage) -> impl IntoView {
    let button = move |path: &'static str, name: Signal<&'static str>, act: fn(Stage)| {
        view! {
            <button
                type="button"
                class="look-button"
                aria-label=name
                title=name
                on:click=move |_| act(stage)
            >
                <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
                    <path d=path></path>
                </svg>
            </button>
        }
    };
    let following = move || stage.follow.get().to_string();
    let follow = say("고른 것을 따라간다 (F)", "Follow what is selected (F)");
    view! {
        <div class="looking" role="group" aria-label=say("가까이 보기", "Zoom")>
            {button("M5 12h14M12 5v14", say("가까이 (+)", "Zoom in (+)"), |it| it.zoom(NOTCH, None))}
            {button("M5 12h14", say("멀리 (−)", "Zoom out (−)"), |it| it.zoom(1.0 / NOTCH, None))}
            {button(
                "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
                say("모두 보기 (0)", "Show all (0)"),
                Stage::fit,
            )}
            <button
                type="button"
                class="look-button"
                aria-pressed=following
                aria-label=follow
                title=follow
                on:click=move |_| stage.follow.update(|it| *it = !*it)
            >
                <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
                    <path d="M12 2v4M12 18v4M2 12h4M18 12h4M12 7a5 5 0 1 0 .01 0"></path>
                </svg>
            </button>
        </div>
    }
}

/// The element of the picture that an event is about.
pub(super) fn element_of(target: Option<web_sys::EventTarget>) -> Option<web_sys::Element> {
    let element = target?.dyn_into::<web_sys::Element>().ok()?;
    element.closest("[role=button]").ok().flatten()
}
