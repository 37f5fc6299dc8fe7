//! Deleting objects: at once, after a grace period, or when their finalizers are gone.
//! <https://kubernetes.io/docs/concepts/architecture/garbage-collection/>

use k8s_openapi::api::core::v1::{Namespace, Pod};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use k8s_openapi::jiff::SignedDuration;
use serde_json::{Value, json};

use super::answer::{Answer, success};
use super::body::Body;
use super::draft::Draft;
use super::path::Query;
use super::status::Status;
use super::update::{check_preconditions, is_released};
use crate::call::Propagation;
use crate::components::definitions;
use crate::kinds::{SYSTEM_CLASSES, quoted};
use crate::object::{Key, Kind, Object, Typed};
use crate::time::Clock;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};

const ORPHAN: &str = "orphan";
const FOREGROUND: &str = "foregroundDeletion";
/// Namespaces that the cluster cannot be without.
const IMMORTAL: &[&str] = &["default", "kube-system", "kube-public"];

/// `DeleteOptions`
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) uid: Option<String>,
    pub(super) rev: Option<String>,
    pub(super) grace_s: Option<i64>,
    pub(super) propagation: Option<Propagation>,
    pub(super) dry_run: bool,
}

impl Options {
    /// # Errors
    /// 400 or 422 for what makes no sense.
    pub(super) fn of(body: &Body<'_>) -> Result<Options, Status> {
        Options::of_json(&body.json())
    }

    /// # Errors
    /// 400 or 422 for what makes no sense.
    pub(super) fn of_eviction(body: &Body<'_>) -> Result<Options, Status> {
        Options::of_json(&body.json()["deleteOptions"])
    }

    fn of_json(json: &Value) -> Result<Options, Status> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let grace = &json["gracePeriodSeconds"];
        if !grace.is_null() && grace.as_i64().is_none() {
            return Err(Status::bad_request(
                "json: cannot unmarshal value into Go struct field \
                 DeleteOptions.gracePeriodSeconds of type int64",
            ));
        }
        Ok(Options {
            uid: text(&json["preconditions"]["uid"]),
            rev: text(&json["preconditions"]["resourceVersion"]),
            grace_s: grace.as_i64(),
            propagation: propagation(json["propagationPolicy"].as_str())?,
            dry_run: json["dryRun"].as_array().is_some_and(|all| !all.is_empty()),
        })
    }

    /// What is worth a warning in them.
    pub(super) fn warning(&self, kind: Kind) -> Option<&'static str> {
        (kind == Kind::Job && self.propagation.is_none()).then_some(
            "child pods are preserved by default when jobs are deleted; set \
             propagationPolicy=Background to remove them or set propagationPolicy=Orphan to \
             suppress this warning",
        )
    }

    /// What the body leaves open may stand in the query.
    ///
    /// # Errors
    /// 422 for an unknown policy.
    pub(super) fn or_query(mut self, query: &Query) -> Result<Options, Status> {
        self.grace_s = self.grace_s.or_else(|| query.number("gracePeriodSeconds"));
        self.propagation = self.propagation.or(propagation(query.get("propagationPolicy"))?);
        Ok(self)
    }
}

fn propagation(policy: Option<&str>) -> Result<Option<Propagation>, Status> {
    match policy {
        None | Some("") => Ok(None),
        Some("Background") => Ok(Some(Propagation::Background)),
        Some("Foreground") => Ok(Some(Propagation::Foreground)),
        Some("Orphan") => Ok(Some(Propagation::Orphan)),
        Some(other) => {
            let mut refused = Status::bad_request(format!(
                "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \
                 {}: supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"",
                quoted(other)
            ));
            (refused.code, refused.reason) = (422, "Invalid");
            Err(refused)
        }
    }
}

/// What became of an object.
#[derive(Debug)]
pub(super) struct Deleted {
    /// As it is now, or was last.
    pub(super) object: Object,
    pub(super) gone: bool,
}

impl Deleted {
    pub(super) fn into_answer(self) -> Answer {
        if !self.gone {
            return Answer::Object { object: self.object, code: 200 };
        }
        let key = self.object.key();
        let mut details = json!({
            "name": key.name(), "kind": key.plural(), "uid": self.object.uid(),
        });
        if !key.group().is_empty() {
            details["group"] = key.group().into();
        }
        Answer::json(success(Some(details)))
    }
}

/// Deletes an object, or begins to.
///
/// # Errors
/// 403, 404 or 409.
pub(super) fn delete(
    draft: &mut Draft<'_>,
    key: &Key,
    options: &Options,
) -> Result<Deleted, Status> {
    delete_object(draft, key, draft.get(key)?, options)
}

