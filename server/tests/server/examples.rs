//! Manifests with the features of those in Kubernetes' documentation, applied by the real kubectl:
//! each file of `tests/examples/` in a sandbox of its own. What the documentation promises stands in
//! its first lines: `# promise: WORDS OF KUBECTL => OUTPUT`, where white space is all one and `*` is
//! anything; `# refused: WORDS => PART OF THE REFUSAL`.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tokio::task::spawn_blocking;

use crate::house::{Folder, House, Listening};

/// Model time until the promises are looked at.
const WAIT_MS: u64 = 150_000;

#[tokio::test(flavor = "multi_thread")]
async fn the_documentation_s_workloads_come_to_what_it_promises() {
    if Command::new("kubectl").args(["version", "--client"]).output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "in CI a kubectl must be on PATH");
        eprintln!("no kubectl is on PATH: nothing was applied");
        return;
    }
    let only = std::env::var("ONLY").unwrap_or_default();
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let (mut count, mut report) = (0, String::new());
    for path in files() {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if !name.contains(&only) {
            continue;
        }
        let id = house.sandbox(r#"{"rate": 1, "seed": 1}"#).await;
        let stage = Stage { listening: &listening, id: &id, folder: &folder };
        let applied = stage.kubectl(&format!("apply -f {}", path.display())).await;
        if applied.code != Some(0) {
            let _ = write!(report, "\n── {name}: {}", applied.err);
        }
        let wait = format!(r#"{{"advance_ms": {WAIT_MS}}}"#);
        house.ask("POST", &format!("/sandboxes/{id}/clock"), wait).await;
        for promise in promises(&path) {
            count += 1;
            let said = stage.kubectl(&promise.line).await;
            if let Some(broken) = promise.broken(&said) {
                let _ = write!(report, "\n── {name}: {}\n{broken}", promise.line);
            }
        }
    }
    println!("{count} promises looked at");
    assert!(report.is_empty(), "{report}");
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/examples");
    let entries = std::fs::read_dir(folder).expect("the folder of examples");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    assert!(!files.is_empty(), "there are examples");
    files
}

struct Promise {
    line: String,
    expected: String,
    refused: bool,
}

fn promises(path: &Path) -> Vec<Promise> {
    let text = std::fs::read_to_string(path).expect("an example");
    let found = text.lines().filter_map(|line| {
        let (kind, rest) = line.strip_prefix("# ")?.split_once(": ")?;
        let refused = match kind {
            "promise" => false,
            "refused" => true,
            _ => return None,
        };
        let (line, expected) = rest.split_once(" =>").expect("an output");
        Some(Promise { line: line.to_owned(), expected: expected.trim().to_owned(), refused })
    });
    let found: Vec<Promise> = found.collect();
    assert!(!found.is_empty(), "{} promises something", path.display());
    found
}

impl Promise {
    fn broken(&self, said: &Said) -> Option<String> {
        let whole = format!("   {:?} {}{}", said.code, said.out, said.err);
        if self.refused {
            let kept = said.code == Some(1) && said.err.contains(&self.expected);
            return (!kept).then_some(whole);
        }
        let words = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
        let kept = match self.expected.strip_prefix('*') {
            Some(part) => words.contains(part.trim_end_matches('*').trim()),
            None => words == self.expected,
        };
        (!kept || said.code != Some(0)).then_some(whole)
    }
}

struct Said {
    out: String,
    err: String,
    code: Option<i32>,
}

struct Stage<'a> {
    listening: &'a Listening,
    id: &'a str,
    folder: &'a Folder,
}

impl Stage<'_> {
    async fn kubectl(&self, line: &str) -> Said {
        let server = format!("http://{}/sandboxes/{}", self.listening.address, self.id);
        let mut command = Command::new("timeout");
        command.args(["60", "kubectl", "--server", &server]).args(line.split(' '));
        command.env("HOME", self.folder.path()).env_remove("KUBECONFIG").stdin(Stdio::null());
        let output = spawn_blocking(move || command.output()).await.expect("no panic");
        let output = output.expect("kubectl is on PATH");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said { out: text(&output.stdout), err: text(&output.stderr), code: output.status.code() }
    }
}
