//! A machine alone, driven by hand: what a container logs and how it ends.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};

use super::*;
use crate::scenario::{ImageSpec, Scenario};
use crate::time::Time;
use crate::trace::Transition;

/// A machine, its events to come, and what happened.
struct Bench {
    machine: Machine,
    now: Time,
    random: Random,
    images: Catalogue,
    disks: Disks,
    queue: Vec<(Time, MachineEvent)>,
    transitions: Vec<(Time, Transition)>,
}

const UID: &str = "00000000-0000-4000-8000-000000000001";

impl Bench {
    fn new() -> Bench {
        Bench {
            machine: Machine::new("node-1"),
            now: Time(0),
            random: Random::new(1),
            images: Catalogue::with(&Scenario::playground(1)),
            disks: Disks::default(),
            queue: Vec::new(),
            transitions: Vec::new(),
        }
    }

    fn with(&mut self, run: impl FnOnce(&mut Machine, &mut Surroundings<'_>) -> Happened) {
        let clock = Clock { now: self.now, epoch_s: 1_767_571_200 };
        let mut around = Surroundings {
            clock,
            random: &mut self.random,
            images: &self.images,
            disks: &mut self.disks,
        };
        let happened = run(&mut self.machine, &mut around);
        self.transitions.extend(happened.transitions.into_iter().map(|t| (self.now, t.transition)));
        self.queue.extend(happened.next.into_iter().map(|s| (self.now + s.after_ms, s.event)));
        self.queue.sort_by_key(|(at, _)| *at);
    }

    fn act(&mut self, act: &MachineAct) {
        self.with(|machine, around| machine.act(act, around));
    }

    fn run_until(&mut self, until: Time) {
        while self.queue.first().is_some_and(|(at, _)| *at <= until) {
            let (at, event) = self.queue.remove(0);
            self.now = at;
            self.with(|machine, around| machine.happen(&event, around));
        }
        self.now = until;
    }

    fn container(&self) -> Option<&Container> {
        self.machine.pod(UID)?.containers.get("app")
    }

    fn sandbox(&mut self) {
        self.act(&MachineAct::StartSandbox {
            pod: Key::new(Kind::Pod, "default", "web"),
            uid: UID.into(),
            network: Network::Range("10.244.1.0/24".to_owned()),
            grace_ms: 30_000,
        });
        self.run_until(self.now + 1000);
    }

    fn pull(&mut self, image: &str) {
        self.act(&MachineAct::Pull {
            uid: UID.into(),
            container: "app".to_owned(),
            image: image.to_owned(),
        });
        self.run_until(self.now + 60_000);
    }
}

fn config(image: &str, command: &[&str]) -> ContainerConfig {
    ContainerConfig {
        name: "app".to_owned(),
        image: image.to_owned(),
        command: command.iter().map(|word| (*word).to_owned()).collect(),
        arguments: Vec::new(),
        environment: BTreeMap::new(),
        probes: Vec::new(),
        post_start: None,
        pre_stop: None,
        message_path: "/dev/termination-log".to_owned(),
        message_from_log: false,
        allotment: Arc::default(),
        space: Space {
            names: Names { hostname: "web".to_owned(), ..Names::default() },
            ..Space::default()
        },
    }
}

/// Runs a container for so long, then stops it with a grace period of five seconds.
fn check(config: ContainerConfig, run_ms: Millis, expected: &Expect) {
    let mut bench = Bench::new();
    bench.sandbox();
    bench.pull(&config.image);
    bench.act(&MachineAct::Start { uid: UID.into(), config: Arc::new(config) });
    let begun = bench.now;
    bench.run_until(begun + run_ms);
    let stopped = bench.now;
    bench.act(&MachineAct::Stop { uid: UID.into(), container: "app".to_owned(), grace_ms: 5000 });
    bench.run_until(stopped + 6000);
    let container = bench.container().expect("the container was created");
    let mut shown: String = container
        .log
        .lines
        .iter()
        .map(|line| format!("+{}s {}\n", (line.at - begun) / 1000, line.text))
        .collect();
    let exit = container.exit().expect("it has ended");
    let seconds = (exit.finished - begun) / 1000;
    shown += &format!("+{seconds}s {} {} {}", exit.reason, exit.code, exit.message);
    expected.assert_eq(shown.trim_end());
}

#[test]
fn a_server_says_what_it_does_and_stops_when_told() {
    check(
        config("my-app:1.0", &[]),
        5000,
        &expect![[r#"
            +0s 2026-01-05T00:01:01Z my-app 1.0 starting
            +0s 2026-01-05T00:01:01Z listening on :8080
            +5s 2026-01-05T00:01:06Z SIGTERM received, shutting down
            +5s Completed 0"#]],
    );
    check(
        config("redis:7.4", &[]),
        5000,
        &expect![[r#"
            +0s 1:C 05 Jan 2026 00:01:01.122 * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo
            +0s 1:C 05 Jan 2026 00:01:01.122 * Redis version=7.4, bits=64, commit=00000000, modified=0, pid=1, just started
            +0s 1:C 05 Jan 2026 00:01:01.122 # Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf
            +0s 1:M 05 Jan 2026 00:01:01.122 * monotonic clock: POSIX clock_gettime
            +0s 1:M 05 Jan 2026 00:01:01.122 * Running mode=standalone, port=6379.
            +0s 1:M 05 Jan 2026 00:01:01.122 * Server initialized
            +0s 1:M 05 Jan 2026 00:01:01.122 * Ready to accept connections tcp
            +5s 1:signal-handler (1767571266) Received SIGTERM scheduling shutdown...
            +5s 1:M 05 Jan 2026 00:01:06.008 * User requested shutdown...
            +5s 1:M 05 Jan 2026 00:01:06.008 * Saving the final RDB snapshot before exiting.
            +5s 1:M 05 Jan 2026 00:01:06.008 * DB saved on disk
            +5s 1:M 05 Jan 2026 00:01:06.008 # Redis is now ready to exit, bye bye...
            +5s Completed 0"#]],
    );
}

#[test]
fn a_shell_script_takes_its_time() {
    let script =
        "i=0; while [ $i -lt 3 ]; do echo \"$i: $(date +%T)\"; i=$((i+1)); sleep 1; done; exit 3";
    check(
        config("busybox", &["sh", "-c", script]),
        10_000,
        &expect![[r#"
            +0s 0: 00:01:01
            +1s 1: 00:01:02
            +2s 2: 00:01:03
            +3s Error 3"#]],
    );
    let script = "for word in a b; do echo $word; done && false || echo \"no $HOSTNAME ${X:-x}\"";
    check(
        config("busybox:1.36", &["sh", "-c", script]),
        1000,
        &expect![[r#"
            +0s a
            +0s b
            +0s no web x
            +0s Completed 0"#]],
    );
    check(
        config("busybox", &["sh", "-c", "cat /missing; nosuch; echo $?"]),
        1000,
        &expect![[r#"
            +0s cat: can't open '/missing': No such file or directory
            +0s sh: nosuch: not found
            +0s 127
            +0s Completed 0"#]],
    );
}

#[test]
fn a_first_process_without_a_handler_outlives_sigterm() {
    check(config("busybox", &["sleep", "3600"]), 1000, &expect!["+6s Error 137"]);
    let trap = "trap 'echo bye; exit 0' TERM; while true; do sleep 1; done";
    check(
        config("alpine", &["sh", "-c", trap]),
        1000,
        &expect![[r#"
            +1s bye
            +1s Completed 0"#]],
    );
}

#[test]
fn what_cannot_run_says_why() {
    check(config("busybox", &[]), 1000, &expect!["+0s Completed 0"]);
    check(
        config("postgres:17", &[]),
        3000,
        &expect![[r#"
            +0s Error: Database is uninitialized and superuser password is not specified.
            +0s        You must specify POSTGRES_PASSWORD to a non-empty value for the
            +0s        superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".
            +0s 
            +0s        You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
            +0s        connections without a password. This is *not* recommended.
            +0s 
            +0s        See PostgreSQL documentation about "trust":
            +0s        https://www.postgresql.org/docs/current/auth-trust.html
            +0s Error 1"#]],
    );
    check(
        config("nginx", &["nosuch"]),
        1000,
        &expect![[
            r#"+0s StartError 128 failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "nosuch": executable file not found in $PATH: unknown"#
        ]],
    );
    check(
        config("hashicorp/http-echo", &["sh", "-c", "sleep 5"]),
        1000,
        &expect![[
            r#"+0s StartError 128 failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "sh": executable file not found in $PATH: unknown"#
        ]],
    );
    check(
        config("nginx", &["/bin/nosuch"]),
        1000,
        &expect![[
            r#"+0s StartError 128 failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "/bin/nosuch": stat /bin/nosuch: no such file or directory: unknown"#
        ]],
    );
}

#[test]
fn one_image_is_pulled_at_a_time_and_then_stays() {
    let mut bench = Bench::new();
    bench.sandbox();
    bench.pull("nginx:1.27");
    assert!(bench.machine.has_image("docker.io/library/nginx:1.27"));
    let report = format!("{:?}", bench.machine.pod(UID).map(|pod| pod.reports.front()));
    expect![[r#"Some(Some(Report { container: "app", what: Pulled { image: "nginx:1.27", took_ms: 3075, waited_ms: 3075, size_bytes: 72237150 } }))"#]].assert_eq(&report);
    bench.pull("nosuch:1");
    let states = format!("{:?}", bench.machine.pod(UID).map(|pod| pod.images.get("app")));
    expect![[r#"Some(Some(Failed { at: Time(61987), message: "failed to pull and unpack image \"docker.io/library/nosuch:1\": failed to resolve reference \"docker.io/library/nosuch:1\": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed" }))"#]].assert_eq(&states);
}

#[test]
fn no_two_sandboxes_share_an_address() {
    let mut bench = Bench::new();
    for number in 0..300 {
        let uid: Arc<str> = format!("{number}").into();
        let network = Network::Range("10.244.1.0/24".to_owned());
        let pod = Key::new(Kind::Pod, "default", "web");
        bench.act(&MachineAct::StartSandbox { pod, uid: uid.clone(), network, grace_ms: 0 });
        bench.run_until(bench.now + 1000);
        if number % 3 == 0 {
            bench.act(&MachineAct::StopSandbox { uid });
            bench.run_until(bench.now + 1000);
        }
    }
    let addresses: Vec<&str> = bench.machine.pods().filter_map(PodRuntime::ip).collect();
    let distinct: std::collections::BTreeSet<&&str> = addresses.iter().collect();
    assert_eq!(addresses.len(), 200);
    assert_eq!(distinct.len(), addresses.len());
}

#[test]
fn power_returns_to_ended_containers() {
    let mut bench = Bench::new();
    bench.sandbox();
    bench.pull("nginx");
    bench.act(&MachineAct::Start { uid: UID.into(), config: Arc::new(config("nginx", &[])) });
    bench.run_until(bench.now + 2000);
    bench.machine.power_off();
    bench.run_until(bench.now + 60_000);
    bench.with(Machine::power_on);
    let container = bench.container().expect("it is known");
    let exit = container.exit().expect("it has ended");
    assert_eq!((exit.code, exit.reason), (255, "Unknown"));
    assert_eq!(bench.machine.pod(UID).map(|pod| &pod.sandbox), Some(&Sandbox::Lost));
}

#[test]
fn a_scenario_image_listens_where_it_says() {
    let spec = ImageSpec { name: "shop:2".to_owned(), port: 9000, size_bytes: 1 };
    let scenario = Scenario { images: vec![spec], ..Scenario::playground(1) };
    let mut bench = Bench { images: Catalogue::with(&scenario), ..Bench::new() };
    bench.sandbox();
    bench.pull("shop:2");
    bench.act(&MachineAct::Start { uid: UID.into(), config: Arc::new(config("shop:2", &[])) });
    bench.run_until(bench.now + 2000);
    let process = bench.container().map(|container| &container.process);
    assert_eq!(process.map(|process| process.listens(9000)), Some(true));
    assert_eq!(process.map(|process| process.listens(80)), Some(false));
}
