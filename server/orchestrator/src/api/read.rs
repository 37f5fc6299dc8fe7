//! Getting, listing and watching objects.

use std::sync::Arc;

use imbl::OrdMap;

use super::answer::{Answer, Document};
use super::asked::{Asked, Form};
use super::path::{Query, Scope};
use super::selector::Selector;
use super::status::Status;
use super::stream::{Cursor, Watch};
use super::{custom, exec, logs, scale};
use crate::kinds::Subresource;
use crate::machine::Machine;
use crate::object::{Key, Kind, Object, Served};
use crate::store::Store;
use crate::time::Clock;

/// What a read looks at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    pub(super) store: &'a Store,
    pub(super) machines: &'a OrdMap<Arc<str>, Machine>,
    pub(super) clock: Clock,
}

/// A list of objects, or a part of one.
#[derive(Debug)]
pub(super) struct List {
    pub(super) kind: Kind,
    pub(super) custom: Option<Served>,
    pub(super) objects: Vec<Object>,
    pub(super) rev: u64,
    /// Where the next part begins; empty at the end.
    pub(super) next: String,
    pub(super) remaining: usize,
    pub(super) include: Include,
}

/// What the rows of a table carry of their objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Include {
    None,
    Metadata,
    Object,
}

impl Include {
    pub(super) fn of(query: &Query) -> Include {
        match query.get("includeObject") {
            Some("Object") => Include::Object,
            Some("None") => Include::None,
            _ => Include::Metadata,
        }
    }
}

impl Reader<'_> {
    /// # Errors
    /// 404
    pub(super) fn get(
        &self,
        asked: &Asked<'_>,
        key: &Key,
        subresource: Option<Subresource>,
    ) -> Result<Answer, Status> {
        let object = self.store.objects().get(key).ok_or_else(|| Status::not_found(key))?;
        match subresource {
            None
            | Some(Subresource::Status | Subresource::EphemeralContainers | Subresource::Resize) => {
                let object = custom::seen(object, asked.custom.as_ref());
                Ok(Answer::Object { object, code: 200 })
            }
            Some(Subresource::Scale) => {
                let scale = scale::show(object).ok_or_else(Status::no_such_resource)?;
                Ok(Answer::json(scale))
            }
            Some(Subresource::Log) => self.log(asked, key),
            Some(part @ (Subresource::Exec | Subresource::Attach)) => {
                let cursor = Box::new(Cursor::attached(exec::opening(self, asked, key, part)?));
                Ok(Answer::Stream { cursor, content_type: "" })
            }
            Some(Subresource::PortForward) => {
                exec::reach(self, key)?;
                Ok(Answer::Upgrade)
            }
            _ => Err(Status::method_not_allowed()),
        }
    }

    fn log(&self, asked: &Asked<'_>, key: &Key) -> Result<Answer, Status> {
        let content_type = "text/plain; charset=utf-8";
        let Some(mut wanted) = logs::wanted(self, asked, key)? else {
            return Ok(Answer::Document(Document::text("")));
        };
        if wanted.follow {
            let cursor = Box::new(Cursor::log(wanted));
            return Ok(Answer::Stream { cursor, content_type });
        }
        let bytes = wanted.read(self.machines, self.clock).into();
        Ok(Answer::Document(Document { content_type, bytes, ..Document::text("") }))
    }

    fn in_scope<'s>(&'s self, scope: &'s Scope) -> Box<dyn Iterator<Item = &'s Object> + 's> {
        let objects = self.store.objects();
        let of_kind: Box<dyn Iterator<Item = &Object>> = match &*scope.namespace {
            "" => Box::new(objects.of_kind(scope.kind)),
            namespace => Box::new(objects.in_namespace(scope.kind, namespace)),
        };
        if scope.custom.is_none() {
            return of_kind;
        }
        Box::new(of_kind.filter(|object| scope.is_of(object)))
    }

    /// # Errors
    /// 400 for a malformed selector, 410 for a token of `continue` that is none.
    pub(super) fn list(&self, asked: &Asked<'_>, scope: &Scope) -> Result<List, Status> {
        let query = &asked.query;
        let (labels, fields) = (query.get("labelSelector"), query.get("fieldSelector"));
        let selector = Selector::parse(scope, labels, fields)?;
        let (rev, after) = match query.get("continue") {
            None => (self.store.rev(), None),
            Some(token) => {
                let (rev, name) = token.split_once('.').ok_or_else(Status::expired_continue)?;
                let rev = rev.parse().map_err(|_| Status::expired_continue())?;
                let (namespace, name) =
                    name.split_once('/').ok_or_else(Status::expired_continue)?;
                (rev, Some((namespace, name)))
            }
        };
        let selected: Vec<&Object> = self
            .candidates(scope, &selector)
            .filter(|object| {
                after.is_none_or(|after| (object.namespace(), object.name()) > after)
                    && selector.selects(object)
            })
            .collect();
        let limit = query.number("limit").and_then(|limit| usize::try_from(limit).ok());
        let limit = limit.filter(|limit| *limit > 0).unwrap_or(usize::MAX);
        let custom = scope.custom.as_ref();
        let shown = selected.iter().take(limit).map(|object| custom::seen(object, custom));
        let objects: Vec<Object> = shown.collect();
        let remaining = selected.len() - objects.len();
        let next = match objects.last() {
            Some(last) if remaining > 0 => format!("{rev}.{}/{}", last.namespace(), last.name()),
            _ => String::new(),
        };
        let include = Include::of(query);
        Ok(List {
            kind: scope.kind,
            custom: scope.custom.clone(),
            objects,
            rev,
            next,
            remaining,
            include,
        })
    }

    /// The objects to look at: one where the selector names it.
    fn candidates<'s>(
        &'s self,
        scope: &'s Scope,
        selector: &Selector,
    ) -> Box<dyn Iterator<Item = &'s Object> + 's> {
        match selector.name() {
            Some(name) if !scope.namespace.is_empty() || !scope.is_namespaced() => {
                let key = scope.key(name);
                Box::new(self.store.objects().get(&key).into_iter())
            }
            _ => self.in_scope(scope),
        }
    }

    /// # Errors
    /// 400 for a malformed selector or resource version.
    pub(super) fn watch(&self, asked: &Asked<'_>, scope: &Scope) -> Result<Answer, Status> {
        let query = &asked.query;
        let (labels, fields) = (query.get("labelSelector"), query.get("fieldSelector"));
        let selector = Selector::parse(scope, labels, fields)?;
        let rev = match query.get("resourceVersion") {
            None | Some("0") => None,
            Some(text) => Some(text.parse::<u64>().map_err(|_| {
                let shown = crate::kinds::quoted(text);
                Status::bad_request(format!(
                    "resourceVersion: Invalid value: {shown}: strconv.ParseUint: parsing {shown}: \
                     invalid syntax"
                ))
            })?),
        };
        let ends = query.number("timeoutSeconds").filter(|seconds| *seconds > 0);
        let watch = Watch {
            scope: scope.clone(),
            selector,
            form: asked.form.unwrap_or(Form::Json),
            include: Include::of(query),
            // With `sendInitialEvents` the revision is only how fresh the beginning must be.
            from: if query.flag("sendInitialEvents") { None } else { rev },
            bookmarks: query.flag("allowWatchBookmarks"),
            mark_initial: query.flag("sendInitialEvents"),
            ends: ends.map(|seconds| self.clock.now + seconds.saturating_mul(1000)),
        };
        let cursor = Box::new(Cursor::watch(watch));
        Ok(Answer::Stream { cursor, content_type: "application/json" })
    }
}
