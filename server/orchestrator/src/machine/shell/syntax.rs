//! From a script to a tree. The grammar is `brush-parser`'s; its tree is made into one of shared
//! parts, so that a shell in the middle of it costs little to copy.

use std::fmt;
use std::sync::Arc;

use super::blocks::compound;
use brush_parser::word::WordPieceWithSource;
use brush_parser::{ParseError, ParserOptions, ast};
use thiserror::Error;

/// Why a script cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(in crate::machine) enum Unreadable {
    /// More lines may mend it.
    #[error("syntax error: unexpected end of file")]
    Unfinished,
    #[error("syntax error near \"{0}\"")]
    Syntax(String),
    #[error("too deeply nested")]
    TooDeep,
    #[error("{0} is not modelled")]
    NotModelled(&'static str),
}

/// Commands, one after the other.
#[derive(Clone)]
pub(in crate::machine) struct List(pub(super) Arc<[Item]>);

/// A function's body.
#[derive(Clone)]
pub(in crate::machine) struct Function(pub(super) Arc<Command>);

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "List({})", self.0.len())
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Function")
    }
}

#[derive(Clone)]
pub(super) struct Item {
    pub(super) and_or: Arc<AndOr>,
    pub(super) background: bool,
}

pub(super) struct AndOr {
    pub(super) first: Arc<Pipeline>,
    /// `&&` is true.
    pub(super) rest: Vec<(bool, Arc<Pipeline>)>,
}

pub(super) struct Pipeline {
    pub(super) negated: bool,
    pub(super) commands: Vec<Arc<Command>>,
}

pub(super) enum Command {
    Simple(Simple),
    Compound(Compound, Vec<Redirect>),
    Function(String, Function),
}

#[derive(Default)]
pub(super) struct Simple {
    pub(super) assignments: Vec<Assignment>,
    pub(super) words: Vec<Word>,
    pub(super) redirects: Vec<Redirect>,
}

pub(super) struct Assignment {
    pub(super) name: String,
    /// Of an array's item.
    pub(super) index: Option<String>,
    pub(super) value: Assigned,
    pub(super) append: bool,
}

/// What a variable is set to.
pub(super) enum Assigned {
    Text(Word),
    /// An array, with the places that are said.
    Items(Vec<(Option<String>, Word)>),
}

pub(super) enum Compound {
    Group(List),
    Subshell(List),
    For { name: String, words: Option<Vec<Word>>, body: List },
    Count { start: String, condition: String, update: String, body: List },
    While { until: bool, condition: List, body: List },
    If { branches: Vec<(List, List)>, otherwise: Option<List> },
    Case { word: Word, arms: Vec<Arm> },
    Sum(String),
    Test(ast::ExtendedTestExpr),
}

pub(super) struct Arm {
    pub(super) patterns: Vec<Word>,
    pub(super) body: Option<List>,
    pub(super) falls_through: bool,
}

pub(super) struct Redirect {
    pub(super) fd: u32,
    pub(super) to: To,
}

pub(super) enum To {
    Read(Word),
    Write(Word),
    Append(Word),
    ReadWrite(Word),
    /// `>&2`, `<&3`, `>&-`
    Duplicate(Word),
    /// `&>file`: standard output and error.
    Both(Word, bool),
    Text(Word),
}

/// A word before expansion.
#[derive(Clone)]
pub(super) struct Word {
    pub(super) pieces: Arc<Vec<WordPieceWithSource>>,
    /// What `{a,b}` makes of it, if that is more than itself.
    pub(super) source: Arc<str>,
}

/// How large a script may be, in bytes.
const SCRIPT_MAX: usize = 128 << 10;
/// How deep commands, substitutions and brackets may nest.
const DEPTH_MAX: usize = 40;

pub(super) fn options() -> ParserOptions {
    ParserOptions { tilde_expansion_at_word_start: true, ..ParserOptions::default() }
}

/// Parses a script.
///
/// # Errors
/// It is none, not finished, or more than this shell understands.
pub(in crate::machine) fn parse(script: &str) -> Result<List, Unreadable> {
    if script.len() > SCRIPT_MAX || depth(script) > DEPTH_MAX {
        return Err(Unreadable::TooDeep);
    }
    let mut parser = brush_parser::Parser::new(script.as_bytes(), &options());
    let program = parser.parse_program().map_err(|error| unreadable(&error, script))?;
    let mut items = Vec::new();
    for list in &program.complete_commands {
        append(list, &mut items)?;
    }
    Ok(List(items.into()))
}

