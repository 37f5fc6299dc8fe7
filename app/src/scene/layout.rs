//! Where everything stands: a pure function of the cluster, the slots of its Pods, and the room
//! there is. Wide rooms show the control plane in a row and the nodes in a grid under it; narrow
//! ones stack everything, so that it can be read on a telephone.

mod control;
mod nodes;

use std::collections::BTreeMap;

use protocol::Actor;

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
    pub(crate) fn new(cluster: &Cluster, slots: &Slots, room: Room) -> Layout {
        let width = room.width.max(300.0);
        let layout = Layout::of_width(cluster, slots, room, width);
        let excess = layout.height / room.height.max(1.0);
        if layout.narrow || excess <= 1.0 {
            return layout;
        }
        // It will be drawn smaller to fit: then there is more width to use.
        Layout::of_width(cluster, slots, room, width * excess.min(1.0 / SHRINK))
    }

    fn of_width(cluster: &Cluster, slots: &Slots, room: Room, width: f64) -> Layout {
        let narrow = room.width < NARROW;
        let control = Control::new(width, narrow);
        let top = control.bottom + WIRES;
        let mut layout = Layout { width, narrow, control, ..Layout::default() };
        let bottom = layout.place_band(cards(cluster), top);
        nodes::place_tray(&mut layout, cluster, slots);
        let bottom = bottom.max(layout.tray.bottom());
        nodes::place_nodes(&mut layout, cluster, slots, bottom + GAP * 1.5, room);
        layout
    }

    /// Cards flow from left to right; the tray stands at the right end, or under them. Returns
    /// where the band ends.
    fn place_band(&mut self, cards: Vec<Card>, top: f64) -> f64 {
        let inner = self.width - 2.0 * EDGE;
        let tray_width = if self.narrow { inner } else { (inner * 0.27).max(200.0) };
        let flow = if self.narrow { inner } else { inner - tray_width - GAP };
        let columns = ((flow + GAP) / (CARD_WIDTH * 0.82 + GAP)).floor().max(1.0);
        let card_width = ((flow + GAP) / columns - GAP).min(CARD_WIDTH);
        let columns = columns as usize;
        let rows = cards.len().div_ceil(columns).max(usize::from(!self.narrow));
        for (index, card) in cards.into_iter().enumerate() {
            let x = EDGE + (index % columns) as f64 * (card_width + GAP);
            let y = top + (index / columns) as f64 * (CARD_HEIGHT + GAP);
            self.cards.push((card, Rect::new(x, y, card_width, CARD_HEIGHT)));
        }
        let height = rows as f64 * (CARD_HEIGHT + GAP) - GAP;
        if self.narrow {
            let tray_top = if rows == 0 { top } else { top + height + GAP };
            self.tray = Rect::new(EDGE, tray_top, inner, CARD_HEIGHT);
        } else {
            self.tray = Rect::new(self.width - EDGE - tray_width, top, tray_width, CARD_HEIGHT);
        }
        top + height.max(0.0)
    }

    pub(crate) fn node(&self, name: &str) -> Option<&NodeBox> {
        self.nodes.iter().find(|node| node.name == name)
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

    /// Where a workload's half of a Deployment's card stands.
    pub(crate) fn set_rect(&self, uid: &str) -> Option<Rect> {
        self.cards.iter().find_map(|(card, rect)| match &card.what {
            CardKind::Deployment { sets, .. } => {
                let index = sets.iter().position(|set| set.object.object.uid == uid)?;
                Some(set_in_card(*rect, index, sets.len()))
            }
            CardKind::ReplicaSet { .. } => (card.object.object.uid == uid).then_some(*rect),
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
