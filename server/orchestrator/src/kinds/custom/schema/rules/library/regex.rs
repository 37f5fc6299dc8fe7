//! `find` and `findAll`.

use cel::common::types::{CelInt, CelList, CelString};
use cel::{DeclarationError, Env, ExecutionError};
use regex::Regex;

use super::{failed, texts};

pub(super) fn add(env: &mut Env) -> Result<(), DeclarationError> {
    cel::add_member_overload!(env, fn find: (CelString, CelString) -> Result<CelString>)?;
    cel::add_member_overload!(env, fn find_all: (CelString, CelString) -> Result<CelList>)?;
    cel::add_member_overload!(env, fn find_some: (CelString, CelString, CelInt) -> Result<CelList>,
        name = "findAll")
}

fn pattern(text: &CelString<'_>, function: &str) -> Result<Regex, ExecutionError> {
    Regex::new(text.inner()).map_err(|error| failed(function, format!("Illegal regex: {error}")))
}

fn find(
    text: &CelString<'_>,
    wanted: &CelString<'_>,
) -> Result<CelString<'static>, ExecutionError> {
    let found = pattern(wanted, "find")?.find(text.inner()).map(|found| found.as_str().to_owned());
    Ok(found.unwrap_or_default().into())
}

fn find_all(
    text: &CelString<'_>,
    wanted: &CelString<'_>,
) -> Result<CelList<'static>, ExecutionError> {
    find_some(text, wanted, &CelInt::from(-1))
}

/// At most so many; all, where the number is negative.
fn find_some(
    text: &CelString<'_>,
    wanted: &CelString<'_>,
    most: &CelInt,
) -> Result<CelList<'static>, ExecutionError> {
    let most = usize::try_from(*most.inner()).unwrap_or(usize::MAX);
    let pattern = pattern(wanted, "findAll")?;
    Ok(texts(pattern.find_iter(text.inner()).take(most).map(|found| found.as_str().to_owned())))
}
