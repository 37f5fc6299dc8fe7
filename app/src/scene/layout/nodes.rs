//! Where nodes stand, and Pods on them. With many Pods the hexagons shrink, and what is written
//! on them goes to the inspector; the size is the same on all nodes.

use super::{EDGE, GAP, Layout, Place};
use crate::player::Cluster;
use crate::scene::geometry::{Point, Rect, Room};
use crate::scene::slots::{Slots, home, identity};

/// How much of a Pod is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Hexagon, name and STATUS.
    #[default]
    Large,
    /// Hexagon.
    Medium,
    /// One of a dense grid.
    Small,
}

/// Sizes of a level.
struct Sizes {
    cell: (f64, f64),
    radius: f64,
    node_width: f64,
    header: f64,
}

impl Level {
    const ALL: [Level; 3] = [Level::Large, Level::Medium, Level::Small];

    fn sizes(self) -> Sizes {
        match self {
            Level::Large => {
                Sizes { cell: (86.0, 86.0), radius: 24.0, node_width: 200.0, header: 68.0 }
            }
            Level::Medium => {
                Sizes { cell: (36.0, 36.0), radius: 15.0, node_width: 172.0, header: 62.0 }
            }
            Level::Small => {
                Sizes { cell: (18.0, 18.0), radius: 8.0, node_width: 118.0, header: 42.0 }
            }
        }
    }

    fn place(self, area: Rect, columns: usize, slot: usize) -> Place {
        let Sizes { cell: (width, height), radius, .. } = self.sizes();
        // Cells spread over the width they have.
        let step = area.width / columns as f64;
        let x = area.x + (slot % columns) as f64 * step + (step - width) / 2.0;
        let y = area.y + (slot / columns) as f64 * height;
        let cell = Rect::new(x, y, width, height);
        let labelled = self == Level::Large;
        let middle = if labelled { y + radius + 4.0 } else { y + height / 2.0 };
        Place { center: Point::new(cell.center().x, middle), radius, labelled, cell }
    }

    fn columns(self, width: f64) -> usize {
        ((width / self.sizes().cell.0).floor() as usize).max(1)
    }
}

/// A node's box.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct NodeBox {
    pub name: String,
    pub rect: Rect,
    /// Where its Pods stand.
    pub area: Rect,
    pub level: Level,
}

/// Pods without a node, in the tray: as large as they fit, so that the nodes under it stay where
/// they are.
pub(super) fn place_tray(layout: &mut Layout, cluster: &Cluster, slots: &Slots) {
    let tray = layout.tray;
    // Its title stands at the top.
    let area = Rect::new(tray.x + 8.0, tray.y + 22.0, tray.width - 16.0, tray.height - 26.0);
    let needed = slots.needed("");
    let labelled = needed <= Level::Large.columns(area.width).min(3);
    let size = cell_size(area, needed);
    let columns = ((area.width / size).floor() as usize).max(1);
    for (object, pod) in cluster.pods().filter(|(_, pod)| home(pod).is_empty()) {
        let Some(slot) = slots.of(home(pod), identity(object)) else { continue };
        let place = if labelled {
            in_small_tray(area, slot)
        } else {
            let x = area.x + (slot % columns) as f64 * size;
            let cell = Rect::new(x, area.y + (slot / columns) as f64 * size, size, size);
            Place { center: cell.center(), radius: size * 0.43, labelled: false, cell }
        };
        layout.pods.insert(identity(object).to_owned(), place);
    }
}

/// The largest cell of which the area holds so many.
fn cell_size(area: Rect, needed: usize) -> f64 {
    let holds = |size: f64| (area.width / size).floor() * (area.height / size).floor();
    let halves = (4..=64).rev().map(|half| f64::from(half) / 2.0);
    halves.into_iter().find(|size| holds(*size) >= needed as f64).unwrap_or(2.0)
}

/// Few Pods have room for their names in the tray.
fn in_small_tray(area: Rect, slot: usize) -> Place {
    let columns = Level::Large.columns(area.width).clamp(1, 3);
    let step = area.width / columns as f64;
    let cell = Rect::new(area.x + slot as f64 * step, area.y, step, 60.0);
    let center = Point::new(cell.center().x, cell.y + 17.0);
    Place { center, radius: 16.0, labelled: true, cell }
}

