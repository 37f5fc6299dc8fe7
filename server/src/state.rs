//! What every route can reach.

use std::sync::Arc;

use axum::extract::FromRef;
use http::{HeaderMap, header::HOST};
use leptos::prelude::LeptosOptions;

use crate::{
    address::Addresses, config::Config, lesson::Course, pages::Site, picture::Pictures,
    room::Rooms, sandbox::Sandboxes, terminal::Workshop,
};

#[derive(Clone, Debug)]
pub(crate) struct AppState {
    pub(crate) config: Arc<Config>,
    pub(crate) addresses: Addresses,
    pub(crate) pictures: Pictures,
    pub(crate) sandboxes: Sandboxes,
    pub(crate) rooms: Rooms,
    pub(crate) workshop: Workshop,
    pub(crate) backend: Course,
    pub(crate) options: LeptosOptions,
    pub(crate) site: Arc<Site>,
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.options.clone()
    }
}

impl AppState {
    /// The address at which the client reached this server: without a path, without a last slash.
    pub(crate) fn address(&self, headers: &HeaderMap) -> String {
        if let Some(url) = &self.config.public_url {
            return url.trim_end_matches('/').to_owned();
        }
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        match host {
            Some(host) => format!("http://{host}"),
            None => format!("http://{}", self.config.listen),
        }
    }
}
