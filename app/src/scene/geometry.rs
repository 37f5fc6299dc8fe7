//! Points, boxes and curves of the picture, in CSS pixels.

/// A place in the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Point {
    pub x: f64,
    pub y: f64,
}

impl Point {
    pub(crate) const fn new(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    /// The place between two others: 0 is the one, 1 the other.
    pub(crate) fn toward(self, other: Point, part: f64) -> Point {
        Point::new(self.x + (other.x - self.x) * part, self.y + (other.y - self.y) * part)
    }
}

/// A box, by its upper left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub(crate) const fn new(x: f64, y: f64, width: f64, height: f64) -> Rect {
        Rect { x, y, width, height }
    }

    pub(crate) fn around(center: Point, width: f64, height: f64) -> Rect {
        Rect::new(center.x - width / 2.0, center.y - height / 2.0, width, height)
    }

    pub(crate) fn right(self) -> f64 {
        self.x + self.width
    }

    pub(crate) fn bottom(self) -> f64 {
        self.y + self.height
    }

    pub(crate) fn center(self) -> Point {
        Point::new(self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    pub(crate) fn top_middle(self) -> Point {
        Point::new(self.center().x, self.y)
    }

    pub(crate) fn bottom_middle(self) -> Point {
        Point::new(self.center().x, self.bottom())
    }

    /// They share more than an edge.
    pub(crate) fn overlaps(self, other: Rect) -> bool {
        // Rounding is no overlap.
        const SLACK: f64 = 0.01;
        self.x + SLACK < other.right()
            && other.x + SLACK < self.right()
            && self.y + SLACK < other.bottom()
            && other.y + SLACK < self.bottom()
    }
}

/// The part of the page that the picture has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Room {
    pub width: f64,
    pub height: f64,
}

impl Default for Room {
    /// What the server draws for, until the browser knows better.
    fn default() -> Room {
        Room { width: 1040.0, height: 460.0 }
    }
}

/// A quadratic curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Curve {
    pub from: Point,
    pub bend: Point,
    pub to: Point,
}

impl Curve {
    pub(crate) fn line(from: Point, to: Point) -> Curve {
        Curve { from, bend: from.toward(to, 0.5), to }
    }

    pub(crate) fn at(self, part: f64) -> Point {
        self.from.toward(self.bend, part).toward(self.bend.toward(self.to, part), part)
    }

    /// As the `d` of an SVG path.
    pub(crate) fn path(self) -> String {
        let Curve { from, bend, to } = self;
        format!("M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}", from.x, from.y, bend.x, bend.y, to.x, to.y)
    }
}

/// The corners of a hexagon that stands on a corner, as the `points` of an SVG polygon.
pub(crate) fn hexagon(radius: f64) -> String {
    let (half, flat) = (radius / 2.0, radius * 0.866);
    format!(
        "0,{:.1} {flat:.1},{:.1} {flat:.1},{half:.1} 0,{radius:.1} {:.1},{half:.1} {:.1},{:.1}",
        -radius, -half, -flat, -flat, -half
    )
}
