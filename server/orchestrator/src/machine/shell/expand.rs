//! From words to arguments: parameters, substitutions, sums, fields, file names.
//!
//! A command that is substituted may take its time. So an expansion is tried with the outputs that
//! are known; where one is missing it stops ([`Stop::Needs`]), the command runs, and the expansion
//! is done again from the start, on a fresh copy of the shell: what it has assigned counts once.

use brush_parser::word::{
    Parameter, ParameterExpr, SpecialParameter, TildeExpr, WordPiece, WordPieceWithSource,
};

use super::Shell;
use super::pattern::glob;
use super::syntax::{Word, word_of};
use crate::machine::files::Files;

/// Why an expansion does not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The output of this script.
    Needs(String),
    /// `${x:?…}`, an unset variable under `set -u`, a sum that is none: the shell leaves.
    Fails(String),
}

/// What substituted commands have written.
pub(super) type Outputs = Vec<String>;

/// An expansion under way.
pub(super) struct Expansion<'a> {
    pub(super) shell: Shell,
    pub(super) files: &'a Files<'a>,
    pub(super) folder: &'a str,
    pub(super) outputs: &'a Outputs,
    pub(super) used: usize,
    /// For `$RANDOM`.
    pub(super) random: u32,
    depth: usize,
}

/// The fields of a word in the making.
#[derive(Default)]
pub(super) struct Fields {
    done: Vec<Field>,
    open: Option<Field>,
}

#[derive(Default)]
pub(super) struct Field {
    text: String,
    /// The text as a pattern: what was quoted is escaped.
    pattern: String,
    has_glob: bool,
}

const DEPTH_MAX: usize = 24;
/// How many fields a command may have, and how long they may be together.
const FIELDS_MAX: usize = 20_000;
const BYTES_MAX: usize = 4 << 20;

impl Fields {
    pub(super) fn push(&mut self, text: &str, quoted: bool) {
        let field = self.open.get_or_insert_default();
        field.text.push_str(text);
        for letter in text.chars() {
            let special = matches!(letter, '*' | '?' | '[' | ']' | '\\');
            if quoted && (special || matches!(letter, '-' | '!')) {
                field.pattern.push('\\');
            }
            field.has_glob |= !quoted && matches!(letter, '*' | '?' | '[');
            field.pattern.push(letter);
        }
    }

    pub(super) fn end(&mut self) {
        self.done.extend(self.open.take());
    }

    /// Splits at the letters of `IFS`: blanks count once, others each.
    pub(super) fn split(&mut self, text: &str, ifs: &str) {
        let is_blank = |letter: char| ifs.contains(letter) && letter.is_whitespace();
        let mut after_separator = false;
        for letter in text.chars() {
            if is_blank(letter) {
                if self.open.is_some() {
                    self.end();
                }
            } else if ifs.contains(letter) {
                if self.open.is_none() && (after_separator || self.done.is_empty()) {
                    self.open = Some(Field::default());
                }
                self.end();
                after_separator = true;
            } else {
                after_separator = false;
                self.push(letter.encode_utf8(&mut [0; 4]), false);
            }
        }
    }
}

