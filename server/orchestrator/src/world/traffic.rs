//! Sends the requests of traffic, and counts what comes of them.

use std::sync::Arc;

use crate::input::Reply;
use crate::network::flight::{Flight, Waiter};
use crate::network::http::Url;
use crate::network::traffic::{From, LOADS_MAX, Load, RATE_MAX, Series, TIMEOUT_MS, Traffic};
use crate::network::{Dial, DialResult, HttpRequest, Origin, Outcome, Payload};
use crate::object::{Key, Kind};
use crate::queue::{Class, Due};
use crate::world::World;

/// So many requests of a load are traced in a second.
const TRACED_PER_S: u32 = 4;
/// So many of those that are sent together are carried out; each stands for its share.
const CARRIED_OUT_MAX: u64 = 16;
/// Where clients outside of the cluster are.
pub(super) const OUTSIDE: &str = "203.0.113.7";

impl World {
    /// What all traffic has come to so far.
    pub fn traffic(&self) -> impl Iterator<Item = &Series> {
        self.loads.values().map(Arc::as_ref)
    }

    pub(super) fn steer_traffic(&mut self, traffic: &Traffic) -> Reply {
        match traffic {
            Traffic::Start(load) => self.start_load(load),
            Traffic::Stop { name } => {
                if self.stop_load(name) {
                    Reply::Done
                } else {
                    Reply::NotFound
                }
            }
        }
    }

    fn stop_load(&mut self, name: &str) -> bool {
        let now = self.now;
        let mut loads = self.loads.iter();
        let running = loads.find(|(_, one)| one.load.name == name && one.ended.is_none());
        let Some(id) = running.map(|(id, _)| *id) else { return false };
        if let Some(series) = self.loads.get_mut(&id) {
            Arc::make_mut(series).ended = Some(now);
        }
        true
    }

    fn start_load(&mut self, load: &Load) -> Reply {
        let Some(url) = Url::parse(&load.url) else { return Reply::NotFound };
        self.stop_load(&load.name);
        while self.loads.len() >= LOADS_MAX {
            let ended = self.loads.iter().find(|(_, one)| one.ended.is_some());
            let Some(id) = ended.map(|(id, _)| *id) else { return Reply::NotFound };
            self.loads.remove(&id);
        }
        let id = self.loads.get_max().map_or(0, |(id, _)| id + 1);
        let mut load = load.clone();
        load.rate_per_s = load.rate_per_s.clamp(1, RATE_MAX);
        self.loads.insert(id, Arc::new(Series::new(&load, url, self.now)));
        self.send_load(id);
        Reply::Done
    }

    /// Sends what is due of a load.
    pub(super) fn send_load(&mut self, id: u64) {
        let now = self.now;
        let Some(series) = self.loads.get_mut(&id).map(Arc::make_mut) else { return };
        if series.ended.is_some() {
            return;
        }
        let over = series.is_over(now);
        if over {
            series.ended = Some(now);
        }
        let (due, after_ms) = (series.due(now), series.interval_ms());
        series.sent += due;
        let traced = u64::from(traced_now(series, now.0.div_euclid(1000))).min(due);
        for _ in 0..traced {
            self.send_one(id, None);
        }
        let rest = due - traced;
        let carried_out = rest.min(CARRIED_OUT_MAX);
        for number in 0..carried_out {
            let times = rest / carried_out + u64::from(number < rest % carried_out);
            self.send_one(id, Some(times));
        }
        if !over {
            self.queue.push(now + after_ms, Class::Routine, Due::Traffic { load: id });
        }
    }

    /// Sends a request: in model time and traced, or at once and for several.
    fn send_one(&mut self, id: u64, times: Option<u64>) {
        let Some(dial) = self.loads.get(&id).and_then(|series| self.dial_of(series)) else {
            return self.lost_sender(id, times.unwrap_or(1));
        };
        match times {
            None => {
                let waiter = Waiter::Traffic { load: id };
                if let Some(flight) = self.flight(dial, waiter, None) {
                    self.go_on(flight);
                }
            }
            Some(times) => {
                let flight = self.flight(dial, Waiter::Driver, None);
                let Some(flight) = flight else { return self.lost_sender(id, times) };
                let mut flight = Flight { traced: false, times, ..flight };
                let result = self.fly_at_once(&mut flight);
                let at = flight.now;
                if let (Some(series), Some(result)) = (self.loads.get_mut(&id), result) {
                    Arc::make_mut(series).count(at, &result, times);
                }
            }
        }
    }

    fn dial_of(&self, series: &Series) -> Option<Dial> {
        let from = match &series.load.from {
            From::Outside => Origin::Outside { address: OUTSIDE.to_owned() },
            From::Pod { namespace, pod } => {
                let key = Key::new(Kind::Pod, namespace, pod);
                Origin::Pod { uid: self.store.objects().get(&key)?.uid().into() }
            }
        };
        let mut request = HttpRequest::get(&series.url.authority(), &series.url.target);
        request.tls = series.url.tls;
        request.headers.push(("User-Agent".to_owned(), "hey/0.0.1".to_owned()));
        Some(Dial {
            from,
            host: series.url.host.clone(),
            port: series.url.port,
            payload: Payload::Http(request),
            timeout_ms: Some(series.load.timeout_ms.unwrap_or(TIMEOUT_MS).max(1)),
        })
    }

    /// The Pod that should have asked is not there: nothing is asked, and nothing answered.
    fn lost_sender(&mut self, id: u64, times: u64) {
        let now = self.now;
        let Some(series) = self.loads.get_mut(&id) else { return };
        let outcome = Outcome::Unreachable;
        let result = DialResult { address: String::new(), outcome, latency_ms: 0 };
        Arc::make_mut(series).count(now, &result, times);
    }

    pub(super) fn load_answered(&mut self, id: u64, result: &DialResult) {
        let now = self.now;
        if let Some(series) = self.loads.get_mut(&id) {
            Arc::make_mut(series).count(now, result, 1);
        }
    }
}

/// How many requests of a load may still be traced in this second, if all now due were.
fn traced_now(series: &mut Series, second: i64) -> u32 {
    let (last, count) = series.traced;
    let already = if last == second { count } else { 0 };
    // Not all at once: one with each tick.
    let now = u32::from(already < TRACED_PER_S);
    series.traced = (second, already + now);
    now
}
