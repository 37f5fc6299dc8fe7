//! What the terminal shows, and the command that runs in it. The server runs commands; a few words
//! of a shell are answered here.

use std::{collections::VecDeque, sync::Arc};

use leptos::{prelude::*, task::spawn_local};
use protocol::{Act, File, Refusal, Reply, Stream};

use super::shell;
use crate::{
    browser,
    i18n::use_language,
    session::{Session, Told},
};

/// Ctrl-C and Ctrl-D, as terminals send them.
pub(super) const INTERRUPT: &str = "\x03";
pub(super) const END: &str = "\x04";
/// Older entries fall off the top.
const ENTRIES_MAX: usize = 400;
const HISTORY_MAX: usize = 100;
/// The command that forwards ports.
const FORWARD: &str = "port-forward";
/// A piece of output that is longer is followed by another, after the end of a line.
const PIECE_MAX: usize = 4_096;

/// One thing on the screen.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: u64,
    pub what: What,
}

#[derive(Clone, Debug)]
pub enum What {
    /// A line that was typed, or that a button typed.
    Typed(String),
    /// What a command printed; it may grow.
    Printed { stream: Stream, text: ArcRwSignal<String> },
    /// What the page itself has to say, in the learner's language.
    Said(String),
}

/// A handle of the terminal on the page. Copies mean the same terminal.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    /// Which of the page's terminals it is, from 1.
    number: u32,
    entries: RwSignal<Arc<Vec<Entry>>>,
    next_id: StoredValue<u64>,
    running: RwSignal<Option<String>>,
    /// What runs reads what is typed: all keys (true), or lines.
    reads: RwSignal<Option<bool>>,
    /// Ports that the command which runs forwards.
    forwarded: RwSignal<Vec<u16>>,
    waiting: StoredValue<VecDeque<String>>,
    history: RwSignal<Vec<String>>,
    files: RwSignal<Vec<File>>,
    session: Session,
    /// Counts what a button typed, so that the terminal comes to the front.
    called: RwSignal<u32>,
    language: Signal<crate::i18n::Language>,
}

/// The page's first terminal: the one that buttons type into.
pub fn use_console() -> Console {
    expect_context::<Console>()
}

impl Console {
    pub fn new(session: Session, files: RwSignal<Vec<File>>) -> Console {
        Console::numbered(1, session, files)
    }

    fn numbered(number: u32, session: Session, files: RwSignal<Vec<File>>) -> Console {
        let console = Console {
            number,
            entries: RwSignal::new(Arc::default()),
            next_id: StoredValue::new(0),
            running: RwSignal::new(None),
            reads: RwSignal::new(None),
            forwarded: RwSignal::new(Vec::new()),
            waiting: StoredValue::new(VecDeque::new()),
            history: RwSignal::new(Vec::new()),
            files,
            session,
            called: RwSignal::new(0),
            language: use_language(),
        };
        Effect::new(move |_| {
            if let Some(kept) = browser::recall_as("history") {
                console.history.set(kept);
            }
            session.on_output(number, move |told| match told {
                Told::Printed(stream, text) => {
                    console.note_port(text);
                    console.print(stream, &text.replace('\r', ""));
                }
                Told::Reads { raw } => console.reads.set(Some(raw)),
            });
        });
        console
    }

    /// One more, of the same page.
    pub(super) fn another(self, number: u32) -> Console {
        Console::numbered(number, self.session, self.files)
    }

    /// Ports that the command which runs forwards. Tracked.
    pub(super) fn forwarded(self) -> Vec<u16> {
        self.forwarded.get()
    }

    /// Which of the page's terminals it is, from 1.
    pub(super) fn number(self) -> u32 {
        self.number
    }

    /// What is on the screen. Tracked.
    pub fn entries(self) -> Arc<Vec<Entry>> {
        self.entries.get()
    }

    /// The command that runs. Tracked.
    pub fn running(self) -> Option<String> {
        self.running.get()
    }

