//! `sh -c`: a small shell, compiled to steps that a [`super::process::Process`] can stop at and go
//! on from.
//!
//! Understood: lists, `&&`, `||`, `!`, `while`, `until`, `for`, `if`, groups, assignments, quotes,
//! `$variables`, `$(commands)` that take no time, `$((sums))`, and output into files. What a real
//! shell would understand and this one does not is [`Unreadable::NotModelled`].

use std::sync::Arc;

use thiserror::Error;

mod compile;
mod parse;
mod words;

pub(super) use words::{Part, Word};

/// A compiled script.
pub(super) type Code = Arc<[Op]>;

/// One step of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Op {
    /// A simple command, with what it writes to.
    Run {
        words: Vec<Word>,
        output: Output,
    },
    Assign {
        name: String,
        value: Word,
    },
    Jump(usize),
    JumpIfFailed(usize),
    JumpIfSucceeded(usize),
    /// `!`
    Negate,
    /// Sets the status to 0: of a loop or an `if` that ran nothing.
    Succeed,
    /// Begins a `for`: expands the words and keeps them under the loop's number.
    Each {
        slot: usize,
        words: Vec<Word>,
    },
    /// Takes the next word into the variable, or jumps if there is none.
    Next {
        slot: usize,
        name: String,
        done: usize,
    },
}

/// Where a command's output goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Output {
    #[default]
    Log,
    Nowhere,
    File {
        path: Word,
        append: bool,
    },
}

/// Why a script cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum Unreadable {
    /// A real shell would refuse it too.
    #[error("syntax error: {0}")]
    Syntax(&'static str),
    /// A real shell would run it.
    #[error("{0} is not modelled")]
    NotModelled(&'static str),
}

/// Compiles a script.
///
/// # Errors
/// It is no script, or more than this shell understands.
pub(super) fn compile(script: &str) -> Result<Code, Unreadable> {
    let list = parse::parse(script)?;
    Ok(compile::compile(&list).into())
}

/// One command whose words are taken as they are: how a container's command line runs.
pub(super) fn command(words: &[String]) -> Code {
    let words = words.iter().map(|word| Word::literal(word)).collect();
    Arc::new([Op::Run { words, output: Output::Log }])
}

#[cfg(test)]
mod tests;
