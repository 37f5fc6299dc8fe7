//! What learners carry, and what they have completed.

use sqlx::{Row, sqlite::SqliteRow};

use super::{Database, DatabaseError};

/// What somebody has completed.
#[derive(Debug)]
pub(crate) struct CompletionRow {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Slugs, as JSON.
    pub(crate) lessons: String,
    pub(crate) engine: String,
    /// `2026-11-22`; the database says it.
    pub(crate) date: String,
}

type Result<T> = std::result::Result<T, DatabaseError>;

impl Database {
    /// What is kept under a secret, as JSON.
    pub(crate) async fn learned(&self, secret: &[u8]) -> Result<Option<String>> {
        let query = sqlx::query("SELECT learned FROM learners WHERE secret = ?").bind(secret);
        let row = query.fetch_optional(&self.pool).await?;
        Ok(row.map(|row| row.try_get("learned")).transpose()?)
    }

    pub(crate) async fn keep_learned(&self, secret: &[u8], learned: &str) -> Result<()> {
        sqlx::query(
            "INSERT INTO learners (secret, learned) VALUES (?, ?)
             ON CONFLICT (secret) DO UPDATE SET learned = excluded.learned, updated_at = unixepoch()",
        )
        .bind(secret)
        .bind(learned)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub(crate) async fn forget_learned(&self, secret: &[u8]) -> Result<()> {
        let query = sqlx::query("DELETE FROM learners WHERE secret = ?").bind(secret);
        query.execute(&self.pool).await?;
        Ok(())
    }

    pub(crate) async fn complete(&self, row: &CompletionRow, secret: &[u8]) -> Result<()> {
        sqlx::query(
            "INSERT INTO completions (id, secret, name, lessons, engine) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(&row.id)
        .bind(secret)
        .bind(&row.name)
        .bind(&row.lessons)
        .bind(&row.engine)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub(crate) async fn completion(&self, id: &str) -> Result<Option<CompletionRow>> {
        let query = sqlx::query(
            "SELECT id, name, lessons, engine, date(created_at, 'unixepoch') AS date
             FROM completions WHERE id = ?",
        );
        let found = query.bind(id).fetch_optional(&self.pool).await?;
        found.as_ref().map(completion_row).transpose()
    }

    /// Deletes a completion; whether the key was right.
    pub(crate) async fn withdraw(&self, id: &str, secret: &[u8]) -> Result<bool> {
        let query = sqlx::query("DELETE FROM completions WHERE id = ? AND secret = ?");
        let done = query.bind(id).bind(secret).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }
}

fn completion_row(row: &SqliteRow) -> Result<CompletionRow> {
    Ok(CompletionRow {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        lessons: row.try_get("lessons")?,
        engine: row.try_get("engine")?,
        date: row.try_get("date")?,
    })
}
