//! `url` and `isURL`: absolute addresses and absolute paths.

use std::collections::BTreeMap;

use cel::common::types::{CelBool, CelString, Type};
use cel::common::value::CowVal;
use cel::{DeclarationError, Env, ExecutionError};
use http::Uri;

use super::{Answer, Own, Owned, failed};

static TYPE: Type = Type::new_unspecified_type("kubernetes.URL");

/// An address, and its path as it was written.
#[derive(Clone, Debug, PartialEq)]
struct Url {
    uri: Uri,
    path: String,
}

impl Owned for Url {
    const TYPE: &'static Type = &TYPE;
}

impl Url {
    fn read(text: &str) -> Option<Url> {
        let uri: Uri = text.parse().ok()?;
        let whole = uri.scheme().is_some() && uri.authority().is_some();
        if !whole && !text.starts_with('/') {
            return None;
        }
        // An address without a path has none, whatever would be asked for in its place.
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        let path = if rest.contains('/') { uri.path().to_owned() } else { String::new() };
        Some(Url { uri, path })
    }

    fn host(&self) -> &str {
        let authority = self.uri.authority().map_or("", |authority| authority.as_str());
        authority.rsplit_once('@').map_or(authority, |(_, host)| host)
    }
}

pub(super) fn add(env: &mut Env) -> Result<(), DeclarationError> {
    cel::add_overload!(env, fn is_url: (CelString) -> CelBool, name = "isURL")?;
    cel::add_overload!(env, fn url: (CelString) -> Result<Own<Url>>)?;
    cel::add_member_overload!(env, fn get_scheme: (Own<Url>) -> CelString)?;
    cel::add_member_overload!(env, fn get_host: (Own<Url>) -> CelString)?;
    cel::add_member_overload!(env, fn get_hostname: (Own<Url>) -> CelString)?;
    cel::add_member_overload!(env, fn get_port: (Own<Url>) -> CelString)?;
    cel::add_member_overload!(env, fn get_escaped_path: (Own<Url>) -> CelString)?;
    env.add_member_overload("getQuery", "url.getQuery()", TYPE.to_owned(), Vec::new(), get_query)?;
    env.add_type(TYPE.to_owned())
}

/// Whether a text is an absolute address or an absolute path.
pub(super) fn is_address(text: &str) -> bool {
    Url::read(text).is_some()
}

fn is_url(text: &CelString<'_>) -> CelBool {
    is_address(text.inner()).into()
}

fn url(text: &CelString<'_>) -> Result<Own<Url>, ExecutionError> {
    let wrong =
        || failed("url", format!("URL parse error during conversion from string: {text:?}"));
    Url::read(text.inner()).map(Own).ok_or_else(wrong)
}

fn get_scheme(url: &Own<Url>) -> CelString<'static> {
    url.0.uri.scheme_str().unwrap_or_default().to_owned().into()
}

fn get_host(url: &Own<Url>) -> CelString<'static> {
    url.0.host().to_owned().into()
}

fn get_hostname(url: &Own<Url>) -> CelString<'static> {
    let host = url.0.uri.host().unwrap_or_default();
    host.trim_start_matches('[').trim_end_matches(']').to_owned().into()
}

fn get_port(url: &Own<Url>) -> CelString<'static> {
    url.0.uri.port().map(|port| port.as_str().to_owned()).unwrap_or_default().into()
}

fn get_escaped_path(url: &Own<Url>) -> CelString<'static> {
    url.0.path.clone().into()
}

#[expect(clippy::needless_pass_by_value, reason = "CEL hands functions their arguments so")]
fn get_query<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let query = args[0].downcast_ref::<Own<Url>>().and_then(|url| url.0.uri.query());
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        all.entry(unescaped(key)).or_default().push(unescaped(value));
    }
    let all = cel::to_value(all).map_err(|error| failed("getQuery", error))?;
    Ok(CowVal::Owned(all.try_into()?))
}

/// `+` is a space, `%26` an ampersand.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        let hex = others.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'%');
        bytes.push(byte.unwrap_or(if *first == b'+' { b' ' } else { *first }));
        rest = if byte.is_some() { &others[2..] } else { others };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
