//! A player is driven by hand: what comes down, and wall-clock time that passes.

use protocol::{Actor, Down, Fault, Transition, What};

use super::core::Core;
use super::fabricate::{
    Trace, clock, created, first_pod, hello, kubectl, node, pod, reference, snapshot,
};
use super::playhead::Pace;
use super::story::{Kind, Mark};

fn two_nodes() -> Vec<protocol::ObjectView> {
    vec![node("node-1"), node("node-2")]
}

/// A player that got the whole first Pod at once, at wall-clock time 0.
fn ready(rate: f64) -> Core {
    let mut core = Core::default();
    core.receive(&hello(two_nodes(), rate), 0.0);
    core.receive(&first_pod().down(), 0.0);
    core.receive(&Down::Clock { clock: clock(6000, rate) }, 0.0);
    core
}

/// The kinds of what is told, one line a passage: `Request ×1`, `skip 4.9 s`.
fn tell(core: &mut Core, wall: &mut f64, until: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut last = None;
    while *wall < until {
        *wall += 10.0;
        core.advance(*wall);
        let Some(passage) = core.playhead.passage.clone() else { continue };
        let key = (passage.from, passage.to, passage.skip);
        if last != Some(key) {
            last = Some(key);
            let (frame, _) = core.frame();
            lines.push(match frame.skip_ms {
                Some(skip_ms) => format!("skip {skip_ms} ms"),
                None => {
                    let kinds = frame.hops.iter().filter_map(|hop| super::shown(hop));
                    let kinds: Vec<Kind> = kinds.collect();
                    format!("{:?} ×{}", kinds[0], kinds.len())
                }
            });
        }
    }
    lines
}

#[test]
fn a_story_tells_hop_by_hop_and_shrinks_waits() {
    let mut core = ready(1.0);
    let mut wall = 0.0;
    let lines = tell(&mut core, &mut wall, 10_000.0);
    assert_eq!(
        lines[..7],
        [
            // A request, and what is stored at it.
            "Request ×2",
            // Two watches tell of the same write at the same time.
            "Delivered ×2",
            "Decision ×1",
            "Request ×2",
            "Delivered ×1",
            "skip 5000 ms",
            "Container ×1",
        ]
    );
    // The cluster has gone on meanwhile, and nothing happened.
    assert!(lines[7..].iter().all(|line| line.starts_with("skip")), "{lines:?}");
    assert!(core.face().live);
}

#[test]
fn a_hop_takes_about_a_third_of_a_second() {
    let mut core = ready(1.0);
    core.advance(16.0);
    let first = core.playhead.passage.clone().map(|passage| passage.to);
    // The first beat has two: the request, and the write.
    core.advance(690.0);
    assert_eq!(core.playhead.passage.as_ref().map(|passage| passage.to), first);
    core.advance(720.0);
    assert_ne!(core.playhead.passage.as_ref().map(|passage| passage.to), first);
}

#[test]
fn a_backlog_is_told_faster() {
    let told_in = |pods: usize| {
        let mut core = Core::default();
        core.receive(&hello(two_nodes(), 1.0), 0.0);
        let mut trace = Trace::default();
        let mut cause = trace.request(0, &[], kubectl(), "create", reference("Pod", "p"));
        for index in 0..pods {
            cause = trace.container(0, cause, &format!("p-{index}"), Transition::Started);
        }
        core.receive(&trace.down(), 0.0);
        let mut wall = 0.0;
        while !core.face().live && wall < 1e6 {
            wall += 16.0;
            core.advance(wall);
        }
        wall / (pods as f64 + 1.0)
    };
    assert!(told_in(8) > 330.0, "{}", told_in(8));
    assert!(told_in(200) < 150.0, "{}", told_in(200));
}

#[test]
fn what_is_behind_is_said_and_caught_up() {
    let mut core = ready(1.0);
    core.advance(500.0);
    let face = core.face();
    assert!(!face.live && face.behind_ms > 5000 && face.behind_beats > 5, "{face:?}");
    core.catch_up();
    let face = core.face();
    assert!(face.live && !face.held, "{face:?}");
    assert_eq!((face.behind_ms, face.behind_beats), (0, 0));
    assert_eq!(core.frame().0.after.pods().count(), 1);
}

#[test]
fn by_the_clock_what_happens_together_is_shown_together() {
    let mut core = ready(1.0);
    core.playhead.pace = Pace::Clock;
    let mut wall = 0.0;
    let lines = tell(&mut core, &mut wall, 5800.0);
    // All of the first 300 ms of model time at once; then nothing until the container starts.
    assert_eq!(lines.first().map(String::as_str), Some("Request ×8"));
    assert!(!lines.iter().any(|line| line.starts_with("skip")), "{lines:?}");
    let at = core.face().time_ms;
    assert!((5400..=5900).contains(&at), "model time follows the clock: {at}");
}