    pub fn is_running(self) -> bool {
        self.running.with_untracked(Option::is_some)
    }

    /// Whether what is typed goes to the program that runs. Tracked.
    pub fn is_read(self) -> bool {
        self.reads.with(Option::is_some)
    }

    /// Takes note of a port that `kubectl port-forward` says it forwards.
    fn note_port(self, printed: &str) {
        if !self.running.with_untracked(|line| line.as_ref().is_some_and(|it| it.contains(FORWARD)))
        {
            return;
        }
        if let Some(port) = forwarded_port(printed) {
            self.forwarded.update(|ports| ports.push(port));
        }
    }

    /// Types a line, or a key, to the program that runs. False if it does not read.
    pub fn type_in(self, keys: &str) -> bool {
        let Some(raw) = self.reads.get_untracked().filter(|_| self.is_running()) else {
            return false;
        };
        if keys == INTERRUPT && !raw {
            return false;
        }
        if !raw {
            // Nobody else shows it.
            self.print(Stream::Out, keys.trim_end_matches(END));
        }
        self.session.tell(Act::Type { terminal: self.number, keys: keys.to_owned() });
        true
    }

    /// All that is on the screen, as text.
    pub fn text(self) -> String {
        let line = |entry: &Entry| match &entry.what {
            What::Typed(line) => format!("$ {line}\n"),
            What::Said(text) => format!("{text}\n"),
            What::Printed { text, .. } => text.get_untracked(),
        };
        self.entries.with_untracked(|entries| entries.iter().map(line).collect())
    }

    /// What was typed before, oldest first.
    pub fn history(self) -> Vec<String> {
        self.history.get_untracked()
    }

    pub fn files(self) -> Vec<File> {
        self.files.get_untracked()
    }

    /// Changes when a button typed something. Tracked.
    pub fn called(self) -> u32 {
        self.called.get()
    }

    /// Runs a line that was typed.
    pub fn run(self, line: &str) {
        let line = line.trim();
        self.echo(line);
        if line.is_empty() {
            return;
        }
        self.remember(line);
        match shell::own(line, self.language.get_untracked(), &self.files(), &self.history()) {
            Some(shell::Own::Clear) => self.clear(),
            Some(shell::Own::Print(text)) => self.print(Stream::Out, &text),
            Some(shell::Own::Complain(text)) => self.print(Stream::Err, &text),
            Some(shell::Own::Say(text)) => self.push(What::Said(text)),
            None => self.send(line.to_owned()),
        }
    }

    /// Types a line for the learner, who sees it: after what runs now was ended.
    pub fn type_and_run(self, line: &str) {
        self.called.update(|n| *n += 1);
        if self.is_running() {
            self.waiting.update_value(|waiting| waiting.push_back(line.to_owned()));
            self.interrupt();
        } else {
            self.run(line);
        }
    }

    /// Ctrl-C.
    pub fn interrupt(self) {
        if self.is_running() {
            self.print(Stream::Out, "^C\n");
            self.session.tell(Act::Interrupt { terminal: self.number });
        }
    }

    /// Shows a line as if it had been typed, and runs nothing.
    pub fn echo(self, line: &str) {
        self.push(What::Typed(line.to_owned()));
    }

    /// Says something in the learner's language.
    pub fn say(self, text: String) {
        self.push(What::Said(text));
    }

    pub fn clear(self) {
        self.entries.set(Arc::default());
    }

    /// Shows what a command printed.
    pub fn print(self, stream: Stream, text: &str) {
        if text.is_empty() {
            return;
        }
        let open = self.entries.with_untracked(|entries| match entries.last().map(|e| &e.what) {
            Some(What::Printed { stream: of, text }) if *of == stream => {
                let full = text.with_untracked(|t| t.len() > PIECE_MAX && t.ends_with('\n'));
                (!full).then(|| text.clone())
            }
            _ => None,
        });
        match open {
            Some(open) => open.update(|open| open.push_str(text)),
            None => {
                let text = ArcRwSignal::new(text.to_owned());
                self.push(What::Printed { stream, text });
            }
        }
    }

