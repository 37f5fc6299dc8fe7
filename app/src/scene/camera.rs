//! What part of the picture is looked at: all of it, or a closer look at a place.

use super::geometry::{Point, Rect, Room};

/// A closer look. Zoom 1 shows the whole picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Camera {
    pub zoom: f64,
    /// In the picture's own units.
    pub center: Point,
}

pub(crate) const ZOOM_MAX: f64 = 8.0;
/// One press of a button, or one turn of a wheel's notch.
pub(crate) const NOTCH: f64 = 1.3;

impl Camera {
    /// The whole picture.
    pub(crate) fn whole(width: f64, height: f64) -> Camera {
        Camera { zoom: 1.0, center: Point::new(width / 2.0, height / 2.0) }
    }

    /// The part of the picture that is seen, in the shape of the room.
    pub(crate) fn view(self, (width, height): (f64, f64), room: Room) -> Rect {
        let aspect = room.width.max(1.0) / room.height.max(1.0);
        let whole = width.max(height * aspect);
        let seen = whole / self.zoom;
        let (seen_width, seen_height) = (seen, seen / aspect);
        // Nothing is gained by looking beyond the edges, but where all of it is seen anyway.
        let keep = |center: f64, seen: f64, all: f64| {
            if seen >= all { all / 2.0 } else { center.clamp(seen / 2.0, all - seen / 2.0) }
        };
        let center = Point::new(
            keep(self.center.x, seen_width, width),
            keep(self.center.y, seen_height, height),
        );
        Rect::around(center, seen_width, seen_height)
    }

    /// Nearer or farther, so that what is under a point stays there.
    pub(crate) fn zoomed(self, times: f64, fixed: Point) -> Camera {
        let zoom = (self.zoom * times).clamp(1.0, ZOOM_MAX);
        let part = 1.0 - self.zoom / zoom;
        Camera { zoom, center: self.center.toward(fixed, part) }
    }

    pub(crate) fn moved(self, right: f64, down: f64) -> Camera {
        let center = Point::new(self.center.x + right, self.center.y + down);
        Camera { center, ..self }
    }

    /// Looks at a place, near enough to read it.
    pub(crate) fn at(self, center: Point) -> Camera {
        Camera { zoom: self.zoom.max(1.0), center }
    }

    pub(crate) fn is_whole(self) -> bool {
        self.zoom <= 1.0 + 1e-6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (f64, f64) = (1000.0, 1500.0);
    const ROOM: Room = Room { width: 800.0, height: 400.0 };

    #[test]
    fn the_whole_picture_is_seen_at_first() {
        let view = Camera::whole(SIZE.0, SIZE.1).view(SIZE, ROOM);
        assert!(view.width >= SIZE.0 && view.height >= SIZE.1, "{view:?}");
        assert_eq!(view.center(), Point::new(500.0, 750.0));
    }

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let camera = Camera { zoom: 3.0, center: Point::new(500.0, 700.0) };
        let fixed = Point::new(520.0, 720.0);
        let part = |view: Rect| ((fixed.x - view.x) / view.width, (fixed.y - view.y) / view.height);
        let before = part(camera.view(SIZE, ROOM));
        let after = part(camera.zoomed(1.5, fixed).view(SIZE, ROOM));
        assert!((before.0 - after.0).abs() < 1e-9 && (before.1 - after.1).abs() < 1e-9);
    }

    #[test]
    fn nobody_looks_beyond_the_edges() {
        let all = Rect::new(0.0, 0.0, SIZE.0, SIZE.1);
        for (x, y) in [(-400.0, -50.0), (5000.0, 20.0), (500.0, 9000.0)] {
            let camera = Camera { zoom: 6.0, center: Point::new(x, y) };
            let view = camera.view(SIZE, ROOM);
            assert!(view.x >= all.x && view.right() <= all.right() + 1e-9, "{view:?}");
            assert!(view.y >= all.y && view.bottom() <= all.bottom() + 1e-9, "{view:?}");
        }
        assert_eq!(Camera::whole(1.0, 1.0).zoomed(0.1, Point::default()).zoom, 1.0);
        assert_eq!(Camera::whole(1.0, 1.0).zoomed(100.0, Point::default()).zoom, ZOOM_MAX);
    }
}
