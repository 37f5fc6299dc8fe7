//! The real kubectl with a terminal, copying, and looking at Pods: `exec -it`, `attach -it`,
//! `run -it --rm`, `cp` and `debug`.

use std::{
    io::Write,
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use protocol::{Act, Down, Reply, Stream};
use tokio::task::spawn_blocking;

use crate::{
    house::{Folder, House, Listening, Page},
    streams::{kubectl, with_box},
};

/// A server with a sandbox, and kubectl's home.
struct Desk {
    _house: House,
    listening: Listening,
    folder: Folder,
    id: String,
}

impl Desk {
    async fn new() -> Arc<Desk> {
        let folder = Folder::new();
        let house = House::open(&folder, &[]).await;
        let listening = house.listen().await;
        let id = with_box(&house).await;
        Arc::new(Desk { _house: house, listening, folder, id })
    }

    /// What kubectl prints: standard output, standard error, exit code.
    fn run(&self, line: &str, stdin: &str) -> (String, String, Option<i32>) {
        let output = kubectl(&self.listening, &self.id, &self.folder, line, stdin);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&output.stdout), text(&output.stderr), output.status.code())
    }

    /// What is seen on a terminal where a line is run and some others are typed, each when what was
    /// printed ends with what is waited for.
    fn on_terminal(&self, line: &str, typed: &[(&str, &str)]) -> (String, Option<i32>) {
        let server = format!("http://{}/sandboxes/{}", self.listening.address, self.id);
        let command = format!("kubectl --server {server} {line}");
        let mut child = Command::new("script")
            .args(["--quiet", "--return", "--command", &command, "/dev/null"])
            .env("HOME", self.folder.path())
            .env_remove("KUBECONFIG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("script is on PATH");
        let mut keys = child.stdin.take().expect("its input");
        let screen = Screen::of(child.stdout.take().expect("its output"));
        let mut before = 0;
        for (prompt, line) in typed {
            before = screen.until(prompt, before);
            keys.write_all(line.as_bytes()).expect("it reads");
        }
        let status = child.wait().expect("it ends");
        (screen.end(), status.code())
    }
}

/// What a program prints, as it comes.
struct Screen {
    seen: Arc<std::sync::Mutex<String>>,
    reading: thread::JoinHandle<()>,
}