#[test]
fn slow_motion_takes_its_time() {
    let mut core = ready(0.01);
    core.playhead.pace = Pace::Clock;
    core.advance(0.0);
    for wall in 1..=800 {
        core.advance(f64::from(wall) * 10.0);
    }
    // Eight seconds at a hundredth.
    let at = core.face().time_ms;
    assert!((70..=90).contains(&at), "{at}");
}

#[test]
fn a_stopped_cluster_that_takes_a_step_is_shown_at_once() {
    let mut core = Core::default();
    core.receive(&hello(two_nodes(), 0.0), 0.0);
    core.playhead.pace = Pace::Clock;
    core.advance(1000.0);
    assert_eq!(core.face().time_ms, 0);
    core.receive(&first_pod().down(), 1000.0);
    core.receive(&Down::Clock { clock: clock(5115, 0.0) }, 1000.0);
    let mut wall = 1000.0;
    while wall < 2000.0 {
        wall += 10.0;
        core.advance(wall);
    }
    assert_eq!(core.face().time_ms, 5115);
    assert!(core.face().live);
}

#[test]
fn steps_go_forward_and_back_by_one_beat() {
    let mut core = ready(1.0);
    core.go(0);
    assert!(core.step_forward(|_| true));
    let mut wall = 0.0;
    tell(&mut core, &mut wall, 2000.0);
    assert_eq!(core.face().position, 2, "held after the request and its write");
    assert!(core.face().held);
    assert_eq!(core.frame().0.after.pods().count(), 1);
    assert!(core.step_forward(super::Beat::has_write));
    tell(&mut core, &mut wall, 6000.0);
    let bound = |core: &mut Core| core.frame().0.after.pods().all(|(_, pod)| pod.node.is_some());
    assert!(bound(&mut core), "on to the binding, past what leads to it");
    assert!(core.step_back());
    assert!(!bound(&mut core), "as it was");
    while core.step_back() {}
    assert_eq!(core.face().position, 0);
    assert_eq!(core.frame().0.after.pods().count(), 0);
}

#[test]
fn a_moment_is_shown_with_the_hop_that_leads_to_it() {
    let mut core = ready(1.0);
    assert!(core.show(6));
    let mut wall = 0.0;
    assert_eq!(tell(&mut core, &mut wall, 3000.0), ["Request ×2"]);
    let (frame, _) = core.frame();
    assert!(frame.held && !frame.moving);
    assert_eq!(frame.hops.len(), 2);
    assert!(!core.show(99), "not received");
}

#[test]
fn the_past_reaches_as_far_as_what_was_received() {
    let mut core = ready(1.0);
    assert!(core.go_to_time(105));
    assert_eq!(core.face().position, 3);
    assert_eq!(core.face().time_ms, 105);

    let mut late = Core::default();
    let mut start = snapshot(two_nodes());
    (start.position, start.at_ms) = (40, 9000);
    let hello = Down::Hello { snapshot: Box::new(start), clock: clock(9000, 1.0) };
    late.receive(&hello, 0.0);
    assert!(!late.go_to_time(100));
    late.detach(&snapshot(vec![node("node-1")]));
    assert!(late.face().detached && !late.face().live);
    assert_eq!(late.frame().0.after.nodes().count(), 1);
    late.catch_up();
    assert_eq!(late.frame().0.after.nodes().count(), 2);
}

#[test]
fn every_position_is_what_its_moments_made_of_the_beginning() {
    let mut trace = Trace::default();
    for index in 0..700_u64 {
        let name = format!("p-{}", index % 90);
        let asked = trace.request(index as i64, &[], kubectl(), "create", reference("Pod", &name));
        let change = match index % 7 {
            6 => protocol::Change::Deleted { object: reference("Pod", &name) },
            _ => created(pod(&name, (index % 2 == 0).then_some("node-1"))),
        };
        trace.write(index as i64, asked, change);
    }
    let mut core = Core::default();
    core.receive(&hello(two_nodes(), 1.0), 0.0);
    core.receive(&trace.down(), 0.0);
    let mut plain = super::Cluster::new(&snapshot(two_nodes()));
    for moment in &trace.moments {
        plain.apply(moment);
        if moment.position % 37 == 0 {
            core.go(moment.position + 1);
            assert_eq!(*core.frame().0.after, plain, "at {}", moment.position + 1);
        }
    }
}

#[test]
fn what_came_before_can_be_put_before() {
    let mut whole = Trace::default();
    let asked = whole.request(0, &[], Actor::Bootstrap, "create", reference("Node", "node-1"));
    whole.write(0, asked, created(node("node-1")));
    let asked = whole.request(50, &[], kubectl(), "create", reference("Pod", "web"));
    whole.write(50, asked, created(pod("web", None)));

    let mut core = Core::default();
    let mut start = snapshot(vec![node("node-1")]);
    start.position = 2;
    let hello = Down::Hello { snapshot: Box::new(start), clock: clock(50, 1.0) };
    core.receive(&hello, 0.0);
    core.receive(&Down::Moments { moments: whole.moments[2..].to_vec() }, 0.0);
    assert!(!core.prepend(&whole.moments[1..2]), "a gap is refused");
    assert!(core.prepend(&whole.moments[..2]));
    assert_eq!(core.first(), 0);
    assert!(core.go_to_time(0));
    core.go(0);
    assert_eq!(core.frame().0.after.objects().count(), 0);
}

