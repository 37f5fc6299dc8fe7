//! A template taken apart.

use std::iter::Peekable;
use std::vec::IntoIter;

use serde_json::Value;

use super::functions::NAMES;

#[derive(Debug, Clone)]
pub(super) enum Node {
    Text(String),
    Action(Pipe),
    /// What is asked, what stands for true, and for false.
    If(Pipe, Vec<Node>, Vec<Node>),
    With(Pipe, Vec<Node>, Vec<Node>),
    Range(Pipe, Vec<Node>, Vec<Node>),
}

/// `$x := a | b c`
#[derive(Debug, Clone, Default)]
pub(super) struct Pipe {
    pub(super) variables: Vec<String>,
    pub(super) commands: Vec<Vec<Operand>>,
}

#[derive(Debug, Clone)]
pub(super) struct Operand {
    pub(super) base: Base,
    pub(super) fields: Vec<String>,
    /// Where its fields begin in the template, in letters.
    pub(super) at: usize,
    /// As it was written.
    pub(super) text: String,
}

#[derive(Debug, Clone)]
pub(super) enum Base {
    Dot,
    Variable(String),
    Literal(Value),
    Function(String),
    Inner(Pipe),
}

/// What stands between words of a template.
enum Piece {
    Text(String),
    Action(Vec<Token>),
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    /// `.a` or `.`, and where it stands.
    Field(String, usize),
    Variable(String),
    Literal(Value),
    /// Directly after what stands before: `(…).a`, `$x.a`.
    Joined(String),
    Mark(&'static str),
}

pub(super) fn parse(text: &str) -> Result<Vec<Node>, String> {
    let mut pieces = pieces(text)?.into_iter();
    let (nodes, end) = block(&mut pieces)?;
    match end {
        None => Ok(nodes),
        Some(tokens) => Err(format!("unexpected {{{{{}}}}}", word(&tokens))),
    }
}

fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut all = Vec::new();
    let mut rest = text;
    let mut trims = false;
    while let Some((before, after)) = rest.split_once("{{") {
        let before = if trims { before.trim_start() } else { before };
        let opens = after.strip_prefix("- ").or_else(|| after.strip_prefix("-\n"));
        let before = if opens.is_some() { before.trim_end() } else { before };
        all.push(Piece::Text(before.to_owned()));
        let after = opens.unwrap_or(after);
        if let Some(comment) = after.trim_start().strip_prefix("/*") {
            let (_, after) = comment.split_once("*/").ok_or("unclosed comment")?;
            let (end, after) =
                after.split_once("}}").ok_or("comment ends before closing delimiter")?;
            (trims, rest) = (end.ends_with('-'), after);
            continue;
        }
        let at = text.len() - after.len();
        let (tokens, after, closes_with_dash) = tokens(after, at)?;
        all.push(Piece::Action(tokens));
        (trims, rest) = (closes_with_dash, after);
    }
    all.push(Piece::Text(if trims { rest.trim_start() } else { rest }.to_owned()));
    Ok(all)
}

/// The tokens up to `}}`, what follows, and whether it was `-}}`. The text stands at `start`.
fn tokens(text: &str, start: usize) -> Result<(Vec<Token>, &str, bool), String> {
    let mut all = Vec::new();
    let mut rest = text;
    loop {
        let joined = !rest.starts_with(char::is_whitespace) && !all.is_empty();
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("}}") {
            return Ok((all, after, false));
        }
        if let Some(after) = rest.strip_prefix("-}}") {
            return Ok((all, after, true));
        }
        let first = rest.chars().next().ok_or("unclosed action")?;
        let mark = [":=", "=", "|", "(", ")", ","].into_iter().find(|it| rest.starts_with(it));
        let (token, after) = match (mark, first) {
            (Some(mark), _) => (Token::Mark(mark), &rest[mark.len()..]),
            (None, '"') => string(rest)?,
            (None, '`') => {
                let (inner, after) =
                    rest[1..].split_once('`').ok_or("unterminated raw quoted string")?;
                (Token::Literal(inner.into()), after)
            }
            (None, '.') => {
                let (name, after) = name(&rest[1..]);
                let follows = matches!(
                    all.last(),
                    Some(
                        Token::Mark(")") | Token::Variable(_) | Token::Field(..) | Token::Joined(_)
                    )
                );
                match joined && follows {
                    true => (Token::Joined(name.to_owned()), after),
                    false => {
                        let at = start + text.len() - rest.len();
                        (Token::Field(name.to_owned(), at), after)
                    }
                }
            }
            (None, '$') => {
                let (name, after) = name(&rest[1..]);
                (Token::Variable(format!("${name}")), after)
            }
            (None, letter) if letter.is_ascii_digit() || letter == '-' || letter == '+' => {
                number(rest)?
            }
            (None, letter) if letter.is_alphabetic() || letter == '_' => {
                let (name, after) = name(rest);
                (Token::Word(name.to_owned()), after)
            }
            (None, other) => return Err(format!("unexpected {other:?} in command")),
        };
        all.push(token);
        rest = after;
    }
}

fn name(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len()))
}

