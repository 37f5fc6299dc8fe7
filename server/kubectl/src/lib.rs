//! kubectl's command line, over any function that answers Kubernetes API requests.
//!
//! The crate knows no cluster: [`Api`] answers requests and tells the time, [`Terminal`] takes
//! what is printed, [`Files`] holds what `-f` names. What is printed, and the exit code, are those
//! of the real kubectl. Nothing here is bound to threads or to a runtime.

mod arguments;
mod client;
mod commands;
mod context;
mod describe;
mod discovery;
mod failure;
mod fields;
mod forward;
mod kustomize;
mod manifest;
mod patch;
mod pods;
mod print;
mod quantity;
mod resources;
mod rules;
mod shell;
mod stream;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;

use bytes::Bytes;
use futures::stream::LocalBoxStream;
use http::{Request, Response};
use jiff::Timestamp;

pub use forward::{Behind, Forward, Gate, Happened, Listening};
pub use shell::{UnbalancedQuotes, split};
pub use stream::{Channel, Sent, Sink, Stream};

/// Anything that answers Kubernetes API requests: a model of a cluster, a server, a test's fake.
pub trait Api {
    /// Answers one request. The URI is a path with its query (`/api/v1/pods?limit=500`). Watches
    /// and followed logs answer with [`Body::Stream`].
    fn call(&self, request: Request<Bytes>) -> impl Future<Output = Response<Body>>;

    /// The clock of the machine that kubectl runs on: ages are counted from it.
    fn now(&self) -> Timestamp;

    /// Returns after `ms` milliseconds of that clock.
    fn sleep(&self, ms: i64) -> impl Future<Output = ()>;

    /// Opens a stream into a container: the request is one for `pods/exec` or `pods/attach`.
    ///
    /// # Errors
    /// The answer of the server, when it is no stream.
    fn open(
        &self,
        _request: Request<Bytes>,
    ) -> impl Future<Output = Result<Stream, Response<Body>>> {
        let words = Body::Full(Bytes::from_static(b"there are no streams here"));
        let mut answer = Response::new(words);
        *answer.status_mut() = http::StatusCode::NOT_IMPLEMENTED;
        async { Err(answer) }
    }

    /// Listens on a port of the machine that kubectl runs on, and hands its connections on.
    ///
    /// # Errors
    /// Why it cannot listen there, in the words of the system.
    fn listen(&self, _forward: Forward) -> impl Future<Output = Result<Listening, String>> {
        async { Err("bind: permission denied".to_owned()) }
    }

    /// Runs a program of the machine that kubectl runs on: `curl`, say. None where it has none of
    /// that name.
    fn program(
        &self,
        _words: &[String],
        _files: &dyn Files,
    ) -> impl Future<Output = Option<Printed>> {
        async { None }
    }

    /// The namespace that commands work in where they name none, as the kubeconfig says it; empty
    /// where it says nothing.
    fn namespace(&self) -> String {
        String::new()
    }

    /// Writes it into the kubeconfig. False where there is none to write.
    fn set_namespace(&self, _namespace: &str) -> bool {
        false
    }

    /// What an earlier command kept for this path. The real kubectl keeps what discovery found in
    /// a folder for hours; without this pair of methods every command asks anew.
    fn cached(&self, _path: &str) -> Option<Bytes> {
        None
    }

    /// Keeps an answer for later commands.
    fn keep(&self, _path: &str, _answer: &Bytes) {}
}

/// What a program printed, and how it ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Printed {
    /// On standard output.
    pub out: String,
    /// On standard error, before it.
    pub err: String,
    /// Its exit code.
    pub code: i32,
}

/// The body of an answer: whole, or coming in pieces until the stream ends.
pub enum Body {
    /// All of it.
    Full(Bytes),
    /// A watch (one JSON object a line) or a followed log.
    Stream(LocalBoxStream<'static, Bytes>),
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Body::Full(bytes) => f.debug_tuple("Full").field(&bytes.len()).finish(),
            Body::Stream(_) => f.write_str("Stream"),
        }
    }
}

/// Where a command prints.
pub trait Terminal {
    /// Standard output.
    fn out(&self, text: &str);
    /// Standard error.
    fn err(&self, text: &str);
    /// What is typed while a program runs that reads it, `raw` as keys or else line by line;
    /// nothing where nobody types.
    fn keys(&self, _raw: bool) -> Option<LocalBoxStream<'static, Sent>> {
        None
    }
}

/// The files that a command can name.
pub trait Files {
    /// The text of a file; `-` is standard input. `None` when there is no such file.
    fn read(&self, name: &str) -> Option<String>;
    /// The names of all files, standard input left out.
    fn names(&self) -> Vec<String>;
    /// Writes a file. False where nothing can be written.
    fn write(&self, _name: &str, _text: &str) -> bool {
        false
    }
}

impl Files for BTreeMap<String, String> {
    fn read(&self, name: &str) -> Option<String> {
        self.get(name.strip_prefix("./").unwrap_or(name)).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.keys().filter(|name| *name != "-").cloned().collect()
    }
}

/// A terminal that remembers what was printed on it.
#[derive(Debug, Default)]
pub struct Paper {
    out: RefCell<String>,
    err: RefCell<String>,
    both: RefCell<String>,
}

impl Paper {
    /// What came on standard output.
    #[must_use]
    pub fn stdout(&self) -> String {
        self.out.borrow().clone()
    }

    /// What came on standard error.
    #[must_use]
    pub fn stderr(&self) -> String {
        self.err.borrow().clone()
    }

    /// What a person at the terminal saw: both, in the order of printing.
    #[must_use]
    pub fn seen(&self) -> String {
        self.both.borrow().clone()
    }
}

impl Terminal for Paper {
    fn out(&self, text: &str) {
        self.out.borrow_mut().push_str(text);
        self.both.borrow_mut().push_str(text);
    }

    fn err(&self, text: &str) {
        self.err.borrow_mut().push_str(text);
        self.both.borrow_mut().push_str(text);
    }
}

/// Runs one command whose words are already split: `["kubectl", "get", "pods"]`, or one of the
/// shell's (`ls`, `cat`, `echo`, `help`). Returns the exit code. Dropping the future is Ctrl-C.
pub async fn run(
    words: &[String],
    files: &dyn Files,
    api: &impl Api,
    terminal: &impl Terminal,
) -> i32 {
    shell::run_words(words, files, api, terminal).await
}

/// Runs a line as a shell would, with quotes, pipes (`| grep`, `| wc -l`, `| kubectl apply -f -`),
/// `&&`, `||`, `;`, redirections into files and here-documents. Returns the exit code of the last command.
pub async fn run_line(
    line: &str,
    files: &dyn Files,
    api: &impl Api,
    terminal: &impl Terminal,
) -> i32 {
    shell::run_line(line, files, api, terminal).await
}
