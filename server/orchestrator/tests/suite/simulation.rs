//! Random histories: the invariants hold after each event, and the same seed tells the same story.

use orchestrator::simulation::Simulation;

/// Acts of one history. More seeds and longer ones run by hand: `--example simulate`.
const ACTS: usize = 20;

fn run(seed: u64) -> Simulation {
    let mut simulation = Simulation::new(seed);
    for number in 0..ACTS {
        let act = simulation.draw();
        if let Err(failure) = simulation.carry_out(&act) {
            panic!("seed {seed}, act {number} {act:?}: {failure:?}");
        }
    }
    simulation
}

#[test]
fn invariants_hold_after_each_event() {
    for seed in 0..12 {
        run(seed);
    }
}

#[test]
fn the_same_seed_gives_the_same_digest_and_trace() {
    for seed in 100..103 {
        let (first, second) = (run(seed).world, run(seed).world);
        assert_eq!(first.digest(), second.digest(), "seed {seed}");
        assert!(first.trace().iter_from(0).eq(second.trace().iter_from(0)), "seed {seed}");
    }
}

#[test]
fn another_seed_gives_another_digest() {
    assert_ne!(run(1).world.digest(), run(2).world.digest());
}

#[test]
fn the_day_on_which_it_began_makes_no_difference() {
    use orchestrator::{Scenario, World};
    let mut later = Scenario::playground(2);
    later.epoch_s += 1_000_003;
    let (mut first, mut second) = (World::new(5, &Scenario::playground(2)), World::new(5, &later));
    first.run_until(first.now() + 100_000);
    second.run_until(second.now() + 100_000);
    assert_eq!(first.digest(), second.digest());
}

#[test]
fn a_clone_goes_its_own_way_and_leaves_the_original_alone() {
    let simulation = run(3);
    let before = simulation.world.digest();
    let mut fork = simulation.world.clone();
    fork.run_until(fork.now() + 400_000);
    assert_eq!(simulation.world.digest(), before);
    let mut again = simulation.world.clone();
    again.run_until(again.now() + 400_000);
    assert_eq!(fork.digest(), again.digest());
}

#[test]
fn when_faults_end_everything_becomes_healthy() {
    use orchestrator::{Fault, Input};
    for seed in 200..204 {
        let mut world = run(seed).world;
        let nodes: Vec<String> = world.machines().map(|machine| machine.node.to_string()).collect();
        for node in nodes {
            world.submit(&Input::Fault(Fault::NodeOn { node }));
        }
        world.run_until(world.now() + 900_000);
        for object in world.objects() {
            if let Some(node) = object.as_typed::<k8s_openapi::api::core::v1::Node>() {
                let ready = node.status.iter().flat_map(|s| s.conditions.iter().flatten());
                let ready = ready.filter(|c| c.type_ == "Ready").all(|c| c.status == "True");
                assert!(ready, "seed {seed}: {} is ready again", object.name());
            }
        }
    }
}