struct Grid {
    level: Level,
    /// Nodes side by side, and how wide each is.
    columns: usize,
    width: f64,
    /// Height of each row of nodes.
    rows: Vec<f64>,
}

impl Grid {
    fn height(&self) -> f64 {
        self.rows.iter().map(|row| row + GAP).sum::<f64>() - GAP
    }

    fn pod_columns(&self) -> usize {
        self.level.columns(self.width - 2.0 * PAD)
    }
}

const PAD: f64 = 10.0;

pub(super) fn place_nodes(
    layout: &mut Layout,
    cluster: &Cluster,
    slots: &Slots,
    top: f64,
    room: Room,
) {
    let names = drawn_nodes(cluster, slots);
    let needs: Vec<usize> = names.iter().map(|name| slots.needed(name)).collect();
    let inner = layout.width - 2.0 * EDGE;
    // A little more than the room is scaled down; much more is drawn smaller.
    let budget =
        if layout.narrow { 2600.0 } else { (room.height.max(420.0) * 1.2 - top).max(220.0) };
    let grids = Level::ALL.map(|level| grid(level, &needs, inner, layout.narrow));
    let fits = grids.iter().position(|grid| grid.height() <= budget);
    let Some(grid) = grids.into_iter().nth(fits.unwrap_or(Level::ALL.len() - 1)) else { return };
    let mut y = top;
    for (row, height) in grid.rows.iter().enumerate() {
        for (column, name) in names.iter().skip(row * grid.columns).take(grid.columns).enumerate() {
            let x = EDGE + column as f64 * (grid.width + GAP);
            place_node(layout, &grid, slots, name, Rect::new(x, y, grid.width, *height));
        }
        y += height + GAP;
    }
    place_pods(layout, cluster, slots, &grid);
    layout.height = y - GAP + EDGE;
}

/// Nodes of the control plane are drawn as its frame, unless Pods run on them.
fn drawn_nodes(cluster: &Cluster, slots: &Slots) -> Vec<String> {
    let mut nodes: Vec<_> = cluster.nodes().collect();
    nodes.retain(|(object, node)| !node.control_plane || slots.needed(&object.object.name) > 0);
    nodes.sort_by_key(|(object, node)| (node.control_plane, natural(&object.object.name)));
    nodes.into_iter().map(|(object, _)| object.object.name.clone()).collect()
}

/// `node-10` comes after `node-9`.
fn natural(name: &str) -> (String, u64) {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    (stem.to_owned(), name[stem.len()..].parse().unwrap_or(0))
}

fn grid(level: Level, needs: &[usize], inner: f64, narrow: bool) -> Grid {
    let sizes = level.sizes();
    let fit = ((inner + GAP) / (sizes.node_width + GAP)).floor() as usize;
    let most = if narrow && level != Level::Small { 1 } else { fit.max(1) };
    let rows = needs.len().max(1).div_ceil(most);
    let columns = needs.len().max(1).div_ceil(rows);
    let width = (inner + GAP) / columns as f64 - GAP;
    let pod_columns = level.columns(width - 2.0 * PAD);
    let height = |needs: &[usize]| {
        let most = needs.iter().copied().max().unwrap_or(0).max(1);
        sizes.header + most.div_ceil(pod_columns) as f64 * sizes.cell.1 + PAD
    };
    let rows = needs.chunks(columns).map(height).collect();
    Grid { level, columns, width, rows }
}

fn place_node(layout: &mut Layout, grid: &Grid, slots: &Slots, name: &str, rect: Rect) {
    let header = grid.level.sizes().header;
    let area = Rect::new(
        rect.x + PAD,
        rect.y + header,
        rect.width - 2.0 * PAD,
        rect.height - header - PAD,
    );
    let next = grid.level.place(area, grid.pod_columns(), slots.free(name));
    layout.next.insert(name.to_owned(), next);
    layout.nodes.push(NodeBox { name: name.to_owned(), rect, area, level: grid.level });
}

fn place_pods(layout: &mut Layout, cluster: &Cluster, slots: &Slots, grid: &Grid) {
    for (object, pod) in cluster.pods().filter(|(_, pod)| !home(pod).is_empty()) {
        let Some(node) = layout.node(home(pod)) else { continue };
        let Some(slot) = slots.of(home(pod), identity(object)) else { continue };
        let place = grid.level.place(node.area, grid.pod_columns(), slot);
        layout.pods.insert(identity(object).to_owned(), place);
    }
}
