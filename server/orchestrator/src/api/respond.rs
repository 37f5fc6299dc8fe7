//! Answers as HTTP responses, in the form that was asked for.

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, EXPIRES, HeaderValue, IF_NONE_MATCH, WARNING,
};
use serde_json::{Value, json};

use super::answer::{Answer, Document, FOREVER, NO_CACHE};
use super::asked::{Asked, Form};
use super::custom::Type;
use super::managed;
use super::read::{Include, List};
use super::status::Status;
use super::table;
use crate::input::Reply;
use crate::kinds::quoted;
use crate::object::Object;
use crate::time::{Clock, Millis, Time};

type Response = http::Response<Bytes>;

/// The HTTP response to a request.
pub(super) fn reply(
    asked: &Asked<'_>,
    answered: Result<Answer, Status>,
    warnings: &[String],
    clock: Clock,
) -> Reply {
    let mut response = match answered {
        Err(refused) => refusal(&refused, asked.pretty()),
        Ok(Answer::Stream { cursor, content_type }) => {
            let mut head = http::Response::new(());
            if cursor.opening().is_some() {
                *head.status_mut() = http::StatusCode::SWITCHING_PROTOCOLS;
                return Reply::Stream { head, cursor: *cursor };
            }
            head.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
            head.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(NO_CACHE));
            return Reply::Stream { head, cursor: *cursor };
        }
        Ok(Answer::Upgrade) => {
            let mut response = Response::default();
            *response.status_mut() = http::StatusCode::SWITCHING_PROTOCOLS;
            response
        }
        Ok(Answer::Document(document)) => send_document(asked, document, clock),
        Ok(other) => {
            let code = other.code();
            send(asked, code, body(asked, other, clock))
        }
    };
    for warning in warnings {
        let text = format!("299 - {}", quoted(warning));
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().append(WARNING, value);
        }
    }
    Reply::Response(response)
}

/// A refusal, always in JSON.
pub(super) fn refusal(refused: &Status, pretty: bool) -> Response {
    response(refused.code, "application/json", text(&refused.to_json(), pretty))
}

/// A body of JSON: still a value, or written already.
enum Json {
    Value(Value),
    Text(Vec<u8>),
}

fn body(asked: &Asked<'_>, answer: Answer, clock: Clock) -> Json {
    match (answer, asked.form) {
        (Answer::Object { object, .. }, Some(Form::Table)) => {
            let kind = object.kind();
            let rev = object.metadata().resource_version.clone();
            let include = Include::of(&asked.query);
            let of = (kind, asked.custom.as_ref());
            let mut table = table::table(of, &[object], include, true, clock);
            if let Some(rev) = rev {
                table["metadata"]["resourceVersion"] = rev.into();
            }
            Json::Value(table)
        }
        (Answer::Object { object, .. }, Some(Form::Metadata)) => {
            Json::Value(table::metadata_only(&object))
        }
        (Answer::Object { object, .. }, _) => {
            let mut text = Vec::with_capacity(2048);
            managed::shown(&object).write_json(&mut text);
            Json::Text(text)
        }
        (Answer::List(list), Some(Form::Table)) => {
            let of = (list.kind, list.custom.as_ref());
            let mut table = table::table(of, &list.objects, list.include, true, clock);
            table["metadata"] = list_metadata(&list);
            Json::Value(table)
        }
        (Answer::List(list), Some(Form::Metadata)) => {
            let items: Vec<Value> = list.objects.iter().map(table::metadata_only).collect();
            Json::Value(json!({
                "kind": "PartialObjectMetadataList",
                "apiVersion": "meta.k8s.io/v1",
                "metadata": list_metadata(&list),
                "items": items,
            }))
        }
        (Answer::List(list), _) => Json::Text(list_text(&list)),
        (Answer::Json { value, .. }, Some(Form::Table)) if value["kind"] == "Scale" => {
            Json::Value(table::of_scale(&value, Include::of(&asked.query), clock))
        }
        (Answer::Json { value, .. }, _) => Json::Value(value),
        (Answer::Document(_) | Answer::Stream { .. } | Answer::Upgrade, _) => {
            Json::Value(Value::Null)
        }
    }
}