/// An upper bound of how deep a script nests: the parser's own stack must hold.
fn depth(script: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for letter in script.chars() {
        match letter {
            '(' | '{' => open += 1,
            ')' | '}' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    let opens = |word: &str| matches!(word, "if" | "while" | "until" | "for" | "case");
    let closes = |word: &str| matches!(word, "fi" | "done" | "esac");
    let (mut blocks, mut deepest) = (0_usize, 0);
    for word in script.split(|letter: char| !letter.is_ascii_alphanumeric()) {
        if opens(word) {
            blocks += 1;
        } else if closes(word) {
            blocks = blocks.saturating_sub(1);
        }
        deepest = deepest.max(blocks);
    }
    let nots = script.matches("! ").count() / 4;
    most.max(deepest).max(script.matches('`').count() / 2).max(nots)
}

fn unreadable(error: &ParseError, script: &str) -> Unreadable {
    match error {
        ParseError::ParsingAtEndOfInput => Unreadable::Unfinished,
        ParseError::ParsingNear(place) => {
            let rest: String = script.chars().skip(place.index).collect();
            let near = rest.split_whitespace().next().unwrap_or("newline").to_owned();
            Unreadable::Syntax(near)
        }
        ParseError::Tokenizing { inner, .. } if inner.is_incomplete() => Unreadable::Unfinished,
        ParseError::Tokenizing { .. } => Unreadable::Syntax("unterminated quoted string".into()),
    }
}

pub(super) fn list(list: &ast::CompoundList) -> Result<List, Unreadable> {
    let mut items = Vec::new();
    append(list, &mut items)?;
    Ok(List(items.into()))
}

fn append(list: &ast::CompoundList, items: &mut Vec<Item>) -> Result<(), Unreadable> {
    for ast::CompoundListItem(and_or, separator) in &list.0 {
        let first = Arc::new(pipeline(&and_or.first)?);
        let rest = and_or.additional.iter().map(|next| match next {
            ast::AndOr::And(next) => Ok((true, Arc::new(pipeline(next)?))),
            ast::AndOr::Or(next) => Ok((false, Arc::new(pipeline(next)?))),
        });
        let rest = rest.collect::<Result<Vec<_>, Unreadable>>()?;
        let background = matches!(separator, ast::SeparatorOperator::Async);
        items.push(Item { and_or: Arc::new(AndOr { first, rest }), background });
    }
    Ok(())
}

fn pipeline(pipeline: &ast::Pipeline) -> Result<Pipeline, Unreadable> {
    let commands = pipeline.seq.iter().map(|one| command(one).map(Arc::new));
    Ok(Pipeline { negated: pipeline.bang, commands: commands.collect::<Result<_, _>>()? })
}

fn command(command: &ast::Command) -> Result<Command, Unreadable> {
    match command {
        ast::Command::Simple(one) => simple(one).map(Command::Simple),
        ast::Command::Compound(body, list) => {
            Ok(Command::Compound(compound(body)?, redirects(list.as_ref())?))
        }
        ast::Command::Function(definition) => {
            let ast::FunctionBody(body, list) = &definition.body;
            let body = Command::Compound(compound(body)?, redirects(list.as_ref())?);
            let name = definition.fname.value.clone();
            Ok(Command::Function(name, Function(Arc::new(body))))
        }
        ast::Command::ExtendedTest(test, list) => {
            let body = Compound::Test(test.expr.clone());
            Ok(Command::Compound(body, redirects(list.as_ref())?))
        }
    }
}

fn simple(command: &ast::SimpleCommand) -> Result<Simple, Unreadable> {
    use ast::CommandPrefixOrSuffixItem as Piece;
    let mut made = Simple::default();
    for piece in command.prefix.iter().flat_map(|prefix| &prefix.0) {
        match piece {
            Piece::IoRedirect(one) => made.redirects.push(redirect(one)?),
            Piece::AssignmentWord(one, _) => made.assignments.push(assignment(one)?),
            Piece::Word(one) => made.words.push(word(one)?),
            Piece::ProcessSubstitution(..) => {
                return Err(Unreadable::NotModelled("process substitution"));
            }
        }
    }
    if let Some(name) = &command.word_or_name {
        made.words.push(word(name)?);
    }
    for piece in command.suffix.iter().flat_map(|suffix| &suffix.0) {
        match piece {
            Piece::IoRedirect(one) => made.redirects.push(redirect(one)?),
            // As an argument, of `export` for example, it is a word like any other.
            Piece::AssignmentWord(_, one) | Piece::Word(one) => made.words.push(word(one)?),
            Piece::ProcessSubstitution(..) => {
                return Err(Unreadable::NotModelled("process substitution"));
            }
        }
    }
    Ok(made)
}

fn assignment(one: &ast::Assignment) -> Result<Assignment, Unreadable> {
    let (name, index) = match &one.name {
        ast::AssignmentName::VariableName(name) => (name.clone(), None),
        ast::AssignmentName::ArrayElementName(name, index) => (name.clone(), Some(index.clone())),
    };
    let value = match &one.value {
        ast::AssignmentValue::Scalar(value) => Assigned::Text(word(value)?),
        ast::AssignmentValue::Array(items) => {
            let item = |(place, value): &(Option<ast::Word>, ast::Word)| {
                Ok((place.as_ref().map(|place| place.value.clone()), word(value)?))
            };
            Assigned::Items(items.iter().map(item).collect::<Result<_, _>>()?)
        }
    };
    Ok(Assignment { name, index, value, append: one.append })
}

pub(super) fn word(word: &ast::Word) -> Result<Word, Unreadable> {
    word_of(&word.value)
}

pub(super) fn word_of(text: &str) -> Result<Word, Unreadable> {
    let pieces = brush_parser::word::parse(text, &options())
        .map_err(|_| Unreadable::Syntax(text.to_owned()))?;
    Ok(Word { pieces: Arc::new(pieces), source: text.into() })
}

fn document(text: &str) -> Result<Word, Unreadable> {
    let pieces = brush_parser::word::parse_heredoc(text, &options())
        .map_err(|_| Unreadable::Syntax(text.to_owned()))?;
    Ok(Word { pieces: Arc::new(pieces), source: "".into() })
}

fn literal(text: &str) -> Word {
    use brush_parser::word::WordPiece::SingleQuotedText;
    let piece = SingleQuotedText(text.to_owned());
    let piece = WordPieceWithSource { piece, start_index: 0, end_index: text.len() };
    Word { pieces: Arc::new(vec![piece]), source: "".into() }
}

/// A command of words that are taken as they are.
pub(in crate::machine) fn words(words: &[String]) -> List {
    let simple =
        Simple { words: words.iter().map(|text| literal(text)).collect(), ..Simple::default() };
    let pipeline = Pipeline { negated: false, commands: vec![Arc::new(Command::Simple(simple))] };
    let and_or = Arc::new(AndOr { first: Arc::new(pipeline), rest: Vec::new() });
    List(Arc::new([Item { and_or, background: false }]))
}

fn redirects(list: Option<&ast::RedirectList>) -> Result<Vec<Redirect>, Unreadable> {
    list.iter().flat_map(|list| &list.0).map(redirect).collect()
}

fn redirect(one: &ast::IoRedirect) -> Result<Redirect, Unreadable> {
    use ast::IoFileRedirectKind as Way;
    let number =
        |fd: Option<i32>, default: u32| fd.and_then(|fd| u32::try_from(fd).ok()).unwrap_or(default);
    match one {
        ast::IoRedirect::File(fd, way, target) => {
            let target = match target {
                ast::IoFileRedirectTarget::Filename(name)
                | ast::IoFileRedirectTarget::Duplicate(name) => word(name)?,
                ast::IoFileRedirectTarget::Fd(fd) => literal(&fd.to_string()),
                ast::IoFileRedirectTarget::ProcessSubstitution(..) => {
                    return Err(Unreadable::NotModelled("process substitution"));
                }
            };
            let (default, to) = match way {
                Way::Read => (0, To::Read(target)),
                Way::Write | Way::Clobber => (1, To::Write(target)),
                Way::Append => (1, To::Append(target)),
                Way::ReadAndWrite => (0, To::ReadWrite(target)),
                Way::DuplicateInput => (0, To::Duplicate(target)),
                Way::DuplicateOutput => (1, To::Duplicate(target)),
            };
            Ok(Redirect { fd: number(*fd, default), to })
        }
        ast::IoRedirect::HereDocument(fd, here) => {
            let text = &here.doc.value;
            let doc = if here.requires_expansion { document(text)? } else { literal(text) };
            Ok(Redirect { fd: number(*fd, 0), to: To::Text(doc) })
        }
        ast::IoRedirect::HereString(fd, text) => {
            let line = word_of(&format!("{}$'\\n'", text.value))?;
            Ok(Redirect { fd: number(*fd, 0), to: To::Text(line) })
        }
        ast::IoRedirect::OutputAndError(name, append) => {
            Ok(Redirect { fd: 1, to: To::Both(word(name)?, *append) })
        }
    }
}
