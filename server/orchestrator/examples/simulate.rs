//! Runs random histories and checks the invariants after each event:
//! `cargo run --release -p orchestrator --example simulate -- [first seed] [seeds] [acts]`.

use orchestrator::simulation::Simulation;

#[expect(clippy::print_stdout, reason = "an example talks to who runs it")]
fn main() {
    let argument = |index, default| {
        std::env::args().nth(index).and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let (first, seeds, acts): (u64, u64, u64) = (argument(1, 0), argument(2, 100), argument(3, 60));
    let mut failures = 0;
    'seeds: for seed in first..first + seeds {
        let mut simulation = Simulation::new(seed);
        for number in 0..acts {
            let act = simulation.draw();
            if let Err(failure) = simulation.carry_out(&act) {
                println!("seed {seed}, act {number} {act:?}: {failure:?}");
                failures += 1;
                continue 'seeds;
            }
        }
        if let Err(failure) = simulation.heal() {
            println!("seed {seed}, healing: {failure:?}");
            failures += 1;
        }
    }
    println!("{seeds} seeds of {acts} acts from {first}: {failures} failed");
    assert_eq!(failures, 0, "every history keeps the invariants");
}
