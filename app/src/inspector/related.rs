//! What an object has to do with others: who owns it, what it owns, which Services select it, where
//! it runs.

use std::collections::BTreeMap;

use leptos::prelude::*;
use protocol::{Detail, ObjectRef};

use crate::{
    events::short,
    i18n::{Language, use_language},
    player::{Cluster, Object, Player},
    scene::Selection,
};

/// How two objects belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Relation {
    Owner,
    Owns,
    SelectedBy,
    Selects,
    On,
}

impl Relation {
    fn words(self, language: Language) -> &'static str {
        match self {
            Relation::Owner => language.pick("소유자", "Owned by"),
            Relation::Owns => language.pick("소유하는 것", "Owns"),
            Relation::SelectedBy => language.pick("고르는 서비스", "Selected by"),
            Relation::Selects => language.pick("셀렉터가 고르는 것", "Selects"),
            Relation::On => language.pick("놓인 노드", "Runs on"),
        }
    }
}

/// Rows of links, one a relation; nothing where there are none.
#[component]
pub(super) fn Related(object: StoredValue<ObjectRef>) -> impl IntoView {
    let player = expect_context::<Player>();
    let language = use_language();
    let all = Memo::new(move |_| object.with_value(|object| related(&player.cluster(), object)));
    let row = move |(relation, objects): (Relation, Vec<ObjectRef>)| {
        let links = objects.into_iter().map(|object| view! { <Link object/> }).collect_view();
        view! {
            <div class="wide">
                <dt>{move || relation.words(language.get())}</dt>
                <dd class="links">{links}</dd>
            </div>
        }
    };
    view! {
        <dl class="facts related">
            {move || all.get().into_iter().map(row).collect_view()}
        </dl>
    }
    .into_any()
}

#[component]
fn Link(object: ObjectRef) -> impl IntoView {
    let selection = expect_context::<Selection>();
    let name = short(&object);
    view! {
        <button
            type="button"
            class="name mono"
            on:click=move |_| selection.selected.set(Some(object.clone()))
        >
            {name}
        </button>
    }
    .into_any()
}

fn related(cluster: &Cluster, object: &ObjectRef) -> BTreeMap<Relation, Vec<ObjectRef>> {
    let mut all = BTreeMap::<Relation, Vec<ObjectRef>>::new();
    let Some(found) = cluster.get(object) else { return all };
    let mut add = |relation, object: &ObjectRef| {
        all.entry(relation).or_default().push(object.clone());
    };
    if let Some(owner) = &found.owner {
        add(Relation::Owner, owner);
    }
    cluster.owned_by(&found.object).for_each(|owned| add(Relation::Owns, &owned.object));
    match &found.detail {
        Detail::Pod(pod) => {
            selecting(cluster, found)
                .for_each(|service| add(Relation::SelectedBy, &service.object));
            let node = pod.node.iter().map(|node| ObjectRef {
                api_version: "v1".to_owned(),
                kind: "Node".to_owned(),
                name: node.clone(),
                ..ObjectRef::default()
            });
            node.for_each(|node| add(Relation::On, &node));
        }
        Detail::Service(service) if !service.selector.is_empty() => {
            let pods = same_namespace(cluster, "Pod", found);
            let selected = pods.filter(|pod| matches(&service.selector, &pod.labels));
            selected.for_each(|pod| add(Relation::Selects, &pod.object));
        }
        _ => {}
    }
    all
}

fn same_namespace<'a>(
    cluster: &'a Cluster,
    kind: &str,
    of: &'a Object,
) -> impl Iterator<Item = &'a Object> {
    cluster.of_kind(kind).filter(|other| other.object.namespace == of.object.namespace)
}

/// The Services whose selector fits a Pod.
fn selecting<'a>(cluster: &'a Cluster, pod: &'a Object) -> impl Iterator<Item = &'a Object> {
    same_namespace(cluster, "Service", pod).filter(|service| match &service.detail {
        Detail::Service(view) => !view.selector.is_empty() && matches(&view.selector, &pod.labels),
        _ => false,
    })
}

fn matches(selector: &BTreeMap<String, String>, labels: &BTreeMap<String, String>) -> bool {
    selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}
