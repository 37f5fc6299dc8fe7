//! ControllerRevisions: what a DaemonSet or StatefulSet remembers of its templates.
//!
//! One for each version of the template, numbered; going back to an old template gives its revision
//! the next number.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#revision-history>

use std::collections::BTreeSet;
use std::sync::Arc;

use k8s_openapi::api::apps::v1::ControllerRevision;
use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use k8s_openapi::apimachinery::pkg::runtime::RawExtension;
use serde::Serialize;
use serde_json::{Value, json};

use crate::call::{Call, Step};
use crate::component::{Note, Outcome};
use crate::components::ownership;
use crate::object::Object;
use crate::selector::Labels;
use crate::store::Objects;

/// The label of Pods that names their template's version.
pub const REVISION_HASH: &str = "controller-revision-hash";

/// The revisions of one owner, oldest first.
#[derive(Debug)]
pub struct History {
    revisions: Vec<Arc<ControllerRevision>>,
    /// Orphans to adopt, and revisions to release, before anything else.
    claims: Vec<Object>,
}

/// What a template that has no revision yet is to be recorded as.
#[derive(Debug)]
pub struct Fresh {
    pub hash: String,
    pub labels: Labels,
}

/// The revision of the owner's own template.
#[derive(Debug)]
pub enum Current {
    Is(Arc<ControllerRevision>),
    /// It must be made or renumbered first.
    Wants(Box<Outcome>),
    /// Another object has the name that it would get.
    Collides,
}

impl History {
    pub fn of(cache: &Objects, owner: &Object, selector: &LabelSelector) -> History {
        let claimed = ownership::claim::<ControllerRevision>(cache, owner, selector, |_| true);
        let mut revisions = claimed.owned;
        revisions.sort_by_cached_key(|revision| {
            let created = revision.metadata.creation_timestamp.as_ref().map(|time| time.0);
            (revision.revision, created, revision.metadata.name.clone())
        });
        History { revisions, claims: claimed.adopt.into_iter().chain(claimed.release).collect() }
    }

    /// By its name.
    pub fn named(&self, name: &str) -> Option<&Arc<ControllerRevision>> {
        self.revisions.iter().find(|revision| revision.metadata.name.as_deref() == Some(name))
    }

    /// The revision of this template, which `fresh` describes if it must be made.
    pub fn current(
        &self,
        cache: &Objects,
        owner: &Object,
        template: &PodTemplateSpec,
        fresh: Fresh,
    ) -> Current {
        if !self.claims.is_empty() {
            let calls = self.claims.iter().cloned().map(Call::Update);
            return Current::Wants(Box::new(Outcome::nothing().calls(calls)));
        }
        let data = data(template);
        let same = |revision: &&Arc<ControllerRevision>| {
            revision.data.as_ref().is_some_and(|known| known.0 == data)
        };
        let newest = self.revisions.last().map_or(0, |revision| revision.revision);
        match self.revisions.iter().rfind(same) {
            Some(known) if known.revision == newest => Current::Is(Arc::clone(known)),
            Some(known) => Current::Wants(Box::new(renumber(known, newest + 1))),
            None => make(cache, owner, data, newest + 1, fresh),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.revisions.len()
    }

    /// Deletes so many of the oldest revisions, those in use apart.
    pub fn truncate(&self, surplus: usize, live: &BTreeSet<String>) -> Vec<Step> {
        let is_live = |revision: &ControllerRevision| {
            revision.metadata.name.as_ref().is_some_and(|name| live.contains(name))
        };
        let delete = |revision: &Arc<ControllerRevision>| {
            Step::from(Call::delete(&Object::ControllerRevision(Arc::clone(revision))))
        };
        let dead = self.revisions.iter().filter(|revision| !is_live(revision));
        dead.take(surplus).map(delete).collect()
    }
}

fn renumber(known: &ControllerRevision, number: i64) -> Outcome {
    let name = known.metadata.name.clone().unwrap_or_default();
    let note = Note::new("OldRevisionAgain", format!("{name} has the template already"))
        .with("name", name)
        .with("revision", number);
    let renumbered = ControllerRevision { revision: number, ..known.clone() };
    Outcome::nothing().note(note).call(Call::Update(renumbered.into()))
}

fn make(cache: &Objects, owner: &Object, data: Value, number: i64, fresh: Fresh) -> Current {
    let name = format!("{}-{}", owner.name(), fresh.hash);
    if cache.get_typed::<ControllerRevision>(owner.namespace(), &name).is_some() {
        return Current::Collides;
    }
    let note = Note::new("NewRevision", format!("no revision has the template yet: {name}"))
        .with("name", &name)
        .with("revision", number);
    let revision = ControllerRevision {
        metadata: ObjectMeta {
            name: Some(name),
            namespace: Some(owner.namespace().to_owned()),
            labels: Some(fresh.labels),
            annotations: owner.metadata().annotations.clone(),
            owner_references: Some(vec![ownership::controlled_by(owner)]),
            ..ObjectMeta::default()
        },
        data: Some(RawExtension(data)),
        revision: number,
    };
    Current::Wants(Box::new(Outcome::nothing().note(note).call(Call::Create(revision.into()))))
}

/// What a revision holds: the patch that brings its template back.
fn data(template: &PodTemplateSpec) -> Value {
    let mut template = serde_json::to_value(template).unwrap_or_default();
    if let Some(fields) = template.as_object_mut() {
        fields.insert("$patch".to_owned(), "replace".into());
    }
    json!({"spec": {"template": template}})
}

/// The template that a revision holds.
pub fn template(revision: &ControllerRevision) -> Option<PodTemplateSpec> {
    let data = &revision.data.as_ref()?.0;
    let template = data.get("spec")?.get("template")?;
    // An unknown field, such as `$patch`, is passed over.
    serde_json::from_value(template.clone()).ok()
}

/// The letters that tell versions of a template apart in names: FNV-1a over its JSON and the count
/// of collisions, spelled in letters that make no words. Kubernetes hashes Go's print of the
/// struct, so its letters differ.
pub fn hash(of: &impl Serialize, collisions: Option<i32>) -> String {
    let json = serde_json::to_vec(of).unwrap_or_default();
    let bytes = json.into_iter().chain(collisions.unwrap_or_default().to_le_bytes());
    let hash = bytes
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    crate::random::safe_encode(&hash.to_string())
}
