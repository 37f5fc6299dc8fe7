//! The shell inside containers: scripts, what they write, and how they end.

use orchestrator::session::SessionAct;
use serde_json::json;

use crate::cluster::Cluster;
use crate::exec::Exec;

/// Percent-encodes a script for a query.
fn encode(script: &str) -> String {
    script.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn run(cluster: &mut Cluster, pod: &str, shell: &str, script: &str) -> Exec {
    let query = format!(
        "exec?command={shell}&command=-c&command={}&stdout=true&stderr=true",
        encode(script)
    );
    let mut exec = cluster.open(pod, &query);
    for _ in 0..100 {
        if exec.ended {
            break;
        }
        cluster.run_s(1);
        exec.read(cluster);
    }
    exec
}

/// Reads `tests/suite/shell/*.txt`: after `$ ` a script, of several lines if they begin with `> `;
/// then what it writes, standard error included; then `= ` and the exit code if it is not 0.
fn check(pod: &str, shell: &str, cases: &str) {
    let mut cluster = Cluster::new(1);
    let image = if shell == "sh" { "busybox" } else { "ubuntu" };
    cluster.pod(pod, image, &["sleep", "infinity"]);
    let mut wrong = String::new();
    for case in cases.split("\n$ ").filter(|case| !case.trim().is_empty() && !case.starts_with('#'))
    {
        let case = case.trim_start_matches("$ ");
        let mut lines = case.lines().peekable();
        let mut script = lines.next().unwrap().to_owned();
        while let Some(line) = lines.next_if(|line| line.starts_with("> ") || *line == ">") {
            script.push('\n');
            script.push_str(line.strip_prefix("> ").unwrap_or_default());
        }
        let expected: String = lines.map(|line| format!("{line}\n")).collect();
        let exec = run(&mut cluster, pod, shell, &format!("exec 2>&1; {script}"));
        let mut shown = exec.stdout.clone() + &exec.stderr;
        if !shown.is_empty() && !shown.ends_with('\n') {
            shown.push_str("\\\n");
        }
        match exec.code() {
            Some(0) => {}
            Some(code) => shown += &format!("= {code}\n"),
            None => shown += "= runs on\n",
        }
        if shown.trim_end() != expected.trim_end() {
            wrong += &format!("$ {script}\n{shown}  where {expected:?} was expected\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn scripts_do_in_busybox_what_they_do_in_busybox() {
    check("box", "sh", include_str!("shell/busybox.txt"));
}

#[test]
fn a_prompt_is_spoken_to_by_lines() {
    let mut cluster = Cluster::new(1);
    cluster.pod("box", "busybox", &["sleep", "infinity"]);
    let mut exec = cluster.open("box", "exec?command=sh&stdin=true&stdout=true&tty=true");
    cluster.send(&mut exec, SessionAct::Stdin(b"echo $((6*7))\r".to_vec()));
    cluster.send(&mut exec, SessionAct::Stdin(b"lss\x7f /tmp; false\r".to_vec()));
    cluster.send(&mut exec, SessionAct::Stdin(b"sleep 100\r".to_vec()));
    cluster.run_s(5);
    cluster.send(&mut exec, SessionAct::Stdin(b"\x03".to_vec()));
    cluster.send(&mut exec, SessionAct::Stdin(b"cd /tmp\rexit 3\r".to_vec()));
    let said = exec.stdout.replace("\r\n", "\n");
    let expected = "/ # echo $((6*7))\n42\n/ # lss\x08 \x08 /tmp; false\n/ # sleep 100\n^C\n/ # \
                    cd /tmp\nexit 3\n/tmp # ";
    assert_eq!(said, expected);
    assert_eq!((exec.code(), exec.ended), (Some(3), true));
}

#[test]
fn standard_input_is_read_to_its_end() {
    let mut cluster = Cluster::new(1);
    cluster.pod("box", "busybox", &["sleep", "infinity"]);
    let mut exec = cluster.open("box", "exec?command=cat&stdin=true&stdout=true");
    cluster.send(&mut exec, SessionAct::Stdin(b"one\n".to_vec()));
    assert_eq!((exec.stdout.as_str(), exec.ended), ("one\n", false));
    cluster.send(&mut exec, SessionAct::CloseStdin);
    assert_eq!(exec.code(), Some(0));
}

#[test]
fn what_a_script_changes_stays_until_the_container_ends() {
    let mut cluster = Cluster::new(1);
    cluster.pod(
        "box",
        "busybox",
        &["sh", "-c", "trap 'exit 1' TERM; while true; do sleep 1; done"],
    );
    assert_eq!(run(&mut cluster, "box", "sh", "echo hi > /tmp/x; kill 1").code(), Some(0));
    let seen = run(&mut cluster, "box", "sh", "cat /tmp/x");
    assert_eq!((seen.stdout.as_str(), seen.code()), ("hi\n", Some(0)));
    cluster.run_s(20);
    let gone = run(&mut cluster, "box", "sh", "cat /tmp/x");
    assert_eq!(gone.stderr, "cat: can't open '/tmp/x': No such file or directory\n");
    assert_eq!(gone.code(), Some(1));
}

#[test]
fn files_are_copied_by_tar() {
    let mut cluster = Cluster::new(1);
    cluster.pod("web", "nginx", &[]);
    let script = "cd /tmp && mkdir -p a/b && echo deep > a/b/c && tar cf - a | (mkdir /x && tar xmf - -C /x) && cat /x/a/b/c";
    let exec = run(&mut cluster, "web", "sh", script);
    assert_eq!((exec.stdout.as_str(), exec.stderr.as_str(), exec.code()), ("deep\n", "", Some(0)));
}

#[test]
fn a_command_that_is_missing_is_the_runtimes_to_tell() {
    let mut cluster = Cluster::new(1);
    cluster.pod("box", "busybox", &["sleep", "infinity"]);
    let exec = cluster.open("box", "exec?command=nosuch&stdout=true");
    let status = exec.status.unwrap();
    assert_eq!(status["reason"], json!("InternalError"));
    let message = status["message"].as_str().unwrap();
    let end = "OCI runtime exec failed: exec failed: unable to start container process: exec: \
               \"nosuch\": executable file not found in $PATH: unknown";
    assert!(message.ends_with(end), "{message}");
}

const PIECES: [&str; 40] = [
    "echo a",
    "|",
    "&&",
    "||",
    ";",
    "&",
    "(",
    ")",
    "{ ",
    "; }",
    "while true; do",
    "done",
    "if",
    "then",
    "fi",
    "for i in 1 2 3; do",
    "$(",
    "`",
    "\"",
    "'",
    "$((",
    "))",
    "${x:-",
    "}",
    ">",
    "/tmp/x",
    "<<E\n",
    "\nE\n",
    "case x in",
    "esac",
    "x=1",
    "f() {",
    "f",
    "yes",
    "cat",
    "sleep 1",
    "wait",
    "kill $$",
    "trap 'f' TERM",
    "read x",
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 64, ..Default::default() })]

    #[test]
    fn no_script_breaks_the_model_or_holds_it_up(
        pieces in proptest::collection::vec(0..PIECES.len(), 1..24),
    ) {
        let mut cluster = Cluster::new(1);
        cluster.pod("box", "busybox", &["sleep", "infinity"]);
        let words: Vec<&str> = pieces.iter().map(|piece| PIECES[*piece]).collect();
        let query = format!("exec?command=sh&command=-c&command={}&stdout=true", encode(&words.join(" ")));
        let mut exec = cluster.open("box", &query);
        cluster.run_s(5);
        exec.read(&cluster);
        let again = run(&mut cluster, "box", "sh", "echo alive");
        proptest::prop_assert_eq!(again.stdout, "alive\n");
    }
}

#[test]
fn requests_travel_over_the_network_and_are_waited_for() {
    let mut cluster = Cluster::new(1);
    cluster.pod("box", "busybox", &["sleep", "infinity"]);
    cluster.deploy("web", 1, "my-app:1.0");
    let service = json!({
        "metadata": {"name": "web"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]},
    });
    cluster.ok("POST", "/api/v1/namespaces/default/services", &service);
    cluster.settle();
    let answer = run(&mut cluster, "box", "sh", "wget -qO- http://web | head -1; echo $?");
    assert!(
        answer.stdout.contains("my-app"),
        "{} {} {:?}",
        answer.stdout,
        answer.stderr,
        answer.status
    );
    let missing = run(&mut cluster, "box", "sh", "wget -qO- http://nosuch");
    assert_eq!(missing.stderr, "wget: bad address 'nosuch'\n");
    assert_eq!(missing.code(), Some(1));
    let silent = run(&mut cluster, "box", "sh", "wget -T 2 -qO- http://web:81; echo $?");
    assert_eq!(silent.stderr + &silent.stdout, "wget: download timed out\n1\n");
    cluster.pod("asker", "curlimages/curl", &["sleep", "infinity"]);
    cluster.settle();
    let script = "curl -so /dev/null -w '%{http_code}\\n' web; curl -sSm 2 web:81 | cat; \
                  curl -s web >page; head -c 6 page; curl -s nosuch; echo $?";
    let asked = run(&mut cluster, "asker", "sh", script);
    assert_eq!(asked.stdout, "200\nmy-app6\n");
    assert_eq!(asked.stderr, "curl: (28) Connection timed out after 2000 milliseconds\n");
    let name =
        run(&mut cluster, "box", "sh", "nslookup web.default.svc.cluster.local | grep -c Address");
    assert_eq!((name.stdout.as_str(), name.code()), ("2\n", Some(0)));
}
