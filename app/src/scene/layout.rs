//! Where everything stands: a pure function of the cluster, the slots of its Pods, and the room
//! there is. Wide rooms show the control plane in a row and the nodes in a grid under it; narrow
//! ones stack everything, so that it can be read on a telephone.

mod control;
mod nodes;

use std::collections::BTreeMap;

use protocol::{Actor, ObjectRef};

use super::filter::Filter;
use super::geometry::{Point, Rect, Room};
use super::slots::Slots;
use super::workloads::{Card, CardKind, cards};
use crate::player::Cluster;

pub(crate) use control::Control;
pub(crate) use nodes::{Level, NodeBox};

/// Narrower than this, everything is stacked.
const NARROW: f64 = 640.0;
/// Around the picture, and between its parts.
const EDGE: f64 = 14.0;
const GAP: f64 = 12.0;
pub(crate) const CARD_HEIGHT: f64 = 86.0;
const CARD_WIDTH: f64 = 224.0;
/// Boxes of what needs few words.
const CHIP_HEIGHT: f64 = 44.0;
const CHIP_WIDTH: f64 = 166.0;
/// Room for the wires between the control plane and what is under it.
const WIRES: f64 = 22.0;
/// The smallest that the picture is made, against its natural size, before it scrolls.
pub(crate) const SHRINK: f64 = 0.78;

/// Where a Pod is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    pub center: Point,
    pub radius: f64,
    /// Its name and STATUS are written under it.
    pub labelled: bool,
    /// The room it has, label included.
    pub cell: Rect,
}

/// Where everything stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Layout {
    pub width: f64,
    pub height: f64,
    pub narrow: bool,
    pub control: Control,
    /// Where the cards stand, by the objects' uids.
    pub cards: Vec<(Card, Rect)>,
    /// Where Pods wait that have no node.
    pub tray: Rect,
    pub nodes: Vec<NodeBox>,
    /// By the Pods' identity (see [`super::slots::identity`]).
    pub pods: BTreeMap<String, Place>,
    /// On each node, where the next Pod would go.
    pub next: BTreeMap<String, Place>,
}

impl Layout {
    pub(crate) fn new(cluster: &Cluster, filter: &Filter, slots: &Slots, room: Room) -> Layout {
        let width = room.width.max(300.0);
        let cards = cards(cluster, filter);
        let layout = Layout::of_width((cluster, &cards), slots, room, width);
        let excess = layout.height / room.height.max(1.0);
        if layout.narrow || excess <= 1.0 {
            return layout;
        }
        // It will be drawn smaller to fit: then there is more width to use.
        Layout::of_width((cluster, &cards), slots, room, width * excess.min(1.0 / SHRINK))
    }

    fn of_width(
        (cluster, cards): (&Cluster, &[Card]),
        slots: &Slots,
        room: Room,
        width: f64,
    ) -> Layout {
        let narrow = room.width < NARROW;
        let control = Control::new(width, narrow);
        let top = control.bottom + WIRES;
        let mut layout = Layout { width, narrow, control, ..Layout::default() };
        let bottom = layout.place_band(cards, top);
        nodes::place_tray(&mut layout, cluster, slots);
        let bottom = bottom.max(layout.tray.bottom());
        nodes::place_nodes(&mut layout, cluster, slots, bottom + GAP * 1.5, room);
        layout
    }

    /// Cards flow from left to right, small boxes under them; the tray stands at the right end, or
    /// under all. Returns where the band ends.
    fn place_band(&mut self, cards: &[Card], top: f64) -> f64 {
        let inner = self.width - 2.0 * EDGE;
        let tray_width = if self.narrow { inner } else { (inner * 0.27).max(200.0) };
        let flow = if self.narrow { inner } else { inner - tray_width - GAP };
        let (chips, large): (Vec<&Card>, Vec<&Card>) = cards.iter().partition(|it| it.is_chip());
        let above = self.flow(&large, top, (flow, CARD_WIDTH, CARD_HEIGHT));
        // Under the tray there is nothing more in the way.
        let beside = above > top + CARD_HEIGHT || self.narrow;
        let wide = if beside { inner } else { flow };
        let bottom = self.flow(&chips, above, (wide, CHIP_WIDTH, CHIP_HEIGHT));
        let used = (bottom - GAP - top).max(0.0);
        if self.narrow {
            let tray_top = if cards.is_empty() { top } else { top + used + GAP };
            self.tray = Rect::new(EDGE, tray_top, inner, CARD_HEIGHT);
        } else {
            self.tray = Rect::new(self.width - EDGE - tray_width, top, tray_width, CARD_HEIGHT);
        }
        top + used
    }

    /// Boxes of one size, row after row. Returns where the next row would begin.
    fn flow(&mut self, cards: &[&Card], top: f64, (room, wish, height): (f64, f64, f64)) -> f64 {
        let columns = ((room + GAP) / (wish * 0.82 + GAP)).floor().max(1.0);
        let width = ((room + GAP) / columns - GAP).min(wish);
        let columns = columns as usize;
        for (index, card) in cards.iter().enumerate() {
            let x = EDGE + (index % columns) as f64 * (width + GAP);
            let y = top + (index / columns) as f64 * (height + GAP);
            self.cards.push(((*card).clone(), Rect::new(x, y, width, height)));
        }
        top + cards.len().div_ceil(columns) as f64 * (height + GAP)
    }

    pub(crate) fn node(&self, name: &str) -> Option<&NodeBox> {
        self.nodes.iter().find(|node| node.name == name)
    }

    /// Where the card of an object stands.
    pub(crate) fn card(&self, object: &ObjectRef) -> Option<Rect> {
        let is = |card: &Card| {
            let own = &card.object.object;
            (&own.kind, &own.namespace, &own.name)
                == (&object.kind, &object.namespace, &object.name)
        };
        self.cards.iter().find(|(card, _)| is(card)).map(|(_, rect)| *rect)
    }

    /// The box that an actor works in.
    pub(crate) fn seat(&self, actor: &Actor) -> Rect {
        match actor {
            Actor::Client { .. } | Actor::Fault => self.control.client,
            Actor::ApiServer => self.control.api,
            Actor::Controller { .. } => self.control.manager,
            Actor::Scheduler => self.control.scheduler,
            Actor::Bootstrap => self.control.etcd,
            Actor::Kubelet { node } | Actor::KubeProxy { node } | Actor::Runtime { node } => {
                self.node(node).map_or(self.control.frame, |node| node.rect)
            }
        }
    }

    /// Where what owns Pods stands: a card, or a half of a Deployment's.
    pub(crate) fn set_rect(&self, uid: &str) -> Option<Rect> {
        self.cards.iter().find_map(|(card, rect)| match &card.what {
            CardKind::Deployment { sets, .. } => {
                let index = sets.iter().position(|set| set.object.object.uid == uid)?;
                Some(set_in_card(*rect, index, sets.len()))
            }
            CardKind::ReplicaSet { .. } | CardKind::Plain => {
                (card.object.object.uid == uid).then_some(*rect)
            }
            CardKind::Service { .. } => None,
        })
    }
}

/// ReplicaSets stand side by side in the lower part of their Deployment's card.
pub(crate) fn set_in_card(card: Rect, index: usize, count: usize) -> Rect {
    let (pad, gap) = (8.0, 6.0);
    // One alone leaves room for its successor, so that it does not jump when that comes.
    let columns = count.max(2) as f64;
    let width = (card.width - 2.0 * pad - gap * (columns - 1.0)) / columns;
    Rect::new(card.x + pad + index as f64 * (width + gap), card.y + 38.0, width, 40.0)
}
