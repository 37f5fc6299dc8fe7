//! The live chart of a load: successes, failures and latency, second by second of model time.

use protocol::LoadSecond;

use crate::player::LoadSeries;

/// So many seconds are shown.
pub(crate) const SECONDS: i64 = 60;
/// The chart's own units.
pub(crate) const WIDTH: f64 = 180.0;
pub(crate) const HEIGHT: f64 = 44.0;

/// A second of the chart, from the bottom up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bar {
    pub x: f64,
    pub width: f64,
    pub succeeded: f64,
    pub failed: f64,
}

/// What is drawn and said of a load at one time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Chart {
    pub bars: Vec<Bar>,
    /// The line of the mean latency, as points of a polyline.
    pub latency: String,
    /// In the seconds that are shown.
    pub succeeded: u64,
    pub failed: u64,
    /// Failures by kind, the most frequent first.
    pub kinds: Vec<(String, u64)>,
    pub latency_mean_ms: i64,
    pub latency_p95_ms: i64,
}

impl Chart {
    /// The bars of what succeeded, as the data of one path: a minute of rectangles would be drawn
    /// anew each second.
    pub(crate) fn good(&self) -> String {
        let boxes = self.bars.iter().map(|bar| (bar, HEIGHT, bar.succeeded));
        boxes.map(rectangle).collect()
    }

    /// The bars of what failed, which stand on those.
    pub(crate) fn bad(&self) -> String {
        let boxes = self.bars.iter().map(|bar| (bar, HEIGHT - bar.succeeded, bar.failed));
        boxes.map(rectangle).collect()
    }
}

/// A bar that stands on `foot`; nothing where it has no height.
fn rectangle((bar, foot, height): (&Bar, f64, f64)) -> String {
    let Bar { x, width, .. } = bar;
    match height > 0.0 {
        true => format!("M{x:.1},{foot:.1}v-{height:.1}h{width:.1}v{height:.1}z"),
        false => String::new(),
    }
}

/// The chart of a load as it stood at a second of model time.
pub(crate) fn chart(series: &LoadSeries, now_second: i64) -> Chart {
    let first = now_second - SECONDS + 1;
    let seconds: Vec<&LoadSecond> = series.between(first, now_second).collect();
    let failed = |second: &LoadSecond| second.failed.values().sum::<u64>();
    let most = seconds.iter().map(|it| it.succeeded + failed(it)).max().unwrap_or(0).max(1) as f64;
    let slowest = seconds.iter().map(|it| it.latency_mean_ms).max().unwrap_or(0).max(10) as f64;
    let step = WIDTH / SECONDS as f64;
    let x = |second: &LoadSecond| (second.second - first) as f64 * step;
    let bar = |second: &&LoadSecond| Bar {
        x: x(second),
        width: step - 0.6,
        succeeded: second.succeeded as f64 / most * HEIGHT,
        failed: failed(second) as f64 / most * HEIGHT,
    };
    let answered = seconds.iter().filter(|second| second.succeeded > 0);
    let point = |second: &&LoadSecond| {
        let y = HEIGHT - second.latency_mean_ms as f64 / slowest * (HEIGHT - 4.0) - 2.0;
        format!("{:.1},{y:.1}", x(second) + step / 2.0)
    };
    let mut kinds = std::collections::BTreeMap::<&str, u64>::new();
    for (kind, count) in seconds.iter().flat_map(|second| &second.failed) {
        *kinds.entry(kind).or_default() += count;
    }
    let mut kinds: Vec<_> = kinds.into_iter().map(|(kind, n)| (kind.to_owned(), n)).collect();
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let succeeded: u64 = seconds.iter().map(|it| it.succeeded).sum();
    let weighed: i64 = seconds.iter().map(|it| it.latency_mean_ms * weight(it)).sum();
    Chart {
        bars: seconds.iter().map(bar).collect(),
        latency: answered.map(point).collect::<Vec<_>>().join(" "),
        succeeded,
        failed: seconds.iter().map(|it| failed(it)).sum(),
        kinds,
        latency_mean_ms: weighed / seconds.iter().map(|it| weight(it)).sum::<i64>().max(1),
        latency_p95_ms: seconds.iter().map(|it| it.latency_p95_ms).max().unwrap_or(0),
    }
}

fn weight(second: &LoadSecond) -> i64 {
    i64::try_from(second.succeeded).unwrap_or(i64::MAX)
}
