//! What is kept beside live sandboxes: copies that are shared; and how long all of it stays.

use std::{
    sync::Weak,
    time::{Duration, Instant},
};

use super::{Inner, OpenError, Sandboxes, draw};
use crate::{
    database::{DatabaseError, SandboxRow, ShareRow, Stored},
    id::SandboxId,
    sandbox::Sandbox,
};

/// How often that is looked for which nobody uses any more.
const RETIRED_EVERY: Duration = Duration::from_secs(60 * 60);

impl Sandboxes {
    /// Copies a sandbox as it was at a model time, for those who get its name: they may look at it,
    /// and fork it. Nothing of who made it is in the copy but the log and the note.
    pub(crate) async fn share(
        &self,
        from: &Sandbox,
        at_ms: i64,
        note: &str,
    ) -> Result<SandboxId, OpenError> {
        self.admit().await?;
        let database = &self.0.database;
        if database.count_shares().await? >= self.0.limits.shares_max {
            return Err(OpenError::Full);
        }
        let stored = database.load(from.id()).await?.ok_or(OpenError::Unknown)?;
        let row = SandboxRow { id: draw()?, now_ms: at_ms, rate: 0.0, learner: None, ..stored.row };
        database.fork(from.id(), &row, usize::MAX).await?;
        let name = draw()?;
        database.keep_share(&name, &row.id, from.id(), note).await?;
        Ok(name)
    }

    /// What is seen under the name of something shared.
    pub(crate) async fn shared(&self, name: &SandboxId) -> Result<Option<ShareRow>, DatabaseError> {
        self.0.database.find_share(name).await
    }

    /// All that is kept of a sandbox.
    pub(crate) async fn stored(&self, id: &SandboxId) -> Result<Stored, OpenError> {
        // What is in memory is on the disk when its task has answered.
        let sandbox = self.open(id).await?;
        sandbox.acts(0).await.map_err(|refused| OpenError::Broken(refused.to_string()))?;
        self.0.database.load(id).await?.ok_or(OpenError::Unknown)
    }

    /// Ends a sandbox and deletes all that is kept of it, also what was shared of it.
    pub(crate) async fn delete(&self, id: &SandboxId) -> Result<(), DatabaseError> {
        for copy in self.0.database.copies_of(id).await? {
            self.delete_one(&copy).await?;
        }
        self.delete_one(id).await
    }

    /// Deletes what nobody has used for longer than it is kept.
    async fn retire(&self) -> Result<(), DatabaseError> {
        let kept = self.0.limits.kept();
        self.0.database.forget_unused_links(kept).await?;
        for id in self.0.database.unused(kept).await? {
            if !self.is_live(&id) {
                self.delete_one(&id).await?;
            }
        }
        Ok(())
    }
}

/// Deletes what nobody uses any more, as long as there are sandboxes.
pub(super) async fn retire(sandboxes: Weak<Inner>) {
    loop {
        let begun = Instant::now();
        let Some(inner) = sandboxes.upgrade() else { return };
        if let Err(error) = Sandboxes(inner).retire().await {
            tracing::warn!(%error, "what nobody uses could not be deleted");
        }
        tokio::time::sleep(RETIRED_EVERY.saturating_sub(begun.elapsed())).await;
    }
}
