//! A page that is opened anew gets the cluster as it is; what led there is fetched after that, so
//! that the slider reaches back to the beginning.

use leptos::{prelude::*, task::spawn_local};
use protocol::{Moment, Position};
use serde::Deserialize;

use super::commands::Helm;
use crate::browser::{self, Fetched};

/// More than this is not fetched: the server is asked for single moments instead.
const MOMENTS_MAX: Position = 30_000;

/// A page of `GET /sandboxes/{id}/trace`.
#[derive(Deserialize)]
struct Page {
    moments: Vec<Moment>,
    next: Position,
}

pub(super) fn fetch_when_missing(helm: Helm) {
    let missing = Memo::new(move |_| {
        let known = helm.face.with(|face| face.known);
        let first = if known { helm.player.first() } else { 0 };
        helm.session.sandbox().get().filter(|_| first > 0 && first <= MOMENTS_MAX)
    });
    Effect::new(move |_| {
        let Some(sandbox) = missing.get() else { return };
        spawn_local(async move {
            let moments = fetch(&sandbox, helm.player.first()).await;
            let same = helm.session.sandbox().try_get_untracked().flatten() == Some(sandbox);
            if let (Some(moments), true) = (moments, same) {
                helm.player.prepend(&moments);
            }
        });
    });
}

/// All moments before a position; none if they cannot be had.
async fn fetch(sandbox: &str, until: Position) -> Option<Vec<Moment>> {
    let mut all: Vec<Moment> = Vec::new();
    while (all.len() as Position) < until {
        let since = all.len();
        let address = format!("/sandboxes/{sandbox}/trace?since={since}");
        let Fetched::Ok(text) = browser::get(&address).await else { return None };
        let page: Page = serde_json::from_str(&text).ok()?;
        // A page that brings nothing new will not do so later.
        if page.moments.is_empty() || page.next <= since as Position {
            return None;
        }
        all.extend(page.moments);
    }
    all.truncate(usize::try_from(until).ok()?);
    Some(all)
}