fn number(text: &str) -> Result<(Token, &str), String> {
    let end = text[1..].find(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    let (digits, after) = text.split_at(end.map_or(text.len(), |end| end + 1));
    let value = serde_json::from_str(digits.trim_start_matches('+'));
    let value: Value = value.map_err(|_| format!("bad number syntax: {digits:?}"))?;
    Ok((Token::Literal(value), after))
}

fn string(text: &str) -> Result<(Token, &str), String> {
    let mut inner = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Ok((Token::Literal(inner.into()), &text[at + 1..])),
            '\\' => inner.push(match letters.next().map(|(_, letter)| letter) {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some(other) => other,
                None => break,
            }),
            other => inner.push(other),
        }
    }
    Err("unterminated quoted string".to_owned())
}

fn word(tokens: &[Token]) -> &str {
    match tokens.first() {
        Some(Token::Word(word)) => word,
        _ => "",
    }
}

type Pieces = IntoIter<Piece>;
/// What was read, and the action that ended it: `end` or `else`.
type Block = (Vec<Node>, Option<Vec<Token>>);

fn block(pieces: &mut Pieces) -> Result<Block, String> {
    let mut nodes = Vec::new();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Text(text) => nodes.push(Node::Text(text)),
            Piece::Action(tokens) => match word(&tokens) {
                "end" | "else" => return Ok((nodes, Some(tokens))),
                "if" | "with" | "range" => nodes.push(control(tokens, pieces)?),
                "define" | "template" | "block" | "break" | "continue" => {
                    return Err(format!("{} is not modelled", word(&tokens)));
                }
                _ => nodes.push(Node::Action(whole(tokens, "command")?)),
            },
        }
    }
    Ok((nodes, None))
}

fn control(mut tokens: Vec<Token>, pieces: &mut Pieces) -> Result<Node, String> {
    let Token::Word(keyword) = tokens.remove(0) else { return Err("unexpected EOF".to_owned()) };
    let pipe = whole(tokens, &keyword)?;
    let (then, end) = block(pieces)?;
    let mut end = end.ok_or("unexpected EOF")?;
    let mut otherwise = Vec::new();
    if word(&end) == "else" {
        end.remove(0);
        if end.is_empty() {
            let (nodes, end) = block(pieces)?;
            end.ok_or("unexpected EOF")?;
            otherwise = nodes;
        } else {
            // `else if`: another one within, that has the same end.
            otherwise.push(control(end, pieces)?);
        }
    }
    Ok(match keyword.as_str() {
        "if" => Node::If(pipe, then, otherwise),
        "with" => Node::With(pipe, then, otherwise),
        _ => Node::Range(pipe, then, otherwise),
    })
}

fn whole(tokens: Vec<Token>, of: &str) -> Result<Pipe, String> {
    let mut tokens = tokens.into_iter().peekable();
    let pipe = pipe(&mut tokens)?;
    match tokens.next() {
        Some(_) => Err("unexpected right paren".to_owned()),
        None if pipe.commands.iter().any(Vec::is_empty) => Err(format!("missing value for {of}")),
        None => Ok(pipe),
    }
}

fn pipe(tokens: &mut Peekable<IntoIter<Token>>) -> Result<Pipe, String> {
    let mut pipe = Pipe { variables: Vec::new(), commands: vec![Vec::new()] };
    while let Some(token) = tokens.next_if(|token| *token != Token::Mark(")")) {
        let command = pipe.commands.last_mut().ok_or("missing value")?;
        let operand =
            |base, text: &str| Operand { base, fields: Vec::new(), at: 0, text: text.to_owned() };
        match token {
            Token::Mark("|") => pipe.commands.push(Vec::new()),
            Token::Mark("(") => {
                let inner = self::pipe(tokens)?;
                tokens.next_if_eq(&Token::Mark(")")).ok_or("unclosed left paren")?;
                command.push(operand(Base::Inner(inner), "(…)"));
            }
            Token::Mark(":=" | "=" | ",") => {
                let Some(Operand { base: Base::Variable(name), .. }) = command.pop() else {
                    return Err("unexpected \":=\" in command".to_owned());
                };
                pipe.variables.push(name);
            }
            Token::Mark(other) => return Err(format!("unexpected {other:?} in command")),
            Token::Joined(name) => match command.last_mut() {
                Some(last) => {
                    last.text += &format!(".{name}");
                    last.fields.push(name);
                }
                None => return Err(format!("unexpected .{name}")),
            },
            Token::Field(name, _) if name.is_empty() => command.push(operand(Base::Dot, ".")),
            Token::Field(name, at) => {
                let text = format!(".{name}");
                command.push(Operand { base: Base::Dot, fields: vec![name], at, text });
            }
            Token::Variable(name) => {
                let text = name.clone();
                command.push(operand(Base::Variable(name), &text));
            }
            Token::Literal(value) => command.push(operand(Base::Literal(value), "")),
            Token::Word(word) => {
                let base = match word.as_str() {
                    "true" => Base::Literal(true.into()),
                    "false" => Base::Literal(false.into()),
                    "nil" => Base::Literal(Value::Null),
                    name if NAMES.contains(&name) => Base::Function(word.clone()),
                    name => return Err(format!("function {name:?} not defined")),
                };
                command.push(operand(base, &word));
            }
        }
    }
    Ok(pipe)
}
