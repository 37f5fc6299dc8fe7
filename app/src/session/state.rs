//! What a session remembers between messages: which answers are awaited, what waits to be sent, and
//! up to where the trace was received.

use std::{collections::BTreeMap, fmt, rc::Rc};

use futures::channel::oneshot;
use protocol::{Act, Answer, Command, Down, Position, Reply, Stream, Up};

use send_wrapper::SendWrapper;

use crate::{i18n::Language, socket::Socket};

/// Commands that wait for a connection; beyond it the oldest is refused.
const QUEUE_MAX: usize = 64;

/// What a terminal is told of its commands.
#[derive(Clone, Copy, Debug)]
pub enum Told<'t> {
    Printed(Stream, &'t str),
    /// What is typed is read: all keys, or lines.
    Reads {
        raw: bool,
    },
}

type Listener = Rc<dyn Fn(Told<'_>)>;

#[derive(Default)]
pub(super) struct State {
    pub(super) sandbox: String,
    pub(super) language: Language,
    pub(super) socket: Option<Socket>,
    /// Connections that failed since the last one that stood.
    pub(super) failures: u32,
    /// The next position of the trace to receive; none before the first `Hello`.
    pub(super) since: Option<Position>,
    next_id: u32,
    awaited: BTreeMap<u32, oneshot::Sender<Reply>>,
    queue: Vec<Command>,
    listeners: Vec<(u32, SendWrapper<Listener>)>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("sandbox", &self.sandbox)
            .field("since", &self.since)
            .field("awaited", &self.awaited.len())
            .field("queue", &self.queue.len())
            .finish_non_exhaustive()
    }
}

impl State {
    /// The same listeners, at the beginning of another sandbox.
    pub(super) fn for_sandbox(&mut self, sandbox: &str, language: Language) -> State {
        State {
            sandbox: sandbox.to_owned(),
            language,
            next_id: self.next_id,
            listeners: std::mem::take(&mut self.listeners),
            ..State::default()
        }
    }

    /// `/sandboxes/ID/socket?lang=ko&since=17`
    pub(super) fn path(&self) -> String {
        let path = format!("/sandboxes/{}/socket?lang={}", self.sandbox, self.language.code());
        match self.since {
            Some(since) => format!("{path}&since={since}"),
            None => path,
        }
    }

    pub(super) fn listen(&mut self, terminal: u32, tell: Listener) {
        self.listeners.retain(|(of, _)| *of != terminal);
        self.listeners.push((terminal, SendWrapper::new(tell)));
    }

    pub(super) fn listener(&self, terminal: u32) -> Option<Listener> {
        self.listeners.iter().find(|(of, _)| *of == terminal).map(|(_, tell)| Rc::clone(tell))
    }

    pub(super) fn expect_answer(&mut self, act: Act) -> (Command, oneshot::Receiver<Reply>) {
        let (sender, receiver) = oneshot::channel();
        self.next_id += 1;
        self.awaited.insert(self.next_id, sender);
        (Command { id: self.next_id, act }, receiver)
    }

    /// Sends a command, or keeps it until there is a connection.
    pub(super) fn transmit(&mut self, command: Command, open: bool) {
        match &self.socket {
            Some(socket) if open => socket.send(&Up::Command { command }),
            _ => {
                if self.queue.len() == QUEUE_MAX {
                    let oldest = self.queue.remove(0);
                    self.awaited.remove(&oldest.id);
                }
                self.queue.push(command);
            }
        }
    }

    /// Sends what waited for the connection that now stands.
    pub(super) fn flush(&mut self) {
        self.failures = 0;
        for command in std::mem::take(&mut self.queue) {
            self.transmit(command, true);
        }
    }

    pub(super) fn answer(&mut self, answer: Answer) {
        if let Some(sender) = self.awaited.remove(&answer.id) {
            // Nobody listens any more: the component that asked is gone.
            sender.send(answer.reply).unwrap_or_default();
        }
    }

    /// Remembers how far the trace has come.
    pub(super) fn note(&mut self, down: &Down) {
        match down {
            Down::Hello { snapshot, .. } => self.since = Some(snapshot.position),
            Down::Moments { moments } => {
                if let Some(last) = moments.last() {
                    self.since = Some(last.position + 1);
                }
            }
            _ => {}
        }
    }

    /// Lets go of the connection. Those who await an answer hear that none comes; what was not sent
    /// yet stays in the queue.
    pub(super) fn disconnect(&mut self) {
        self.socket = None;
        let waiting = &self.queue;
        self.awaited.retain(|id, _| waiting.iter().any(|command| command.id == *id));
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use protocol::{Clock, Snapshot};

    use super::*;

    fn hello(position: Position) -> Down {
        let snapshot = Box::new(Snapshot { position, ..Snapshot::default() });
        Down::Hello { snapshot, clock: Clock::default() }
    }

    #[test]
    fn a_connection_resumes_where_the_last_one_ended() {
        let mut state = State::default().for_sandbox("abc", Language::Korean);
        assert_eq!(state.path(), "/sandboxes/abc/socket?lang=ko");
        state.note(&hello(17));
        assert_eq!(state.path(), "/sandboxes/abc/socket?lang=ko&since=17");
        let mut other = state.for_sandbox("def", Language::English);
        assert_eq!(other.path(), "/sandboxes/def/socket?lang=en");
        other.note(&Down::Moments { moments: Vec::new() });
        assert_eq!(other.since, None);
    }

    #[test]
    fn a_command_waits_for_the_connection_and_one_under_way_is_given_up() {
        let mut state = State::default();
        let (_under_way, given_up) = state.expect_answer(Act::Interrupt { terminal: 1 });
        let (command, kept) = state.expect_answer(Act::Interrupt { terminal: 1 });
        let id = command.id;
        state.transmit(command, false);
        state.disconnect();
        assert!(given_up.now_or_never().is_some_and(|answer| answer.is_err()));
        state.answer(Answer { id, position: 0, reply: Reply::Done });
        assert_eq!(kept.now_or_never(), Some(Ok(Reply::Done)));
    }

    #[test]
    fn the_queue_is_bounded() {
        let mut state = State::default();
        let mut answers = Vec::new();
        for _ in 0..=QUEUE_MAX {
            let (command, answer) = state.expect_answer(Act::Interrupt { terminal: 1 });
            state.transmit(command, false);
            answers.push(answer);
        }
        assert_eq!(state.queue.len(), QUEUE_MAX);
        assert!(answers.remove(0).now_or_never().is_some_and(|answer| answer.is_err()));
    }
}
