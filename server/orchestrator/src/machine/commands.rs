//! The commands of images, as processes run them.
//!
//! A [`Tool`] gathers its input if it reads any, and is then done at once; a few take their time:
//! `sleep`, `tail -f`, what asks the network. `commands/find.rs` says which image has which.

use crate::images::Image;
use crate::images::application::Application;
use crate::time::Time;

use super::files::{Errno, Files};
use super::inside::Inside;
use super::process::{Body, Program as Runs, Ran, Table, Wait};

mod archive;
mod awk;
mod clients;
mod disks;
mod downloads;
mod echo;
mod filters;
mod find;
mod folders;
mod grep;
mod lines;
mod listing;
mod network;
mod perl;
mod places;
mod replies;
mod running;
mod search;
mod sed;
mod system;
mod test;
mod text;
mod values;
mod wrappers;

pub(super) use echo::unescape;
pub(super) use find::{Program, find, userland};
use running::{answered, flush, gather, repeat, run};

/// How large a command's input may be.
const INPUT_MAX: usize = 32 << 20;

/// A command that runs.
#[derive(Clone, Debug)]
pub(super) struct Tool {
    name: String,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    Begins,
    /// It reads its input to the end.
    Gathers(Vec<u8>),
    /// It handles its input as it comes.
    Streams(filters::Memory),
    Sleeps(Time),
    Follows(filters::Follow),
    Dials {
        token: u64,
        asked: Box<network::Asked>,
    },
    Says {
        text: String,
        code: i32,
    },
    /// `yes`
    Repeats,
}

/// What a command comes to.
enum Came {
    Exits(i32),
    Sleeps(Time),
    Stays,
    Reads,
    Streams,
    Follows(filters::Follow),
    Dials(network::Asked, crate::network::Dial),
    /// Other commands, in its place.
    Script(String),
    Runs(Runs),
    Repeats,
}

/// What a command works with.
pub(super) struct Call<'a, 'i> {
    pub(super) words: Vec<String>,
    pub(super) body: &'a mut Body,
    pub(super) table: &'a mut Table,
    pub(super) inside: &'a mut Inside<'i>,
    /// Its input; None if it has not been read.
    pub(super) input: Option<Vec<u8>>,
    /// What it writes, in order.
    written: Vec<(u32, Vec<u8>)>,
}

impl Tool {
    pub(super) fn new(name: &str) -> Tool {
        Tool { name: name.to_owned(), state: State::Begins }
    }

    /// A program that says something and ends.
    pub(super) fn saying(text: &str, code: i32) -> Runs {
        let state = State::Says { text: text.to_owned(), code };
        Runs::Tool(Box::new(Tool { name: String::new(), state }))
    }

    /// Whether it looks again and again.
    pub(super) fn polls(&self) -> bool {
        matches!(self.state, State::Follows(_))
    }
}

impl Call<'_, '_> {
    pub(super) fn arguments(&self) -> Vec<String> {
        let words = &self.words[1..];
        match self.name() {
            "wget" => filters::apart(words, "OTYPo"),
            "nc" => filters::apart(words, "wpi"),
            "head" | "tail" => filters::apart(words, "nc"),
            _ => words.to_vec(),
        }
    }

    /// The bare name.
    pub(super) fn name(&self) -> &str {
        let name = self.words[0].as_str();
        name.rsplit('/').next().unwrap_or(name)
    }

    pub(super) fn put(&mut self, bytes: impl AsRef<[u8]>) {
        self.write(1, bytes.as_ref());
    }

    pub(super) fn complain(&mut self, text: &str) {
        let line = format!("{}: {text}\n", self.name());
        self.write(2, line.as_bytes());
    }

    fn write(&mut self, fd: u32, bytes: &[u8]) {
        match self.written.last_mut() {
            Some((last, text)) if *last == fd => text.extend_from_slice(bytes),
            _ => self.written.push((fd, bytes.to_vec())),
        }
    }

    pub(super) fn files(&mut self) -> Files<'_> {
        self.table.files(self.inside)
    }

    /// Whether the image's commands are BusyBox'.
    pub(super) fn is_busybox(&self) -> bool {
        self.table.image.userland == crate::images::Userland::Busybox
    }

    /// The content of a file, `-` and devices among them.
    pub(super) fn content(&mut self, path: &str) -> Result<Vec<u8>, Errno> {
        if path == "-" || path == "/dev/stdin" {
            return Ok(self.input.take().unwrap_or_default());
        }
        if let Some(text) = system::proc_file(self, path) {
            return Ok(text.into_bytes());
        }
        let folder = self.body.folder.clone();
        let files = self.files();
        let (absolute, node) = files.find(&folder, path, true)?;
        if node.is_folder() {
            return Err(Errno::IsFolder);
        }
        files.read(&absolute).map(|bytes| bytes.to_vec())
    }

    /// How a command says that it cannot open a file.
    pub(super) fn cannot_open(&mut self, path: &str, why: Errno) {
        let text = match (self.is_busybox(), self.name()) {
            (true, "head" | "tail" | "cat" | "wc" | "sort" | "cut") if why == Errno::IsFolder => {
                "read error: Is a directory".to_owned()
            }
            (true, "grep" | "sed" | "awk" | "sort") => format!("{path}: {why}"),
            (true, _) => format!("can't open '{path}': {why}"),
            (false, "head" | "tail") => format!("cannot open '{path}' for reading: {why}"),
            (false, "sed") => format!("can't read {path}: {why}"),
            (false, "sort") => format!("cannot read: {path}: {why}"),
            (false, _) => format!("{path}: {why}"),
        };
        self.complain(&text);
    }

    /// The contents of the files that are named, or of the input; says which cannot be opened.
    pub(super) fn contents(&mut self, paths: &[String]) -> (Vec<(String, Vec<u8>)>, i32) {
        if paths.is_empty() {
            return (vec![("-".to_owned(), self.input.take().unwrap_or_default())], 0);
        }
        let (mut found, mut status) = (Vec::new(), 0);
        for path in paths {
            match self.content(path) {
                Ok(bytes) => found.push((path.clone(), bytes)),
                Err(why) => {
                    self.cannot_open(path, why);
                    status = 1;
                }
            }
        }
        (found, status)
    }
}

