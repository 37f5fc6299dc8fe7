//! A line between two regions that can be dragged, or moved by the arrow keys.

use leptos::{
    ev::{KeyboardEvent, PointerEvent},
    html,
    prelude::*,
};

const STEP: f64 = 2.0;
const SIZE_MIN: f64 = 15.0;
const SIZE_MAX: f64 = 75.0;

/// What a divider divides, and which side its size is measured from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    /// The left side of the bench from the rest: a share of its width, from the left.
    Column,
    /// The picture from what lies below it: a share of the bench's height, from the bottom.
    Row,
    /// Two columns within the lower part.
    Inner,
}

impl Axis {
    fn class(self) -> &'static str {
        match self {
            Axis::Column => "divider column",
            Axis::Row => "divider row",
            Axis::Inner => "divider inner",
        }
    }

    /// The size that a pointer at (x, y) in a box means, as a share in percent.
    fn share(self, x: f64, y: f64, width: f64, height: f64) -> f64 {
        match self {
            Axis::Column | Axis::Inner => 100.0 * x / width.max(1.0),
            Axis::Row => 100.0 * (height - y) / height.max(1.0),
        }
    }

    /// How a key changes the size.
    fn step(self, key: &str) -> Option<f64> {
        match (self, key) {
            (Axis::Row, "ArrowUp") | (Axis::Column | Axis::Inner, "ArrowRight") => Some(STEP),
            (Axis::Row, "ArrowDown") | (Axis::Column | Axis::Inner, "ArrowLeft") => Some(-STEP),
            _ => None,
        }
    }
}

/// The share of one region: what it is now and what it is at first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) share: RwSignal<f64>,
    pub(super) first: f64,
}

impl Size {
    fn set(self, share: f64) {
        self.share.set(share.clamp(SIZE_MIN, SIZE_MAX));
    }
}

#[component]
pub(super) fn Divider(axis: Axis, size: Size, label: Signal<&'static str>) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let dragged = RwSignal::new(false);
    let grasp = move |event: PointerEvent| {
        if let Some(node) = node.get() {
            node.set_pointer_capture(event.pointer_id()).unwrap_or_default();
            dragged.set(true);
        }
    };
    let drag = move |event: PointerEvent| {
        let around = node.get().and_then(|node| node.parent_element());
        if let (true, Some(around)) = (dragged.get_untracked(), around) {
            let rect = around.get_bounding_client_rect();
            let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
            size.set(axis.share(x - rect.left(), y - rect.top(), rect.width(), rect.height()));
        }
    };
    let key = move |event: KeyboardEvent| {
        let key = event.key();
        match (key.as_str(), axis.step(&key)) {
            ("Home", _) => size.set(size.first),
            (_, Some(step)) => size.set(size.share.get_untracked() + step),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <div
            node_ref=node
            class=axis.class()
            class:dragged=move || dragged.get()
            role="separator"
            tabindex="0"
            aria-label=label
            aria-orientation=if axis == Axis::Row { "horizontal" } else { "vertical" }
            aria-valuemin=SIZE_MIN.to_string()
            aria-valuemax=SIZE_MAX.to_string()
            aria-valuenow=move || size.share.get().round().to_string()
            on:pointerdown=grasp
            on:pointermove=drag
            on:pointerup=move |_| dragged.set(false)
            on:pointercancel=move |_| dragged.set(false)
            on:dblclick=move |_| size.set(size.first)
            on:keydown=key
        ></div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::Axis;

    #[test]
    fn a_pointer_means_a_share() {
        assert_eq!(Axis::Column.share(300.0, 0.0, 1_200.0, 800.0), 25.0);
        assert_eq!(Axis::Row.share(0.0, 600.0, 1_200.0, 800.0), 25.0);
        assert_eq!(Axis::Column.share(300.0, 0.0, 0.0, 0.0), 30_000.0);
    }

    #[test]
    fn keys_move_a_divider_along_its_axis() {
        assert_eq!(Axis::Row.step("ArrowUp"), Some(2.0));
        assert_eq!(Axis::Row.step("ArrowLeft"), None);
        assert_eq!(Axis::Inner.step("ArrowLeft"), Some(-2.0));
    }
}
