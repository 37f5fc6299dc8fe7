//! Study jams: rooms that hosts open without an account, and that learners join by a code. What is
//! true of a room stands in [`state`]; [`handle`] tells it to those who are connected; what is kept
//! of it survives a restart, and all of it is deleted when the room closes.

mod code;
mod connection;
mod deeds;
mod export;
mod handle;
mod push;
mod routes;
mod state;

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use protocol::{Closing, JoinRoom, NewRoom, RoomJoined, RoomOpened, RoomRefusal};
use sha2::{Digest, Sha256};

use self::{code::Guesses, state::Room};
pub(crate) use self::{
    handle::{Handle, now_s},
    routes::{__path_connect, __path_find, __path_join, __path_open, connect, find, join, open},
    state::{LOOK, Learner, Plan},
};
use crate::{
    database::{Database, DatabaseError},
    id::SandboxId,
    lesson,
    sandbox::Sandboxes,
};

/// How often time passes for rooms.
const TICK: Duration = Duration::from_secs(5);
/// Lessons of one room.
const LESSONS_MAX: usize = 24;

/// Why there is no room.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RoomError {
    #[error("{0}")]
    Invalid(&'static str),
    #[error("there is no such room, or it is closed")]
    Unknown,
    #[error("too many wrong codes came from this address: wait a minute")]
    Guessing,
    #[error("as many rooms are open, or learners in the room, as this server may hold")]
    Full,
    #[error("no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// All rooms that are open. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Rooms(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    database: Database,
    sandboxes: Sandboxes,
    rooms_max: usize,
    open: Mutex<Directory>,
    guesses: Guesses,
}

#[derive(Debug, Default)]
struct Directory {
    rooms: HashMap<String, Arc<Handle>>,
    /// Which room has which code.
    codes: HashMap<String, String>,
}

impl Rooms {
    /// Opens the rooms that were open when the server ended.
    pub(crate) async fn restore(
        database: Database,
        sandboxes: Sandboxes,
        rooms_max: usize,
    ) -> Result<Self, DatabaseError> {
        let mut open = Directory::default();
        for plan in database.rooms().await? {
            let mut room = Room::new(plan.clone(), now_s());
            for learner in database.room_learners(&plan.id).await? {
                room.restore(learner);
            }
            let made = database.room_sandboxes(&plan.id).await?.into_iter();
            room.sandboxes = made
                .filter(|(number, ..)| *number == 0)
                .map(|(_, lesson, sandbox, _)| (lesson, sandbox))
                .collect();
            open.codes.insert(plan.code, plan.id.clone());
            open.rooms.insert(plan.id, Arc::new(Handle::new(room)));
        }
        let (open, guesses) = (Mutex::new(open), Guesses::default());
        let rooms = Self(Arc::new(Inner { database, sandboxes, rooms_max, open, guesses }));
        tokio::spawn(tick(Arc::downgrade(&rooms.0)));
        Ok(rooms)
    }

    pub(crate) async fn open(&self, wish: &NewRoom) -> Result<RoomOpened, RoomError> {
        let secret = SandboxId::draw()?.to_string();
        let plan = plan(wish, &secret, self.fresh_code()?)?;
        self.0.database.open_room(&plan).await?;
        let opened = RoomOpened { id: plan.id.clone(), secret, code: plan.code.clone() };
        let handle = Arc::new(Handle::new(Room::new(plan.clone(), now_s())));
        let mut open = self.lock();
        open.codes.insert(plan.code, plan.id.clone());
        open.rooms.insert(plan.id, handle);
        Ok(opened)
    }

    /// A code that no open room has.
    fn fresh_code(&self) -> Result<String, RoomError> {
        loop {
            let code = code::draw()?;
            let open = self.lock();
            if open.rooms.len() >= self.0.rooms_max {
                return Err(RoomError::Full);
            }
            if !open.codes.contains_key(&code) {
                return Ok(code);
            }
        }
    }

