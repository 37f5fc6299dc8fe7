//! Experiments that were shared, and sandboxes that nobody uses any more.

use std::time::Duration;

use sqlx::Row;

use super::{Database, DatabaseError};
use crate::id::SandboxId;

type Result<T> = std::result::Result<T, DatabaseError>;

/// An experiment that somebody has shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShareRow {
    /// The copy.
    pub(crate) sandbox: String,
    pub(crate) note: String,
    /// The engine that wrote its log.
    pub(crate) engine: String,
}

impl Database {
    pub(crate) async fn keep_share(
        &self,
        name: &SandboxId,
        copy: &SandboxId,
        source: &SandboxId,
        note: &str,
    ) -> Result<()> {
        sqlx::query("INSERT INTO shares (id, sandbox, source, note) VALUES (?, ?, ?, ?)")
            .bind(name.as_str())
            .bind(copy.as_str())
            .bind(source.as_str())
            .bind(note)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub(crate) async fn count_shares(&self) -> Result<u32> {
        let row = sqlx::query("SELECT count(*) FROM shares").fetch_one(&self.pool).await?;
        Ok(row.try_get(0)?)
    }

    pub(crate) async fn find_share(&self, name: &SandboxId) -> Result<Option<ShareRow>> {
        let query = sqlx::query(
            "SELECT sandbox, note, engine FROM shares JOIN sandboxes ON sandboxes.id = sandbox
             WHERE shares.id = ?",
        );
        let Some(row) = query.bind(name.as_str()).fetch_optional(&self.pool).await? else {
            return Ok(None);
        };
        let (sandbox, note) = (row.try_get("sandbox")?, row.try_get("note")?);
        Ok(Some(ShareRow { sandbox, note, engine: row.try_get("engine")? }))
    }

    /// The copies that were shared of a sandbox.
    pub(crate) async fn copies_of(&self, source: &SandboxId) -> Result<Vec<SandboxId>> {
        let query = sqlx::query("SELECT sandbox FROM shares WHERE source = ?");
        let rows = query.bind(source.as_str()).fetch_all(&self.pool).await?;
        let ids = rows.iter().map(|row| Ok(row.try_get::<String, _>(0)?));
        let ids: Vec<String> = ids.collect::<Result<_>>()?;
        Ok(ids.iter().filter_map(|id| SandboxId::parse(id)).collect())
    }

    /// Somebody uses a sandbox.
    pub(crate) async fn touch(&self, id: &SandboxId) -> Result<()> {
        let query = sqlx::query("UPDATE sandboxes SET used_at = unixepoch() WHERE id = ?");
        query.bind(id.as_str()).execute(&self.pool).await?;
        Ok(())
    }

    /// Sandboxes that nobody has used for so long, but for those of rooms; some hundreds at most.
    pub(crate) async fn unused(&self, span: Duration) -> Result<Vec<SandboxId>> {
        let span_s = i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        let query = sqlx::query(
            "SELECT id FROM sandboxes WHERE used_at < unixepoch() - ?
             AND id NOT IN (SELECT sandbox FROM room_sandboxes) ORDER BY used_at LIMIT 500",
        );
        let rows = query.bind(span_s).fetch_all(&self.pool).await?;
        let ids = rows.iter().map(|row| Ok(row.try_get::<String, _>(0)?));
        let ids: Vec<String> = ids.collect::<Result<_>>()?;
        Ok(ids.iter().filter_map(|id| SandboxId::parse(id)).collect())
    }

    /// Deletes what is kept under links that nobody has used for so long.
    pub(crate) async fn forget_unused_links(&self, span: Duration) -> Result<()> {
        let span_s = i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        let query = sqlx::query("DELETE FROM learners WHERE updated_at < unixepoch() - ?");
        query.bind(span_s).execute(&self.pool).await?;
        Ok(())
    }
}
