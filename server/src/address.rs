//! What one address may hold at one time, over all sandboxes: requests that are not answered to
//! their end, which watches, followed logs, streams and pages are for as long as they last; and
//! bodies that are being read.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError, Weak},
};

use axum::{
    body::{Body, HttpBody},
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use futures::StreamExt;
use http::{HeaderMap, StatusCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{config::Limits, kubernetes::Status, state::AppState};

/// Where the proxy in front of this server says who asks.
const FORWARDED: &str = "x-forwarded-for";
/// After so many new addresses those are forgotten that hold nothing.
const SWEPT_EVERY: usize = 1_024;

/// All addresses that hold something.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses(Arc<Mutex<HashMap<IpAddr, Weak<Address>>>>);

/// What is left to one address.
#[derive(Debug)]
struct Address {
    requests: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
}

/// The place of a request among those of its address; who goes on after the answer keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) ip: IpAddr,
    address: Arc<Address>,
    _permit: Arc<OwnedSemaphorePermit>,
}

impl Place {
    /// Waits until the address may send one body more.
    pub(crate) async fn body(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.address.bodies).acquire_owned().await.ok()
    }
}

impl Addresses {
    /// A place for one more request of an address, if there is one.
    fn admit(&self, ip: IpAddr, limits: &Limits) -> Option<Place> {
        let address = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let known = all.get(&ip).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                if all.len() >= SWEPT_EVERY {
                    all.retain(|_, address| address.strong_count() > 0);
                }
                let address = Arc::new(Address {
                    requests: Arc::new(Semaphore::new(limits.address_requests_max)),
                    bodies: Arc::new(Semaphore::new(limits.address_bodies_max)),
                });
                all.insert(ip, Arc::downgrade(&address));
                address
            })
        };
        let permit = Arc::clone(&address.requests).try_acquire_owned().ok()?;
        Some(Place { ip, address, _permit: Arc::new(permit) })
    }
}

/// Lets a request in if its address has a place for it, which it keeps until its answer has ended.
pub(crate) async fn limit(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let named = state.config.behind_proxy.then(|| forwarded(request.headers())).flatten();
    // Who calls the routes without a connection is no visitor.
    let Some(ip) = named.or(peer) else { return next.run(request).await };
    let Some(place) = state.addresses.admit(ip, &state.config.limits) else {
        let message = "the limit of this server on requests of an address is reached";
        let status = Status::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", message);
        return status.response().map(Body::from);
    };
    request.extensions_mut().insert(place.clone());
    let answer = next.run(request).await;
    // One that is whole already needs no place any more; others keep it until they have ended.
    if answer.body().size_hint().exact().is_some() {
        return answer;
    }
    answer.map(|body| {
        Body::from_stream(body.into_data_stream().inspect(move |_| {
            let _kept = &place;
        }))
    })
}

/// The last that the proxy says: what stands before it anybody may have written.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let value = headers.get_all(FORWARDED).iter().next_back()?.to_str().ok()?;
    value.rsplit(',').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_through_a_proxy() {
        let check = |values: &[&str], expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(FORWARDED, value.parse().expect("a value"));
            }
            let expected = expected.map(|ip| ip.parse::<IpAddr>().expect("an address"));
            assert_eq!(forwarded(&headers), expected, "{values:?}");
        };
        check(&[], None);
        check(&["203.0.113.7"], Some("203.0.113.7"));
        check(&["198.51.100.1, 203.0.113.7"], Some("203.0.113.7"));
        check(&["198.51.100.1", "2001:db8::1"], Some("2001:db8::1"));
        check(&["unknown"], None);
    }
}