/// The same, where the object has changed in this draft.
///
/// # Errors
/// 403 or 409.
pub(super) fn delete_object(
    draft: &mut Draft<'_>,
    key: &Key,
    old: &Object,
    options: &Options,
) -> Result<Deleted, Status> {
    let wanted = ObjectMeta {
        uid: options.uid.clone(),
        resource_version: options.rev.clone(),
        ..ObjectMeta::default()
    };
    check_preconditions(key, &wanted, old)?;
    if key.kind == Kind::Namespace && IMMORTAL.contains(&key.name()) {
        return Err(Status::forbidden(key, "this namespace may not be deleted"));
    }
    if key.kind == Kind::PriorityClass && SYSTEM_CLASSES.iter().any(|(name, _)| *name == key.name())
    {
        let why = "this is a system priority class and cannot be deleted";
        return Err(Status::forbidden(key, why));
    }
    let mut object = old.clone();
    let grace = grace_period(&object, options);
    if is_pending(&object, options.grace_s.map(|_| grace)) {
        return Ok(Deleted { object, gone: false });
    }
    set_finalizers(object.metadata_mut(), options.propagation.or(by_default(key.kind)));
    if let Some(definition) = CustomResourceDefinition::of_mut(&mut object) {
        hold_definition(definition, draft.clock);
    }
    mark(&mut object, grace, draft.clock);
    let gone = is_released(&object);
    let object = if gone {
        // Only what ends gracefully is marked before it goes.
        draft.remove(if key.kind == Kind::Pod { object } else { old.clone() })
    } else if object == *old {
        object
    } else {
        draft.put(object)
    };
    Ok(Deleted { object, gone })
}

/// Seconds that the object is given to end. Only Pods that run somewhere take any.
fn grace_period(object: &Object, options: &Options) -> i64 {
    let Some(pod) = object.as_typed::<Pod>() else { return 0 };
    let spec = pod.spec.as_ref();
    let own = spec.and_then(|spec| spec.termination_grace_period_seconds);
    let placed =
        spec.and_then(|spec| spec.node_name.as_deref()).is_some_and(|node| !node.is_empty());
    let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
    let ended = matches!(phase, Some("Failed" | "Succeeded"));
    match options.grace_s.or(own).unwrap_or(0) {
        _ if !placed || ended => 0,
        negative @ ..0 => negative.abs().min(1),
        seconds => seconds,
    }
}

/// Whether its deletion was begun already and is not hastened.
fn is_pending(object: &Object, asked_s: Option<i64>) -> bool {
    let meta = object.metadata();
    match (&meta.deletion_timestamp, meta.deletion_grace_period_seconds) {
        (Some(_), Some(current)) => asked_s.is_none_or(|asked| asked >= current),
        (Some(_), None) => object.kind() == Kind::Namespace,
        _ => false,
    }
}

/// Jobs leave their Pods behind unless they are told otherwise, for the sake of old clients.
fn by_default(kind: Kind) -> Option<Propagation> {
    (kind == Kind::Job).then_some(Propagation::Orphan)
}

/// What happens to dependents is kept as a finalizer until the garbage collector has seen to it.
fn set_finalizers(meta: &mut ObjectMeta, propagation: Option<Propagation>) {
    let Some(propagation) = propagation else { return };
    let wanted = match propagation {
        Propagation::Background => None,
        Propagation::Foreground => Some(FOREGROUND),
        Propagation::Orphan => Some(ORPHAN),
    };
    let mut finalizers = meta.finalizers.take().unwrap_or_default();
    finalizers.retain(|one| Some(one.as_str()) == wanted || (one != ORPHAN && one != FOREGROUND));
    if let Some(wanted) = wanted
        && !finalizers.iter().any(|one| one == wanted)
    {
        finalizers.push(wanted.to_owned());
    }
    meta.finalizers = Some(finalizers).filter(|finalizers| !finalizers.is_empty());
}

/// A definition goes after its objects.
fn hold_definition(definition: &mut CustomResourceDefinition, clock: Clock) {
    if definition.metadata.deletion_timestamp.is_some() {
        return;
    }
    let finalizers = definition.metadata.finalizers.get_or_insert_default();
    if !finalizers.iter().any(|one| one == definitions::CLEANUP) {
        finalizers.push(definitions::CLEANUP.to_owned());
    }
    let message = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin \
                   soon";
    let condition = ("Terminating", true, "InstanceDeletionPending", message);
    definitions::set_condition(definition.status.get_or_insert_default(), condition, clock);
}

fn mark(object: &mut Object, grace_s: i64, clock: Clock) {
    let now = clock.time();
    let meta = object.metadata_mut();
    let asked_at = match (&meta.deletion_timestamp, meta.deletion_grace_period_seconds) {
        // Hastened: counted from when it was first asked for.
        (Some(time), Some(seconds)) => after(time, -seconds),
        _ => now,
    };
    meta.deletion_timestamp = Some(after(&asked_at, grace_s));
    meta.deletion_grace_period_seconds = Some(grace_s);
    if let Some(generation) = &mut meta.generation {
        *generation += 1;
    }
    if let Some(namespace) = Namespace::of_mut(object) {
        namespace.metadata.deletion_grace_period_seconds = None;
        namespace.status.get_or_insert_default().phase = Some("Terminating".to_owned());
    }
}

fn after(time: &Time, seconds: i64) -> Time {
    let moved = time.0.checked_add(SignedDuration::from_secs(seconds));
    Time(moved.unwrap_or(time.0))
}
