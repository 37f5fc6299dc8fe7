//! Carries out a page's commands one after another; lines of a terminal run beside them.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use futures::{
    StreamExt,
    stream::{self, LocalBoxStream},
};
use kubectl::{Sent, Terminal};
use lessons::{Attempt, Language};
use protocol::{Act, Answer, Command, Down, File, Refusal, Reply, Stream};
use tokio::sync::{Mutex, mpsc};

use super::{command::Desk, look::Rules};
use crate::{
    lesson::LessonAct,
    sandbox::Sandbox,
    state::AppState,
    terminal::{Door, Running, Visitor, files},
};

/// Terminals of one page in which something may run at one time.
const TERMINALS_MAX: usize = 8;
/// Lines that may wait for a program to read them.
const KEYS_MAX: usize = 64;
/// The exit code of a command that Ctrl-C ended: 128 + SIGINT.
const INTERRUPTED: i32 = 130;

pub(super) struct Hands {
    state: AppState,
    sandbox: Sandbox,
    desk: Desk,
    outgoing: mpsc::Sender<Down>,
    running: BTreeMap<u32, Line>,
    /// The cluster is somebody else's: what may be done to it.
    rules: Option<Rules>,
}

/// A line that runs in a terminal.
struct Line {
    command: u32,
    running: Running,
    keys: mpsc::Sender<Sent>,
    ended: tokio::sync::oneshot::Receiver<()>,
}

impl Line {
    fn over(&mut self) -> bool {
        !matches!(self.ended.try_recv(), Err(tokio::sync::oneshot::error::TryRecvError::Empty))
    }
}

impl Hands {
    pub(super) fn new(
        state: AppState,
        sandbox: Sandbox,
        language: Language,
        outgoing: mpsc::Sender<Down>,
    ) -> Self {
        let desk = Desk { state: state.clone(), sandbox: sandbox.clone(), language };
        Self { state, sandbox, desk, outgoing, running: BTreeMap::new(), rules: None }
    }

    /// The same in somebody else's cluster.
    pub(super) fn by(self, rules: Option<Rules>) -> Self {
        Self { rules, ..self }
    }

    /// Works until the page is gone, or takes its messages too slowly.
    pub(super) async fn work(mut self, mut queue: mpsc::Receiver<Command>) {
        while let Some(Command { id, act }) = queue.recv().await {
            let refused = self.rules.as_ref().and_then(|rules| rules.refuse(&act));
            let reply = match (refused, act) {
                (Some(reason), _) => Reply::Refused { reason },
                (None, act) => match self.carry_out(id, act).await {
                    Some(reply) => reply,
                    None => continue,
                },
            };
            if !tell(&self.outgoing, answer(&self.sandbox, id, reply)) {
                return;
            }
        }
    }

    /// The answer to an act; none where it comes later.
    async fn carry_out(&mut self, id: u32, act: Act) -> Option<Reply> {
        Some(match act {
            Act::Terminal { terminal, line, files } => {
                match self.begin(id, terminal, line, files) {
                    Ok(()) => return None,
                    Err(refusal) => Reply::Refused { reason: refusal },
                }
            }
            Act::Type { terminal, keys } => self.type_in(terminal, keys),
            Act::Interrupt { terminal } => self.interrupt(terminal),
            act => self.desk.carry_out(act).await,
        })
    }

    fn begin(
        &mut self,
        command: u32,
        terminal: u32,
        line: String,
        given: Vec<File>,
    ) -> Result<(), Refusal> {
        self.running.retain(|_, line| !line.over());
        if self.running.contains_key(&terminal) {
            let message = "a command runs in this terminal".to_owned();
            return Err(Refusal::Invalid { message });
        }
        if self.running.len() >= TERMINALS_MAX {
            return Err(Refusal::Limit { what: "terminals".to_owned() });
        }
        let (over, ended) = tokio::sync::oneshot::channel();
        let read = joined(&given);
        let (keys, typed) = mpsc::channel(KEYS_MAX);
        let screen = Screen {
            terminal,
            outgoing: self.outgoing.clone(),
            seen: RefCell::default(),
            typed: Arc::new(Mutex::new(typed)),
        };
        let door = Door::Sandbox(Visitor::new(&self.sandbox));
        let sandbox = self.sandbox.clone();
        let attempted = line.clone();
        let done = move |code: i32, screen: Screen, written: Vec<File>| {
            let outgoing = screen.outgoing.clone();
            for file in written {
                tell(&outgoing, Down::Wrote { file });
            }
            let output = screen.seen.into_inner();
            tokio::task::spawn_local(async move {
                let attempt = Attempt { line: attempted, files: read, output, code };
                attempt_made(&sandbox, attempt).await;
                let reply = Reply::Exited { terminal, code };
                // Who hears the answer may use the terminal again. Nobody listens where the page is
                // gone.
                let _ = over.send(());
                tell(&outgoing, answer(&sandbox, command, reply));
            });
        };
        let running = self.state.workshop.run(line, files(given), door, screen, done);
        self.running.insert(terminal, Line { command, running, keys, ended });
        Ok(())
    }

