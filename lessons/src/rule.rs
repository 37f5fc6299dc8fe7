//! A rule of a lesson: a CEL expression over [`Evidence`].

use std::sync::{Arc, LazyLock};

use cel::{Context, Env, ExecutionError, Program, Value};

use crate::evidence::{Evidence, OTHERS, lists};

mod names;

/// The functions that rules may call, beside CEL's macros.
const FUNCTIONS: [&str; 11] = [
    "contains",
    "endsWith",
    "hasValue",
    "int",
    "matches",
    "optional.none",
    "orValue",
    "size",
    "startsWith",
    "string",
    "value",
];

/// The environment of all rules: CEL's standard library with optional fields (`a.?b.orValue(c)`).
static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// A compiled CEL expression.
pub struct Rule {
    source: String,
    program: Program,
    variables: Vec<String>,
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
        let variables = names::free_variables(program.expression());
        Ok(Rule { source: source.to_owned(), program, variables })
    }

    /// The expression as written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names that it uses and nobody gave it.
    pub(crate) fn strange_names(&self) -> Vec<String> {
        let known =
            |name: &str| OTHERS.contains(&name) || lists::names().any(|known| known == name);
        let strange = self.variables.iter().filter(|name| !known(name));
        let mut names: Vec<String> = strange.cloned().collect();
        let references = self.program.references();
        // An operator is a function whose name no author can write.
        let written = |name: &&str| name.starts_with(|first: char| first.is_ascii_alphabetic());
        let functions = references.functions().into_iter().filter(written);
        names
            .extend(functions.filter(|name| !FUNCTIONS.contains(name)).map(|it| format!("{it}()")));
        names.sort_unstable();
        names
    }

    /// The variables that it looks at.
    pub(crate) fn variables(&self) -> &[String] {
        &self.variables
    }

    /// Whether it is true. A field that is not there makes it false, as does any other error: the
    /// checker reports those through [`Rule::value`].
    pub fn holds(&self, evidence: &Evidence) -> bool {
        matches!(self.value(evidence), Ok(Value::Bool(true)))
    }

    /// A whole number it yields, if it does; true is 1.
    pub fn number(&self, evidence: &Evidence) -> Option<i64> {
        match self.value(evidence) {
            Ok(Value::Int(number)) => Some(number),
            Ok(Value::UInt(number)) => i64::try_from(number).ok(),
            Ok(Value::Bool(holds)) => Some(i64::from(holds)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Fact;
    use serde_json::json;

    fn holds(source: &str) -> bool {
        let mut evidence = Evidence::default();
        evidence.take(
            7,
            Fact::Stored(json!({
                "kind": "Pod", "metadata": {"name": "web", "labels": {"app": "hello"}},
                "spec": {"containers": [{"image": "my-app:1.0"}]}, "status": {"replicas": 3},
            })),
        );
        evidence.measure("ready", 2);
        evidence.measure("ready", 1);
        let rule = Rule::compile(source).unwrap();
        assert_eq!(rule.strange_names(), Vec::<String>::new(), "{source}");
        rule.holds(&evidence)
    }

    #[test]
    fn rules_see_objects_requests_and_measures() {
        assert!(holds("pods.exists(p, p.metadata.name == 'web')"));
        assert!(holds("pods[0].metadata.?labels.?app.orValue('') == 'hello'"));
        assert!(holds("pods[0].metadata.?annotations.?app.orValue('none') == 'none'"));
        assert!(holds("pods.all(p, p.spec.containers.exists(c, c.image.endsWith(':1.0')))"));
        assert!(holds("!has(pods[0].spec.nodeName) && pods[0].status.replicas == 3"));
        assert!(holds("objects.size() == 1 && deployments.size() == 0 && requests.size() == 0"));
        assert!(holds("history.ready.min == 1 && history.ready.max == 2 && clock.now_ms == 7"));
        assert!(holds("last.verb == '' && attempt.code == 0"));
        assert!(holds("['web'] == pods.map(p, p.metadata.name) && ingresses == []"));
        assert!(holds(
            "pods.filter(p, p.metadata.?labels.?app.orValue('') == 'hello').size() == 1"
        ));
        assert!(holds("pods.filter(p, true)[0].metadata.?labels.?app.orValue('') == 'hello'"));
        assert!(holds("pods.map(p, p.metadata)[0].labels['app'] == 'hello'"));
        assert!(holds("pods[0].spec.containers == [{'image': 'my-app:1.0'}]"));
        assert!(holds("[{'image': 'my-app:1.0'}] == pods[0].spec.containers"));
        assert!(holds("{'app': 'hello'} == pods[0].metadata.labels"));
        assert!(holds("'app' in pods[0].metadata.labels && traffic.all.failed == 0"));
        assert!(holds("'a\\nimage: x'.matches('(?m)^(name|image):')"));
    }

    #[test]
    fn what_is_not_there_makes_a_rule_false() {
        assert!(!holds("pods[0].spec.nodeName == ''"));
        assert!(!holds("pods[9].metadata.name == ''"));
        assert!(!holds("history.absent.max > 0"));
    }

    #[test]
    fn names_that_nobody_gave_are_found() {
        let strange = |source: &str| Rule::compile(source).unwrap().strange_names();
        assert_eq!(strange("pods.exists(p, q.a == p.b)"), ["q"]);
        assert_eq!(strange("pods.exists(p, p.x) && p.x"), ["p"]);
        assert_eq!(strange("sizes(pods) == 1"), ["sizes()"]);
    }
}
