//! The cards above the nodes: Deployments with their ReplicaSets, Services, and all other kinds
//! that rule over Pods, or that Pods use.

use super::filter::Filter;
use super::plain::has_card;
use crate::player::{Cluster, Object};
use protocol::{DeploymentView, Detail, ReplicaSetView, ServiceView};

/// One card, in the order of creation, so that a new one goes to the end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Card {
    pub object: Object,
    pub what: CardKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CardKind {
    /// With the ReplicaSets that have, or want, Pods; oldest first.
    Deployment { view: DeploymentView, sets: Vec<Set> },
    /// A ReplicaSet that no Deployment owns.
    ReplicaSet { set: Set },
    /// How many of its endpoints are ready, of how many.
    Service { view: ServiceView, ready: usize, all: usize },
    /// Any other kind: see [`super::plain`].
    Plain,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Set {
    pub object: Object,
    pub view: ReplicaSetView,
}

/// All cards of a cluster.
pub(crate) fn cards(cluster: &Cluster, filter: &Filter) -> Vec<Card> {
    let own = deployments(cluster).chain(lone_sets(cluster)).chain(services(cluster));
    let mut cards: Vec<Card> = own.chain(others(cluster)).collect();
    cards.retain(|card| filter.shows(&card.object) || selects(card, filter));
    cards.sort_by(|a, b| {
        let by = |card: &Card| (card.object.created_ms, card.object.object.clone());
        by(a).cmp(&by(b))
    });
    cards
}

/// A Service has seldom labels itself: it is shown with the Pods that it selects.
fn selects(card: &Card, filter: &Filter) -> bool {
    let CardKind::Service { view, .. } = &card.what else { return false };
    let mut as_pod = (*card.object).clone();
    as_pod.labels.clone_from(&view.selector);
    filter.shows(&as_pod)
}

fn others(cluster: &Cluster) -> impl Iterator<Item = Card> {
    let all = cluster.objects().filter(|object| has_card(object));
    all.map(|object| Card { object: object.clone(), what: CardKind::Plain })
}

impl Card {
    /// A small box is enough for it.
    pub(crate) fn is_chip(&self) -> bool {
        matches!(self.what, CardKind::Plain)
            && !matches!(
                self.object.detail,
                Detail::StatefulSet(_)
                    | Detail::DaemonSet(_)
                    | Detail::Job(_)
                    | Detail::CronJob(_)
                    | Detail::Ingress(_)
            )
    }
}

fn deployments(cluster: &Cluster) -> impl Iterator<Item = Card> {
    cluster.of_kind("Deployment").filter_map(|object| match &object.detail {
        Detail::Deployment(view) => {
            let sets = sets_of(cluster, object);
            let what = CardKind::Deployment { view: view.clone(), sets };
            Some(Card { object: object.clone(), what })
        }
        _ => None,
    })
}

fn set(object: &Object) -> Option<Set> {
    match &object.detail {
        Detail::ReplicaSet(view) => Some(Set { object: object.clone(), view: view.clone() }),
        _ => None,
    }
}

/// The ReplicaSets worth showing: those with Pods, or else the newest.
fn sets_of(cluster: &Cluster, deployment: &Object) -> Vec<Set> {
    let all = cluster.of_kind("ReplicaSet").filter(|set| {
        set.owner.as_ref().is_some_and(|owner| {
            owner.uid == deployment.object.uid
                && owner.name == deployment.object.name
                && set.object.namespace == deployment.object.namespace
        })
    });
    let mut all: Vec<Set> = all.filter_map(set).collect();
    all.sort_by_key(|set| (set.object.created_ms, set.object.object.name.clone()));
    let newest = all.last().cloned();
    all.retain(|set| set.view.desired > 0 || set.view.current > 0);
    if all.is_empty() { newest.into_iter().collect() } else { all }
}

fn lone_sets(cluster: &Cluster) -> impl Iterator<Item = Card> {
    cluster.of_kind("ReplicaSet").filter(|object| object.owner.is_none()).filter_map(|object| {
        let what = CardKind::ReplicaSet { set: set(object)? };
        Some(Card { object: object.clone(), what })
    })
}

/// Services that select Pods; the one named `kubernetes` stands for the API server itself.
fn services(cluster: &Cluster) -> impl Iterator<Item = Card> {
    cluster.of_kind("Service").filter_map(|object| match &object.detail {
        Detail::Service(view) if !view.selector.is_empty() => {
            let ready = endpoints(cluster, object).filter(|(_, ready)| *ready).count();
            let all = endpoints(cluster, object).count();
            let what = CardKind::Service { view: view.clone(), ready, all };
            Some(Card { object: object.clone(), what })
        }
        _ => None,
    })
}

/// The Pods' names behind a Service, and whether each is ready, from its EndpointSlices.
pub(crate) fn endpoints<'a>(
    cluster: &'a Cluster,
    service: &'a Object,
) -> impl Iterator<Item = (&'a str, bool)> {
    let slices = cluster.of_kind("EndpointSlice").filter_map(|object| match &object.detail {
        Detail::EndpointSlice(slice)
            if slice.service == service.object.name
                && object.object.namespace == service.object.namespace =>
        {
            Some(slice)
        }
        _ => None,
    });
    slices.flat_map(|slice| {
        slice.endpoints.iter().map(|it| (it.pod.as_deref().unwrap_or_default(), it.ready))
    })
}
