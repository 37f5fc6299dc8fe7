//! What a request is answered with: leads each target and verb to what decides it.

use std::sync::Arc;

use bytes::Bytes;
use imbl::OrdMap;
use serde_json::Value;

use super::asked::Asked;
use super::draft::Draft;
use super::identity::Identity;
use super::path::{Scope, Target};
use super::read::{List, Reader};
use super::reviews::{self, Around};
use super::status::Status;
use super::stream::Cursor;
use super::{
    admission, apply, body, create, delete, discovery, eviction, metrics, patch, scale, token,
    types, update,
};
use crate::call::Verb;
use crate::kinds::Subresource;
use crate::machine::Machine;
use crate::object::{Key, Object};

/// An answer that is no refusal.
#[derive(Debug)]
pub(super) enum Answer {
    Object {
        object: Object,
        code: u16,
    },
    List(List),
    /// Anything else in JSON.
    Json {
        value: Value,
        code: u16,
    },
    /// Documents that seldom change.
    Document(Document),
    Stream {
        cursor: Box<Cursor>,
        content_type: &'static str,
    },
    /// The connection changes its protocol; what it carries is told in other inputs.
    Upgrade,
}

/// A document with a media type of its own.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) content_type: &'static str,
    pub(super) bytes: Bytes,
    /// Its hash, for `If-None-Match`; empty where it is not cached.
    pub(super) etag: String,
    /// How clients may keep it.
    pub(super) cache: &'static str,
    pub(super) code: u16,
}

impl Document {
    pub(super) fn text(text: &'static str) -> Document {
        Document {
            content_type: "text/plain; charset=utf-8",
            bytes: Bytes::from_static(text.as_bytes()),
            etag: String::new(),
            cache: NO_CACHE,
            code: 200,
        }
    }
}

pub(super) const NO_CACHE: &str = "no-cache, private";
/// Hashed addresses never change their content.
pub(super) const FOREVER: &str = "public, immutable";

impl Answer {
    pub(super) fn code(&self) -> u16 {
        match self {
            Answer::Object { code, .. } | Answer::Json { code, .. } => *code,
            Answer::Document(document) => document.code,
            Answer::List(_) | Answer::Stream { .. } => 200,
            Answer::Upgrade => 101,
        }
    }

    fn object(object: Object) -> Answer {
        Answer::Object { object, code: 200 }
    }

    fn created(object: Object) -> Answer {
        Answer::Object { object, code: 201 }
    }

    pub(super) fn json(value: Value) -> Answer {
        Answer::Json { value, code: 200 }
    }
}

/// Answers any request.
///
/// # Errors
/// A refusal, as Kubernetes words it.
pub(super) fn answer(
    asked: &Asked<'_>,
    user: &Identity,
    draft: &mut Draft<'_>,
    machines: &OrdMap<Arc<str>, Machine>,
    warnings: &mut Vec<String>,
) -> Result<Answer, Status> {
    let reader = Reader { store: draft.store, machines, clock: draft.clock };
    // A client may begin a session with either method.
    let opens = asked.subresource().is_some_and(Subresource::is_stream);
    let reads = opens || matches!(asked.verb, Verb::Get | Verb::List | Verb::Watch);
    if !asked.allowed || reads {
        return read(asked, &reader);
    }
    if asked.form.is_none() {
        return Err(Status::not_acceptable());
    }
    let mut body = body::Body::of(asked, warnings)?;
    draft.dry_run = dry_run(asked)?;
    let answer = match &asked.target {
        Target::Collection(scope) => in_collection(asked, scope, draft, &mut body),
        Target::Review(review, namespace) => {
            let around = Around { user, objects: draft.store.objects(), clock: draft.clock };
            let value = reviews::answer(*review, namespace, &body.json(), around)?;
            Ok(Answer::Json { value, code: 201 })
        }
        Target::Object { key, subresource } => {
            on_object(asked, key, *subresource, draft, &mut body)
        }
        _ => Err(Status::method_not_allowed()),
    }?;
    if let Answer::Object { object, .. } = &answer {
        warnings.extend(new_warnings(object, draft));
    }
    Ok(answer)
}

/// What is worth a warning in a new object, or in one whose spec has changed.
fn new_warnings(object: &Object, draft: &Draft<'_>) -> Vec<String> {
    let rules = &object.kind().row().rules;
    match draft.store.objects().get(&object.key()) {
        Some(old) if (rules.same_spec)(object, old) => Vec::new(),
        _ => {
            let of_namespace = admission::pod_security::warning(draft.store.objects(), object);
            (rules.warnings)(object).into_iter().chain(of_namespace).collect()
        }
    }
}

