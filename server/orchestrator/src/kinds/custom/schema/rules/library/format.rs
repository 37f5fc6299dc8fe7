//! `format`: texts of a certain form, and what is wrong with one.

use cel::common::types::{CelOptional, CelString, Type};
use cel::common::value::CowVal;
use cel::{DeclarationError, Env};
use k8s_openapi::jiff::{Timestamp, civil};
use regex::Regex;

use super::{Answer, Own, Owned, texts};
use crate::kinds::names;

static TYPE: Type = Type::new_unspecified_type("kubernetes.NamedFormat");

/// A form: what it is called, and what it says of a text.
#[derive(Clone, Copy, Debug)]
struct Format(&'static str, names::Rule);

impl PartialEq for Format {
    fn eq(&self, other: &Format) -> bool {
        self.0 == other.0
    }
}

impl Owned for Format {
    const TYPE: &'static Type = &TYPE;
}

const FORMATS: [Format; 13] = [
    Format("dns1123Label", names::label_1123),
    Format("dns1123Subdomain", names::subdomain),
    Format("dns1035Label", names::label_1035),
    Format("qualifiedName", names::qualified_name),
    Format("dns1123LabelPrefix", |text| names::label_1123(&completed(text))),
    Format("dns1123SubdomainPrefix", |text| names::subdomain(&completed(text))),
    Format("dns1035LabelPrefix", |text| names::label_1035(&completed(text))),
    Format("labelValue", names::label_value),
    Format("uri", |text| wrong(super::url::is_address(text), "invalid URI")),
    Format("uuid", |text| wrong(fits(UUID, text), "does not match the UUID format")),
    Format("byte", |text| wrong(fits(BASE64, text), "invalid base64")),
    Format("date", |text| wrong(text.parse::<civil::Date>().is_ok(), "invalid date")),
    Format("datetime", |text| wrong(text.parse::<Timestamp>().is_ok(), "invalid datetime")),
];

const UUID: &str = "^(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$";
const BASE64: &str = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$";

fn fits(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
}

fn wrong(is_right: bool, message: &str) -> Vec<String> {
    if is_right { Vec::new() } else { vec![message.to_owned()] }
}

/// A beginning may end in a dash: something will follow.
fn completed(prefix: &str) -> String {
    match prefix.strip_suffix('-') {
        Some(rest) if !rest.is_empty() => format!("{rest}a"),
        _ => prefix.to_owned(),
    }
}

pub(super) fn add(env: &mut Env) -> Result<(), DeclarationError> {
    cel::add_overload!(env, fn named: (CelString) -> CelOptional, name = "format.named")?;
    cel::add_member_overload!(env, fn validate: (Own<Format>, CelString) -> CelOptional)?;
    let getters: [cel::common::functions::Function; 13] = [
        get::<0>, get::<1>, get::<2>, get::<3>, get::<4>, get::<5>, get::<6>, get::<7>, get::<8>,
        get::<9>, get::<10>, get::<11>, get::<12>,
    ];
    for (format, getter) in FORMATS.iter().zip(getters) {
        let name = format!("format.{}", format.0);
        env.add_overload(&name, &format!("{name}()"), Vec::new(), getter)?;
    }
    env.add_type(TYPE.to_owned())
}

/// The format at a place of the table.
fn get<'b, 'v, const AT: usize>(_: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    Ok(CowVal::owned(Own(FORMATS[AT])))
}

fn named(name: &CelString<'_>) -> CelOptional<'static> {
    let found = FORMATS.into_iter().find(|format| format.0 == name.inner());
    found.map_or_else(CelOptional::none, |format| CelOptional::of(Box::new(Own(format))))
}

/// What is wrong with a text; nothing, if nothing is.
fn validate(format: &Own<Format>, text: &CelString<'_>) -> CelOptional<'static> {
    let wrong = (format.0.1)(text.inner());
    if wrong.is_empty() { CelOptional::none() } else { CelOptional::of(Box::new(texts(wrong))) }
}
