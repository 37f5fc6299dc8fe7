//! A cluster as a small picture without words: nodes with their Pods, above them what owns the Pods
//! and leads to them.

use std::collections::BTreeMap;

use orchestrator::{Kind, Object, World};
use serde_json::Value;

use super::canvas::{Canvas, Color, Rect};

/// The size in units; the proportions are those that sites want.
pub(super) const WIDTH: f32 = 1_200.0;
pub(super) const HEIGHT: f32 = 630.0;

const GROUND: Color = [0x0c, 0x13, 0x1e];
const PANEL: Color = [0x11, 0x1a, 0x28];
const RAISED: Color = [0x17, 0x23, 0x35];
const LINE: Color = [0x24, 0x33, 0x49];
const EDGE: Color = [0x5d, 0x72, 0x8f];
const BRASS: Color = [0xe2, 0xb0, 0x58];
const SEA: Color = [0x6f, 0xb2, 0xee];
const OK: Color = [0x5c, 0xc8, 0xa4];
const BAD: Color = [0xf0, 0x8a, 0x70];

const MARGIN: f32 = 60.0;
const GAP: f32 = 24.0;
/// Things of each sort that find a place.
const CHIPS_MAX: usize = 12;
const NODES_MAX: usize = 12;
const PODS_MAX: usize = 20;

/// A Pod, as far as the picture shows it.
struct Pod {
    node: String,
    color: Color,
    labels: BTreeMap<String, String>,
    namespace: String,
    owner: Option<String>,
}

/// Draws a world, `width` pixels wide.
pub(super) fn draw(world: &World, width: usize) -> Vec<u8> {
    let mut canvas = Canvas::new((WIDTH, HEIGHT), width, GROUND);
    wheel(&mut canvas, (MARGIN + 34.0, 84.0), 34.0);
    let pods = pods(world);
    let places = nodes(&mut canvas, world, &pods);
    let chips = chips(world);
    let step = 100.0;
    for (index, chip) in chips.iter().take(CHIPS_MAX).enumerate() {
        let rect =
            Rect { x: MARGIN + 120.0 + index as f32 * step * 0.86, y: 52.0, w: 64.0, h: 64.0 };
        for (pod, place) in pods.iter().zip(&places) {
            if let Some(place) = place.filter(|_| leads_to(chip, pod)) {
                let (x, y) = rect.middle();
                canvas.line((x, y + 32.0), (place.middle().0, place.y), 2.0, LINE);
            }
        }
        let color = if chip.kind() == Kind::Service { SEA } else { BRASS };
        let radius = if chip.kind() == Kind::Service { 32.0 } else { 12.0 };
        canvas.frame(rect, radius, color, RAISED);
        canvas.fill(rect.inset(22.0), radius / 3.0, color);
    }
    canvas.png()
}

/// The mark of the product: a ship's wheel.
fn wheel(canvas: &mut Canvas, (x, y): (f32, f32), size: f32) {
    for spoke in 0..8 {
        let angle = spoke as f32 * std::f32::consts::FRAC_PI_4;
        let (dx, dy) = (angle.cos() * size, angle.sin() * size);
        canvas.line((x, y), (x + dx, y + dy), 5.0, BRASS);
    }
    let ring = |by: f32| Rect { x: x - by, y: y - by, w: 2.0 * by, h: 2.0 * by };
    canvas.line((x, y), (x, y), 22.0, BRASS);
    // A ring is drawn as many short lines: nothing under it is lost.
    let rim = ring(size * 0.72);
    for part in 0..32 {
        let at = |part: usize| {
            let angle = part as f32 * std::f32::consts::PI / 16.0;
            (x + angle.cos() * rim.w / 2.0, y + angle.sin() * rim.h / 2.0)
        };
        canvas.line(at(part), at(part + 1), 5.0, BRASS);
    }
}

