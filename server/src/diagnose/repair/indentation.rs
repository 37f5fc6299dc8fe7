//! Gives a manifest its indentation back, by what Kubernetes knows of its kind: each line goes into
//! the innermost block that knows its field and does not have it yet. Where a choice leads nowhere,
//! the next outer block is tried.

use orchestrator::World;

use crate::diagnose::{
    kind_named,
    known::{Known, Shape},
    tree,
};

/// Lines of one document, and lines looked at, before it is given up.
const LINES_MAX: usize = 400;
const STEPS_MAX: usize = 20_000;

/// The text with its indentation; none where it cannot be found, or was not lost.
pub(super) fn restore(world: &World, text: &str) -> Option<String> {
    let mut mended = Vec::new();
    let mut document = Vec::new();
    for line in text.lines().chain(["---"]) {
        if line.trim_end() != "---" {
            document.push(line.trim());
            continue;
        }
        mended.extend(of_document(world, &document)?);
        mended.push("---".to_owned());
        document.clear();
    }
    mended.pop();
    let mended = mended.join("\n") + "\n";
    (mended != text && tree::parse(&mended).is_ok()).then_some(mended)
}

fn of_document(world: &World, lines: &[&str]) -> Option<Vec<String>> {
    if lines.iter().all(|line| is_empty(line)) {
        return Some(lines.iter().map(|line| (*line).to_owned()).collect());
    }
    let kind = kind_named(value_of("apiVersion", lines)?, value_of("kind", lines)?)?;
    let known = Known::of(world, kind)?;
    if lines.len() > LINES_MAX {
        return None;
    }
    let mut search = Search { known: &known, lines, steps: 0, columns: Vec::new() };
    search.go(0, &[Block::new(Vec::new(), 0, Shape::Object)]).then(|| search.text())
}

fn value_of<'text>(name: &str, lines: &[&'text str]) -> Option<&'text str> {
    let value = |line: &'text str| line.strip_prefix(name)?.strip_prefix(':').map(str::trim);
    lines.iter().find_map(|line| value(line))
}

fn is_empty(line: &str) -> bool {
    line.is_empty() || line.starts_with('#')
}

/// A block that is open: what it is, where its lines begin, and what it has already.
#[derive(Clone, Debug)]
struct Block {
    /// The way to it in the schema.
    keys: Vec<String>,
    column: usize,
    shape: Shape,
    seen: Vec<String>,
}

impl Block {
    fn new(keys: Vec<String>, column: usize, shape: Shape) -> Block {
        Block { keys, column, shape, seen: Vec::new() }
    }
}

struct Search<'text> {
    known: &'text Known,
    lines: &'text [&'text str],
    steps: usize,
    /// Where each line so far begins.
    columns: Vec<usize>,
}

impl Search<'_> {
    fn text(&self) -> Vec<String> {
        let line = |(line, column): (&&str, &usize)| match *line {
            "" => String::new(),
            line => format!("{}{line}", " ".repeat(*column)),
        };
        self.lines.iter().zip(&self.columns).map(line).collect()
    }

    /// Whether all lines from here on find their places.
    fn go(&mut self, at: usize, stack: &[Block]) -> bool {
        self.steps += 1;
        self.columns.truncate(at);
        let Some(line) = self.lines.get(at).copied() else { return true };
        if self.steps > STEPS_MAX {
            return false;
        }
        if is_empty(line) {
            self.columns.push(stack.last().map_or(0, |block| block.column));
            return self.go(at + 1, stack);
        }
        let item = line.strip_prefix("- ").map(str::trim_start);
        let places = match item {
            Some(_) => lists(stack),
            None => self.blocks(line, stack),
        };
        places.into_iter().any(|place| {
            let mut stack = stack[..=place].to_vec();
            let Some(column) = self.put(line, item, &mut stack) else { return false };
            self.columns.truncate(at);
            self.columns.push(column);
            self.go(at + 1, &stack)
        })
    }

    /// The blocks that a field may go into, the likeliest first.
    fn blocks(&self, line: &str, stack: &[Block]) -> Vec<usize> {
        let Some((key, _)) = field(line) else { return Vec::new() };
        let accepts = |block: &Block| {
            let new = !block.seen.contains(&key.to_owned());
            new && match block.shape {
                Shape::Object => self.known.fields(&block.keys).contains(&key),
                Shape::Map => true,
                Shape::List | Shape::Scalar => false,
            }
        };
        let mut places: Vec<usize> =
            (0..stack.len()).rev().filter(|place| accepts(&stack[*place])).collect();
        // What an outer block knows by name does not belong to a map that has something already.
        let full = |place: &usize| {
            matches!(stack[*place].shape, Shape::Map) && !stack[*place].seen.is_empty()
        };
        places.sort_by_key(full);
        places
    }

    /// Puts a line into the last block, and opens what it opens: where the line begins.
    fn put(&self, line: &str, item: Option<&str>, stack: &mut Vec<Block>) -> Option<usize> {
        let block = stack.last_mut()?;
        let column = block.column;
        let Some(item) = item else {
            let (key, value) = field(line)?;
            self.open(key, value, stack)?;
            return Some(column);
        };
        let keys: Vec<String> = [block.keys.as_slice(), &["[]".to_owned()]].concat();
        if !matches!(self.known.shape(&keys), Shape::Object) {
            return Some(column);
        }
        let (key, value) = field(item)?;
        if !self.known.fields(&keys).contains(&key) {
            return None;
        }
        stack.push(Block::new(keys, column + 2, Shape::Object));
        self.open(key, value, stack)?;
        Some(column)
    }

    /// Notes a field of the last block; without a value it opens a block of its own.
    fn open(&self, key: &str, value: &str, stack: &mut Vec<Block>) -> Option<()> {
        let block = stack.last_mut()?;
        block.seen.push(key.to_owned());
        if value.starts_with(['|', '>']) {
            return None; // Its lines can be told from fields by their indentation alone.
        }
        if value.is_empty() || value.starts_with('#') {
            let keys: Vec<String> = [block.keys.as_slice(), &[key.to_owned()]].concat();
            let shape = self.known.shape(&keys);
            let column = block.column + 2;
            if !matches!(shape, Shape::Scalar) {
                stack.push(Block::new(keys, column, shape));
            }
        }
        Some(())
    }
}

