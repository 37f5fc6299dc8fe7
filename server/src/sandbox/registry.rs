//! All sandboxes: made, found again in the database, put away when nobody uses them.

mod keeping;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use orchestrator::{ENGINE_VERSION, Scenario};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, broadcast, mpsc, watch},
    task::JoinHandle,
};

use super::{Before, Life, Pace, Sandbox, Shared, View, task::Task};
use crate::{
    config::Limits,
    database::{Database, DatabaseError, Journal, SandboxRow, Stored},
    id::SandboxId,
    lesson::{LessonError, LessonRun},
};

/// Commands that may wait for one sandbox, and frames that a page may be behind.
const COMMANDS: usize = 256;
const FRAMES: usize = 1_024;
/// How often sandboxes that nobody uses are looked for.
const SWEEP: Duration = Duration::from_secs(15);

/// Cheap to clone: all clones are the same sandboxes.
#[derive(Clone, Debug)]
pub(crate) struct Sandboxes(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    database: Database,
    journal: Journal,
    limits: Limits,
    live: Mutex<HashMap<SandboxId, Arc<Slot>>>,
    places: Arc<Semaphore>,
    closing: watch::Sender<bool>,
}

/// The place of one sandbox. Its lock is held while the sandbox is being fetched or put away, so
/// that it is never in memory twice.
#[derive(Debug, Default)]
struct Slot {
    live: tokio::sync::Mutex<Option<Live>>,
}

#[derive(Debug)]
struct Live {
    sandbox: Sandbox,
    task: JoinHandle<()>,
    used: Instant,
    _place: OwnedSemaphorePermit,
}

/// What a new sandbox shall be.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) seed: u64,
    pub(crate) scenario: Scenario,
    pub(crate) rate: f64,
    pub(crate) lesson: Option<String>,
    pub(crate) learner: Option<String>,
}

/// Why there is no sandbox to be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("there is no such sandbox")]
    Unknown,
    #[error("this server keeps as many sandboxes as it may")]
    Full,
    #[error("as many sandboxes are in use as this server may hold in memory")]
    Busy,
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Lesson(#[from] LessonError),
    #[error("the sandbox cannot be set up: {0}")]
    Broken(String),
}

impl Sandboxes {
    pub(crate) fn new(database: Database, journal: Journal, limits: Limits) -> Self {
        let places = Arc::new(Semaphore::new(limits.live_max));
        let (closing, _) = watch::channel(false);
        let live = Mutex::default();
        let inner = Inner { database, journal, limits, live, places, closing };
        let sandboxes = Self(Arc::new(inner));
        tokio::spawn(sweep(Arc::downgrade(&sandboxes.0)));
        tokio::spawn(keeping::retire(Arc::downgrade(&sandboxes.0)));
        sandboxes
    }

    /// Makes a sandbox. When this returns, it is on the disk.
    pub(crate) async fn create(&self, origin: Origin) -> Result<Sandbox, OpenError> {
        self.admit().await?;
        let row = SandboxRow {
            id: draw()?,
            engine: ENGINE_VERSION.to_owned(),
            seed: origin.seed,
            scenario: serde_json::to_string(&origin.scenario).map_err(broken)?,
            lesson: origin.lesson,
            learner: origin.learner,
            rate: origin.rate,
            now_ms: 0,
        };
        self.0.database.create(&row).await?;
        self.open(&row.id).await
    }

    /// Makes a sandbox that shares another's past up to a model time.
    pub(crate) async fn fork(&self, from: &Sandbox, at_ms: i64) -> Result<Sandbox, OpenError> {
        self.admit().await?;
        let stored = self.0.database.load(from.id()).await?.ok_or(OpenError::Unknown)?;
        let row = SandboxRow { id: draw()?, now_ms: at_ms, rate: 0.0, ..stored.row };
        self.0.database.fork(from.id(), &row, usize::MAX).await?;
        self.open(&row.id).await
    }

    /// Makes a sandbox that shares another's past up to an act.
    pub(crate) async fn undo(&self, from: &Sandbox, to: Before) -> Result<Sandbox, OpenError> {
        self.admit().await?;
        let stored = self.0.database.load(from.id()).await?.ok_or(OpenError::Unknown)?;
        let row = SandboxRow { id: draw()?, now_ms: to.at_ms, rate: to.rate, ..stored.row };
        self.0.database.fork(from.id(), &row, to.entries).await?;
        self.open(&row.id).await
    }