impl<'a> Expansion<'a> {
    pub(super) fn new(
        shell: &Shell,
        files: &'a Files<'a>,
        folder: &'a str,
        outputs: &'a Outputs,
        random: u32,
    ) -> Expansion<'a> {
        Expansion { shell: shell.clone(), files, folder, outputs, used: 0, random, depth: 0 }
    }

    /// What it has assigned.
    pub(super) fn into_variables(self) -> imbl::OrdMap<String, super::Variable> {
        self.shell.variables
    }

    /// All fields of some words.
    pub(super) fn fields(&mut self, words: &[Word]) -> Result<Vec<String>, Stop> {
        let (mut all, mut bytes) = (Vec::new(), 0);
        for word in words {
            for word in braces(word) {
                let mut fields = Fields::default();
                self.pieces(&word.pieces, false, true, &mut fields)?;
                fields.end();
                for field in fields.done {
                    bytes += field.text.len();
                    self.finish(field, &mut all);
                }
            }
            if all.len() > FIELDS_MAX || bytes > BYTES_MAX {
                return Err(Stop::Fails("Argument list too long".to_owned()));
            }
        }
        Ok(all)
    }

    fn finish(&self, field: Field, all: &mut Vec<String>) {
        if field.has_glob && !self.shell.options.noglob {
            let found = glob(self.files, self.folder, &field.pattern);
            if !found.is_empty() {
                all.extend(found);
                return;
            }
        }
        all.push(field.text);
    }

    /// A word as one text: no fields, no file names.
    pub(super) fn text(&mut self, word: &Word) -> Result<String, Stop> {
        let mut fields = Fields::default();
        self.pieces(&word.pieces, false, false, &mut fields)?;
        fields.end();
        let texts: Vec<String> = fields.done.into_iter().map(|field| field.text).collect();
        Ok(texts.join(" "))
    }

    /// A word as a pattern.
    pub(super) fn pattern(&mut self, word: &Word) -> Result<String, Stop> {
        let mut fields = Fields::default();
        self.pieces(&word.pieces, false, false, &mut fields)?;
        fields.end();
        let texts: Vec<String> = fields.done.into_iter().map(|field| field.pattern).collect();
        Ok(texts.join(" "))
    }

    /// A text that stands in an expansion: `${x:-text}`.
    pub(super) fn inner(&mut self, text: &str, as_pattern: bool) -> Result<String, Stop> {
        if self.depth > DEPTH_MAX {
            return Err(Stop::Fails("bad substitution".to_owned()));
        }
        let word = word_of(text).map_err(|_| Stop::Fails("bad substitution".to_owned()))?;
        self.depth += 1;
        let result = if as_pattern { self.pattern(&word) } else { self.text(&word) };
        self.depth -= 1;
        result
    }

    fn pieces(
        &mut self,
        pieces: &[WordPieceWithSource],
        quoted: bool,
        split: bool,
        fields: &mut Fields,
    ) -> Result<(), Stop> {
        for piece in pieces {
            self.piece(&piece.piece, quoted, split, fields)?;
        }
        Ok(())
    }

    fn piece(
        &mut self,
        piece: &WordPiece,
        quoted: bool,
        split: bool,
        fields: &mut Fields,
    ) -> Result<(), Stop> {
        match piece {
            WordPiece::Text(text) => fields.push(text, quoted),
            WordPiece::SingleQuotedText(text) => fields.push(text, true),
            WordPiece::AnsiCQuotedText(text) => fields.push(&escapes(text), true),
            WordPiece::DoubleQuotedSequence(inner)
            | WordPiece::GettextDoubleQuotedSequence(inner) => {
                let nothing = matches!(
                    inner.as_slice(),
                    [WordPieceWithSource { piece: WordPiece::ParameterExpansion(one), .. }]
                        if is_all(one)
                ) && self.shell.positional.is_empty();
                if !nothing {
                    fields.push("", true);
                    self.pieces(inner, true, split, fields)?;
                }
            }
            WordPiece::TildeExpansion(tilde) => {
                let home = self.shell.value("HOME").unwrap_or("/root").to_owned();
                match tilde {
                    TildeExpr::Home => fields.push(&home, true),
                    TildeExpr::UserHome(user) if user == "root" => fields.push("/root", true),
                    TildeExpr::UserHome(user) => fields.push(&format!("~{user}"), true),
                    TildeExpr::WorkingDir => fields.push(self.folder, true),
                    _ => fields.push("~", true),
                }
            }
            WordPiece::EscapeSequence(text) => {
                let letter = text.strip_prefix('\\').unwrap_or(text);
                if letter != "\n" {
                    fields.push(letter, true);
                }
            }
            WordPiece::ParameterExpansion(expression) => {
                return self.parameter(expression, quoted, split, fields);
            }
            WordPiece::CommandSubstitution(script) => {
                let output = self.output(script)?;
                self.put(&output, quoted, split, fields);
            }
            WordPiece::BackquotedCommandSubstitution(script) => {
                let output = self.output(&unescaped(script))?;
                self.put(&output, quoted, split, fields);
            }
            WordPiece::ArithmeticExpression(sum) => {
                let text = self.inner(&sum.value, false)?;
                let value = self.shell.sum(&text).map_err(Stop::Fails)?;
                self.put(&value.to_string(), quoted, split, fields);
            }
        }
        Ok(())
    }

    pub(super) fn put(&self, text: &str, quoted: bool, split: bool, fields: &mut Fields) {
        if quoted || !split {
            // Outside of quotes a pattern in a variable is a pattern.
            fields.push(text, quoted);
        } else {
            let ifs = self.shell.value("IFS").unwrap_or(" \t\n").to_owned();
            fields.split(text, &ifs);
        }
    }

    fn output(&mut self, script: &str) -> Result<String, Stop> {
        let known = self.outputs.get(self.used).cloned();
        self.used += 1;
        known.ok_or_else(|| Stop::Needs(script.to_owned()))
    }
}

fn is_all(expression: &ParameterExpr) -> bool {
    matches!(
        expression,
        ParameterExpr::Parameter {
            parameter: Parameter::Special(SpecialParameter::AllPositionalParameters {
                concatenate: false
            }),
            ..
        }
    )
}

/// What `{a,b}` and `{1..3}` make of a word.
fn braces(word: &Word) -> Vec<Word> {
    if !word.source.contains('{') || word.source.contains("${") || word.source.contains(['\'', '"'])
    {
        return vec![word.clone()];
    }
    let parsed =
        brush_parser::word::parse_brace_expansions(&word.source, &super::syntax::options());
    let Ok(Some(pieces)) = parsed else { return vec![word.clone()] };
    let texts = super::frames::brace_texts(&pieces);
    texts.iter().filter_map(|text| word_of(text).ok()).collect()
}

/// In back quotes a backslash protects a dollar, a back quote and itself.
fn unescaped(script: &str) -> String {
    let mut text = String::new();
    let mut letters = script.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some('$' | '`' | '\\')) => text.extend(letters.next()),
            (letter, _) => text.push(letter),
        }
    }
    text
}

/// `$'…'`
pub(in crate::machine) fn escapes(text: &str) -> String {
    String::from_utf8_lossy(&crate::machine::commands::unescape(text, true).0).into_owned()
}