/// The lists that are open, innermost first.
fn lists(stack: &[Block]) -> Vec<usize> {
    let is_list = |place: &usize| matches!(stack[*place].shape, Shape::List);
    (0..stack.len()).rev().filter(is_list).collect()
}

/// `key: value`, or `key:`
fn field(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let key = key.trim_matches(['"', '\'']);
    let ends = value.is_empty() || value.starts_with([' ', '\t']);
    (ends && !key.is_empty() && !key.contains([' ', '{', '['])).then_some((key, value.trim()))
}

#[cfg(test)]
mod tests {
    use orchestrator::Scenario;

    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let world = World::new(1, &Scenario::playground(1));
        assert_eq!(restore(&world, text).as_deref(), expected, "{text}");
    }

    /// The same without its indentation is mended to itself.
    fn comes_back(text: &str) {
        let flat: String = text.lines().map(|line| format!("{}\n", line.trim_start())).collect();
        assert_ne!(flat, text);
        check(&flat, Some(text));
    }

    #[test]
    fn a_manifest_that_was_pasted_flat_gets_its_indentation_back() {
        comes_back(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: control-plane-pod\nspec:\n  containers:\n\
             \x20   - name: kube-apiserver\n      image: a:1\n\
             \x20   - name: kube-controller-manager\n      image: b:1\n\
             \x20   - name: kube-scheduler\n      image: c:1\n",
        );
        comes_back(
            "apiVersion: v1\nkind: Node\nmetadata:\n  name: worker-node-1\nspec:\n  \
             podCIDR: 10.244.1.0/24\nstatus:\n  capacity:\n    cpu: \"2\"\n    memory: 4Gi\n",
        );
        comes_back(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: my-awesome-app\nspec:\n  containers:\n\
             \x20   - name: my-app-container\n      image: my-app:1.0\n      ports:\n\
             \x20       - containerPort: 8080\n",
        );
        comes_back(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: hello-world\nspec:\n  \
             replicas: 3\n  selector:\n    matchLabels:\n      app: hello\n  template:\n    \
             metadata:\n      labels:\n        app: hello\n    spec:\n      containers:\n\
             \x20       - name: hello\n          image: helloworld-app\n",
        );
    }

    #[test]
    fn a_name_that_fits_two_lists_goes_where_the_rest_fits() {
        comes_back(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: two\n  labels:\n    app: two\nspec:\n  \
             containers:\n    - name: a\n      image: a:1\n      ports:\n\
             \x20       - containerPort: 80\n    - name: b\n      image: b:1\n      command:\n\
             \x20       - sleep\n        - \"9\"\n  hostname: b\n",
        );
    }

    #[test]
    fn what_cannot_be_known_is_left_alone() {
        check("apiVersion: v1\nkind: Pod\nmetadata:\nnmae: x\n", None);
        check("apiVersion: v1\nkind: Nothing\nmetadata:\nname: x\n", None);
        check("kind: Pod\n", None);
        check("apiVersion: v1\nkind: ConfigMap\nmetadata:\nname: x\ndata:\na: |\nb\n", None);
        check("apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n", None);
    }

    #[test]
    fn documents_are_mended_one_by_one() {
        comes_back(
            "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: one\n---\n# a Service\n\
             apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector:\n    \
             app: web\n  ports:\n    - port: 80\n      targetPort: 8080\n",
        );
    }
}
