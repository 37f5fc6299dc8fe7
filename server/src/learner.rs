//! Learners without accounts: what they carry from device to device under a secret link, and what
//! they have completed, proved by replaying their sandboxes' logs.

mod merge;
mod proof;

use std::{collections::BTreeMap, sync::Arc};

use lessons::Language;
use protocol::{Carried, Completion, Learned, Proved, QrCode};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use self::{merge::merge, proof::is_complete};
use crate::{
    database::{CompletionRow, Database, DatabaseError},
    id::SandboxId,
    lesson::summary,
};

/// So much may be carried, in entries of each sort and in bytes of each name.
const ENTRIES_MAX: usize = 1_000;
const NAME_MAX: usize = 128;
/// Letters of what a learner wants to be called, and of a page's address.
const CALLED_MAX: usize = 60;
const ADDRESS_MAX: usize = 200;
/// So many logs are replayed for one proof at most.
const LESSONS_MAX: usize = 64;

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LearnerError {
    #[error("there is more of it than fits")]
    TooMuch,
    #[error("no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("what is kept cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    #[error("it ended early: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// What learners have, over the database.
#[derive(Clone, Debug)]
pub(crate) struct Learners {
    database: Database,
    /// One proof at a time: a replay takes a processor.
    replays: Arc<Semaphore>,
}

type Result<T> = std::result::Result<T, LearnerError>;

impl Learners {
    pub(crate) fn new(database: Database) -> Self {
        Self { database, replays: Arc::new(Semaphore::new(1)) }
    }

    /// Puts together what a device knows and what is kept under the secret, keeps it, and tells it.
    /// Without a secret a new one is drawn; none for one that is not known (any more).
    pub(crate) async fn carry(
        &self,
        secret: Option<&str>,
        learned: Learned,
        page: &str,
    ) -> Result<Option<Carried>> {
        if !fits(&learned) || page.len() > ADDRESS_MAX {
            return Err(LearnerError::TooMuch);
        }
        let (secret, kept) = match secret {
            None => (SandboxId::draw()?.to_string(), Learned::default()),
            Some(secret) => match self.database.learned(&hash(secret)).await? {
                Some(kept) => (secret.to_owned(), serde_json::from_str(&kept)?),
                None => return Ok(None),
            },
        };
        let learned = merge(learned, kept);
        if !fits(&learned) {
            return Err(LearnerError::TooMuch);
        }
        self.database.keep_learned(&hash(&secret), &serde_json::to_string(&learned)?).await?;
        let code = qr_code(&format!("{page}#{secret}"));
        Ok(Some(Carried { secret, learned, code }))
    }

    /// Deletes what is kept under the secret.
    pub(crate) async fn forget(&self, secret: &str) -> Result<()> {
        Ok(self.database.forget_learned(&hash(secret)).await?)
    }

    /// Replays the logs of sandboxes, by lesson, and keeps which lessons they complete.
    pub(crate) async fn prove(
        &self,
        name: &str,
        sandboxes: BTreeMap<String, String>,
    ) -> Result<Proved> {
        if sandboxes.len() > LESSONS_MAX || name.chars().count() > CALLED_MAX {
            return Err(LearnerError::TooMuch);
        }
        // The semaphore is never closed.
        let _turn = self.replays.acquire().await;
        let (mut proved, mut unproved) = (Vec::new(), Vec::new());
        for (lesson, sandbox) in sandboxes {
            let complete = self.replayed(&lesson, &sandbox).await?;
            if complete { &mut proved } else { &mut unproved }.push(lesson);
        }
        let key = SandboxId::draw()?.to_string();
        let mut id = None;
        if !proved.is_empty() {
            let row = CompletionRow {
                id: SandboxId::draw()?.to_string(),
                name: name.trim().to_owned(),
                lessons: serde_json::to_string(&proved)?,
                engine: orchestrator::ENGINE_VERSION.to_owned(),
                date: String::new(),
            };
            self.database.complete(&row, &hash(&key)).await?;
            id = Some(row.id);
        }
        Ok(Proved { id, key, unproved })
    }

    async fn replayed(&self, lesson: &str, sandbox: &str) -> Result<bool> {
        let Some(id) = SandboxId::parse(sandbox) else { return Ok(false) };
        let Some(stored) = self.database.load(&id).await? else { return Ok(false) };
        let lesson = lesson.to_owned();
        Ok(tokio::task::spawn_blocking(move || is_complete(&lesson, stored)).await?)
    }

    /// What was completed.
    pub(crate) async fn completion(
        &self,
        id: &str,
        language: Language,
    ) -> Result<Option<Completion>> {
        let Some(row) = self.database.completion(id).await? else { return Ok(None) };
        let slugs: Vec<String> = serde_json::from_str(&row.lessons)?;
        let course = lessons::course();
        // A case of a pool stands for its pool.
        let found = course.lessons().iter().filter(|lesson| {
            std::iter::once(*lesson).chain(&lesson.cases).any(|it| slugs.contains(&it.slug))
        });
        let CompletionRow { id, name, engine, date, .. } = row;
        let of = course.lessons().len();
        let lessons = found.map(|lesson| summary(lesson, language)).collect();
        Ok(Some(Completion { id, name, date, lessons, of, engine }))
    }

    /// Deletes what was completed; whether the key was right.
    pub(crate) async fn withdraw(&self, id: &str, key: &str) -> Result<bool> {
        Ok(self.database.withdraw(id, &hash(key)).await?)
    }
}

/// What the database has of a secret.
fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

fn fits(learned: &Learned) -> bool {
    let Learned { progress, scores, reviews, sandboxes, latest } = learned;
    let names = progress.keys().chain(scores.keys()).chain(reviews.keys()).chain(sandboxes.keys());
    let names = names.chain(sandboxes.values()).chain(latest);
    let counted = scores.values().flatten().map(|(name, ..)| name);
    progress.len() <= ENTRIES_MAX
        && scores.len() <= ENTRIES_MAX
        && reviews.len() <= ENTRIES_MAX
        && sandboxes.len() <= ENTRIES_MAX
        && counted.clone().count() <= ENTRIES_MAX
        && names.chain(counted).all(|name| name.len() <= NAME_MAX)
}

/// A text as a QR code; empty for one that is too long for it.
pub(crate) fn qr_code(text: &str) -> QrCode {
    let Ok(code) = qrcode::QrCode::new(text.as_bytes()) else { return QrCode::default() };
    let size = code.width();
    let dark = code.to_colors().into_iter().enumerate();
    let dark = dark.filter(|(_, color)| *color == qrcode::Color::Dark);
    let path = dark.map(|(n, _)| format!("M{} {}h1v1h-1z", n % size, n / size)).collect();
    QrCode { size: u32::try_from(size).unwrap_or_default(), path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_a_square_of_dark_and_light() {
        let code = qr_code("https://wheelhouse.example/ko/progress#abc");
        assert!(code.size >= 21 && code.path.starts_with("M0 0h1v1h-1z"), "{code:?}");
        let dark = code.path.matches('M').count();
        let all = (code.size * code.size) as usize;
        assert!((all / 3..all * 2 / 3).contains(&dark), "{dark} of {all}");
    }

    #[test]
    fn what_is_too_much_is_not_taken() {
        let mut learned = Learned::default();
        assert!(fits(&learned));
        learned.progress.insert("x".repeat(NAME_MAX + 1), (1, false));
        assert!(!fits(&learned));
        let progress = (0..=ENTRIES_MAX).map(|n| (n.to_string(), (1, false))).collect();
        assert!(!fits(&Learned { progress, ..Learned::default() }));
    }
}