    async fn admit(&self) -> Result<(), OpenError> {
        let count = self.0.database.count().await?;
        if count < self.0.limits.sandboxes_max { Ok(()) } else { Err(OpenError::Full) }
    }

    /// The live sandbox of that name, fetched from its log if need be.
    pub(crate) async fn open(&self, id: &SandboxId) -> Result<Sandbox, OpenError> {
        let slot = Arc::clone(self.lock().entry(id.clone()).or_default());
        let mut live = slot.live.lock().await;
        if let Some(live) = live.as_mut().filter(|live| !live.task.is_finished()) {
            live.used = Instant::now();
            return Ok(live.sandbox.clone());
        }
        *live = None;
        match self.fetch(id).await {
            Ok(fetched) => Ok(live.insert(fetched).sandbox.clone()),
            Err(error) => {
                drop(live);
                self.forget(id, &slot);
                Err(error)
            }
        }
    }

    /// Whether it is in memory, or about to be.
    fn is_live(&self, id: &SandboxId) -> bool {
        self.lock().contains_key(id)
    }

    async fn delete_one(&self, id: &SandboxId) -> Result<(), DatabaseError> {
        let slot = Arc::clone(self.lock().entry(id.clone()).or_default());
        let mut live = slot.live.lock().await;
        if let Some(live) = live.take() {
            live.end().await;
        }
        // Whoever wants to open it again waits until it is gone.
        let deleted = self.0.database.delete(id).await;
        drop(live);
        self.forget(id, &slot);
        deleted
    }

    async fn fetch(&self, id: &SandboxId) -> Result<Live, OpenError> {
        let stored = self.0.database.load(id).await?.ok_or(OpenError::Unknown)?;
        let place = self.place().await?;
        self.0.database.touch(id).await?;
        if stored.row.engine != ENGINE_VERSION {
            let engine = &stored.row.engine;
            tracing::warn!(sandbox = %id, engine, "its log was written by another engine");
        }
        let (life, lesson, row) = tokio::task::spawn_blocking(|| revive(stored))
            .await
            .map_err(|error| OpenError::Broken(error.to_string()))??;
        Ok(self.start(row, life, lesson, place))
    }

    /// A place in memory, if need be that of the sandbox which was not used for longest.
    async fn place(&self) -> Result<OwnedSemaphorePermit, OpenError> {
        if let Ok(place) = Arc::clone(&self.0.places).try_acquire_owned() {
            return Ok(place);
        }
        self.put_away(Duration::ZERO, 1).await;
        Arc::clone(&self.0.places).try_acquire_owned().map_err(|_| OpenError::Busy)
    }

    fn start(
        &self,
        row: SandboxRow,
        life: Life,
        lesson: Option<LessonRun>,
        place: OwnedSemaphorePermit,
    ) -> Live {
        let now = Instant::now();
        let pace = Pace::new(row.rate, life.now_ms(), now);
        let world = Arc::new(life.world().clone());
        let (commands, receiver) = mpsc::channel(COMMANDS);
        let (view, viewed) = watch::channel(View { world, pace });
        let (frames, _) = broadcast::channel(FRAMES);
        let limits = &self.0.limits;
        let shared = Shared {
            id: row.id.clone(),
            lesson: row.lesson,
            commands,
            view: viewed,
            frames: frames.clone(),
            watches: Arc::new(Semaphore::new(limits.watches_max)),
            forwards: Arc::default(),
            namespace: Mutex::default(),
            sockets: Arc::new(Semaphore::new(limits.sockets_max)),
            closing: self.0.closing.subscribe(),
        };
        let task = Task {
            id: row.id,
            written: life.entries().len(),
            promised_ms: row.now_ms,
            promised_rate: row.rate,
            shown: life.world().trace().len(),
            clock_changed: false,
            counted: 0,
            loads: Vec::new(),
            clock_told: now,
            life,
            pace,
            lesson,
            commands: receiver,
            view,
            frames,
            journal: self.0.journal.clone(),
            limits: limits.clone(),
        };
        let sandbox = Sandbox(Arc::new(shared));
        Live { sandbox, task: tokio::spawn(task.run()), used: now, _place: place }
    }