impl Screen {
    fn of(mut output: impl std::io::Read + Send + 'static) -> Screen {
        let seen = Arc::new(std::sync::Mutex::new(String::new()));
        let to = Arc::clone(&seen);
        let reading = thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                to.lock().expect("no panic").push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        });
        Screen { seen, reading }
    }

    fn text(&self) -> String {
        self.seen.lock().expect("no panic").clone()
    }

    /// Waits until more was printed than `before` bytes, and that ends with `end`: how much it is.
    fn until(&self, end: &str, before: usize) -> usize {
        for _ in 0..600 {
            let text = self.text();
            if text.len() > before && text.ends_with(end) {
                return text.len();
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("{end:?} never came: {:?}", self.text());
    }

    fn end(self) -> String {
        self.reading.join().expect("no panic");
        self.seen.lock().expect("no panic").replace("\r\n", "\n")
    }
}

async fn blocking(desk: &Arc<Desk>, test: impl FnOnce(&Desk) + Send + 'static) {
    let desk = Arc::clone(desk);
    spawn_blocking(move || test(&desk)).await.expect("no panic");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_on_a_terminal() {
    let desk = Desk::new().await;
    blocking(&desk, |desk| {
        let typed = [
            ("/ # ", "hostname\r"),
            ("box\r\n/ # ", "sleep 1000\r"),
            ("sleep 1000\r\n", "\x03"),
            ("^C\r\n/ # ", "[ -t 0 ] && echo terminal\r"),
            ("terminal\r\n/ # ", "exit 4\r"),
        ];
        let (seen, code) = desk.on_terminal("exec -it box -- sh", &typed);
        let expected = "/ # hostname\nbox\n/ # sleep 1000\n^C\n/ # [ -t 0 ] && echo terminal\n\
                        terminal\n/ # exit 4\ncommand terminated with exit code 4\n";
        assert_eq!((seen.as_str(), code), (expected, Some(4)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_copied_both_ways() {
    let desk = Desk::new().await;
    blocking(&desk, |desk| {
        let home = desk.folder.path().to_owned();
        let here = |name: &str| home.join(name).to_str().expect("text").to_owned();
        std::fs::create_dir_all(home.join("site/deep")).expect("a folder");
        std::fs::write(home.join("site/index.html"), "hello\n").expect("written");
        std::fs::write(home.join("site/deep/data"), [0, 159, 255]).expect("written");
        let nothing = (String::new(), String::new(), Some(0));
        assert_eq!(desk.run(&format!("cp {} box:/tmp/www", here("site")), ""), nothing);
        let listed = desk.run("exec box -- find /tmp/www -type f", "").0;
        assert_eq!(listed, "/tmp/www/deep/data\n/tmp/www/index.html\n");
        assert_eq!(desk.run(&format!("cp {} box:/tmp", here("site/index.html")), ""), nothing);
        assert_eq!(desk.run("exec box -- cat /tmp/index.html", "").0, "hello\n");
        let (out, _, code) = desk.run(&format!("cp box:/tmp/www {}", here("back")), "");
        assert_eq!(
            (out.as_str(), code),
            ("tar: removing leading '/' from member names\n", Some(0))
        );
        assert_eq!(std::fs::read(home.join("back/deep/data")).expect("it is there"), [0, 159, 255]);
        // Whether the real kubectl ends with 0 or 1 here, is a race of its own.
        let (out, ..) = desk.run(&format!("cp box:/nope {}", here("nope")), "");
        assert!(out.contains("tar: /nope: No such file or directory"), "{out}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_is_run_attached_to_and_gone() {
    let desk = Desk::new().await;
    blocking(&desk, |desk| {
        let line = "run -it --rm shell --image=busybox -- sh";
        let (seen, code) = desk.on_terminal(
            line,
            &[("enter.\r\n", "\r"), ("/ # ", "hostname\r"), ("shell\r\n/ # ", "exit\r")],
        );
        let end = "/ # hostname\nshell\n/ # exit\nSession ended, resume using 'kubectl attach shell \
                   -c shell -i -t' command when the pod is running\npod \"shell\" deleted\n";
        assert!(seen.ends_with(end), "{seen}");
        assert_eq!(code, Some(0));
        let line = "run -i --rm --restart=Never once --image=busybox -- sh -c 'cat; exit 2'";
        let (out, err, code) = desk.run(line, "given\n");
        assert!(out.contains("given\n") && out.ends_with("pod \"once\" deleted\n"), "{out} {err}");
        assert_eq!(code, Some(2), "{err}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_is_debugged() {
    let desk = Desk::new().await;
    blocking(&desk, |desk| {
        let line = "debug box -it --image=busybox --target=main --profile=general -c looker -- sh";
        let (seen, code) = desk.on_terminal(
            line,
            &[("enter.\r\n", "\r"), ("/ # ", "hostname\r"), ("box\r\n/ # ", "exit\r")],
        );
        let end = "/ # hostname\nbox\n/ # exit\nSession ended, the ephemeral container will not be \
                   restarted but may be reattached using 'kubectl attach box -c looker -i -t' if it \
                   is still running\n";
        assert!(seen.ends_with(end), "{seen}");
        assert_eq!(code, Some(0));
        let path = "{.status.ephemeralContainerStatuses[0].state.terminated.reason}";
        let wait = format!("wait pod/box --for=jsonpath={path}=Completed --timeout=30s");
        assert_eq!(desk.run(&wait, "").2, Some(0));
        let line = "debug box --image=busybox --copy-to=twin --container=extra -- sleep 1000";
        assert_eq!(desk.run(line, "").2, Some(0));
        let ready = desk.run("wait pod/twin --for=condition=Ready --timeout=60s", "");
        assert_eq!(ready.0, "pod/twin condition met\n", "{}", ready.1);
        let line = "debug node/node-1 -it --image=busybox --profile=sysadmin";
        let typed = [
            ("enter.\r\n", "\r"),
            ("/ # ", "cat /host/etc/hostname\r"),
            ("node-1\r\n/ # ", "exit\r"),
        ];
        let (seen, _) = desk.on_terminal(line, &typed);
        assert!(seen.contains("cat /host/etc/hostname\nnode-1\n"), "{seen}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_container_is_attached_to() {
    let desk = Desk::new().await;
    blocking(&desk, |desk| {
        let overrides = "{\"spec\":{\"containers\":[{\"name\":\"sh\",\"image\":\"busybox\",\
                         \"stdin\":true,\"tty\":true}]}}";
        let line = format!("run sh --image=busybox --overrides '{overrides}'");
        assert_eq!(desk.run(&line, "").2, Some(0));
        desk.run("wait pod/sh --for=condition=Ready --timeout=60s", "");
        let typed = [("enter.\r\n", "\r"), ("/ # ", "echo $((6 * 7))\r"), ("42\r\n/ # ", "exit\r")];
        let (seen, code) = desk.on_terminal("attach -it sh", &typed);
        assert!(
            seen.contains("If you don't see a command prompt, try pressing enter.\n"),
            "{seen}"
        );
        assert_eq!(code, Some(0), "{seen}");
    })
    .await;
}

/// What the page's terminal prints for a line: standard output, standard error, exit code.
async fn built_in(page: &mut Page, line: &str) -> (String, String, Option<i32>) {
    page.seen.clear();
    let act = Act::Terminal { terminal: 1, line: line.to_owned(), files: Vec::new() };
    let Reply::Exited { code, .. } = page.act(act).await else { panic!("it does not run") };
    let of = |wanted: Stream| -> String {
        let texts = page.seen.iter().filter_map(|down| match down {
            Down::Output { stream, text, .. } if *stream == wanted => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    };
    (of(Stream::Out), of(Stream::Err), Some(code))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_built_in_says_the_same_of_containers() {
    let desk = Desk::new().await;
    let mut page = Page::open(&desk.listening, &desk.id, "").await;
    let cases = [
        ("exec box -- ls /", ""),
        ("exec box -- sh -c 'echo out; echo err >&2; exit 9'", ""),
        ("exec box -- cat /etc/hosts /nope", ""),
        ("exec -i box -- tr a-z A-Z", "some words\n"),
        ("exec -it box -- wc", "some words\n"),
        ("exec box -c nope -- ls", ""),
        ("exec nosuch -- ls", ""),
        ("exec box", ""),
        ("exec", ""),
        ("exec box -- sh -c 'kill -9 $$'", ""),
        ("cp nothing box:/tmp", ""),
        ("cp one two", ""),
        ("cp box:/a box:/b", ""),
        ("cp :x y", ""),
        ("cp nosuch:/x y", ""),
        ("attach nosuch", ""),
        ("debug nosuch --image=busybox --profile=general", ""),
        ("debug box --profile=general", ""),
        ("debug box -t --image=busybox --profile=general", ""),
        ("debug box -c x --image=busybox --target=nope --profile=general", ""),
        ("debug box -c x --image=busybox --target=nope", ""),
        ("debug box --replace --image=busybox --profile=general", ""),
        ("debug box --copy-to=y --profile=general", ""),
        ("run x --rm --image=busybox", ""),
        ("run x -t --image=busybox", ""),
        ("run x -i --image=busybox --dry-run=client", ""),
    ];
    let mut differ = Vec::new();
    for (line, stdin) in cases {
        let piped = match stdin.trim_end() {
            "" => format!("kubectl {line}"),
            text => format!("echo '{text}' | kubectl {line}"),
        };
        let ours = built_in(&mut page, &piped).await;
        let desk = Arc::clone(&desk);
        let real = spawn_blocking(move || desk.run(line, stdin)).await.expect("no panic");
        if ours != real {
            differ.push(format!("{line}\n  real {real:?}\n  ours {ours:?}"));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}
