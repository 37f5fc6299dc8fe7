//! What is kept: sandboxes as their logs, and learners' progress, in one SQLite file.

mod journal;
mod learners;
mod rooms;
mod shares;

use std::{path::Path, time::Duration};

use sqlx::{
    Row, SqlitePool,
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
    },
};

pub(crate) use self::{
    journal::{Journal, Page, ProgressRow},
    learners::CompletionRow,
    shares::ShareRow,
};
use crate::{id::SandboxId, sandbox::Entry};

#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error("the database cannot be used: {0}")]
    Sqlite(#[from] sqlx::Error),
    #[error("the database's tables cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error("the log of sandbox {sandbox} cannot be read: {source}")]
    Log { sandbox: String, source: serde_json::Error },
    #[error("the database no longer takes anything: the server is closing, or its disk failed")]
    Closed,
}

#[derive(Clone, Debug)]
pub(crate) struct Database {
    pool: SqlitePool,
}

/// What a sandbox began as.
#[derive(Clone, Debug)]
pub(crate) struct SandboxRow {
    pub(crate) id: SandboxId,
    pub(crate) engine: String,
    pub(crate) seed: u64,
    /// The scenario, as JSON.
    pub(crate) scenario: String,
    pub(crate) lesson: Option<String>,
    pub(crate) learner: Option<String>,
    pub(crate) rate: f64,
    /// Model time at which it goes on.
    pub(crate) now_ms: i64,
}

/// All that is kept of one sandbox.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) row: SandboxRow,
    pub(crate) entries: Vec<Entry>,
    /// Its lesson's progress, as JSON.
    pub(crate) progress: Option<String>,
}

impl Database {
    /// Opens the file, or makes it, and brings its tables up to date.
    pub(crate) async fn open(path: &Path) -> Result<Self, DatabaseError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit is on the disk when it returns: what was acknowledged is not lost.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10));
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
        sqlx::migrate!().run(&pool).await?;
        Ok(Self { pool })
    }

    pub(crate) async fn is_ready(&self) -> bool {
        sqlx::query("SELECT 1").execute(&self.pool).await.is_ok()
    }

    pub(crate) async fn count(&self) -> Result<u32, DatabaseError> {
        let row = sqlx::query("SELECT count(*) FROM sandboxes").fetch_one(&self.pool).await?;
        Ok(row.try_get(0)?)
    }

    pub(crate) async fn create(&self, row: &SandboxRow) -> Result<(), DatabaseError> {
        insert(row).execute(&self.pool).await?;
        Ok(())
    }

    /// A new sandbox that begins with the part of another's log that was done by `row.now_ms`, and
    /// with so many entries at most.
    pub(crate) async fn fork(
        &self,
        from: &SandboxId,
        row: &SandboxRow,
        entries_max: usize,
    ) -> Result<(), DatabaseError> {
        let mut transaction = self.pool.begin().await?;
        insert(row).execute(&mut *transaction).await?;
        sqlx::query(
            "INSERT INTO entries (sandbox, number, begin_ms, end_ms, deed)
             SELECT ?, number, begin_ms, end_ms, deed FROM entries
             WHERE sandbox = ? AND end_ms <= ? AND number < ?",
        )
        .bind(row.id.as_str())
        .bind(from.as_str())
        .bind(row.now_ms)
        .bind(i64::try_from(entries_max).unwrap_or(i64::MAX))
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "INSERT INTO progress (sandbox, learner, lesson, completed, state)
             SELECT ?, ?, lesson, completed, state FROM progress WHERE sandbox = ?",
        )
        .bind(row.id.as_str())
        .bind(row.learner.as_deref().unwrap_or_default())
        .bind(from.as_str())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Deletes a sandbox with its log and its progress.
    pub(crate) async fn delete(&self, id: &SandboxId) -> Result<(), DatabaseError> {
        let query = sqlx::query("DELETE FROM sandboxes WHERE id = ?").bind(id.as_str());
        query.execute(&self.pool).await?;
        Ok(())
    }

    pub(crate) async fn load(&self, id: &SandboxId) -> Result<Option<Stored>, DatabaseError> {
        let query = sqlx::query(
            "SELECT engine, seed, scenario, sandboxes.lesson, sandboxes.learner, rate, now_ms, state
             FROM sandboxes LEFT JOIN progress ON progress.sandbox = sandboxes.id WHERE id = ?",
        );
        let Some(found) = query.bind(id.as_str()).fetch_optional(&self.pool).await? else {
            return Ok(None);
        };
        let row = sandbox_row(id, &found)?;
        let progress = found.try_get("state")?;
        Ok(Some(Stored { row, entries: self.entries(id).await?, progress }))
    }

    async fn entries(&self, id: &SandboxId) -> Result<Vec<Entry>, DatabaseError> {
        let query = sqlx::query(
            "SELECT begin_ms, end_ms, deed FROM entries WHERE sandbox = ? ORDER BY number",
        );
        let rows = query.bind(id.as_str()).fetch_all(&self.pool).await?;
        rows.iter().map(|row| entry(id, row)).collect()
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

type Insert<'row> = sqlx::query::Query<'row, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

fn insert(row: &SandboxRow) -> Insert<'_> {
    sqlx::query(
        "INSERT INTO sandboxes (id, engine, seed, scenario, lesson, learner, rate, now_ms, used_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, unixepoch())",
    )
    .bind(row.id.as_str())
    .bind(&row.engine)
    .bind(row.seed.cast_signed())
    .bind(&row.scenario)
    .bind(&row.lesson)
    .bind(&row.learner)
    .bind(row.rate)
    .bind(row.now_ms)
}

fn sandbox_row(id: &SandboxId, row: &SqliteRow) -> Result<SandboxRow, DatabaseError> {
    Ok(SandboxRow {
        id: id.clone(),
        engine: row.try_get("engine")?,
        seed: row.try_get::<i64, _>("seed")?.cast_unsigned(),
        scenario: row.try_get("scenario")?,
        lesson: row.try_get("lesson")?,
        learner: row.try_get("learner")?,
        rate: row.try_get("rate")?,
        now_ms: row.try_get("now_ms")?,
    })
}

fn entry(id: &SandboxId, row: &SqliteRow) -> Result<Entry, DatabaseError> {
    let deed = serde_json::from_str(row.try_get("deed")?)
        .map_err(|source| DatabaseError::Log { sandbox: id.to_string(), source })?;
    Ok(Entry { begin_ms: row.try_get("begin_ms")?, end_ms: row.try_get("end_ms")?, deed })
}
