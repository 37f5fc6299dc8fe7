//! The shell: parsed by a library, run by an evaluator of our own whose state is a value.
//!
//! `shell/syntax.rs` turns a script into a tree that can be shared, `shell/expand.rs` makes words of
//! it, `shell/run.rs` walks it with a stack of frames, so that it can stop at any command that waits
//! and go on when the wait is over; `shell/builtins.rs` is what a shell does by itself.

use imbl::{OrdMap, Vector};

mod arithmetic;
mod arrays;
mod blocks;
mod builtins;
mod compound;
mod condition;
mod expand;
mod frames;
mod parameters;
mod pattern;
mod prompt;
mod reading;
mod redirect;
mod run;
mod settings;
mod simple;
mod syntax;
mod waits;

pub(super) use condition::file;
use frames::Frame;
pub(super) use pattern::{in_class, matches as pattern_matches};
pub(super) use syntax::{List, Unreadable, parse, words as script_of};

/// Whose words it complains in, and what it can do beyond POSIX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flavour {
    /// BusyBox' `ash`.
    Ash,
    /// Debian's `sh`.
    Dash,
    Bash,
}

/// A variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Variable {
    /// None: declared, but not set.
    pub(super) value: Option<String>,
    pub(super) exported: bool,
    pub(super) read_only: bool,
}

/// A shell, between two steps.
#[derive(Clone, Debug)]
pub(super) struct Shell {
    pub(super) flavour: Flavour,
    pub(super) variables: OrdMap<String, Variable>,
    pub(super) functions: OrdMap<String, syntax::Function>,
    pub(super) positional: Vector<String>,
    /// `$0`
    pub(super) name: String,
    pub(super) status: i32,
    /// `$!`
    pub(super) last_background: Option<u32>,
    /// `$$`: that of the shell of which this is a subshell.
    pub(super) pid: u32,
    pub(super) options: Options,
    /// By signal: `EXIT`, `TERM`, …
    pub(super) traps: OrdMap<String, String>,
    /// Trapped signals that have come.
    pub(super) pending: Vec<String>,
    pub(super) jobs: Vec<u32>,
    /// Where it reads commands, if not from a script.
    pub(super) prompt: Option<prompt::Prompt>,
    begins: Begins,
    frames: Vec<Frame>,
    /// It leaves as soon as its `EXIT` trap has run.
    leaving: Option<i32>,
    /// Bytes of its input that `read` has not taken.
    rest: Vec<u8>,
}

/// What a shell does first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Begins {
    #[default]
    Running,
    Unreadable(String),
    File(String),
    Input,
}

/// `set -e` and the like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) errexit: bool,
    pub(super) nounset: bool,
    pub(super) xtrace: bool,
    pub(super) noglob: bool,
    pub(super) pipefail: bool,
}

impl Shell {
    pub(super) fn new(flavour: Flavour, environment: &OrdMap<String, String>, pid: u32) -> Shell {
        let variable = |value: &String| Variable {
            value: Some(value.clone()),
            exported: true,
            read_only: false,
        };
        let mut variables: OrdMap<String, Variable> =
            environment.iter().map(|(name, value)| (name.clone(), variable(value))).collect();
        let own = |value: &str| Variable { value: Some(value.to_owned()), ..Variable::default() };
        variables.insert("IFS".to_owned(), own(" \t\n"));
        variables.insert("PS4".to_owned(), own("+ "));
        Shell {
            flavour,
            variables,
            functions: OrdMap::new(),
            positional: Vector::new(),
            name: "sh".to_owned(),
            status: 0,
            last_background: None,
            pid,
            options: Options::default(),
            traps: OrdMap::new(),
            pending: Vec::new(),
            jobs: Vec::new(),
            prompt: None,
            begins: Begins::Running,
            frames: Vec::new(),
            leaving: None,
            rest: Vec::new(),
        }
    }

    /// One that runs a script.
    pub(super) fn of_script(mut self, script: &str) -> Shell {
        match parse(script) {
            Ok(list) => self.frames.push(Frame::list(list)),
            Err(unreadable) => self.begins = Begins::Unreadable(unreadable.to_string()),
        }
        self
    }

    /// One that runs the script in a file.
    pub(super) fn of_file(mut self, path: &str) -> Shell {
        self.begins = Begins::File(path.to_owned());
        self
    }

    /// One that reads commands from its standard input, whatever that is.
    pub(super) fn reading_input(mut self) -> Shell {
        self.begins = Begins::Input;
        self
    }

    /// Whether somebody speaks to it.
    pub(super) fn is_interactive(&self) -> bool {
        self.prompt.as_ref().is_some_and(|prompt| prompt.terminal)
    }

    /// A copy of it that runs something beside it.
    fn subshell(&self, frame: Frame) -> Shell {
        let ignored = self.traps.iter().filter(|(_, action)| action.is_empty());
        Shell {
            frames: vec![frame],
            traps: ignored.map(|(signal, action)| (signal.clone(), action.clone())).collect(),
            pending: Vec::new(),
            jobs: Vec::new(),
            prompt: None,
            leaving: None,
            rest: Vec::new(),
            ..self.clone()
        }
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.variables.get(name)?.value.as_deref()
    }

    /// False if it may not be changed.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) -> bool {
        let variable = self.variables.entry(name.to_owned()).or_default();
        if variable.read_only {
            return false;
        }
        variable.value = Some(value.into());
        true
    }

    /// What the programs that it starts see.
    pub(super) fn exported(&self) -> OrdMap<String, String> {
        let exported = self.variables.iter().filter(|(_, variable)| variable.exported);
        exported.filter_map(|(name, one)| Some((name.clone(), one.value.clone()?))).collect()
    }

    /// How a complaint begins: `sh: `, `sh: 1: `, `bash: line 1: `.
    pub(super) fn complaint(&self, text: &str) -> String {
        let name = self.name.rsplit('/').next().unwrap_or(&self.name);
        let interactive = self.prompt.as_ref().is_some_and(|prompt| prompt.terminal);
        match self.flavour {
            Flavour::Ash => format!("{name}: {text}\n"),
            Flavour::Dash => format!("{name}: 1: {text}\n"),
            Flavour::Bash if interactive => format!("{name}: {text}\n"),
            Flavour::Bash => format!("{name}: line 1: {text}\n"),
        }
    }

    /// Whether it goes round and round, as far as one can tell.
    pub(super) fn is_looping(&self) -> bool {
        self.frames.iter().any(Frame::is_endless)
    }

    /// Whether it handles a signal, or ignores it.
    pub(super) fn traps_signal(&self, signal: &str) -> Option<&str> {
        self.traps.get(signal).map(String::as_str)
    }

    /// What it keeps open without a number: what redirections have put aside.
    pub(super) fn kept(&self) -> impl Iterator<Item = u64> {
        self.frames.iter().flat_map(|frame| match frame {
            Frame::Restore { saved } => saved.iter().filter_map(|(_, open)| *open).collect(),
            Frame::Substitution { from, .. } => vec![*from],
            _ => Vec::new(),
        })
    }

    fn variables_starting(&self, prefix: &str) -> Vec<String> {
        let names = self.variables.range(prefix.to_owned()..).map(|(name, _)| name);
        names.take_while(|name| name.starts_with(prefix)).cloned().collect()
    }
}

/// A list of words taken as they are, as one command.
pub(super) fn command(words: &[String]) -> List {
    script_of(words)
}
