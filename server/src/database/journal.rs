//! Writes logs: one task takes pages from all sandboxes and commits those that wait together, so
//! that one flush to the disk serves many. Nothing is acknowledged before its page is committed.

use std::sync::Arc;

use sqlx::{Sqlite, SqlitePool, Transaction};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use super::{Database, DatabaseError};
use crate::{id::SandboxId, sandbox::Entry};

/// What one sandbox wants written at once.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) sandbox: SandboxId,
    /// Number of the first of `entries` in the sandbox's log.
    pub(crate) first: usize,
    pub(crate) entries: Vec<Arc<Entry>>,
    pub(crate) rate: f64,
    /// Model time at which the sandbox goes on if this was the last page.
    pub(crate) now_ms: i64,
    pub(crate) progress: Option<ProgressRow>,
}

#[derive(Debug)]
pub(crate) struct ProgressRow {
    pub(crate) learner: String,
    pub(crate) lesson: String,
    pub(crate) completed: bool,
    /// As JSON.
    pub(crate) state: String,
}

type Waiting = (Page, oneshot::Sender<()>);

/// Where sandboxes hand in their pages.
#[derive(Clone, Debug)]
pub(crate) struct Journal {
    pages: mpsc::Sender<Waiting>,
}

/// Pages that may wait, and pages in one transaction.
const QUEUE: usize = 1_024;
const TOGETHER: usize = 256;

impl Journal {
    /// Starts the writer; it ends when all journals are dropped.
    pub(crate) fn start(database: &Database) -> (Self, JoinHandle<()>) {
        let (pages, receiver) = mpsc::channel(QUEUE);
        let writer = tokio::spawn(write_all(database.pool.clone(), receiver));
        (Self { pages }, writer)
    }

    /// Returns when the page is on the disk.
    pub(crate) async fn write(&self, page: Page) -> Result<(), DatabaseError> {
        let (done, committed) = oneshot::channel();
        self.pages.send((page, done)).await.map_err(|_| DatabaseError::Closed)?;
        committed.await.map_err(|_| DatabaseError::Closed)
    }
}

async fn write_all(pool: SqlitePool, mut receiver: mpsc::Receiver<Waiting>) {
    let mut waiting = Vec::new();
    while receiver.recv_many(&mut waiting, TOGETHER).await > 0 {
        match write_together(&pool, &waiting).await {
            Ok(()) => {
                for (_, done) in waiting.drain(..) {
                    // Who no longer waits lost interest, not data.
                    let _ = done.send(());
                }
            }
            Err(error) => {
                tracing::error!(%error, pages = waiting.len(), "logs could not be written");
                // Dropping the senders tells the sandboxes.
                waiting.clear();
            }
        }
    }
}

async fn write_together(pool: &SqlitePool, waiting: &[Waiting]) -> Result<(), DatabaseError> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    for (page, _) in waiting {
        write_page(&mut transaction, page).await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn write_page(to: &mut Transaction<'_, Sqlite>, page: &Page) -> Result<(), DatabaseError> {
    for (number, entry) in (page.first..).zip(&page.entries) {
        let deed = serde_json::to_string(&entry.deed)
            .map_err(|source| DatabaseError::Log { sandbox: page.sandbox.to_string(), source })?;
        sqlx::query(
            "INSERT INTO entries (sandbox, number, begin_ms, end_ms, deed) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(page.sandbox.as_str())
        .bind(i64::try_from(number).unwrap_or(i64::MAX))
        .bind(entry.begin_ms)
        .bind(entry.end_ms)
        .bind(deed)
        .execute(&mut **to)
        .await?;
    }
    sqlx::query("UPDATE sandboxes SET rate = ?, now_ms = ?, used_at = unixepoch() WHERE id = ?")
        .bind(page.rate)
        .bind(page.now_ms)
        .bind(page.sandbox.as_str())
        .execute(&mut **to)
        .await?;
    if let Some(progress) = &page.progress {
        write_progress(to, &page.sandbox, progress).await?;
    }
    Ok(())
}

async fn write_progress(
    to: &mut Transaction<'_, Sqlite>,
    sandbox: &SandboxId,
    progress: &ProgressRow,
) -> Result<(), DatabaseError> {
    sqlx::query(
        "INSERT INTO progress (sandbox, learner, lesson, completed, state) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (sandbox) DO UPDATE SET
             completed = excluded.completed, state = excluded.state, updated_at = unixepoch()",
    )
    .bind(sandbox.as_str())
    .bind(&progress.learner)
    .bind(&progress.lesson)
    .bind(progress.completed)
    .bind(&progress.state)
    .execute(&mut **to)
    .await?;
    Ok(())
}
