//! What rules may call beside CEL itself: the libraries that Kubernetes adds, and those of cel-go that
//! it turns on.
//! <https://kubernetes.io/docs/reference/using-api/cel/#cel-options-language-features-and-libraries>

use std::any::Any;
use std::fmt::Debug;
use std::sync::{Arc, LazyLock};

use cel::common::types::{CelString, Type};
use cel::common::value::{CowVal, StaticVal, Val};
use cel::{DeclarationError, Env, ExecutionError, extensions};

mod format;
mod ip;
#[expect(clippy::needless_pass_by_value, reason = "CEL hands functions their arguments so")]
mod lists;
mod quantity;
mod regex;
mod url;

/// CEL with all of them.
pub(super) static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib();
    let added = [
        extensions::strings as fn(&mut Env) -> Result<(), DeclarationError>,
        format::add,
        ip::add,
        lists::add,
        quantity::add,
        regex::add,
        url::add,
    ];
    let result = added.into_iter().try_for_each(|add| env.add_extension(add));
    debug_assert_eq!(result, Ok(()), "no two libraries declare the same function");
    Arc::new(env)
});

/// A value of a type that a library brings along.
#[derive(Clone, Debug)]
struct Own<T>(T);

/// What such a value is called, and what it can be compared by.
trait Owned: Clone + Debug + PartialEq + Send + Sync + 'static {
    const TYPE: &'static Type;
}

impl<T: Owned> Val for Own<T> {
    fn get_type(&self) -> &Type {
        T::TYPE
    }

    fn cel_type() -> &'static Type {
        T::TYPE
    }

    fn equals(&self, other: &dyn Val) -> bool {
        other.downcast_ref::<Own<T>>().is_some_and(|other| other.0 == self.0)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl<T: Owned> StaticVal for Own<T> {}

/// What a function answers that takes values as they are.
type Answer<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

fn failed(function: &str, message: impl ToString) -> ExecutionError {
    ExecutionError::function_error(function, message)
}

/// Texts as a list.
fn texts(texts: impl IntoIterator<Item = String>) -> cel::common::types::CelList<'static> {
    let boxed = |text| -> Box<dyn Val> { Box::new(CelString::from(text)) };
    texts.into_iter().map(boxed).collect::<Vec<_>>().into()
}
