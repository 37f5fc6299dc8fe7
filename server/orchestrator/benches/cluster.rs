//! What the model costs: `cargo bench -p orchestrator`, or with a name to run only those rows.
//!
//! Times are CPU time of this thread, so that a busy machine does not disturb them; memory is what
//! the process holds more of than before.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it finds")]

use std::hint::black_box;

use k8s_openapi::api::core::v1::Pod;
use orchestrator::world::World;
use orchestrator::{ApiRequest, Fault, Input, Scenario, Time};
use serde_json::json;

fn main() {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let rows: [(&str, fn()); 11] = [
        ("boot", boot),
        ("pods-100", || pods(100, 20)),
        ("pods-1000", || pods(1000, 60)),
        // Ten times as many Pods each time, on as many nodes as that takes.
        ("grow-1", || pods(10, 2)),
        ("grow-2", || pods(100, 20)),
        ("grow-3", || pods(1000, 200)),
        ("grow-4", || pods(5000, 2000)),
        ("idle", idle),
        ("seek", seek),
        ("clone", clone),
        ("memory", memory),
    ];
    for (name, run) in rows {
        if wanted.as_ref().is_none_or(|wanted| name.contains(wanted.as_str())) {
            run();
        }
    }
}

fn boot() {
    for workers in [3, 100, 1000, 5000] {
        let (ms, world) = timed(|| World::new(1, &Scenario::playground(workers)));
        println!("boot, {workers} workers: {ms:.1} ms, {} trace entries", world.trace().len());
    }
}

/// From `apply` to Running: so many Deployments of fifty Pods each.
fn pods(workers: u32, deployments: i64) {
    let replicas = deployments * 50;
    let mut world = World::new(1, &Scenario::playground(workers));
    let (steps, begun) = (std::cell::Cell::new(0_u64), world.now());
    for number in 0..deployments {
        apply(&mut world, &format!("hello-{number}"), 50);
    }
    let (ms, ()) = timed(|| {
        while running(&world) < replicas {
            for _ in 0..5000 {
                world.step();
                steps.set(steps.get() + 1);
            }
            assert!(world.now() - begun < 3_600_000, "they all run within an hour");
        }
    });
    let rate = |count: f64| count / ms * 1000.0;
    println!(
        "pods, {workers} workers: {replicas} Pods running after {:.1} s of model time and {ms:.0} ms: \
         {:.2} ms/Pod, {:.0} Pods/s, {:.0} events/s",
        (world.now() - begun) as f64 / 1000.0,
        ms / replicas as f64,
        rate(replicas as f64),
        rate(steps.get() as f64)
    );
}

/// An hour in which nothing happens but heartbeats.
fn idle() {
    for (workers, model_s) in [(3, 3600), (1000, 60)] {
        let mut world = World::new(1, &Scenario::playground(workers));
        let until = Time(model_s * 1000);
        let (ms, ()) = timed(|| world.run_until(until));
        println!("idle, {workers} workers: {ms:.1} ms for {model_s} s of model time");
    }
}

/// Ten busy minutes, then a look at random points of them: from the start, and from the nearest of
/// the copies that were kept every thirty seconds.
fn seek() {
    let inputs = busy_log();
    let (ms, copies) = timed(|| replay(&inputs, Time(600_000)));
    println!("seek: ten busy minutes replayed in {ms:.0} ms, {} copies kept", copies.len());
    let mut point = 12_345_u64;
    let (mut total, mut worst) = (0.0, 0.0_f64);
    for _ in 0..20 {
        point = point.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let target = Time((point >> 33) as i64 % 600_000);
        let (ms, _) = timed(|| {
            let nearest = copies.iter().rev().find(|copy| copy.now() <= target);
            let mut world = nearest.cloned().unwrap_or_else(start);
            advance(&mut world, &inputs, target);
            black_box(world.now())
        });
        total += ms;
        worst = worst.max(ms);
    }
    println!("seek to a random point: {:.1} ms on average, {worst:.1} ms at worst", total / 20.0);
}

