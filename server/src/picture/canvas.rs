//! A canvas of pixels, and a PNG of it. Shapes have soft edges: how much of a pixel one covers is
//! taken from its distance to the edge.

use std::io::Write;

use flate2::{Compression, Crc, write::ZlibEncoder};

/// Red, green, blue.
pub(super) type Color = [u8; 3];

#[derive(Debug)]
pub(super) struct Canvas {
    width: usize,
    height: usize,
    /// Pixels to a unit of what is drawn.
    scale: f32,
    pixels: Vec<Color>,
}

/// Where something is, in units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) w: f32,
    pub(super) h: f32,
}

impl Rect {
    pub(super) fn inset(self, by: f32) -> Rect {
        let Rect { x, y, w, h } = self;
        Rect { x: x + by, y: y + by, w: w - 2.0 * by, h: h - 2.0 * by }
    }

    pub(super) fn middle(self) -> (f32, f32) {
        (self.x + self.w / 2.0, self.y + self.h / 2.0)
    }
}

impl Canvas {
    /// Of so many units, `width` pixels wide.
    pub(super) fn new(units: (f32, f32), width: usize, ground: Color) -> Canvas {
        let scale = width as f32 / units.0;
        let height = (units.1 * scale).round() as usize;
        Canvas { width, height, scale, pixels: vec![ground; width * height] }
    }

    /// A rectangle with round corners.
    pub(super) fn fill(&mut self, rect: Rect, radius: f32, color: Color) {
        let (half_w, half_h) = (rect.w / 2.0, rect.h / 2.0);
        let radius = radius.min(half_w).min(half_h);
        let middle = rect.middle();
        self.cover(rect, color, |x, y| {
            let dx = (x - middle.0).abs() - half_w + radius;
            let dy = (y - middle.1).abs() - half_h + radius;
            dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0) - radius
        });
    }

    /// The same with a border of another colour.
    pub(super) fn frame(&mut self, rect: Rect, radius: f32, border: Color, inside: Color) {
        self.fill(rect, radius, border);
        self.fill(rect.inset(2.0), (radius - 2.0).max(0.0), inside);
    }

    pub(super) fn line(&mut self, from: (f32, f32), to: (f32, f32), width: f32, color: Color) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = (dx * dx + dy * dy).max(f32::EPSILON);
        let (x, y) = (from.0.min(to.0) - width, from.1.min(to.1) - width);
        let around = Rect { x, y, w: dx.abs() + 2.0 * width, h: dy.abs() + 2.0 * width };
        self.cover(around, color, |x, y| {
            let along = (((x - from.0) * dx + (y - from.1) * dy) / length).clamp(0.0, 1.0);
            (x - from.0 - along * dx).hypot(y - from.1 - along * dy) - width / 2.0
        });
    }

    /// Paints what `distance` says lies inside: negative there, in units from the edge.
    fn cover(&mut self, around: Rect, color: Color, distance: impl Fn(f32, f32) -> f32) {
        let pixel = |unit: f32, max: usize| ((unit * self.scale).max(0.0) as usize).min(max);
        let (left, top) = (pixel(around.x - 1.0, self.width), pixel(around.y - 1.0, self.height));
        let right = pixel(around.x + around.w + 2.0, self.width);
        let bottom = pixel(around.y + around.h + 2.0, self.height);
        for row in top..bottom {
            for column in left..right {
                let (x, y) = (column as f32 + 0.5, row as f32 + 0.5);
                let outside = distance(x / self.scale, y / self.scale) * self.scale;
                let share = (0.5 - outside).clamp(0.0, 1.0);
                if share > 0.0 {
                    let under = &mut self.pixels[row * self.width + column];
                    *under = mixed(*under, color, share);
                }
            }
        }
    }

    /// The picture as a file. <https://www.w3.org/TR/png-3/>
    pub(super) fn png(&self) -> Vec<u8> {
        let mut lines = Vec::with_capacity((self.width * 3 + 1) * self.height);
        for row in self.pixels.chunks(self.width) {
            // As it is: the compression does what there is to do.
            lines.push(0);
            lines.extend(row.iter().flatten());
        }
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
        // Writing into memory does not fail.
        let _ = packed.write_all(&lines);
        let packed = packed.finish().unwrap_or_default();
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        let mut head = Vec::new();
        head.extend((self.width as u32).to_be_bytes());
        head.extend((self.height as u32).to_be_bytes());
        // Eight bits a channel, three channels.
        head.extend([8, 2, 0, 0, 0]);
        chunk(&mut file, b"IHDR", &head);
        chunk(&mut file, b"IDAT", &packed);
        chunk(&mut file, b"IEND", &[]);
        file
    }
}

fn chunk(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    file.extend((data.len() as u32).to_be_bytes());
    let begin = file.len();
    file.extend(name);
    file.extend(data);
    let mut crc = Crc::new();
    crc.update(&file[begin..]);
    file.extend(crc.sum().to_be_bytes());
}

fn mixed(under: Color, over: Color, share: f32) -> Color {
    let one =
        |n: usize| (f32::from(under[n]) * (1.0 - share) + f32::from(over[n]) * share).round() as u8;
    [one(0), one(1), one(2)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inside_is_painted_and_edges_are_soft() {
        let mut canvas = Canvas::new((10.0, 10.0), 10, [0; 3]);
        canvas.fill(Rect { x: 2.0, y: 2.0, w: 5.5, h: 6.0 }, 0.0, [200; 3]);
        let at = |x: usize, y: usize| canvas.pixels[y * 10 + x][0];
        assert_eq!((at(4, 4), at(0, 4), at(9, 4)), (200, 0, 0));
        assert_eq!(at(7, 4), 100, "half of it is covered");
        let png = canvas.png();
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!(&png[16..24], [0, 0, 0, 10, 0, 0, 0, 10]);
    }
}
