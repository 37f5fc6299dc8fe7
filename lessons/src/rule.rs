//! A rule of a lesson: a CEL expression over [`Evidence`].

use std::sync::{Arc, LazyLock};

use cel::{Context, Env, ExecutionError, Program, Value};

use crate::evidence::Evidence;

/// The environment of all rules: CEL's standard library with optional fields (`a.?b.orValue(c)`).
static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// A compiled CEL expression.
pub struct Rule {
    source: String,
    program: Program,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Rule").field(&self.source).finish()
    }
}

impl Rule {
    /// Compiles an expression.
    ///
    /// # Errors
    /// What CEL's parser says of it, on one line.
    pub fn compile(source: &str) -> Result<Rule, String> {
        let program = ENVIRONMENT.compile(source).map_err(|errors| {
            let said: Vec<String> = errors.errors.iter().map(|e| e.msg.clone()).collect();
            said.join("; ")
        })?;
        Ok(Rule { source: source.to_owned(), program })
    }

    /// The expression as written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names it uses from outside.
    pub fn variables(&self) -> Vec<String> {
        let references = self.program.references();
        let mut names: Vec<String> =
            references.variables().into_iter().map(str::to_owned).collect();
        names.retain(|name| !name.starts_with('@'));
        names.sort_unstable();
        names
    }

    /// Whether it is true. A field that is not there makes it false, as does any other error: the
    /// checker reports those through [`Rule::value`].
    pub fn holds(&self, evidence: &Evidence) -> bool {
        matches!(self.value(evidence), Ok(Value::Bool(true)))
    }

    /// A whole number it yields, if it does.
    pub fn number(&self, evidence: &Evidence) -> Option<i64> {
        match self.value(evidence) {
            Ok(Value::Int(number)) => Some(number),
            Ok(Value::UInt(number)) => i64::try_from(number).ok(),
            _ => None,
        }
    }

    /// What it yields.
    ///
    /// # Errors
    /// What went wrong in evaluating it; most often a key that is not there.
    pub fn value(&self, evidence: &Evidence) -> Result<Value, ExecutionError> {
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        context.set_variable_resolver(evidence);
        self.program.execute(&context)
    }
}
