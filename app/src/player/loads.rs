//! How the requests of loads fare, second by second, as the server counts them.

use std::collections::BTreeMap;

use protocol::{LoadSecond, LoadView, Millis, NewLoad};

/// One load with all that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadSeries {
    pub load: NewLoad,
    pub began_ms: Millis,
    pub ended_ms: Option<Millis>,
    seconds: BTreeMap<i64, LoadSecond>,
}

impl LoadSeries {
    /// The seconds of a span of model time, oldest first; those without requests are left out.
    pub fn between(&self, from_second: i64, to_second: i64) -> impl Iterator<Item = &LoadSecond> {
        self.seconds.range(from_second..=to_second.max(from_second)).map(|(_, second)| second)
    }

    /// It sends requests at that time.
    pub fn runs_at(&self, at_ms: Millis) -> bool {
        self.began_ms <= at_ms && self.ended_ms.is_none_or(|ended| ended > at_ms)
    }
}

/// All loads, in the order in which they began.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loads(Vec<LoadSeries>);

impl Loads {
    /// Takes in what the server said of them.
    pub fn take(&mut self, views: &[LoadView]) {
        for view in views {
            let known = self.0.iter_mut().find(|series| {
                series.load.name == view.load.name && series.began_ms == view.began_ms
            });
            let seconds = view.seconds.iter().map(|second| (second.second, second.clone()));
            match known {
                Some(series) => {
                    series.ended_ms = view.ended_ms;
                    series.seconds.extend(seconds);
                }
                None => self.0.push(LoadSeries {
                    load: view.load.clone(),
                    began_ms: view.began_ms,
                    ended_ms: view.ended_ms,
                    seconds: seconds.collect(),
                }),
            }
        }
        self.0.sort_by_key(|series| series.began_ms);
    }

    pub fn iter(&self) -> impl Iterator<Item = &LoadSeries> {
        self.0.iter()
    }

    /// Those that a person looking at that time would want to see: they run, or ended lately.
    pub fn near(&self, at_ms: Millis, lately_ms: Millis) -> impl Iterator<Item = &LoadSeries> {
        self.0.iter().filter(move |series| {
            series.began_ms <= at_ms
                && series.ended_ms.is_none_or(|ended| ended + lately_ms > at_ms)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(began_ms: i64, seconds: &[(i64, u64)], ended_ms: Option<i64>) -> LoadView {
        let second = |(second, succeeded): &(i64, u64)| LoadSecond {
            second: *second,
            succeeded: *succeeded,
            ..LoadSecond::default()
        };
        let load = NewLoad { name: "web".to_owned(), ..NewLoad::default() };
        LoadView { load, began_ms, ended_ms, seconds: seconds.iter().map(second).collect() }
    }

    #[test]
    fn a_second_that_is_told_again_replaces_what_was_said_of_it() {
        let mut loads = Loads::default();
        loads.take(&[view(0, &[(0, 5), (1, 2)], None)]);
        loads.take(&[view(0, &[(1, 5), (2, 1)], Some(2500))]);
        let series = loads.iter().next().unwrap();
        let counts: Vec<_> = series.between(0, 9).map(|second| second.succeeded).collect();
        assert_eq!(counts, [5, 5, 1]);
        assert!(series.runs_at(2000) && !series.runs_at(2500));
    }

    #[test]
    fn a_load_of_the_same_name_begun_later_is_another() {
        let mut loads = Loads::default();
        loads.take(&[view(0, &[(0, 5)], Some(1000)), view(5000, &[(5, 1)], None)]);
        assert_eq!(loads.iter().count(), 2);
        let near: Vec<_> = loads.near(8000, 3000).map(|series| series.began_ms).collect();
        assert_eq!(near, [5000]);
    }
}