    fn type_in(&mut self, terminal: u32, keys: String) -> Reply {
        let Some(line) = self.running.get_mut(&terminal) else {
            return Reply::Refused { reason: Refusal::NotFound };
        };
        match line.keys.try_send(Sent::Stdin(keys.into())) {
            Ok(()) => Reply::Done,
            Err(mpsc::error::TrySendError::Closed(_)) => {
                Reply::Refused { reason: Refusal::NotFound }
            }
            Err(mpsc::error::TrySendError::Full(_)) => {
                Reply::Refused { reason: Refusal::Limit { what: "keys".to_owned() } }
            }
        }
    }

    fn interrupt(&mut self, terminal: u32) -> Reply {
        if let Some(mut line) = self.running.remove(&terminal)
            && !line.over()
        {
            drop(line.running);
            let reply = Reply::Exited { terminal, code: INTERRUPTED };
            tell(&self.outgoing, answer(&self.sandbox, line.command, reply));
        }
        Reply::Done
    }
}

/// Tells the lesson, if there is one, how a command of the page ended.
pub(super) async fn attempt_made(sandbox: &Sandbox, attempt: Attempt) {
    if sandbox.lesson().is_some()
        && let Err(error) = sandbox.learn(LessonAct::Attempted(attempt)).await
    {
        tracing::debug!(%error, "the lesson did not see an attempt");
    }
}

/// The text of all files, as a lesson looks at it.
pub(super) fn joined(files: &[File]) -> String {
    files.iter().map(|file| file.text.as_str()).collect::<Vec<_>>().join("\n---\n")
}

fn answer(sandbox: &Sandbox, id: u32, reply: Reply) -> Down {
    let position = sandbox.view().world.trace().len();
    Down::Answer { answer: Answer { id, position, reply } }
}

/// Whether a message found room.
fn tell(outgoing: &mpsc::Sender<Down>, down: Down) -> bool {
    outgoing.try_send(down).is_ok()
}

/// A terminal of the page. What does not find room any more is lost, and its connection with it.
struct Screen {
    terminal: u32,
    outgoing: mpsc::Sender<Down>,
    /// The beginning of what was printed, for the lesson.
    seen: RefCell<String>,
    /// What is typed while the line runs.
    typed: Arc<Mutex<mpsc::Receiver<Sent>>>,
}

/// How much of what was printed a lesson sees.
const SEEN_MAX: usize = 16 << 10;

impl Screen {
    fn print(&self, stream: Stream, text: &str) {
        let mut seen = self.seen.borrow_mut();
        if seen.len() < SEEN_MAX {
            seen.push_str(text);
        }
        let text = text.to_owned();
        tell(&self.outgoing, Down::Output { terminal: self.terminal, stream, text });
    }
}

impl Terminal for Screen {
    fn out(&self, text: &str) {
        self.print(Stream::Out, text);
    }

    fn err(&self, text: &str) {
        self.print(Stream::Err, text);
    }

    fn keys(&self, raw: bool) -> Option<LocalBoxStream<'static, Sent>> {
        tell(&self.outgoing, Down::Reads { terminal: self.terminal, raw });
        let typed = Arc::clone(&self.typed);
        let keys = stream::unfold(typed, |typed| async {
            let next = typed.lock().await.recv().await?;
            Some((next, typed))
        });
        Some(keys.boxed_local())
    }
}