    /// Says why a command could not be carried out.
    pub fn refused(self, reason: &Refusal) {
        self.say(refusal(reason, self.language.get_untracked()));
    }

    fn send(self, line: String) {
        self.reads.set(None);
        self.running.set(Some(line.clone()));
        let act = Act::Terminal { terminal: self.number, line, files: self.files() };
        spawn_local(async move {
            let reply = self.session.send(act).await;
            if self.running.try_set(None).is_some() {
                return; // The page was left.
            }
            self.forwarded.set(Vec::new());
            if let Reply::Refused { reason } = reply {
                self.refused(&reason);
            }
            if let Some(next) = self.waiting.try_update_value(VecDeque::pop_front).flatten() {
                self.run(&next);
            }
        });
    }

    fn remember(self, line: &str) {
        self.history.update(|history| {
            history.retain(|known| known != line);
            history.push(line.to_owned());
            let surplus = history.len().saturating_sub(HISTORY_MAX);
            history.drain(..surplus);
        });
        self.history.with_untracked(|history| browser::keep_as("history", history));
    }

    fn push(self, what: What) {
        let id = self.next_id.try_update_value(|id| {
            *id += 1;
            *id
        });
        let Some(id) = id else { return };
        self.entries.update(|entries| {
            let entries = Arc::make_mut(entries);
            entries.push(Entry { id, what });
            let surplus = entries.len().saturating_sub(ENTRIES_MAX);
            entries.drain(..surplus);
        });
    }
}

/// The port in `Forwarding from 127.0.0.1:8080 -> 80`, or in the first line of `kubectl proxy`.
fn forwarded_port(printed: &str) -> Option<u16> {
    let starts = ["Forwarding from 127.0.0.1:", "Starting to serve on 127.0.0.1:"];
    let rest = starts.iter().find_map(|start| printed.strip_prefix(start))?;
    rest.split([' ', '\n']).next()?.parse().ok()
}

/// Why a command could not be carried out, in words.
pub fn refusal(reason: &Refusal, language: crate::i18n::Language) -> String {
    match reason {
        Refusal::OutOfRange => language.pick(
            "그 시각은 이 샌드박스의 기록에 없다.",
            "That time is not in this sandbox's record.",
        ),
        Refusal::NotFound => language.pick("그런 것이 없다.", "There is no such thing."),
        Refusal::Limit { what } if what == "connection" => language.pick(
            "연결이 끊겨 이 명령이 실행되었는지 알 수 없다. 상태를 확인하고 다시 해 본다.",
            "The connection broke, so it is not known whether this was done. Look, and try again.",
        ),
        Refusal::Limit { what } => {
            let words = language.pick("서버의 한도에 닿았다", "A limit of the server was reached");
            return format!("{words}: {what}");
        }
        Refusal::OnlyLooking => language.pick(
            "다른 사람의 클러스터다. 보기만 할 수 있다.",
            "This is somebody else's cluster: you can only look.",
        ),
        Refusal::OnlyShared => language.pick(
            "공유된 실험이다. 바꾸려면 먼저 갈라 나온다.",
            "This is a shared experiment: fork it to change anything.",
        ),
        Refusal::Invalid { message } => return message.clone(),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::forwarded_port;

    #[test]
    fn a_forwarded_port_is_said_once_for_each_port() {
        assert_eq!(forwarded_port("Forwarding from 127.0.0.1:9000 -> 80\n"), Some(9000));
        assert_eq!(forwarded_port("Starting to serve on 127.0.0.1:8001\n"), Some(8001));
        assert_eq!(forwarded_port("Forwarding from [::1]:9000 -> 80\n"), None);
        assert_eq!(forwarded_port("Handling connection for 9000\n"), None);
    }
}
