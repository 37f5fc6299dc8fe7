//! The server: pages, sandboxes, the Kubernetes API, persistence. The only place with sockets,
//! files and clocks.

// The page's types are deep.
#![recursion_limit = "512"]

mod address;
mod config;
mod database;
mod diagnose;
mod export;
mod id;
mod kubernetes;
mod learner;
mod lesson;
mod oembed;
pub mod openapi;
mod origin;
mod outside;
mod pages;
mod picture;
mod problem;
mod rest;
mod room;
mod routes;
mod sandbox;
mod schema;
mod share;
mod socket;
mod state;
mod streams;
mod terminal;
mod translate;

use std::sync::Arc;

use axum::Router;
use tokio::task::JoinHandle;

use crate::{
    address::Addresses,
    database::{Database, Journal},
    learner::Learners,
    lesson::Course,
    picture::Pictures,
    room::Rooms,
    sandbox::Sandboxes,
    state::AppState,
    terminal::Workshop,
};
pub use crate::{
    config::{Config, Limits},
    database::DatabaseError,
};

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("the lessons cannot be taught:\n{0}")]
    Lessons(#[from] lessons::Faults),
    #[error("no thread for kubectl: {0}")]
    Thread(std::io::Error),
}

/// A server that is ready to listen.
#[derive(Debug)]
pub struct Server {
    pub router: Router,
    pub ending: Ending,
}

/// What is to be done when the server shuts down.
#[derive(Clone, Debug)]
pub struct Ending {
    sandboxes: Sandboxes,
    database: Database,
}

/// Opens the database and sets up all routes.
///
/// # Errors
/// The database cannot be opened or brought up to date, or the lessons cannot be taught.
pub async fn start(config: Config) -> Result<Server, StartError> {
    if let Some(folder) = &config.lessons {
        lesson::teach(folder)?;
    }
    let database = Database::open(&config.database).await?;
    let (journal, _writer): (Journal, JoinHandle<()>) = Journal::start(&database);
    let sandboxes = Sandboxes::new(database.clone(), journal, config.limits.clone());
    let rooms_max = config.limits.rooms_max;
    let rooms = Rooms::restore(database.clone(), sandboxes.clone(), rooms_max).await?;
    let state = AppState {
        rooms,
        options: pages::options(config.listen),
        config: Arc::new(config),
        addresses: Addresses::default(),
        pictures: Pictures::default(),
        sandboxes: sandboxes.clone(),
        workshop: Workshop::start().map_err(StartError::Thread)?,
        backend: Course::new(Learners::new(database.clone())),
        site: pages::site(),
    };
    Ok(Server { router: routes::router(&state), ending: Ending { sandboxes, database } })
}

impl Ending {
    /// Ends watches, followed logs and open pages, which would last for ever.
    pub fn announce(&self) {
        self.sandboxes.announce_close();
    }

    /// Writes down where each sandbox stands, and closes the database.
    pub async fn finish(&self) {
        self.sandboxes.close().await;
        self.database.close().await;
    }
}

/// All routes, for those who end with the process.
///
/// # Errors
/// The database cannot be opened or brought up to date.
pub async fn app(config: Config) -> Result<Router, StartError> {
    start(config).await.map(|server| server.router)
}
