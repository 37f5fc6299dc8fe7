//! How much one connection may say.

use std::time::Instant;

/// Messages at once, and a second in the long run.
const BURST: f64 = 40.0;
const RATE: f64 = 10.0;

#[derive(Debug)]
pub(super) struct Bucket {
    left: f64,
    at: Option<Instant>,
}

impl Bucket {
    pub(super) fn new() -> Self {
        Self { left: BURST, at: None }
    }

    /// Whether one message more may come.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let since = self.at.map_or(0.0, |at| now.duration_since(at).as_secs_f64());
        self.at = Some(now);
        self.left = (self.left + since * RATE).min(BURST) - 1.0;
        self.left >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_is_fine_and_a_flood_is_not() {
        let (mut bucket, start) = (Bucket::new(), Instant::now());
        let taken = (0..100).filter(|_| bucket.take(start)).count();
        assert_eq!(taken, 40);
        let mut bucket = Bucket::new();
        let steady = |n: u64| start + Duration::from_millis(n * 100);
        assert!((0..1_000).all(|n| bucket.take(steady(n))));
    }
}
