//! JSON as CEL values whose lists and maps are shared.
//!
//! A comprehension copies each element that it looks at; a Pod copied field by field for each rule
//! after each change would be most of what judging costs.

use std::collections::HashMap;
use std::sync::Arc;

use cel::common::traits::{Adder, Container, Indexer, Iterable, Sizer, Zeroer};
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, LIST_TYPE, Type,
};
use cel::common::value::{Builtin, BuiltinRef, Val};
use serde_json::Value;

/// A list or map that is copied by counting. In all else it is CEL's own.
#[derive(Clone, Debug)]
enum Shared {
    List(Arc<CelList<'static>>),
    Map(Arc<CelMap<'static>>),
}

/// A JSON value as rules see it.
pub(super) fn to_cel(value: &Value) -> Box<dyn Val> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(it) => Box::new(CelBool::from(*it)),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Box::new(CelInt::from(whole)),
            None => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        },
        Value::String(text) => Box::new(CelString::from(text.clone())),
        Value::Array(items) => list(items.iter().map(to_cel)),
        Value::Object(fields) => {
            let entry =
                |(name, value): (&String, &Value)| (CelMapKey::from(name.clone()), to_cel(value));
            let map: HashMap<CelMapKey<'static>, Box<dyn Val>> = fields.iter().map(entry).collect();
            Box::new(Shared::Map(Arc::new(CelMap::from(map))))
        }
    }
}

/// A list of values.
pub(super) fn list(items: impl Iterator<Item = Box<dyn Val>>) -> Box<dyn Val> {
    let items: Vec<Box<dyn Val>> = items.collect();
    Box::new(Shared::List(Arc::new(CelList::from(items))))
}

impl Shared {
    fn inner(&self) -> &(dyn Val + 'static) {
        match self {
            Shared::List(list) => &**list,
            Shared::Map(map) => &**map,
        }
    }
}

impl Val for Shared {
    fn get_type(&self) -> &Type {
        self.inner().get_type()
    }

    /// No overload is declared for this type by name: it differs from value to value.
    fn cel_type() -> &'static Type {
        &LIST_TYPE
    }

    fn as_adder<'b, 'v>(&'b self) -> Option<&'b (dyn Adder + 'v)>
    where
        Self: 'v,
    {
        self.inner().as_adder()
    }

    fn as_container(&self) -> Option<&dyn Container> {
        self.inner().as_container()
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        self.inner().as_indexer()
    }

    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)>
    where
        Self: 'v,
    {
        self.inner().as_iterable()
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        self.inner().as_sizer()
    }

    fn as_zeroer(&self) -> Option<&dyn Zeroer> {
        self.inner().as_zeroer()
    }

    fn equals(&self, other: &dyn Val) -> bool {
        self.inner().equals(other)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }

    // With these a literal equals it from either side: CEL's own list looks for its own kind. What
    // is taken apart for good is CEL's own again.

    fn into_indexer<'v>(self: Box<Self>) -> Option<Box<dyn Indexer + 'v>>
    where
        Self: 'v,
    {
        Some(match *self {
            Shared::List(list) => Box::new((*list).clone()),
            Shared::Map(map) => Box::new((*map).clone()),
        })
    }

    fn as_builtin<'b, 'v>(&'b self) -> BuiltinRef<'b, 'v>
    where
        Self: 'v,
    {
        self.inner().as_builtin()
    }

    fn into_builtin<'v>(self: Box<Self>) -> Option<Builtin<'v>>
    where
        Self: 'v,
    {
        Some(match *self {
            Shared::List(list) => Builtin::List((*list).clone()),
            Shared::Map(map) => Builtin::Map((*map).clone()),
        })
    }
}