fn clone() {
    let inputs = busy_log();
    let world = replay(&inputs, Time(600_000)).pop().unwrap_or_else(start);
    let (ms, copies) = timed(|| (0..1000).map(|_| world.clone()).collect::<Vec<_>>());
    println!("clone of a busy world: {ms:.1} µs");
    black_box(copies.len());
}

fn memory() {
    let before = resident_bytes();
    let idle: Vec<World> = (0..20).map(|seed| World::new(seed, &Scenario::playground(3))).collect();
    let each = (resident_bytes() - before) / 20;
    println!("memory, idle sandbox: {} kB", each / 1024);
    let inputs = busy_log();
    let before = resident_bytes();
    let copies = replay(&inputs, Time(600_000));
    let bytes = resident_bytes() - before;
    let kept = copies.len();
    println!("memory, busy sandbox after ten minutes, {kept} copies with it: {} kB", bytes / 1024);
    black_box(idle.len());
}

fn start() -> World {
    World::new(3, &Scenario::playground(3))
}

/// What somebody might do in ten minutes.
fn busy_log() -> Vec<(Time, Input)> {
    let mut log = Vec::new();
    for minute in 0..9 {
        let at = Time(minute * 60_000);
        log.push((at, deployment(&format!("web-{minute}"), 5, "helloworld-app")));
        log.push((at + 20_000, scale(&format!("web-{minute}"), 8)));
        log.push((at + 40_000, scale(&format!("web-{minute}"), 2)));
    }
    let node = "node-2".to_owned();
    log.push((Time(150_000), Input::Fault(Fault::NodeOff { node: node.clone() })));
    log.push((Time(400_000), Input::Fault(Fault::NodeOn { node })));
    log.sort_by_key(|(at, _)| *at);
    log
}

/// Plays a log, keeping a copy every thirty seconds.
fn replay(inputs: &[(Time, Input)], until: Time) -> Vec<World> {
    let mut world = start();
    let mut copies = vec![world.clone()];
    while world.now() < until {
        let next = world.now() + 30_000;
        advance(&mut world, inputs, next);
        copies.push(world.clone());
    }
    copies
}

/// Inputs at the very moment of the world have been put in already.
fn advance(world: &mut World, inputs: &[(Time, Input)], until: Time) {
    let begun = world.now();
    let first = begun == Time(0);
    for (at, input) in inputs {
        let due = (*at > begun || (first && *at == begun)) && *at <= until;
        if due {
            world.run_until(*at);
            black_box(world.submit(input));
        }
    }
    world.run_until(until);
}

fn apply(world: &mut World, name: &str, replicas: i64) {
    let reply = world.submit(&deployment(name, replicas, "helloworld-app"));
    let response = reply.into_response();
    assert!(response.status().is_success(), "{:?}", response.body());
}

fn deployment(name: &str, replicas: i64, image: &str) -> Input {
    let labels = json!({"app": name});
    let body = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "app", "image": image}]},
            },
        },
    });
    let uri = "/apis/apps/v1/namespaces/default/deployments";
    Input::Request(ApiRequest::new("POST", uri, "application/json", body.to_string()))
}

fn scale(name: &str, replicas: i64) -> Input {
    let uri = format!("/apis/apps/v1/namespaces/default/deployments/{name}");
    let body = json!({"spec": {"replicas": replicas}}).to_string();
    Input::Request(ApiRequest::new("PATCH", &uri, "application/merge-patch+json", body))
}

fn running(world: &World) -> i64 {
    let pods = world.store().objects().all::<Pod>();
    let phase = |pod: &Pod| pod.status.as_ref().and_then(|status| status.phase.clone());
    pods.filter(|pod| phase(pod).as_deref() == Some("Running")).count() as i64
}

/// Runs something and says how many milliseconds of CPU it took.
fn timed<T>(run: impl FnOnce() -> T) -> (f64, T) {
    let before = cpu_ns();
    let result = run();
    ((cpu_ns() - before) as f64 / 1e6, result)
}

/// CPU time of this thread in nanoseconds. Linux only: elsewhere all times are 0.
fn cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// What the process holds in memory.
fn resident_bytes() -> i64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: Option<i64> = text.split(' ').nth(1).and_then(|number| number.parse().ok());
    pages.unwrap_or_default() * 4096
}
