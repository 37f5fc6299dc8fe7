//! Rooms, their learners, and the sandboxes that were made in them.

use sqlx::{Row, sqlite::SqliteRow};

use super::{Database, DatabaseError};
use crate::{
    lesson::kept_steps,
    room::{Learner, Plan},
};

type Result<T> = std::result::Result<T, DatabaseError>;

/// A sandbox of a room: the learner's number (0: the hosts'), lesson, id, and its progress as JSON.
pub(crate) type RoomSandbox = (u32, String, String, Option<String>);

impl Database {
    pub(crate) async fn open_room(&self, plan: &Plan) -> Result<()> {
        sqlx::query(
            "INSERT INTO rooms (id, host, code, name, language, lessons, admission, closes_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&plan.id)
        .bind(&plan.host)
        .bind(&plan.code)
        .bind(&plan.name)
        .bind(&plan.language)
        .bind(serde_json::to_string(&plan.lessons).unwrap_or_default())
        .bind(plan.admission)
        .bind(plan.closes_s)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// All rooms that are open.
    pub(crate) async fn rooms(&self) -> Result<Vec<Plan>> {
        let rows = sqlx::query("SELECT * FROM rooms").fetch_all(&self.pool).await?;
        rows.iter().map(plan).collect()
    }

    /// The learners of a room, with their clusters and how they stood in them.
    pub(crate) async fn room_learners(&self, room: &str) -> Result<Vec<Learner>> {
        let query = sqlx::query("SELECT * FROM room_learners WHERE room = ? ORDER BY number");
        let rows = query.bind(room).fetch_all(&self.pool).await?;
        let mut learners: Vec<Learner> = rows.iter().map(learner).collect::<Result<_>>()?;
        for (number, lesson, sandbox, progress) in self.room_sandboxes(room).await? {
            let found = learners.iter_mut().find(|learner| learner.number == number);
            let Some(learner) = found else { continue };
            if let Some(progress) = progress {
                learner.standings.insert(lesson.clone(), kept_steps(&progress));
            }
            learner.sandboxes.insert(lesson, sandbox);
        }
        Ok(learners)
    }

    pub(crate) async fn room_sandboxes(&self, room: &str) -> Result<Vec<RoomSandbox>> {
        let query = sqlx::query(
            "SELECT number, room_sandboxes.lesson, room_sandboxes.sandbox, state
             FROM room_sandboxes LEFT JOIN progress USING (sandbox) WHERE room = ?",
        );
        let rows = query.bind(room).fetch_all(&self.pool).await?;
        let read = |row: &SqliteRow| {
            let (lesson, sandbox) = (row.try_get(1)?, row.try_get(2)?);
            Ok((row.try_get(0)?, lesson, sandbox, row.try_get("state")?))
        };
        rows.iter().map(read).collect()
    }

    pub(crate) async fn join_room(&self, room: &str, learner: &Learner) -> Result<()> {
        sqlx::query(
            "INSERT INTO room_learners (room, number, secret, name, admitted, joined_at)
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(room)
        .bind(learner.number)
        .bind(&learner.secret)
        .bind(&learner.name)
        .bind(learner.admitted)
        .bind(learner.joined_s)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Keeps what may change of a learner.
    pub(crate) async fn keep_room_learner(&self, room: &str, learner: &Learner) -> Result<()> {
        sqlx::query(
            "UPDATE room_learners SET admitted = ?, kept = ? WHERE room = ? AND number = ?",
        )
        .bind(learner.admitted)
        .bind(learner.kept)
        .bind(room)
        .bind(learner.number)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub(crate) async fn leave_room(&self, room: &str, number: u32) -> Result<()> {
        sqlx::query("DELETE FROM room_sandboxes WHERE room = ? AND number = ?")
            .bind(room)
            .bind(number)
            .execute(&self.pool)
            .await?;
        sqlx::query("DELETE FROM room_learners WHERE room = ? AND number = ?")
            .bind(room)
            .bind(number)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub(crate) async fn keep_room_sandbox(
        &self,
        room: &str,
        number: u32,
        lesson: &str,
        sandbox: &str,
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO room_sandboxes (room, number, lesson, sandbox) VALUES (?, ?, ?, ?)",
        )
        .bind(room)
        .bind(number)
        .bind(lesson)
        .bind(sandbox)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub(crate) async fn extend_room(&self, room: &str, closes_s: i64) -> Result<()> {
        let query = sqlx::query("UPDATE rooms SET closes_at = ? WHERE id = ?");
        query.bind(closes_s).bind(room).execute(&self.pool).await?;
        Ok(())
    }

    pub(crate) async fn close_room(&self, room: &str) -> Result<()> {
        sqlx::query("DELETE FROM rooms WHERE id = ?").bind(room).execute(&self.pool).await?;
        Ok(())
    }
}

fn plan(row: &SqliteRow) -> Result<Plan> {
    let lessons: String = row.try_get("lessons")?;
    Ok(Plan {
        id: row.try_get("id")?,
        host: row.try_get("host")?,
        code: row.try_get("code")?,
        name: row.try_get("name")?,
        language: row.try_get("language")?,
        lessons: serde_json::from_str(&lessons).unwrap_or_default(),
        admission: row.try_get("admission")?,
        closes_s: row.try_get("closes_at")?,
    })
}

fn learner(row: &SqliteRow) -> Result<Learner> {
    let (number, name) = (row.try_get("number")?, row.try_get("name")?);
    let (secret, admitted) = (row.try_get("secret")?, row.try_get("admitted")?);
    let joined_s = row.try_get("joined_at")?;
    let mut learner = Learner::new(number, name, secret, admitted, joined_s);
    learner.kept = row.try_get("kept")?;
    Ok(learner)
}