/// Answers a read.
///
/// # Errors
/// A refusal, as Kubernetes words it.
pub(super) fn read(asked: &Asked<'_>, reader: &Reader<'_>) -> Result<Answer, Status> {
    match &asked.target {
        Target::NoResource => return Err(Status::no_such_resource()),
        Target::Nowhere => {
            let document = Document { code: 404, ..Document::text("404 page not found\n") };
            return Ok(Answer::Document(document));
        }
        _ if !asked.allowed => return Err(Status::method_not_allowed()),
        _ => {}
    }
    let any_form = matches!(asked.target, Target::OpenApiV2 | Target::Health(..) | Target::Counts)
        || asked.subresource().is_some_and(Subresource::is_stream);
    if asked.form.is_none() && !any_form {
        return Err(Status::not_acceptable());
    }
    match &asked.target {
        Target::Collection(scope) if asked.verb == Verb::Watch => reader.watch(asked, scope),
        Target::Collection(scope) => reader.list(asked, scope).map(Answer::List),
        Target::Object { key, subresource } => reader.get(asked, key, *subresource),
        Target::Metrics(wanted) => metrics::answer(asked, wanted, reader),
        _ => discovery::answer(asked, reader.store.objects()),
    }
}

fn dry_run(asked: &Asked<'_>) -> Result<bool, Status> {
    let mut given = asked.query.all("dryRun").filter(|value| !value.is_empty()).peekable();
    let wanted = given.peek().is_some();
    match given.find(|value| *value != "All") {
        None => Ok(wanted),
        Some(other) => {
            let shown = crate::kinds::quoted(other);
            let message = format!(
                "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: {shown}: \
                 supported values: \"All\""
            );
            Err(Status::bad_request(message))
        }
    }
}

fn in_collection(
    asked: &Asked<'_>,
    scope: &Scope,
    draft: &mut Draft<'_>,
    body: &mut body::Body<'_>,
) -> Result<Answer, Status> {
    match asked.verb {
        Verb::Create => {
            let mut object = body.object(scope.kind)?;
            create::fit_namespace(&mut object, scope)?;
            create::create(draft, object).map(Answer::created)
        }
        _ => {
            let options = delete::Options::of(body)?;
            draft.dry_run |= options.dry_run;
            let reader =
                Reader { store: draft.store, machines: &OrdMap::new(), clock: draft.clock };
            let list = reader.list(asked, scope)?;
            for object in &list.objects {
                delete::delete(draft, &object.key(), &options)?;
            }
            Ok(Answer::List(list))
        }
    }
}

const STATUS: Subresource = Subresource::Status;
const EPHEMERAL: Subresource = Subresource::EphemeralContainers;
const RESIZE: Subresource = Subresource::Resize;

fn on_object(
    asked: &Asked<'_>,
    key: &Key,
    subresource: Option<Subresource>,
    draft: &mut Draft<'_>,
    body: &mut body::Body<'_>,
) -> Result<Answer, Status> {
    match (asked.verb, subresource) {
        (Verb::Delete, None) => {
            let options = delete::Options::of(body)?.or_query(&asked.query)?;
            draft.dry_run |= options.dry_run;
            body.warn(options.warning(key.kind).map(str::to_owned).into_iter().collect());
            delete::delete(draft, key, &options).map(delete::Deleted::into_answer)
        }
        (Verb::Update, None | Some(STATUS | EPHEMERAL | RESIZE | Subresource::Finalize)) => {
            let part = update::Part::of(subresource);
            let mut object = body.object(key.kind)?;
            update::fit_key(&mut object, key)?;
            update::update(draft, key, object, part).map(Answer::object)
        }
        (Verb::Patch, None | Some(STATUS | EPHEMERAL | RESIZE))
            if asked.content_type() == body::APPLY_PATCH =>
        {
            let part = update::Part::of(subresource);
            let applied = apply::apply(draft, asked, key, part, body)?;
            let code = if applied.created { 201 } else { 200 };
            Ok(Answer::Object { object: applied.object, code })
        }
        (Verb::Patch, None | Some(STATUS | EPHEMERAL | RESIZE)) => {
            let part = update::Part::of(subresource);
            patch::patch(draft, asked, key, part, body).map(Answer::object)
        }
        (Verb::Update, Some(Subresource::Scale)) => {
            scale::set(draft, key, &body.json()).map(Answer::json)
        }
        (Verb::Patch, Some(Subresource::Scale)) => {
            let current = scale::show(draft.get(key)?).ok_or_else(Status::no_such_resource)?;
            let media = asked.content_type();
            let patched = patch::apply(media, &current, &body.json(), &types::Shape::Any)?;
            scale::set(draft, key, &patched).map(Answer::json)
        }
        (Verb::Create, Some(Subresource::Binding)) => {
            let (uid, node) = body.binding()?;
            update::bind(draft, key, &uid, &node)?;
            Ok(Answer::Json { value: success(None), code: 201 })
        }
        (Verb::Create, Some(Subresource::Token)) => {
            let value = token::issue(draft.get(key)?, &body.json(), draft.clock)?;
            Ok(Answer::Json { value, code: 201 })
        }
        (Verb::Create, Some(Subresource::Eviction)) => {
            let options = delete::Options::of_eviction(body)?;
            draft.dry_run |= options.dry_run;
            eviction::evict(draft, key, &options)?;
            Ok(Answer::Json { value: success(None), code: 201 })
        }
        _ => Err(Status::method_not_allowed()),
    }
}

/// `Status` of success.
pub(super) fn success(details: Option<Value>) -> Value {
    let mut status = serde_json::json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
    });
    match details {
        Some(details) => status["details"] = details,
        None => status["code"] = 201.into(),
    }
    status
}
