//! A small whole lesson, for tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::Fault;
use crate::lesson::{Lesson, read};

const SHEET: &str = "\
number: 1
part: B
minutes: 5
setting: {workers: 1, clock: paused}
measures:
  pods: pods.size()
steps:
  - id: make
    prediction: {choices: [yes-it-is, no-it-is-not], answer: no-it-is-not, proof: pods.size() == 1}
    goals:
      - id: there
        met: pods.exists(p, p.metadata.name == 'web')
        not_yet:
          - {id: other-name, when: pods.size() > 0}
    wrong:
      - {name: bad-yaml, when: attempt.output.contains('error')}
      - {name: two-pods, when: pods.size() == 2}
  - id: remove
    goals:
      - id: asked
        latch: true
        met: requests.exists(r, r.verb == 'delete' && r.name == 'web')
      - id: gone
        met: history.pods.max == 1 && pods.size() == 0
";

const WORDS: &str = "\
# Title
> About.

## Make {#make}
Text.
### predict
Ready?
- `yes-it-is`: Yes.
- `no-it-is-not`: No.
### answer yes-it-is
Wrong.
### answer no-it-is-not
Right.
### goal there
It is there.
- `other-name`: Another name.
- `otherwise`: Nothing.
### hint
One.
### wrong bad-yaml
Mend it.
### wrong two-pods
One too many.
## Remove {#remove}
Text.
### goal asked
Asked.
- `otherwise`: Not asked.
### goal gone
Gone.
- `otherwise`: There.
## End {#debrief}
Well done.
";

const SOLUTION: &str = "\
# step: make
cat > web.yaml <<'EOF'
kind: Pod
EOF
kubectl apply -f web.yaml
# step: remove
kubectl delete pod {{ pods[0].metadata.name }}
";

/// Its files.
pub(crate) fn files() -> BTreeMap<String, String> {
    let wrong = "# step: make\nkubectl apply -f web.yaml\n";
    let files = [
        ("lesson.yaml", SHEET),
        ("ko.md", WORDS),
        ("en.md", WORDS),
        ("solution.sh", SOLUTION),
        ("wrong/bad-yaml.sh", wrong),
        ("wrong/two-pods.sh", wrong),
        ("files/web.yaml", "kind:\n"),
    ];
    files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

/// The lesson itself.
pub(crate) fn lesson() -> Arc<Lesson> {
    Arc::new(read("01-sample", &files()).expect("the sample is whole"))
}

/// What is said when one of its files reads otherwise.
pub(crate) fn faults_with(file: &str, from: &str, to: &str) -> Vec<Fault> {
    let mut files = files();
    let text = files.get_mut(file).expect("the sample has this file");
    assert!(text.contains(from), "{from} is in {file}");
    *text = text.replace(from, to);
    read("01-sample", &files).err().unwrap_or_default()
}
