//! What kubectl said to a real cluster, said again: each file of `tests/recorded/` is played in two
//! sandboxes, in one with the real kubectl and in one with the built-in. Both must end with the
//! recorded exit code and print what was recorded, but for names, ages and addresses.

#[path = "recorded/likeness.rs"]
mod likeness;
#[path = "recorded/script.rs"]
mod script;

use std::{
    fmt::Write,
    path::Path,
    process::{Command, Stdio},
};

use protocol::{Act, Down, File, Reply, Stream};
use script::{Asked, Script, Step};
use tokio::task::spawn_blocking;

use crate::house::{Folder, House, Listening, Page};

/// What a command printed, and its exit code.
#[derive(Debug, Default)]
struct Said {
    out: String,
    err: String,
    code: i32,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_kubectl_is_told_what_it_was_told_then() {
    if Command::new("kubectl").args(["version", "--client"]).output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "in CI a kubectl must be on PATH");
        eprintln!("no kubectl is on PATH: nothing was replayed");
        return;
    }
    replay(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_built_in_kubectl_says_what_the_real_one_said() {
    replay(true).await;
}

/// Plays all recordings; `ONLY` names some.
async fn replay(built_in: bool) {
    let only = std::env::var("ONLY").unwrap_or_default();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
    let (mut count, mut report) = (0, String::new());
    for script in script::all(&folder) {
        if script.name.contains(&only) {
            let stage = Stage::open(&script, built_in).await;
            let (played, differences) = stage.play(&script).await;
            count += played;
            report.push_str(&differences);
        }
    }
    eprintln!("{count} recorded commands replayed");
    assert!(report.is_empty(), "{report}");
}

/// A sandbox, and who types.
struct Stage {
    house: House,
    listening: Listening,
    folder: Folder,
    id: String,
    page: Option<Page>,
    files: Vec<File>,
}

impl Stage {
    async fn open(script: &Script, built_in: bool) -> Self {
        let folder = Folder::new();
        let house = House::open(&folder, &[]).await;
        let listening = house.listen().await;
        let id = house.sandbox(&script.sandbox).await;
        let files = script.files.iter();
        let files: Vec<File> =
            files.map(|(name, text)| File { name: name.clone(), text: text.clone() }).collect();
        for file in &files {
            let path = folder.path().join(&file.name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, &file.text).expect("a file");
        }
        let page = match built_in {
            true => Some(Page::open(&listening, &id, "").await),
            false => None,
        };
        Self { house, listening, folder, id, page, files }
    }

    /// How many commands were compared, and what differs.
    async fn play(mut self, script: &Script) -> (usize, String) {
        let (mut count, mut report) = (0, String::new());
        for step in &script.steps {
            match step {
                Step::Prepare(_, true) if self.page.is_some() => {}
                Step::Prepare(line, _) => {
                    let said = self.run(line).await;
                    assert_eq!(said.code, 0, "{}: $ {line}\n{}{}", script.name, said.out, said.err);
                }
                Step::Clock(change) => {
                    let path = format!("/sandboxes/{}/clock", self.id);
                    self.house.ask("POST", &path, change.clone()).await;
                }
                Step::Ask(asked) if asked.real_alone && self.page.is_some() => {}
                Step::Ask(asked) => {
                    count += 1;
                    let said = self.run(&asked.line).await;
                    let difference = difference(asked, &said);
                    if !difference.is_empty() {
                        let name = &script.name;
                        let _ = write!(report, "\n── {name}: {}\n{difference}", asked.line);
                    }
                }
            }
        }
        (count, report)
    }

    async fn run(&mut self, line: &str) -> Said {
        if self.page.is_some() { self.type_in(line).await } else { self.run_real(line).await }
    }

    async fn run_real(&self, line: &str) -> Said {
        let server = format!("http://{}/sandboxes/{}", self.listening.address, self.id);
        let config = include_str!("recorded/kubeconfig.yaml").replace("SERVER", &server);
        let path = self.folder.path().join("config");
        std::fs::write(&path, config).expect("a kubeconfig");
        let line = line.replace("{prefix}", &format!("/sandboxes/{}", self.id));
        let mut command = Command::new("timeout");
        command.args(["60", "sh", "-c", &line]).current_dir(self.folder.path());
        command.env("HOME", self.folder.path()).stdin(Stdio::null());
        // What is only told of a configuration is told of none.
        match line.contains(" config ") {
            true => command.env_remove("KUBECONFIG"),
            false => command.env("KUBECONFIG", path),
        };
        let output = spawn_blocking(move || command.output()).await.expect("no panic");
        let output = output.expect("a shell");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let code = output.status.code().unwrap_or(-1);
        Said { out: text(&output.stdout), err: text(&output.stderr), code }
    }

    async fn type_in(&mut self, line: &str) -> Said {
        let line = line.replace("{prefix}", "");
        let page = self.page.as_mut().expect("a page");
        page.seen.clear();
        let act = Act::Terminal { terminal: 1, line, files: self.files.clone() };
        let reply = page.act(act).await;
        let Reply::Exited { code, .. } = reply else { panic!("{reply:?}") };
        let mut said = Said { code, ..Said::default() };
        for down in page.seen.drain(..) {
            match down {
                Down::Output { stream: Stream::Out, text, .. } => said.out.push_str(&text),
                Down::Output { text, .. } => said.err.push_str(&text),
                _ => {}
            }
        }
        said
    }
}

/// What was said otherwise than it was recorded.
fn difference(asked: &Asked, said: &Said) -> String {
    let mut text = String::new();
    for (what, recorded, said) in
        [("stdout", &asked.out, &said.out), ("stderr", &asked.err, &said.err)]
    {
        if !likeness::alike(recorded, said) {
            let _ = write!(text, "   {what}, recorded:\n{recorded}   {what}, said:\n{said}");
        }
    }
    if asked.code != said.code {
        let _ = writeln!(text, "   exit code, recorded: {}, said: {}", asked.code, said.code);
    }
    text
}