#[test]
fn moments_may_come_twice_but_not_with_a_gap() {
    let mut core = Core::default();
    core.receive(&hello(two_nodes(), 1.0), 0.0);
    let trace = first_pod();
    core.receive(&Down::Moments { moments: trace.moments[..4].to_vec() }, 0.0);
    core.receive(&Down::Moments { moments: trace.moments[2..6].to_vec() }, 0.0);
    assert_eq!(core.since(), Some(6));
    core.receive(&Down::Moments { moments: trace.moments[8..].to_vec() }, 0.0);
    assert!(core.has_gap());
    assert_eq!(core.since(), None);
}

#[test]
fn a_played_beat_takes_no_more_hops() {
    let mut core = Core::default();
    core.receive(&hello(two_nodes(), 1.0), 0.0);
    let mut trace = Trace::default();
    trace.container(10, 0, "a", Transition::Started);
    trace.container(20, 0, "b", Transition::Started);
    core.receive(&Down::Moments { moments: trace.moments[..1].to_vec() }, 0.0);
    core.advance(16.0);
    core.receive(&Down::Moments { moments: trace.moments[1..].to_vec() }, 20.0);
    let mut wall = 16.0;
    let lines = tell(&mut core, &mut wall, 3000.0);
    assert_eq!(lines, ["Container ×1", "Container ×1"]);
}

#[test]
fn notches_are_marked_and_waits_are_named() {
    let mut core = Core::default();
    core.receive(&hello(two_nodes(), 1.0), 0.0);
    let mut trace = Trace::default();
    trace.request(0, &[], kubectl(), "create", reference("Pod", "a"));
    let off = Fault::NodeOff { node: "node-2".to_owned() };
    let fault = trace.add(41_000, &[], Actor::Fault, What::Fault { fault: off });
    let exit = Transition::Exited { code: 1, reason: "Error".to_owned() };
    trace.container(41_500, fault, "a", exit);
    core.receive(&trace.down(), 0.0);
    let notches = core.notches();
    let marks: Vec<_> = notches.iter().map(|notch| (notch.mark, notch.wait_ms)).collect();
    assert_eq!(
        marks,
        [(Some(Mark::Act), None), (Some(Mark::Fault), Some(41_000)), (Some(Mark::Warning), None)]
    );
    core.catch_up();
    assert!(core.frame().0.after.off.contains("node-2"));
}

#[test]
fn what_three_requests_store_is_shown_side_by_side() {
    let mut core = Core::default();
    core.receive(&hello(two_nodes(), 1.0), 0.0);
    let mut trace = Trace::default();
    let actor = Actor::Controller { name: "replicaset-controller".to_owned() };
    for index in 0..3 {
        let name = format!("web-{index}");
        let asked = trace.request(5, &[], actor.clone(), "create", reference("Pod", &name));
        trace.write(5, asked, created(pod(&name, None)));
    }
    core.receive(&trace.down(), 0.0);
    core.advance(16.0);
    let (frame, _) = core.frame();
    assert_eq!(frame.stages, [0, 1, 0, 1, 0, 1]);
    assert_eq!(frame.write_stage(), 1);
    let halfway = [0, 1].map(|stage| frame.stage_progress(stage, 0.5));
    assert_eq!(halfway, [1.0, 0.0], "first all requests, then all writes");
}

#[test]
fn a_leap_of_the_cluster_is_told_as_a_skip_whatever_comes_first() {
    let mut core = Core::default();
    core.receive(&hello(two_nodes(), 0.0), 0.0);
    core.receive(&Down::Clock { clock: clock(250_000, 0.0) }, 0.0);
    core.advance(16.0);
    assert_eq!(core.frame().0.skip_ms, Some(250_000));
    let mut trace = Trace::default();
    trace.container(250_000, 0, "web", Transition::Started);
    core.receive(&trace.down(), 20.0);
    let mut wall = 16.0;
    assert_eq!(tell(&mut core, &mut wall, 3000.0), ["skip 250000 ms", "Container ×1"]);
}

#[test]
fn by_the_clock_a_hop_is_shown_once() {
    let mut core = ready(1.0);
    core.playhead.pace = Pace::Clock;
    for wall in 1..=200 {
        core.advance(f64::from(wall) * 10.0);
    }
    let (frame, progress) = core.frame();
    assert!(!frame.moving && progress == 1.0, "nothing happens at two seconds: {frame:?}");
}
