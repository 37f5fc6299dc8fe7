//! Why a Service has no endpoints: its selector, and how the labels of Pods differ from it.

use std::collections::BTreeMap;

use protocol::{Detail, PodView};

use crate::player::{Cluster, Object};

/// One label that a selector wants and a Pod does not have so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub key: String,
    pub wanted: String,
    /// None: the Pod has no such label.
    pub has: Option<String>,
}

impl Difference {
    /// `app: helo ≠ app: hello`
    pub(crate) fn text(&self) -> String {
        let Difference { key, wanted, has } = self;
        match has {
            Some(has) => format!("{key}: {wanted} ≠ {key}: {has}"),
            None => format!("{key}: {wanted} ≠ ∅"),
        }
    }
}

/// Why there is nobody behind a Service.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Empty {
    /// It selects nothing: somebody else makes its endpoints.
    NoSelector,
    /// Its namespace has no Pods.
    NoPods,
    /// A Deployment would make Pods that match; it wants so many, and has none.
    NoneOf(Object, i32),
    /// No Pod has the labels; these come nearest, each with all that differs.
    Differs(Vec<(Object, Vec<Difference>)>),
    /// These match and are not ready.
    NotReady(Vec<Object>),
}

/// Pods that nearly match are told of, but not all of them.
const NEAR_MAX: usize = 3;

type Labels = BTreeMap<String, String>;

pub(crate) fn matches(selector: &Labels, labels: &Labels) -> bool {
    !selector.is_empty() && selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}

/// Why a Service has no ready endpoint; none if it has one.
pub(crate) fn empty(cluster: &Cluster, service: &Object) -> Option<Empty> {
    let Detail::Service(view) = &service.detail else { return None };
    if super::workloads::endpoints(cluster, service).any(|(_, ready)| ready) {
        return None;
    }
    if view.selector.is_empty() {
        return Some(Empty::NoSelector);
    }
    let here = || {
        let all = cluster.pods();
        all.filter(|(pod, _)| pod.object.namespace == service.object.namespace)
    };
    let matching: Vec<Object> =
        here().filter(|(pod, _)| matches(&view.selector, &pod.labels)).map(of).collect();
    if !matching.is_empty() {
        return Some(Empty::NotReady(matching));
    }
    if let Some((deployment, desired)) = maker(cluster, service, &view.selector) {
        return Some(Empty::NoneOf(deployment, desired));
    }
    let mut near: Vec<(Object, Vec<Difference>)> =
        here().map(|(pod, _)| (pod.clone(), differences(&view.selector, &pod.labels))).collect();
    if near.is_empty() {
        return Some(Empty::NoPods);
    }
    near.sort_by_key(|(pod, differences)| (distance(differences), pod.object.name.clone()));
    let best = distance(&near[0].1);
    near.retain(|(_, differences)| distance(differences) == best);
    near.truncate(NEAR_MAX);
    Some(Empty::Differs(near))
}

/// The Deployment whose Pods a selector would match, and how many it wants.
fn maker(cluster: &Cluster, service: &Object, selector: &Labels) -> Option<(Object, i32)> {
    cluster.of_kind("Deployment").find_map(|object| {
        let Detail::Deployment(view) = &object.detail else { return None };
        // `app=web,tier=front`: labels that all of its Pods have.
        let terms: Labels = view
            .selector
            .split(',')
            .filter_map(|term| term.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let here = object.object.namespace == service.object.namespace;
        (here && matches(selector, &terms)).then(|| (object.clone(), view.desired))
    })
}

fn of((pod, _): (&Object, &PodView)) -> Object {
    Object::clone(pod)
}

/// What differs between a selector and labels.
pub(crate) fn differences(selector: &Labels, labels: &Labels) -> Vec<Difference> {
    let terms = selector.iter().filter(|(key, value)| labels.get(*key) != Some(value));
    terms
        .map(|(key, wanted)| Difference {
            key: key.clone(),
            wanted: wanted.clone(),
            has: labels.get(key).cloned(),
        })
        .collect()
}

/// Another value is nearer than none; a value nearly the same is nearest.
fn distance(differences: &[Difference]) -> usize {
    let of = |difference: &Difference| match &difference.has {
        Some(has) => 10 + apart(has, &difference.wanted),
        None => 100,
    };
    differences.iter().map(of).sum()
}

/// How many characters two short words do not share at their ends.
fn apart(one: &str, other: &str) -> usize {
    let before = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let (one, other): (Vec<_>, Vec<_>) =
        (one.chars().skip(before).collect(), other.chars().skip(before).collect());
    let after = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    one.len().max(other.len()) - after
}
