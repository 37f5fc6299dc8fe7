//! What a shell is in the middle of: a stack of frames.

use std::sync::Arc;

use brush_parser::word::{BraceExpressionMember, BraceExpressionOrText};
use imbl::Vector;

use super::Variable;
use super::expand::Outputs;
use super::syntax::{AndOr, Command, Compound, List};

/// One thing that the shell is in the middle of.
#[derive(Clone)]
pub(super) enum Frame {
    List {
        list: List,
        at: usize,
    },
    AndOr {
        and_or: Arc<AndOr>,
        at: usize,
    },
    /// A command whose words are being expanded; with the outputs of what they substitute.
    Command {
        command: Arc<Command>,
        outputs: Outputs,
    },
    /// Gathers the output of a substituted command.
    Substitution {
        pid: u32,
        from: u64,
        text: Vec<u8>,
    },
    /// Waits for the commands of a pipeline.
    Pipeline {
        pids: Vec<u32>,
        worst: i32,
    },
    Negate,
    While {
        command: Arc<Command>,
        testing: bool,
        status: i32,
    },
    For {
        command: Arc<Command>,
        words: Vector<String>,
    },
    Count {
        command: Arc<Command>,
        begun: bool,
    },
    If {
        command: Arc<Command>,
        at: usize,
    },
    /// Puts file descriptors back.
    Restore {
        saved: Vec<(u32, Option<u64>)>,
    },
    /// A function's call.
    Call {
        positional: Vector<String>,
        locals: Vec<(String, Option<Variable>)>,
    },
    /// `.` and `eval`
    Source,
    /// A trap's action; the status before it.
    Trap {
        status: i32,
    },
    /// `wait`
    Jobs {
        pids: Vec<u32>,
    },
    /// `read`
    Read {
        names: Vec<String>,
        raw: bool,
        line: Vec<u8>,
        until: Option<crate::time::Time>,
    },
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Frame::List { at, .. } => write!(f, "List@{at}"),
            Frame::AndOr { at, .. } => write!(f, "AndOr@{at}"),
            Frame::Command { outputs, .. } => write!(f, "Command {outputs:?}"),
            Frame::Substitution { pid, .. } => write!(f, "Substitution {pid}"),
            Frame::Pipeline { pids, .. } => write!(f, "Pipeline {pids:?}"),
            Frame::For { words, .. } => write!(f, "For {words:?}"),
            Frame::While { testing, .. } => write!(f, "While {testing}"),
            Frame::Jobs { pids } => write!(f, "Jobs {pids:?}"),
            Frame::Read { names, .. } => write!(f, "Read {names:?}"),
            Frame::Trap { status } => write!(f, "Trap {status}"),
            Frame::If { at, .. } => write!(f, "If@{at}"),
            Frame::Negate => f.write_str("Negate"),
            Frame::Count { .. } => f.write_str("Count"),
            Frame::Restore { .. } => f.write_str("Restore"),
            Frame::Call { .. } => f.write_str("Call"),
            Frame::Source => f.write_str("Source"),
        }
    }
}

impl Frame {
    pub(super) fn list(list: List) -> Frame {
        Frame::List { list, at: 0 }
    }

    pub(super) fn command(command: &Arc<Command>) -> Frame {
        Frame::Command { command: Arc::clone(command), outputs: Outputs::new() }
    }

    /// Whether `break` and `continue` can mean it.
    pub(super) fn is_loop(&self) -> bool {
        matches!(self, Frame::While { .. } | Frame::For { .. } | Frame::Count { .. })
    }

    /// Whether it may never end.
    pub(super) fn is_endless(&self) -> bool {
        matches!(self, Frame::While { .. } | Frame::Count { .. })
    }

    /// Whether a failure within it only decides something: `set -e` does not leave then.
    pub(super) fn is_condition(&self) -> bool {
        match self {
            Frame::While { testing, .. } => *testing,
            Frame::If { .. } | Frame::Negate => true,
            Frame::AndOr { and_or, at } => *at <= and_or.rest.len(),
            _ => false,
        }
    }
}

pub(super) fn compound(command: &Command) -> Option<&Compound> {
    match command {
        Command::Compound(body, _) => Some(body),
        Command::Simple(_) | Command::Function(..) => None,
    }
}

/// How many words braces may make.
const BRACES_MAX: usize = 10_000;

/// The texts that a word with braces stands for.
pub(super) fn brace_texts(pieces: &[BraceExpressionOrText]) -> Vec<String> {
    let mut texts = vec![String::new()];
    for piece in pieces {
        let parts = match piece {
            BraceExpressionOrText::Text(text) => vec![text.clone()],
            BraceExpressionOrText::Expr(members) => members.iter().flat_map(member).collect(),
        };
        if texts.len().saturating_mul(parts.len()) > BRACES_MAX {
            return texts;
        }
        texts = texts
            .iter()
            .flat_map(|text| parts.iter().map(move |part| format!("{text}{part}")))
            .collect();
    }
    texts
}

fn member(member: &BraceExpressionMember) -> Vec<String> {
    match member {
        BraceExpressionMember::Child(pieces) => brace_texts(pieces),
        BraceExpressionMember::NumberSequence { start, end, increment } => {
            range(*start, *end, *increment).map(|number| number.to_string()).collect()
        }
        BraceExpressionMember::CharSequence { start, end, increment } => {
            let letters =
                range(i64::from(u32::from(*start)), i64::from(u32::from(*end)), *increment);
            let letter = |number: i64| u32::try_from(number).ok().and_then(char::from_u32);
            letters.filter_map(letter).map(String::from).collect()
        }
    }
}

fn range(start: i64, end: i64, step: i64) -> impl Iterator<Item = i64> {
    let step = step.unsigned_abs().max(1);
    let count = start.abs_diff(end) / step;
    (0..=count).take(BRACES_MAX).map(move |index| {
        let by = i64::try_from(index * step).unwrap_or(i64::MAX);
        if end >= start { start.saturating_add(by) } else { start.saturating_sub(by) }
    })
}
