//! `isSorted`, `sum`, `min`, `max`, `indexOf`, `lastIndexOf` of lists, and `sets`.

use std::cmp::Ordering;

use cel::common::types::{CelBool, CelDouble, CelInt, DYN_TYPE, LIST_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env, ExecutionError};

use super::{Answer, failed};

pub(super) fn add(env: &mut Env) -> Result<(), DeclarationError> {
    let member = |env: &mut Env, name: &str, function| {
        env.add_member_overload(name, &format!("list.{name}()"), LIST_TYPE, Vec::new(), function)
    };
    member(env, "isSorted", is_sorted)?;
    member(env, "sum", sum)?;
    member(env, "min", min)?;
    member(env, "max", max)?;
    let of_item = || vec![DYN_TYPE];
    env.add_member_overload("indexOf", "list.indexOf(dyn)", LIST_TYPE, of_item(), first)?;
    env.add_member_overload("lastIndexOf", "list.lastIndexOf(dyn)", LIST_TYPE, of_item(), last)?;
    let both = || vec![LIST_TYPE, LIST_TYPE];
    env.add_overload("sets.contains", "sets.contains(list,list)", both(), contains)?;
    env.add_overload("sets.equivalent", "sets.equivalent(list,list)", both(), equivalent)?;
    env.add_overload("sets.intersects", "sets.intersects(list,list)", both(), intersects)
}

type Items<'b, 'v> = Vec<&'b (dyn Val + 'v)>;

fn items<'b, 'v>(list: &'b CowVal<'_, 'v>) -> Result<Items<'b, 'v>, ExecutionError> {
    let list = list.as_ref();
    let wrong = || ExecutionError::UnexpectedType {
        got: list.get_type().name().to_owned(),
        want: "list".to_owned(),
    };
    let mut rest = list.as_iterable().ok_or_else(wrong)?.iter();
    Ok(std::iter::from_fn(|| rest.next()).collect())
}

fn order(one: &dyn Val, other: &dyn Val) -> Result<Ordering, ExecutionError> {
    let types = || vec![one.get_type().name().to_owned(), other.get_type().name().to_owned()];
    one.as_comparer()
        .ok_or_else(|| ExecutionError::no_such_overload("_<_", types()))?
        .compare(other)
}

fn truth<'b, 'v>(value: bool) -> Answer<'b, 'v> {
    Ok(CowVal::owned(CelBool::from(value)))
}

fn is_sorted<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let items = items(&args[0])?;
    for pair in items.windows(2) {
        if order(pair[0], pair[1])? == Ordering::Greater {
            return truth(false);
        }
    }
    truth(true)
}

fn sum<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let items = items(&args[0])?;
    let whole: Option<Vec<i64>> =
        items.iter().map(|item| item.downcast_ref::<CelInt>().map(|item| *item.inner())).collect();
    if let Some(whole) = whole {
        let sum = whole.into_iter().try_fold(0_i64, i64::checked_add);
        let sum = sum.ok_or_else(|| failed("sum", "integer overflow"))?;
        return Ok(CowVal::owned(CelInt::from(sum)));
    }
    let decimal: Option<Vec<f64>> = items
        .iter()
        .map(|item| item.downcast_ref::<CelDouble>().map(|item| *item.inner()))
        .collect();
    let decimal = decimal.ok_or_else(|| failed("sum", "no such overload"))?;
    Ok(CowVal::owned(CelDouble::from(decimal.into_iter().sum::<f64>())))
}

/// The item that stands so to all others.
fn extreme<'b, 'v>(list: &CowVal<'b, 'v>, name: &str, wanted: Ordering) -> Answer<'b, 'v> {
    let mut best: Option<&(dyn Val + 'v)> = None;
    for item in items(list)? {
        let better = match best {
            None => true,
            Some(best) => order(item, best)? == wanted,
        };
        if better {
            best = Some(item);
        }
    }
    let best = best.ok_or_else(|| failed(name, format!("{name} called on empty list")))?;
    Ok(CowVal::Owned(best.clone_as_boxed()))
}

fn min<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    extreme(&args[0], "min", Ordering::Less)
}

fn max<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    extreme(&args[0], "max", Ordering::Greater)
}

fn place<'b, 'v>(found: Option<usize>) -> Answer<'b, 'v> {
    let place = found.and_then(|place| i64::try_from(place).ok()).unwrap_or(-1);
    Ok(CowVal::owned(CelInt::from(place)))
}

fn first<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    place(items(&args[0])?.iter().position(|item| item.equals(args[1].as_ref())))
}

fn last<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    place(items(&args[0])?.iter().rposition(|item| item.equals(args[1].as_ref())))
}

/// Whether each of these is among those.
fn are_among(these: &Items<'_, '_>, those: &Items<'_, '_>) -> bool {
    these.iter().all(|item| those.iter().any(|other| item.equals(*other)))
}

fn contains<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    truth(are_among(&items(&args[1])?, &items(&args[0])?))
}

fn equivalent<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let (one, other) = (items(&args[0])?, items(&args[1])?);
    truth(are_among(&one, &other) && are_among(&other, &one))
}

fn intersects<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let (one, other) = (items(&args[0])?, items(&args[1])?);
    truth(one.iter().any(|item| other.iter().any(|known| item.equals(*known))))
}
