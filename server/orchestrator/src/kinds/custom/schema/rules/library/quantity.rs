//! `quantity`: amounts such as `500m` and `64Mi`.

use std::cmp::Ordering;

use cel::common::types::{CelBool, CelDouble, CelInt, CelString, Type};
use cel::{DeclarationError, Env, ExecutionError};

use super::{Own, Owned, failed};
use crate::kinds::quantity::nano;

static TYPE: Type = Type::new_unspecified_type("kubernetes.Quantity");
const NANO: i128 = 1_000_000_000;

/// In billionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Amount(i128);

impl Owned for Amount {
    const TYPE: &'static Type = &TYPE;
}

pub(super) fn add(env: &mut Env) -> Result<(), DeclarationError> {
    cel::add_overload!(env, fn is_quantity: (CelString) -> CelBool)?;
    cel::add_overload!(env, fn quantity: (CelString) -> Result<Own<Amount>>)?;
    cel::add_member_overload!(env, fn sign: (Own<Amount>) -> CelInt)?;
    cel::add_member_overload!(env, fn is_integer: (Own<Amount>) -> CelBool)?;
    cel::add_member_overload!(env, fn as_integer: (Own<Amount>) -> Result<CelInt>)?;
    cel::add_member_overload!(env, fn as_approximate_float: (Own<Amount>) -> CelDouble)?;
    cel::add_member_overload!(env, fn is_greater_than: (Own<Amount>, Own<Amount>) -> CelBool)?;
    cel::add_member_overload!(env, fn is_less_than: (Own<Amount>, Own<Amount>) -> CelBool)?;
    cel::add_member_overload!(env, fn compare_to: (Own<Amount>, Own<Amount>) -> CelInt)?;
    cel::add_member_overload!(env, fn plus: (Own<Amount>, Own<Amount>) -> Own<Amount>, name = "add")?;
    cel::add_member_overload!(env, fn plus_whole: (Own<Amount>, CelInt) -> Own<Amount>, name = "add")?;
    cel::add_member_overload!(env, fn minus: (Own<Amount>, Own<Amount>) -> Own<Amount>, name = "sub")?;
    cel::add_member_overload!(env, fn minus_whole: (Own<Amount>, CelInt) -> Own<Amount>, name = "sub")?;
    env.add_type(TYPE.to_owned())
}

fn is_quantity(text: &CelString<'_>) -> CelBool {
    nano(text.inner()).is_ok().into()
}

fn quantity(text: &CelString<'_>) -> Result<Own<Amount>, ExecutionError> {
    nano(text.inner()).map(|nano| Own(Amount(nano))).map_err(|error| failed("quantity", error))
}

fn number(order: Ordering) -> CelInt {
    CelInt::from(order as i64)
}

fn sign(amount: &Own<Amount>) -> CelInt {
    number(amount.0.cmp(&Amount(0)))
}

fn whole(amount: &Own<Amount>) -> Option<i64> {
    let nano = amount.0.0;
    (nano % NANO == 0).then(|| i64::try_from(nano / NANO).ok())?
}

fn is_integer(amount: &Own<Amount>) -> CelBool {
    whole(amount).is_some().into()
}

fn as_integer(amount: &Own<Amount>) -> Result<CelInt, ExecutionError> {
    let wrong = || failed("asInteger", "cannot convert value to integer");
    whole(amount).map(CelInt::from).ok_or_else(wrong)
}

fn as_approximate_float(amount: &Own<Amount>) -> CelDouble {
    CelDouble::from(amount.0.0 as f64 / NANO as f64)
}

fn is_greater_than(one: &Own<Amount>, other: &Own<Amount>) -> CelBool {
    (one.0 > other.0).into()
}

fn is_less_than(one: &Own<Amount>, other: &Own<Amount>) -> CelBool {
    (one.0 < other.0).into()
}

fn compare_to(one: &Own<Amount>, other: &Own<Amount>) -> CelInt {
    number(one.0.cmp(&other.0))
}

fn of_whole(number: &CelInt) -> Own<Amount> {
    Own(Amount(i128::from(*number.inner()) * NANO))
}

fn plus(one: &Own<Amount>, other: &Own<Amount>) -> Own<Amount> {
    Own(Amount(one.0.0.saturating_add(other.0.0)))
}

fn plus_whole(one: &Own<Amount>, other: &CelInt) -> Own<Amount> {
    plus(one, &of_whole(other))
}

fn minus(one: &Own<Amount>, other: &Own<Amount>) -> Own<Amount> {
    Own(Amount(one.0.0.saturating_sub(other.0.0)))
}

fn minus_whole(one: &Own<Amount>, other: &CelInt) -> Own<Amount> {
    minus(one, &of_whole(other))
}
