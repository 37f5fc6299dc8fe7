//! The calls of components: the same steps as for HTTP requests, without the text.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::draft::Draft;
use super::status::Status;
use super::{create, delete, record, scale, update};
use crate::call::{Call, Verb};
use crate::object::{Key, Object};
use crate::trace::Actor;

/// What came of a call.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) verb: Verb,
    pub(super) code: u16,
    pub(super) object: Option<Object>,
}

impl Made {
    fn ok(verb: Verb, object: Object) -> Made {
        let code = if verb == Verb::Create { 201 } else { 200 };
        Made { verb, code, object: Some(object) }
    }
}

/// Decides a call.
///
/// # Errors
/// What the API server would answer: 404, 409, 422, …
pub(super) fn carry_out(call: &Call, actor: &Actor, draft: &mut Draft<'_>) -> Result<Made, Status> {
    let verb = call.verb();
    match call {
        Call::Create(object) => {
            create::create(draft, object.clone()).map(|object| Made::ok(verb, object))
        }
        Call::Update(object) => change(draft, object, update::Part::Main),
        Call::UpdateStatus(object) => change(draft, object, update::Part::Status),
        Call::Finalize(object) => change(draft, object, update::Part::Finalizers),
        Call::Delete { key, uid, grace_s, propagation } => {
            let options = delete::Options {
                uid: uid.clone(),
                grace_s: *grace_s,
                propagation: Some(*propagation),
                ..delete::Options::default()
            };
            let deleted = delete::delete(draft, key, &options)?;
            Ok(Made::ok(verb, deleted.object))
        }
        Call::Unfinalize { key, uid, finalizer } => {
            unfinalize(draft, key, uid, finalizer).map(|object| Made::ok(verb, object))
        }
        Call::Bind { pod, uid, node } => {
            update::bind(draft, pod, uid, node).map(|object| Made::ok(verb, object))
        }
        Call::Scale { key, replicas } => {
            scale::set(draft, key, &serde_json::json!({"spec": {"replicas": replicas}}))?;
            Ok(Made { verb, code: 200, object: None })
        }
        Call::Record(record) => {
            let (verb, event) = record::record(draft, record, actor)?;
            Ok(Made::ok(verb, event))
        }
    }
}

fn unfinalize(
    draft: &mut Draft<'_>,
    key: &Key,
    uid: &str,
    finalizer: &str,
) -> Result<Object, Status> {
    let old = draft.get(key)?;
    let wanted = ObjectMeta { uid: Some(uid.to_owned()), ..ObjectMeta::default() };
    update::check_preconditions(key, &wanted, old)?;
    let mut new = old.clone();
    let meta = new.metadata_mut();
    let mut finalizers = meta.finalizers.take().unwrap_or_default();
    finalizers.retain(|one| one != finalizer);
    meta.finalizers = Some(finalizers).filter(|finalizers| !finalizers.is_empty());
    Ok(update::store(draft, new, old))
}

fn change(draft: &mut Draft<'_>, object: &Object, part: update::Part) -> Result<Made, Status> {
    let changed = update::update(draft, &object.key(), object.clone(), part)?;
    Ok(Made::ok(Verb::Update, changed))
}
