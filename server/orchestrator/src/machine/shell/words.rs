//! From letters to tokens: words with their quotes and expansions, operators, redirections.

use super::Unreadable;

/// A word before expansion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) parts: Vec<Part>,
}

/// A piece of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Text(String),
    /// `$name`, `${name}` or `${name:-default}`. Unquoted, its value is split at blanks.
    Variable {
        name: String,
        default: Option<String>,
        quoted: bool,
    },
    /// `$(script)`
    Output {
        script: String,
        quoted: bool,
    },
    /// `$((sum))`
    Sum(String),
}

/// What the parser reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(Word),
    Operator(&'static str),
}

impl Word {
    pub(crate) fn literal(text: &str) -> Word {
        Word { parts: vec![Part::Text(text.to_owned())] }
    }

    /// The word if nothing in it is expanded.
    pub(super) fn as_literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }
}

/// Longest first.
const OPERATORS: [&str; 14] =
    ["2>&1", "1>&2", ">&2", "&>", "2>", ">>", "&&", "||", ";;", ">", "<", ";", "&", "|"];

/// Splits a script into tokens. Newlines are `;`.
///
/// # Errors
/// A quote or an expansion has no end, or is not understood.
pub(super) fn tokens(script: &str) -> Result<Vec<Token>, Unreadable> {
    let mut reader = Reader { rest: script };
    let mut tokens = Vec::new();
    while let Some(token) = reader.token()? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn token(&mut self) -> Result<Option<Token>, Unreadable> {
        self.skip_blanks();
        if self.rest.is_empty() {
            return Ok(None);
        }
        if self.take("\n") {
            return Ok(Some(Token::Operator(";")));
        }
        if self.rest.starts_with(['(', ')']) {
            return Err(Unreadable::NotModelled("a subshell"));
        }
        if self.rest.starts_with("<<") {
            return Err(Unreadable::NotModelled("a here-document"));
        }
        for operator in OPERATORS {
            if self.take(operator) {
                return Ok(Some(Token::Operator(operator)));
            }
        }
        self.word().map(|word| Some(Token::Word(word)))
    }

    fn skip_blanks(&mut self) {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\r']);
            if self.take("\\\n") {
                continue;
            }
            if !self.rest.starts_with('#') {
                return;
            }
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.rest = &self.rest[end..];
        }
    }

    fn take(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn take_letter(&mut self) -> Option<char> {
        let letter = self.rest.chars().next()?;
        self.rest = &self.rest[letter.len_utf8()..];
        Some(letter)
    }

    fn until(&mut self, end: &str) -> Result<&'a str, Unreadable> {
        let found = self.rest.find(end).ok_or(Unreadable::Syntax("unterminated quoted string"))?;
        let (text, rest) = self.rest.split_at(found);
        self.rest = &rest[end.len()..];
        Ok(text)
    }

    fn word(&mut self) -> Result<Word, Unreadable> {
        let mut word = Word::default();
        while let Some(letter) = self.rest.chars().next() {
            match letter {
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')' => break,
                '\'' => {
                    self.take("'");
                    push_text(&mut word, self.until("'")?);
                }
                '"' => {
                    self.take("\"");
                    self.quoted(&mut word)?;
                }
                '$' => self.expansion(&mut word, false)?,
                '`' => return Err(Unreadable::NotModelled("`…`")),
                '\\' => {
                    self.take("\\");
                    if let Some(letter) = self.take_letter().filter(|letter| *letter != '\n') {
                        push_text(&mut word, letter.encode_utf8(&mut [0; 4]));
                    }
                }
                letter => {
                    self.take_letter();
                    push_text(&mut word, letter.encode_utf8(&mut [0; 4]));
                }
            }
        }
        if word.parts.is_empty() {
            push_text(&mut word, "");
        }
        Ok(word)
    }

    fn quoted(&mut self, word: &mut Word) -> Result<(), Unreadable> {
        push_text(word, "");
        loop {
            match self.rest.chars().next() {
                None => return Err(Unreadable::Syntax("unterminated quoted string")),
                Some('"') => {
                    self.take("\"");
                    return Ok(());
                }
                Some('$') => self.expansion(word, true)?,
                Some('`') => return Err(Unreadable::NotModelled("`…`")),
                Some('\\') => {
                    self.take("\\");
                    let letter = self.take_letter().unwrap_or('\\');
                    if !"$`\"\\\n".contains(letter) {
                        push_text(word, "\\");
                    }
                    if letter != '\n' {
                        push_text(word, letter.encode_utf8(&mut [0; 4]));
                    }
                }
                Some(letter) => {
                    self.take_letter();
                    push_text(word, letter.encode_utf8(&mut [0; 4]));
                }
            }
        }
    }

    fn expansion(&mut self, word: &mut Word, quoted: bool) -> Result<(), Unreadable> {
        if self.take("$((") {
            let sum = self.until("))")?;
            word.parts.push(Part::Sum(sum.to_owned()));
        } else if self.take("$(") {
            let script = self.nested()?;
            word.parts.push(Part::Output { script: script.to_owned(), quoted });
        } else if self.take("${") {
            word.parts.push(braced(self.until("}")?, quoted)?);
        } else {
            self.take("$");
            let end = self.rest.find(|letter| !is_name_letter(letter));
            let special = self.rest.starts_with(['?', '$', '#', '@', '*', '!']);
            let length = if special { 1 } else { end.unwrap_or(self.rest.len()) };
            let (name, rest) = self.rest.split_at(length);
            self.rest = rest;
            match name {
                "" => push_text(word, "$"),
                name => {
                    word.parts.push(Part::Variable { name: name.to_owned(), default: None, quoted })
                }
            }
        }
        Ok(())
    }

    /// The text up to the bracket that closes, counting those within.
    fn nested(&mut self) -> Result<&'a str, Unreadable> {
        let mut depth = 1;
        for (index, letter) in self.rest.char_indices() {
            depth += match letter {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            if depth == 0 {
                let (script, rest) = self.rest.split_at(index);
                self.rest = &rest[1..];
                return Ok(script);
            }
        }
        Err(Unreadable::Syntax("unterminated command substitution"))
    }
}

fn braced(text: &str, quoted: bool) -> Result<Part, Unreadable> {
    let end = text.find(|letter| !is_name_letter(letter)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let default = match rest {
        "" => None,
        rest => {
            let default = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-'));
            Some(default.ok_or(Unreadable::NotModelled("${…}"))?.to_owned())
        }
    };
    Ok(Part::Variable { name: name.to_owned(), default, quoted })
}

pub(super) fn is_name_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

fn push_text(word: &mut Word, text: &str) {
    match word.parts.last_mut() {
        Some(Part::Text(last)) => last.push_str(text),
        _ => word.parts.push(Part::Text(text.to_owned())),
    }
}
