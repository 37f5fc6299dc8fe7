//! From tokens to a tree.

use std::iter::Peekable;
use std::vec::IntoIter;

use super::words::{Token, Word, is_name_letter, tokens};
use super::{Output, Part, Unreadable};

/// Commands, one after the other.
pub(super) type List = Vec<Node>;

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Simple {
        words: Vec<Word>,
        output: Output,
    },
    Assign {
        name: String,
        value: Word,
    },
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Group(List),
    /// `while`, or `until` if the condition is negated.
    While {
        negated: bool,
        condition: List,
        body: List,
    },
    For {
        name: String,
        words: Vec<Word>,
        body: List,
    },
    If {
        condition: List,
        then: List,
        otherwise: List,
    },
}

/// How deep commands may nest.
const DEPTH_MAX: usize = 32;

pub(super) fn parse(script: &str) -> Result<List, Unreadable> {
    let mut parser = Parser { tokens: tokens(script)?.into_iter().peekable(), depth: 0 };
    let list = parser.list(&[])?;
    match parser.tokens.next() {
        None => Ok(list),
        Some(_) => Err(Unreadable::Syntax("unexpected token")),
    }
}

struct Parser {
    tokens: Peekable<IntoIter<Token>>,
    depth: usize,
}

impl Parser {
    /// Reads commands up to one of the words that end the list, which stays.
    fn list(&mut self, ends: &[&str]) -> Result<List, Unreadable> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Unreadable::NotModelled("so deep a script"));
        }
        let mut list = List::new();
        loop {
            while self.take_operator(";") {}
            if self.tokens.peek().is_none() || self.next_word_is(ends) {
                self.depth -= 1;
                return Ok(list);
            }
            list.push(self.and_or()?);
            let ended = self.next_word_is(ends);
            match self.tokens.peek() {
                Some(Token::Operator("&")) => {
                    return Err(Unreadable::NotModelled("a background command"));
                }
                Some(Token::Operator(";")) | None => {}
                Some(_) if ended => {}
                Some(_) => return Err(Unreadable::Syntax("unexpected token")),
            }
        }
    }

    fn and_or(&mut self) -> Result<Node, Unreadable> {
        let mut node = self.pipeline()?;
        loop {
            let is_and = self.take_operator("&&");
            if !is_and && !self.take_operator("||") {
                return Ok(node);
            }
            while self.take_operator(";") {}
            let right = Box::new(self.pipeline()?);
            node = if is_and {
                Node::And(Box::new(node), right)
            } else {
                Node::Or(Box::new(node), right)
            };
        }
    }

    fn pipeline(&mut self) -> Result<Node, Unreadable> {
        if self.take_word("!") {
            return Ok(Node::Not(Box::new(self.pipeline()?)));
        }
        let node = self.command()?;
        if self.tokens.peek() == Some(&Token::Operator("|")) {
            return Err(Unreadable::NotModelled("a pipe"));
        }
        Ok(node)
    }

    fn command(&mut self) -> Result<Node, Unreadable> {
        let keyword = match self.tokens.peek() {
            Some(Token::Word(word)) => word.as_literal().unwrap_or_default().to_owned(),
            _ => return Err(Unreadable::Syntax("unexpected token")),
        };
        match keyword.as_str() {
            "while" | "until" => self.while_loop(keyword == "until"),
            "for" => self.for_loop(),
            "if" => {
                self.tokens.next();
                self.conditional()
            }
            "{" => {
                self.tokens.next();
                let list = self.list(&["}"])?;
                self.expect_word("}")?;
                Ok(Node::Group(list))
            }
            "case" | "function" | "select" => Err(Unreadable::NotModelled("case and functions")),
            "do" | "done" | "then" | "fi" | "else" | "elif" | "}" => {
                Err(Unreadable::Syntax("unexpected keyword"))
            }
            _ => self.simple(),
        }
    }

    fn while_loop(&mut self, negated: bool) -> Result<Node, Unreadable> {
        self.tokens.next();
        let condition = self.list(&["do"])?;
        let body = self.body()?;
        Ok(Node::While { negated, condition, body })
    }

    fn for_loop(&mut self) -> Result<Node, Unreadable> {
        self.tokens.next();
        let name = match self.tokens.next() {
            Some(Token::Word(word)) => word.as_literal().unwrap_or_default().to_owned(),
            _ => return Err(Unreadable::Syntax("bad for loop variable")),
        };
        let mut words = Vec::new();
        if self.take_word("in") {
            while let Some(Token::Word(_)) = self.tokens.peek() {
                if let Some(Token::Word(word)) = self.tokens.next() {
                    words.push(word);
                }
            }
        }
        while self.take_operator(";") {}
        let body = self.body()?;
        Ok(Node::For { name, words, body })
    }

    fn body(&mut self) -> Result<List, Unreadable> {
        self.expect_word("do")?;
        let body = self.list(&["done"])?;
        self.expect_word("done")?;
        Ok(body)
    }

    /// After `if` or `elif`.
    fn conditional(&mut self) -> Result<Node, Unreadable> {
        let condition = self.list(&["then"])?;
        self.expect_word("then")?;
        let then = self.list(&["elif", "else", "fi"])?;
        if self.take_word("elif") {
            let otherwise = vec![self.conditional()?];
            return Ok(Node::If { condition, then, otherwise });
        }
        let otherwise = if self.take_word("else") { self.list(&["fi"])? } else { List::new() };
        self.expect_word("fi")?;
        Ok(Node::If { condition, then, otherwise })
    }

    fn simple(&mut self) -> Result<Node, Unreadable> {
        let (mut words, mut output) = (Vec::new(), Output::Log);
        loop {
            match self.tokens.peek() {
                Some(Token::Word(_)) => {
                    if let Some(Token::Word(word)) = self.tokens.next() {
                        words.push(word);
                    }
                }
                Some(Token::Operator("2>&1" | "1>&2" | ">&2")) => {
                    self.tokens.next();
                }
                Some(Token::Operator("2>")) => {
                    self.tokens.next();
                    self.target()?;
                }
                Some(Token::Operator(operator @ (">" | ">>" | "&>"))) => {
                    let append = *operator == ">>";
                    self.tokens.next();
                    output = file(self.target()?, append);
                }
                Some(Token::Operator("<")) => return Err(Unreadable::NotModelled("input")),
                _ => break,
            }
        }
        match words.as_slice() {
            [word] if let Some((name, value)) = assignment(word) => {
                Ok(Node::Assign { name, value })
            }
            [first, ..] if assignment(first).is_some() => {
                Err(Unreadable::NotModelled("a command with variables of its own"))
            }
            _ => Ok(Node::Simple { words, output }),
        }
    }

    fn target(&mut self) -> Result<Word, Unreadable> {
        match self.tokens.next() {
            Some(Token::Word(word)) => Ok(word),
            _ => Err(Unreadable::Syntax("redirection to nothing")),
        }
    }

    fn take_operator(&mut self, operator: &str) -> bool {
        let is_next = |token: &Token| matches!(token, Token::Operator(next) if *next == operator);
        self.tokens.next_if(is_next).is_some()
    }

    fn take_word(&mut self, expected: &str) -> bool {
        let found = self.next_word_is(&[expected]);
        if found {
            self.tokens.next();
        }
        found
    }

    fn expect_word(&mut self, expected: &'static str) -> Result<(), Unreadable> {
        if self.take_word(expected) { Ok(()) } else { Err(Unreadable::Syntax("unexpected end")) }
    }

    fn next_word_is(&mut self, words: &[&str]) -> bool {
        match self.tokens.peek() {
            Some(Token::Word(word)) => word.as_literal().is_some_and(|text| words.contains(&text)),
            _ => false,
        }
    }
}

fn file(path: Word, append: bool) -> Output {
    match path.as_literal() {
        Some("/dev/null") => Output::Nowhere,
        // A container's standard streams, by their names.
        Some("/dev/stdout" | "/dev/stderr" | "/proc/1/fd/1") => Output::Log,
        _ => Output::File { path, append },
    }
}

/// `name=value`
fn assignment(word: &Word) -> Option<(String, Word)> {
    let Some(Part::Text(first)) = word.parts.first() else { return None };
    let (name, value) = first.split_once('=')?;
    let is_name = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && name.chars().all(is_name_letter);
    let parts =
        std::iter::once(Part::Text(value.to_owned())).chain(word.parts[1..].iter().cloned());
    is_name.then(|| (name.to_owned(), Word { parts: parts.collect() }))
}