/// The nodes with their Pods; where each Pod is.
fn nodes(canvas: &mut Canvas, world: &World, pods: &[Pod]) -> Vec<Option<Rect>> {
    let all: Vec<&Object> = world.objects().filter(|it| it.kind() == Kind::Node).collect();
    let off: Vec<&str> =
        world.machines().filter(|machine| !machine.on).map(|machine| &*machine.node).collect();
    let count = all.len().clamp(1, NODES_MAX);
    let columns = if count <= 5 { count } else { count.div_ceil(2) };
    let rows = count.div_ceil(columns);
    let top = 180.0;
    let w = (WIDTH - 2.0 * MARGIN - GAP * (columns - 1) as f32) / columns as f32;
    let h = (HEIGHT - top - MARGIN - GAP * (rows - 1) as f32) / rows as f32;
    let mut places: Vec<Option<Rect>> = pods.iter().map(|_| None).collect();
    for (index, node) in all.iter().take(NODES_MAX).enumerate() {
        let (column, row) = ((index % columns) as f32, (index / columns) as f32);
        let rect = Rect { x: MARGIN + column * (w + GAP), y: top + row * (h + GAP), w, h };
        let border = if off.contains(&node.name()) { BAD } else { EDGE };
        canvas.frame(rect, 14.0, border, PANEL);
        let control = node.name().starts_with("control-plane");
        let bar = Rect { x: rect.x + 18.0, y: rect.y + 18.0, w: w * 0.4, h: 8.0 };
        canvas.fill(bar, 4.0, if control { BRASS } else { LINE });
        let here = pods.iter().enumerate().filter(|(_, pod)| pod.node == node.name());
        for (place, (number, pod)) in here.take(PODS_MAX).enumerate() {
            let rect = slot(rect, place);
            canvas.frame(rect, 10.0, pod.color, RAISED);
            canvas.fill(rect.inset(14.0), 4.0, pod.color);
            places[number] = Some(rect);
        }
    }
    places
}

/// The place of a Pod within its node.
fn slot(node: Rect, place: usize) -> Rect {
    let side = 46.0;
    let columns = (((node.w - 24.0) / (side + 12.0)) as usize).max(1);
    let (column, row) = ((place % columns) as f32, (place / columns) as f32);
    let (x, y) = (node.x + 18.0 + column * (side + 12.0), node.y + 44.0 + row * (side + 12.0));
    Rect { x, y, w: side, h: side }
}

fn is_own(object: &Object) -> bool {
    !object.namespace().starts_with("kube-")
}

fn pods(world: &World) -> Vec<Pod> {
    let own = world.objects().filter(|object| object.kind() == Kind::Pod && is_own(object));
    own.map(|object| {
        let json = object.to_json();
        let text = |path: &str| json.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let conditions = json.pointer("/status/conditions").and_then(Value::as_array);
        let ready = conditions.is_some_and(|all| {
            all.iter().any(|it| it["type"] == "Ready" && it["status"] == "True")
        });
        let color = match text("/status/phase") {
            "Running" if ready => OK,
            "Succeeded" => EDGE,
            "Failed" => BAD,
            _ => BRASS,
        };
        let labels = object.metadata().labels.clone().unwrap_or_default();
        let owner = object.controller().map(|owner| owner.name.clone());
        let (node, namespace) = (text("/spec/nodeName").to_owned(), object.namespace().to_owned());
        Pod { node, color, labels, namespace, owner }
    })
    .collect()
}

/// What stands above the nodes: what owns Pods, and Services.
fn chips(world: &World) -> Vec<&Object> {
    let kinds = [
        Kind::Service,
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::DaemonSet,
        Kind::CronJob,
        Kind::Job,
        Kind::ReplicaSet,
    ];
    let fits = |object: &&Object, kind| {
        object.kind() == kind
            && is_own(object)
            && object.controller().is_none()
            && object.name() != "kubernetes"
    };
    kinds
        .into_iter()
        .flat_map(|kind| world.objects().filter(move |object| fits(object, kind)))
        .collect()
}

fn leads_to(chip: &Object, pod: &Pod) -> bool {
    if chip.namespace() != pod.namespace {
        return false;
    }
    if chip.kind() == Kind::Service {
        let json = chip.to_json();
        let selector = json.pointer("/spec/selector").and_then(Value::as_object);
        return selector.is_some_and(|selector| {
            let has = |(name, value): (&String, &Value)| {
                pod.labels.get(name).map(String::as_str) == value.as_str()
            };
            !selector.is_empty() && selector.iter().all(has)
        });
    }
    // A Deployment's Pods are owned by ReplicaSets, a CronJob's by Jobs, named after them.
    let owner = pod.owner.as_deref().unwrap_or_default();
    owner == chip.name() || owner.starts_with(&format!("{}-", chip.name()))
}