/// Goes one step on.
pub(super) fn step(
    tool: &mut Tool,
    body: &mut Body,
    table: &mut Table,
    inside: &mut Inside<'_>,
) -> Ran {
    match &mut tool.state {
        State::Says { text, code } => {
            let (text, code) = (std::mem::take(text), *code);
            flush(&[(if code == 0 { 1 } else { 2 }, text.into_bytes())], body, table, inside);
            Ran::Exits(code)
        }
        State::Sleeps(until) if inside.clock.now >= *until => Ran::Exits(0),
        State::Sleeps(until) => Ran::Waits(Wait::Until(*until)),
        State::Gathers(input) => match gather(input, body, table, inside) {
            Some(wait) => Ran::Waits(wait),
            None => {
                let input = std::mem::take(input);
                run(tool, Some(input), body, table, inside)
            }
        },
        State::Streams(memory) => filters::stream(&tool.name, memory, body, table, inside),
        State::Follows(follow) => filters::follow(follow, body, table, inside),
        State::Repeats => repeat(body, table, inside),
        State::Dials { token, asked } => match table.take_answer(*token) {
            None => Ran::Waits(Wait::Dial(*token)),
            Some(result) => {
                let asked = (**asked).clone();
                answered(tool, &asked, &result, body, table, inside)
            }
        },
        State::Begins => run(tool, None, body, table, inside),
    }
}

fn dispatch(name: &str, call: &mut Call<'_, '_>) -> Came {
    if filters::reads_first(name, call) {
        return if filters::is_stream(name, call) { Came::Streams } else { Came::Reads };
    }
    let status = match name {
        "true" | "sync" => 0,
        "false" => 1,
        "echo" => echo::echo(call),
        "printf" => echo::printf(call),
        "test" | "[" | "[[" => test::test(call),
        "yes" => return Came::Repeats,
        "sleep" => return wrappers::sleep(call),
        "tail" => return text::tail(call),
        "xargs" => return search::xargs(call),
        "find" => return search::find(call),
        "timeout" | "nohup" | "nice" | "time" | "env" | "busybox" | "watch" => {
            return wrappers::wrapper(call);
        }
        "cat" | "head" | "wc" | "sort" | "uniq" | "cut" | "tr" | "tee" | "rev" | "tac" | "nl"
        | "base64" | "sha256sum" | "basename" | "dirname" | "seq" | "expr" => text::run(name, call),
        "grep" | "egrep" | "fgrep" => grep::grep(call),
        "sed" => sed::sed(call),
        "awk" => awk::awk(call),
        "perl" => perl::perl(call),
        "ls" => listing::ls(call),
        "stat" => listing::stat(call),
        "du" => disks::du(call),
        "df" => disks::df(call),
        "mount" => disks::mount(call),
        "touch" | "mkdir" | "rmdir" | "rm" | "chmod" | "chown" | "ln" | "readlink" | "realpath"
        | "mktemp" | "truncate" => folders::run(name, call),
        "cp" | "mv" => places::run(name, call),
        "tar" => archive::tar(call),
        "wget" | "curl" | "nslookup" | "dig" | "host" | "nc" | "telnet" | "ping" => {
            return network::begin(name, call);
        }
        "redis-cli" | "pg_isready" | "psql" | "mysqladmin" | "mysql" | "mariadb-admin"
        | "mariadb" | "healthcheck.sh" | "mongosh" | "mongo" => clients::run(name, call),
        _ => match system::run(name, call) {
            Some(status) => status,
            // What is not modelled says so, and fails.
            None => {
                call.complain("not modelled");
                1
            }
        },
    };
    Came::Exits(status)
}

/// What an application's own program does where it does not serve: `nginx -t`.
pub(super) fn of_application(image: &Image, words: &[String]) -> Option<Runs> {
    let flags = ["-t", "-T", "-v", "-V", "-s"];
    let asks = words.iter().any(|word| flags.contains(&word.as_str()));
    if image.application == Application::Nginx && words[0].ends_with("nginx") && asks {
        return Some(Runs::Tool(Box::new(Tool::new("nginx"))));
    }
    None
}

/// Whether a file descriptor is a terminal.
pub(super) fn is_terminal(call: &Call<'_, '_>, fd: u32) -> bool {
    call.body.fds.get(&fd).is_some_and(|open| call.table.is_terminal(*open))
}
