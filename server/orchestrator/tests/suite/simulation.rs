//! Random histories: the invariants hold after each event, and the same seed tells the same story.

use orchestrator::simulation::Simulation;

/// Acts of one history. More seeds and longer ones run by hand: `--example simulate`.
const ACTS: usize = 20;

fn run(seed: u64) -> Simulation {
    history(seed).unwrap_or_else(|failure| panic!("{failure}"))
}

fn history(seed: u64) -> Result<Simulation, String> {
    let mut simulation = Simulation::new(seed);
    for number in 0..ACTS {
        let act = simulation.draw();
        let done = simulation.carry_out(&act);
        done.map_err(|failure| format!("seed {seed}, act {number} {act:?}: {failure:?}"))?;
    }
    Ok(simulation)
}

/// Of so many histories one is followed until it has healed: that takes hours of model time.
const HEALED_OF: u64 = 20;

/// A cluster goes through a history. When its faults are over it heals.
fn lives(seed: u64) -> Result<(), String> {
    let mut simulation = history(seed)?;
    if !seed.is_multiple_of(HEALED_OF) {
        return Ok(());
    }
    simulation.heal().map_err(|failure| format!("seed {seed}, healing: {failure:?}"))
}

#[test]
fn two_hundred_histories_keep_the_invariants_and_some_are_followed_until_they_heal() {
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get) as u64;
    let part = |first: u64| {
        let seeds = (first..200).step_by(threads as usize);
        seeds.filter_map(|seed| lives(seed).err()).collect::<Vec<String>>()
    };
    let failures: Vec<String> = std::thread::scope(|scope| {
        let parts: Vec<_> = (0..threads).map(|first| scope.spawn(move || part(first))).collect();
        parts.into_iter().flat_map(|part| part.join().expect("a history panics")).collect()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
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