    /// Puts away sandboxes that nobody holds and nobody used for so long, oldest first.
    async fn put_away(&self, idle: Duration, at_most: usize) {
        let slots: Vec<_> =
            self.lock().iter().map(|(id, slot)| (id.clone(), Arc::clone(slot))).collect();
        let mut unused: Vec<_> = slots
            .into_iter()
            .filter_map(|(id, slot)| Some((slot.unused_since()?, id, slot)))
            .filter(|(used, ..)| used.elapsed() >= idle)
            .collect();
        unused.sort_by_key(|(used, ..)| *used);
        for (_, id, slot) in unused.into_iter().take(at_most) {
            slot.empty(false).await;
            self.forget(&id, &slot);
        }
    }

    fn forget(&self, id: &SandboxId, slot: &Arc<Slot>) {
        let mut live = self.lock();
        // This clone and the table's: nobody waits for the slot.
        let free =
            Arc::strong_count(slot) == 2 && slot.live.try_lock().is_ok_and(|live| live.is_none());
        if free {
            live.remove(id);
        }
    }

    /// Ends everything that lasts and writes down where each sandbox stands.
    pub(crate) async fn close(&self) {
        let slots: Vec<_> = self.lock().drain().map(|(_, slot)| slot).collect();
        for slot in slots {
            slot.empty(true).await;
        }
    }

    /// Tells streams and pages that the server shuts down.
    pub(crate) fn announce_close(&self) {
        self.0.closing.send_replace(true);
    }

    /// Tells when the server shuts down.
    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.0.closing.subscribe()
    }

    pub(crate) async fn is_ready(&self) -> bool {
        self.0.database.is_ready().await && !*self.0.closing.borrow()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<SandboxId, Arc<Slot>>> {
        self.0.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// Since when nobody holds the sandbox; none while somebody does.
    fn unused_since(&self) -> Option<Instant> {
        let mut live = self.live.try_lock().ok()?;
        let live = live.as_mut()?;
        if Arc::strong_count(&live.sandbox.0) > 1 {
            live.used = Instant::now();
            return None;
        }
        Some(live.used)
    }

    /// Ends the sandbox, unless somebody still holds it, or its slot, and it need not be.
    async fn empty(&self, must: bool) {
        let mut live = match self.live.try_lock() {
            Ok(live) => live,
            Err(_) if must => self.live.lock().await,
            Err(_) => return,
        };
        let held = live.as_ref().is_some_and(|live| Arc::strong_count(&live.sandbox.0) > 1);
        if held && !must {
            return;
        }
        if let Some(live) = live.take() {
            live.end().await;
        }
    }
}

impl Live {
    /// Writes down where it stands, whoever still holds it.
    async fn end(self) {
        let Self { sandbox, task, .. } = self;
        let held = Arc::strong_count(&sandbox.0) > 1;
        let end = sandbox.0.commands.clone();
        drop(sandbox);
        if held {
            // Whoever still holds it keeps its channel open.
            let _ = end.send(super::Command::End).await;
        }
        drop(end);
        if let Err(error) = task.await {
            tracing::error!(%error, "a sandbox's task ended badly");
        }
    }
}

fn revive(stored: Stored) -> Result<(Life, Option<LessonRun>, SandboxRow), OpenError> {
    let Stored { row, entries, progress } = stored;
    let scenario: Scenario = serde_json::from_str(&row.scenario).map_err(broken)?;
    let mut lesson = LessonRun::open(&row, progress.as_deref())?;
    let life = Life::replay(row.seed, &scenario, entries, row.now_ms);
    if let Some(lesson) = &mut lesson {
        lesson.observe(life.world());
    }
    Ok((life, lesson, row))
}

fn draw() -> Result<SandboxId, OpenError> {
    SandboxId::draw().map_err(|error| OpenError::Broken(error.to_string()))
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn broken(error: serde_json::Error) -> OpenError {
    OpenError::Broken(error.to_string())
}

async fn sweep(sandboxes: std::sync::Weak<Inner>) {
    loop {
        tokio::time::sleep(SWEEP).await;
        let Some(inner) = sandboxes.upgrade() else { return };
        let idle = inner.limits.idle();
        Sandboxes(inner).put_away(idle, usize::MAX).await;
    }
}
