//! How model time follows the wall clock: pure arithmetic over a base point and a rate.

use std::time::{Duration, Instant};

/// The slowest and the fastest that a clock which is not stopped may run.
pub(crate) const RATE_MIN: f64 = 0.01;
pub(crate) const RATE_MAX: f64 = 600.0;

/// At the wall time `since` it was `base_ms`; from then on it runs at `rate`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    rate: f64,
    base_ms: i64,
    since: Instant,
}

impl Pace {
    pub(crate) fn new(rate: f64, base_ms: i64, since: Instant) -> Self {
        Self { rate, base_ms, since }
    }

    pub(crate) fn rate(&self) -> f64 {
        self.rate
    }

    pub(crate) fn stopped(&self) -> bool {
        self.rate == 0.0
    }

    /// Model time at a wall time.
    pub(crate) fn model_ms(&self, wall: Instant) -> i64 {
        let passed_ms = wall.saturating_duration_since(self.since).as_secs_f64() * 1000.0;
        self.base_ms.saturating_add((passed_ms * self.rate) as i64)
    }

    /// Wall time at which a model time is reached; never, if the clock stands still.
    pub(crate) fn wall(&self, model_ms: i64) -> Option<Instant> {
        if self.stopped() {
            return None;
        }
        let ahead_ms = model_ms.saturating_sub(self.base_ms).max(0) as f64 / self.rate;
        let ahead = Duration::try_from_secs_f64(ahead_ms / 1000.0).ok()?;
        self.since.checked_add(ahead)
    }
}

/// Whether a clock may run so; 0 stops it.
pub(crate) fn is_rate(rate: f64) -> bool {
    rate == 0.0 || (RATE_MIN..=RATE_MAX).contains(&rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(pace: &Pace, ms: u64) -> i64 {
        pace.model_ms(pace.since + Duration::from_millis(ms))
    }

    #[test]
    fn model_time_runs_at_its_rate() {
        let pace = |rate| Pace::new(rate, 5_000, Instant::now());
        assert_eq!(after(&pace(0.0), 60_000), 5_000);
        assert_eq!(after(&pace(1.0), 1_500), 6_500);
        assert_eq!(after(&pace(0.01), 1_500), 5_015);
        assert_eq!(after(&pace(600.0), 1_500), 905_000);
    }

    #[test]
    fn the_wall_time_of_a_model_time_is_when_it_is_reached() {
        for rate in [0.01, 0.5, 1.0, 7.0, 600.0] {
            let pace = Pace::new(rate, 5_000, Instant::now());
            let wall = pace.wall(65_000).expect("it runs");
            assert!((pace.model_ms(wall) - 65_000).abs() <= 1, "rate {rate}");
            assert_eq!(pace.wall(4_000), Some(pace.since), "what is past is due at once");
        }
        assert_eq!(Pace::new(0.0, 0, Instant::now()).wall(1), None);
    }

    #[test]
    fn rates_have_bounds() {
        for rate in [0.0, 0.01, 1.0, 600.0] {
            assert!(is_rate(rate), "{rate}");
        }
        for rate in [-1.0, 0.001, 600.1, f64::NAN, f64::INFINITY] {
            assert!(!is_rate(rate), "{rate}");
        }
    }
}
