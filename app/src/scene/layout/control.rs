//! Where the control plane stands.

use super::{EDGE, GAP};
use crate::scene::geometry::Rect;

/// The boxes of the control plane, and of who speaks to it from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Control {
    pub client: Rect,
    /// Around all that belongs to the control plane.
    pub frame: Rect,
    pub api: Rect,
    pub etcd: Rect,
    pub manager: Rect,
    pub scheduler: Rect,
    pub bottom: f64,
}

impl Control {
    pub(super) fn new(width: f64, narrow: bool) -> Control {
        if narrow { stacked(width) } else { in_a_row(width) }
    }
}

fn in_a_row(width: f64) -> Control {
    const HEIGHT: f64 = 60.0;
    let client_width = (width * 0.1).clamp(84.0, 124.0);
    let frame_x = EDGE + client_width + (width * 0.05).clamp(28.0, 64.0);
    let frame = Rect::new(frame_x, 14.0, width - EDGE - frame_x, 116.0);
    let (pad, y) = (16.0, frame.y + 36.0);
    // In hundredths of what the boxes have together: API server, etcd, controllers, scheduler.
    let shares = [0.26, 0.20, 0.29, 0.25];
    let gaps = (frame.width * 0.05).clamp(18.0, 56.0);
    let room = frame.width - 2.0 * pad - 3.0 * gaps;
    let mut x = frame.x + pad;
    let [api, etcd, manager, scheduler] = shares.map(|share| {
        let rect = Rect::new(x, y, room * share, HEIGHT);
        x = rect.right() + gaps;
        rect
    });
    let client = Rect::new(EDGE, y, client_width, HEIGHT);
    Control { client, frame, api, etcd, manager, scheduler, bottom: frame.bottom() }
}

fn stacked(width: f64) -> Control {
    const HEIGHT: f64 = 54.0;
    let inner = width - 2.0 * EDGE;
    let client = Rect::new(EDGE, 10.0, inner, 40.0);
    let frame = Rect::new(EDGE, client.bottom() + 26.0, inner, 2.0 * HEIGHT + 82.0);
    let pad = 10.0;
    let half = (inner - 2.0 * pad - GAP * 2.5) / 2.0;
    let left = frame.x + pad;
    let right = left + half + GAP * 2.5;
    let (first, second) = (frame.y + 30.0, frame.y + 30.0 + HEIGHT + 36.0);
    Control {
        client,
        frame,
        api: Rect::new(left, first, half, HEIGHT),
        etcd: Rect::new(right, first, half, HEIGHT),
        manager: Rect::new(left, second, half, HEIGHT),
        scheduler: Rect::new(right, second, half, HEIGHT),
        bottom: frame.bottom(),
    }
}
