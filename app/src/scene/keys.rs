//! Going through the picture with the arrow keys: to the nearest thing in that direction.

use super::geometry::{Point, Rect};
use super::layout::Layout;
use super::workloads::CardKind;
use crate::player::Cluster;
use protocol::ObjectRef;

/// Something that can be selected.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    /// The id of its element.
    pub id: String,
    pub object: ObjectRef,
    pub rect: Rect,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Left,
    Right,
    Up,
    Down,
}

impl Direction {
    pub(crate) fn of_key(key: &str) -> Option<Direction> {
        match key {
            "ArrowLeft" => Some(Direction::Left),
            "ArrowRight" => Some(Direction::Right),
            "ArrowUp" => Some(Direction::Up),
            "ArrowDown" => Some(Direction::Down),
            _ => None,
        }
    }
}

/// The id of the element that stands for an object.
pub(crate) fn element_id(object: &ObjectRef) -> String {
    let who = if object.uid.is_empty() { &object.name } else { &object.uid };
    format!("scene-{}-{who}", object.kind.to_lowercase())
}

/// All that can be selected: cards, then nodes, then Pods.
pub(crate) fn items(cluster: &Cluster, layout: &Layout) -> Vec<Item> {
    let item =
        |object: &ObjectRef, rect| Item { id: element_id(object), object: object.clone(), rect };
    let mut items = Vec::new();
    for (card, rect) in &layout.cards {
        items.push(item(&card.object.object, *rect));
        if let CardKind::Deployment { sets, .. } = &card.what {
            items.extend(sets.iter().filter_map(|set| {
                let rect = layout.set_rect(&set.object.object.uid)?;
                Some(item(&set.object.object, rect))
            }));
        }
    }
    for (object, _) in cluster.nodes() {
        if let Some(node) = layout.node(&object.object.name) {
            // By its header: its Pods are things of their own.
            let rect = Rect { height: node.area.y - node.rect.y, ..node.rect };
            items.push(item(&object.object, rect));
        }
    }
    for (object, _) in cluster.pods() {
        if let Some(place) = layout.pods.get(super::slots::identity(object)) {
            items.push(item(&object.object, place.cell));
        }
    }
    items
}

/// The nearest item in a direction. What lies straight ahead is nearer than what lies aside.
pub(crate) fn neighbour<'a>(
    items: &'a [Item],
    from: &str,
    direction: Direction,
) -> Option<&'a Item> {
    let here = items.iter().find(|item| item.id == from)?.rect.center();
    let away = |item: &Item| cost(here, item.rect.center(), direction);
    items
        .iter()
        .filter(|item| item.id != from)
        .filter_map(|item| Some((away(item)?, item)))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, item)| item)
}

fn cost(from: Point, to: Point, direction: Direction) -> Option<f64> {
    let (right, down) = (to.x - from.x, to.y - from.y);
    let (ahead, aside) = match direction {
        Direction::Left => (-right, down),
        Direction::Right => (right, down),
        Direction::Up => (-down, right),
        Direction::Down => (down, right),
    };
    (ahead > 1.0).then(|| ahead + 3.0 * aside.abs())
}