fn list_metadata(list: &List) -> Value {
    let mut metadata = json!({"resourceVersion": list.rev.to_string()});
    if !list.next.is_empty() {
        metadata["continue"] = list.next.clone().into();
        metadata["remainingItemCount"] = list.remaining.into();
    }
    metadata
}

/// A list as text. Its items do not repeat kind and version.
fn list_text(list: &List) -> Vec<u8> {
    let of = Type::of(list.kind, list.custom.as_ref());
    let kind = match &list.custom {
        Some(served) => served.names().list_kind.clone().unwrap_or_default(),
        None => format!("{}List", of.name()),
    };
    let version = of.api_version();
    let mut text = Vec::with_capacity(256 + list.objects.len() * 2048);
    let head = format!(
        "{{\"kind\":\"{kind}\",\"apiVersion\":\"{version}\",\"metadata\":{},\"items\":[",
        list_metadata(list)
    );
    text.extend_from_slice(head.as_bytes());
    for (index, object) in list.objects.iter().enumerate() {
        if index > 0 {
            text.push(b',');
        }
        write_item(&managed::shown(object), &mut text);
    }
    text.extend_from_slice(b"]}");
    text
}

fn write_item(object: &Object, text: &mut Vec<u8>) {
    let (version, kind) = (object.api_version(), object.kind_name());
    let head = format!("\"apiVersion\":\"{version}\",\"kind\":\"{kind}\",");
    let start = text.len() + 1;
    object.write_json(text);
    if text.get(start..start + head.len()) == Some(head.as_bytes()) {
        text.drain(start..start + head.len());
    }
}

fn send(asked: &Asked<'_>, code: u16, body: Json) -> Response {
    let pretty = asked.pretty();
    if asked.form == Some(Form::Yaml) {
        let value = match body {
            Json::Value(value) => value,
            Json::Text(text) => serde_json::from_slice(&text).unwrap_or_default(),
        };
        let yaml = serde_yaml::to_string(&value).unwrap_or_default();
        return response(code, "application/yaml", yaml.into());
    }
    let bytes = match body {
        Json::Value(value) => text(&value, pretty),
        Json::Text(text) if pretty => {
            let value: Value = serde_json::from_slice(&text).unwrap_or_default();
            self::text(&value, pretty)
        }
        Json::Text(mut text) => {
            text.push(b'\n');
            text.into()
        }
    };
    response(code, "application/json", bytes)
}

fn text(value: &Value, pretty: bool) -> Bytes {
    let written = if pretty { serde_json::to_vec_pretty(value) } else { serde_json::to_vec(value) };
    let mut text = written.unwrap_or_default();
    text.push(b'\n');
    text.into()
}

fn response(code: u16, content_type: &'static str, body: Bytes) -> Response {
    let mut response = http::Response::new(body);
    *response.status_mut() =
        http::StatusCode::from_u16(code).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(NO_CACHE));
    response
}

const YEAR_MS: Millis = 365 * 24 * 3_600_000;

/// A moment as headers write it. Without one clients ask again for what never changes.
fn http_date(time: Time, clock: Clock) -> String {
    clock.timestamp_at(time).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn send_document(asked: &Asked<'_>, document: Document, clock: Clock) -> Response {
    let known = asked.request.header(IF_NONE_MATCH.as_str()).unwrap_or_default();
    let etag = format!("\"{}\"", document.etag);
    let unchanged = !document.etag.is_empty() && known.split(',').any(|one| one.trim() == etag);
    let body = if unchanged { Bytes::new() } else { document.bytes };
    let code = if unchanged { 304 } else { document.code };
    let mut response = response(code, document.content_type, body);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(document.cache));
    if document.cache == FOREVER
        && let Ok(year) = HeaderValue::from_str(&http_date(clock.now + YEAR_MS, clock))
    {
        headers.insert(EXPIRES, year);
    }
    if let (false, Ok(etag)) = (document.etag.is_empty(), HeaderValue::from_str(&etag)) {
        headers.insert(ETAG, etag);
    }
    response
}
