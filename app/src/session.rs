//! One page, one WebSocket, one sandbox. A [`Session`] sends what the learner does and hands on what
//! comes down; a connection that broke is opened again from the last position, by itself.

mod sandbox;
mod socket;
mod state;
mod wish;

use std::rc::Rc;

use leptos::{prelude::*, task::spawn_local};
use protocol::{Act, Clock, Command, Down, File, LessonState, Refusal, Reply, Shared};

pub use sandbox::{Opened, Place, settle};
pub use wish::{CONTROL_PLANE_MAX, WORKERS_MAX, Wish, ZONES_MAX};

use crate::{i18n::Language, player::Player};
use state::State;
pub use state::Told;

/// How the page stands to its sandbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// No sandbox was chosen yet.
    #[default]
    Idle,
    /// The first connection to a sandbox is being made.
    Opening,
    Open,
    /// The connection broke and is being made again.
    Lost,
    /// The server does not know the sandbox any more.
    Gone,
}

/// A handle to the page's one session.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    state: StoredValue<State>,
    player: Player,
    link: RwSignal<Link>,
    clock: RwSignal<Clock>,
    lesson: RwSignal<Option<LessonState>>,
    /// The file that a command has written last.
    written: RwSignal<Option<File>>,
    sandbox: RwSignal<Option<String>>,
    /// What there is to say about a cluster that somebody has shared.
    shared: RwSignal<Option<Shared>>,
    /// Something was tried that would have changed it.
    refused_as_shared: RwSignal<bool>,
}

impl Session {
    /// A session without a sandbox, whose moments the player shall receive. It ends with the
    /// component that made it.
    pub fn new(player: Player) -> Session {
        let session = Session {
            state: StoredValue::new(State::default()),
            player,
            link: RwSignal::new(Link::Idle),
            clock: RwSignal::new(Clock::default()),
            lesson: RwSignal::new(None),
            written: RwSignal::new(None),
            sandbox: RwSignal::new(None),
            shared: RwSignal::new(None),
            refused_as_shared: RwSignal::new(false),
        };
        on_cleanup(move || session.close());
        session
    }

    pub fn player(self) -> Player {
        self.player
    }

    /// The cluster's clock as the server last told it.
    pub fn clock(self) -> Signal<Clock> {
        self.clock.into()
    }

    /// Where the learner is in the lesson; none outside of one.
    pub fn lesson(self) -> Signal<Option<LessonState>> {
        self.lesson.into()
    }

    /// The file that a command has written last. Tracked.
    pub fn written(self) -> Option<File> {
        self.written.get()
    }

    /// The sandbox's id.
    pub fn sandbox(self) -> Signal<Option<String>> {
        self.sandbox.into()
    }

    /// What there is to say about the cluster, if somebody has shared it.
    pub fn shared(self) -> Signal<Option<Shared>> {
        self.shared.into()
    }

    /// Whether something was tried that would have changed what is shared.
    pub fn refused_as_shared(self) -> Signal<bool> {
        self.refused_as_shared.into()
    }

    pub fn link(self) -> Signal<Link> {
        self.link.into()
    }

    pub fn connected(self) -> Signal<bool> {
        Signal::derive(move || self.link.get() == Link::Open)
    }

    /// Connects to a sandbox, leaving the one before.
    pub fn open(self, sandbox: &str, language: Language) {
        self.close();
        self.state.update_value(|state| *state = state.for_sandbox(sandbox, language));
        self.lesson.set(None);
        self.shared.set(None);
        self.refused_as_shared.set(false);
        self.sandbox.set(Some(sandbox.to_owned()));
        self.link.set(Link::Opening);
        socket::connect(self);
    }

    /// Speaks another language from now on: the goals' words come from the server.
    pub fn speak(self, language: Language) {
        let changed = self
            .state
            .try_update_value(|state| std::mem::replace(&mut state.language, language) != language);
        if changed == Some(true) && self.sandbox.with_untracked(Option::is_some) {
            self.connect_anew();
        }
    }

    /// Calls `tell` with all that a terminal's commands print, and with what they read.
    pub fn on_output(self, terminal: u32, tell: impl Fn(Told<'_>) + 'static) {
        self.state.update_value(|state| state.listen(terminal, Rc::new(tell)));
    }

    /// Sends a command and waits for its answer. While the connection is away, commands wait for it;
    /// one that was under way when it broke is refused, because it may or may not have been done.
    pub async fn send(self, act: Act) -> Reply {
        let answer = self.state.try_update_value(|state| state.expect_answer(act));
        let Some((command, answer)) = answer else { return lost() };
        self.transmit(command);
        answer.await.unwrap_or_else(|_| lost())
    }

    /// Sends a command whose answer nobody waits for.
    pub fn tell(self, act: Act) {
        spawn_local(async move {
            self.send(act).await;
        });
    }

    fn transmit(self, command: Command) {
        let open = self.link.get_untracked() == Link::Open;
        self.state.update_value(|state| state.transmit(command, open));
    }

    fn close(self) {
        self.drop_socket();
        self.link.try_set(Link::Idle);
    }

    fn drop_socket(self) {
        self.state.try_update_value(State::disconnect);
    }

    /// Leaves the connection for another; commands wait until it stands.
    fn connect_anew(self) {
        self.drop_socket();
        self.link.set(Link::Opening);
        socket::connect(self);
    }

    /// Moments are missing: asks for all that is, instead of what has happened since.
    fn begin_again(self) {
        self.state.update_value(|state| state.since = None);
        self.connect_anew();
    }

    /// Takes in one message of the server.
    fn receive(self, down: Down) {
        self.state.update_value(|state| state.note(&down));
        self.player.receive(&down);
        if self.player.has_gap() {
            return self.begin_again();
        }
        match down {
            Down::Hello { clock, .. } | Down::Clock { clock } => self.clock.set(clock),
            Down::Lesson { state } => self.lesson.set(Some(state)),
            Down::Shared { shared } => self.shared.set(Some(shared)),
            Down::Answer { answer } => {
                if answer.reply == (Reply::Refused { reason: Refusal::OnlyShared }) {
                    self.refused_as_shared.set(true);
                }
                self.state.update_value(|state| state.answer(answer));
            }
            Down::Output { terminal, stream, text } => {
                self.tell_terminal(terminal, Told::Printed(stream, &text));
            }
            Down::Wrote { file } => self.written.set(Some(file)),
            Down::Reads { terminal, raw } => self.tell_terminal(terminal, Told::Reads { raw }),
            Down::Moments { .. } | Down::Traffic { .. } => {}
        }
    }

    fn tell_terminal(self, terminal: u32, told: Told<'_>) {
        if let Some(tell) = self.state.with_value(|state| state.listener(terminal)) {
            tell(told);
        }
    }
}

/// What a command is answered whose fate is unknown.
fn lost() -> Reply {
    Reply::Refused { reason: Refusal::Limit { what: "connection".to_owned() } }
}

/// The session of the page that this component is on.
pub fn use_session() -> Session {
    expect_context::<Session>()
}