    /// A new learner in the room of a code.
    pub(crate) async fn join(
        &self,
        wish: &JoinRoom,
        address: IpAddr,
    ) -> Result<RoomJoined, RoomError> {
        if !self.0.guesses.may(address, now_s()) {
            return Err(RoomError::Guessing);
        }
        let found = code::read(&wish.code).and_then(|code| {
            let open = self.lock();
            open.codes.get(&code).and_then(|id| open.rooms.get(id)).cloned()
        });
        let Some(handle) = found else {
            self.0.guesses.wrong(address, now_s());
            return Err(RoomError::Unknown);
        };
        let secret = SandboxId::draw()?.to_string();
        let joined = handle.change(|room| {
            let number = room.join(&wish.name, hash(&secret), now_s())?;
            room.learner(number).cloned()
        });
        let learner = joined.map_err(|refusal| match refusal {
            RoomRefusal::Invalid => RoomError::Invalid("a name of 1 to 40 letters is needed"),
            _ => RoomError::Full,
        })?;
        let id = handle.plan().id;
        self.0.database.join_room(&id, &learner).await?;
        Ok(RoomJoined { id, secret })
    }

    pub(crate) fn find(&self, id: &str) -> Option<Arc<Handle>> {
        self.lock().rooms.get(id).cloned()
    }

    /// The room of a look, by the look's name.
    pub(crate) fn of_look(&self, look: &str) -> Option<Arc<Handle>> {
        let (room, _) = look.strip_prefix(LOOK)?.split_once('-')?;
        self.find(room)
    }

    fn database(&self) -> &Database {
        &self.0.database
    }

    /// A host closes a room.
    async fn close_by_host(&self, handle: &Handle) {
        self.close(handle, Closing::Host).await;
    }

    /// Closes a room, and deletes all of it but the clusters that learners keep.
    async fn close(&self, handle: &Handle, why: Closing) {
        let plan = handle.plan();
        {
            let mut open = self.lock();
            open.codes.remove(&plan.code);
            if open.rooms.remove(&plan.id).is_none() {
                return;
            }
        }
        handle.announce(why);
        let sandboxes = handle.read(|room| {
            let unkept = room.learners().filter(|learner| !learner.kept);
            let theirs = unkept.flat_map(|learner| learner.sandboxes.values());
            theirs.chain(room.sandboxes.values()).cloned().collect::<Vec<_>>()
        });
        self.delete(sandboxes).await;
        if let Err(error) = self.0.database.close_room(&plan.id).await {
            tracing::error!(%error, "a closed room could not be deleted");
        }
    }

    async fn delete(&self, sandboxes: impl IntoIterator<Item = String>) {
        for sandbox in sandboxes {
            let Some(id) = SandboxId::parse(&sandbox) else { continue };
            if let Err(error) = self.0.sandboxes.delete(&id).await {
                tracing::error!(%error, "a room's sandbox could not be deleted");
            }
        }
    }

    /// Time has passed for all rooms.
    pub(crate) async fn pass(&self, now_s: i64) {
        let all: Vec<_> = self.lock().rooms.values().cloned().collect();
        for handle in all {
            let passed = handle.change(|room| room.pass(now_s));
            if passed.released {
                push::let_run(&self.0.sandboxes, &handle).await;
            }
            if let Some(why) = passed.closing {
                self.close(&handle, why).await;
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Directory> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn plan(wish: &NewRoom, secret: &str, code: String) -> Result<Plan, RoomError> {
    let name = state::name(&wish.name);
    let name = name.ok_or(RoomError::Invalid("a name of 1 to 80 letters is needed"))?;
    if !matches!(&*wish.language, "ko" | "en") {
        return Err(RoomError::Invalid("the language is ko or en"));
    }
    if !(1..=state::MINUTES_MAX).contains(&wish.minutes) {
        return Err(RoomError::Invalid("a room is open for 1 to 1440 minutes"));
    }
    let mut lessons = wish.lessons.clone();
    if lessons.is_empty() {
        lessons.push(String::new());
    }
    let known = |slug: &String| slug.is_empty() || lesson::find(slug).is_ok();
    if lessons.len() > LESSONS_MAX || !lessons.iter().all(known) {
        return Err(RoomError::Invalid("it names a lesson that does not exist, or too many"));
    }
    Ok(Plan {
        id: SandboxId::draw()?.to_string(),
        host: hash(secret),
        code,
        name,
        language: wish.language.clone(),
        lessons,
        admission: wish.admission,
        closes_s: now_s() + i64::from(wish.minutes) * 60,
    })
}

/// What is kept of a secret.
fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// The name of a new look in a room.
fn draw_look(room: &str) -> Result<String, getrandom::Error> {
    Ok(format!("{LOOK}{room}-{}", SandboxId::draw()?))
}

async fn tick(rooms: Weak<Inner>) {
    loop {
        tokio::time::sleep(TICK).await;
        let Some(inner) = rooms.upgrade() else { return };
        Rooms(inner).pass(now_s()).await;
    }
}
