//! A line of a shell, taken apart.

use std::fmt;

/// A quote was opened and not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unterminated quoted string")]
pub struct UnbalancedQuotes;

/// The words of one simple command, by a shell's quoting rules.
///
/// # Errors
/// When a quote is left open.
pub fn split(line: &str) -> Result<Vec<String>, UnbalancedQuotes> {
    shlex::split(line).ok_or(UnbalancedQuotes)
}

/// Why a line is no line of a shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unreadable {
    Quotes,
    /// Something stands where a command should.
    Unexpected(&'static str),
    /// A word of the shell that this terminal does not have.
    Unsupported(&'static str),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Quotes => f.write_str("unterminated quoted string"),
            Unreadable::Unexpected(token) => write!(f, "unexpected {token:?}"),
            Unreadable::Unsupported(token) => {
                write!(f, "this terminal has no {token:?}; it runs kubectl, not a whole shell")
            }
        }
    }
}

/// When a pipeline runs, given the exit code of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    Always,
    OnSuccess,
    OnFailure,
}

/// Commands joined by `|`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pipeline {
    pub(super) joint: Joint,
    pub(super) stages: Vec<Stage>,
}

/// One command, with its here-document if it has one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Stage {
    pub(super) words: Vec<String>,
    pub(super) stdin: Option<String>,
    /// In order.
    pub(super) redirects: Vec<Redirect>,
}

/// A stream that leads elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Redirect {
    In(String),
    /// Standard output (1), standard error (2), or both.
    Out(&'static [u8], To),
}

/// Where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum To {
    File {
        name: String,
        append: bool,
    },
    /// Where this stream leads.
    Same(u8),
}

/// Takes a line (of several lines, with here-documents) apart.
pub(super) fn parse(text: &str) -> Result<Vec<Pipeline>, Unreadable> {
    let mut reader = Reader { rest: text, here: Vec::new(), pipelines: Vec::new() };
    reader.pipelines.push(Pipeline { joint: Joint::Always, stages: vec![Stage::default()] });
    reader.read()?;
    let mut pipelines = reader.pipelines;
    pipelines.retain(|pipeline| pipeline.stages.iter().any(|stage| !stage.words.is_empty()));
    let empty = |pipeline: &Pipeline| pipeline.stages.iter().any(|stage| stage.words.is_empty());
    if pipelines.iter().any(empty) {
        return Err(Unreadable::Unexpected("|"));
    }
    Ok(pipelines)
}

struct Reader<'t> {
    rest: &'t str,
    /// Ends of here-documents that start at the next line: pipeline, stage, word.
    here: Vec<(usize, usize, String)>,
    pipelines: Vec<Pipeline>,
}

/// What separates words.
const TOKENS: [&str; 18] = [
    "&&", "||", "<<", "\n", "|", ";", "&>", "2>&1", "1>&2", ">&2", "2>>", "2>", "1>", ">>", ">",
    "&", "<", "#",
];

impl<'t> Reader<'t> {
    fn read(&mut self) -> Result<(), Unreadable> {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\r']);
            if let Some(rest) = self.rest.strip_prefix("\\\n") {
                self.rest = rest;
                continue;
            }
            if self.rest.is_empty() {
                return Ok(());
            }
            let token = TOKENS.into_iter().find(|token| self.rest.starts_with(token));
            match token {
                Some(token) => self.token(token)?,
                None => {
                    let word = self.word()?;
                    self.stage().words.push(word);
                }
            }
        }
    }

    fn token(&mut self, token: &'static str) -> Result<(), Unreadable> {
        self.rest = &self.rest[token.len()..];
        match token {
            "&&" => self.next(Joint::OnSuccess),
            "||" => self.next(Joint::OnFailure),
            ";" => self.next(Joint::Always),
            "\n" => {
                self.here_documents();
                self.next(Joint::Always);
            }
            "|" => {
                if let Some(pipeline) = self.pipelines.last_mut() {
                    pipeline.stages.push(Stage::default());
                }
            }
            "<<" => {
                self.rest = self.rest.trim_start_matches('-').trim_start();
                let end = self.word()?;
                let pipeline = self.pipelines.len() - 1;
                let stage = self.pipelines[pipeline].stages.len() - 1;
                self.here.push((pipeline, stage, end));
            }
            "#" => self.rest = self.rest.find('\n').map_or("", |end| &self.rest[end..]),
            "2>&1" => self.redirect(Redirect::Out(&[2], To::Same(1))),
            "1>&2" | ">&2" => self.redirect(Redirect::Out(&[1], To::Same(2))),
            "<" => {
                let name = self.file(token)?;
                self.redirect(Redirect::In(name));
            }
            "&>" | ">" | ">>" | "1>" | "2>" | "2>>" => {
                let which: &[u8] = match &token[..1] {
                    "&" => &[1, 2],
                    "2" => &[2],
                    _ => &[1],
                };
                let (name, append) = (self.file(token)?, token.ends_with(">>"));
                self.redirect(Redirect::Out(which, To::File { name, append }));
            }
            other => return Err(Unreadable::Unsupported(other)),
        }
        Ok(())
    }

    fn redirect(&mut self, redirect: Redirect) {
        self.stage().redirects.push(redirect);
    }

    /// The name of a file, after what leads there.
    fn file(&mut self, token: &'static str) -> Result<String, Unreadable> {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
        let name = self.word()?;
        if name.is_empty() { Err(Unreadable::Unexpected(token)) } else { Ok(name) }
    }

    fn next(&mut self, joint: Joint) {
        self.pipelines.push(Pipeline { joint, stages: vec![Stage::default()] });
    }

    fn stage(&mut self) -> &mut Stage {
        let pipeline = self.pipelines.len() - 1;
        let stage = self.pipelines[pipeline].stages.len() - 1;
        &mut self.pipelines[pipeline].stages[stage]
    }

    /// One word with its quotes resolved.
    fn word(&mut self) -> Result<String, Unreadable> {
        let mut word = String::new();
        let mut letters = self.rest.char_indices();
        let mut quote = None;
        let end = loop {
            let Some((at, letter)) = letters.next() else {
                break self.rest.len();
            };
            match (quote, letter) {
                (None, ' ' | '\t' | '\r' | '\n' | '|' | ';' | '&' | '<' | '>') => break at,
                (None, '\'' | '"') => quote = Some(letter),
                (Some(open), _) if open == letter => quote = None,
                (Some('\''), _) => word.push(letter),
                (Some(_), '\\') => match letters.next() {
                    Some((_, '\n')) => {}
                    Some((_, escaped @ ('"' | '\\' | '$' | '`'))) => word.push(escaped),
                    Some((_, other)) => word.extend(['\\', other]),
                    None => return Err(Unreadable::Quotes),
                },
                (None, '\\') => match letters.next() {
                    Some((_, '\n')) | None => {}
                    Some((_, escaped)) => word.push(escaped),
                },
                _ => word.push(letter),
            }
        };
        if quote.is_some() {
            return Err(Unreadable::Quotes);
        }
        self.rest = &self.rest[end..];
        Ok(word)
    }

    /// Takes the here-documents that were announced on the line just ended.
    fn here_documents(&mut self) {
        for (pipeline, stage, end) in std::mem::take(&mut self.here) {
            let mut document = String::new();
            while !self.rest.is_empty() {
                let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
                self.rest = rest;
                if line.trim_end_matches('\r') == end {
                    break;
                }
                document.push_str(line);
                document.push('\n');
            }
            self.pipelines[pipeline].stages[stage].stdin = Some(document);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<Vec<String>> {
        let pipelines = parse(line).expect(line);
        pipelines.into_iter().flat_map(|p| p.stages).map(|stage| stage.words).collect()
    }

    #[test]
    fn quotes_pipes_and_joints() {
        assert_eq!(
            words("kubectl  get 'a b' \"c'd\" e\\ f"),
            [["kubectl", "get", "a b", "c'd", "e f"]]
        );
        assert_eq!(words("a | b # rest"), [["a"], ["b"]]);
        assert_eq!(words("a \\\n  b"), [["a", "b"]]);
        let joints: Vec<_> =
            parse("a && b || c; d").expect("joints").into_iter().map(|p| p.joint).collect();
        assert_eq!(joints, [Joint::Always, Joint::OnSuccess, Joint::OnFailure, Joint::Always]);
    }

    #[test]
    fn here_documents_become_standard_input() {
        let parsed = parse("kubectl apply -f - <<EOF\na: 1\nEOF\nkubectl get pods").expect("here");
        assert_eq!(parsed.len(), 2);
        assert_eq!(parsed[0].stages[0].words, ["kubectl", "apply", "-f", "-"]);
        assert_eq!(parsed[0].stages[0].stdin.as_deref(), Some("a: 1\n"));
        assert_eq!(parsed[1].stages[0].words, ["kubectl", "get", "pods"]);
    }

    #[test]
    fn streams_lead_elsewhere() {
        let redirects = |line: &str| parse(line).expect(line)[0].stages[0].redirects.clone();
        let file = |name: &str, append| To::File { name: name.to_owned(), append };
        assert_eq!(
            redirects("kubectl get pod -o yaml>a 2>&1"),
            [Redirect::Out(&[1], file("a", false)), Redirect::Out(&[2], To::Same(1))]
        );
        assert_eq!(redirects("a >> b"), [Redirect::Out(&[1], file("b", true))]);
        assert_eq!(redirects("a 2>/dev/null"), [Redirect::Out(&[2], file("/dev/null", false))]);
        assert_eq!(redirects("a < b"), [Redirect::In("b".to_owned())]);
        assert_eq!(words("echo a2>b"), [["echo", "a2"]]);
    }

    #[test]
    fn what_is_no_line() {
        assert_eq!(parse("echo 'a"), Err(Unreadable::Quotes));
        assert_eq!(parse("a | | b"), Err(Unreadable::Unexpected("|")));
        assert_eq!(parse("a &"), Err(Unreadable::Unsupported("&")));
        assert_eq!(parse("a >"), Err(Unreadable::Unexpected(">")));
    }
}
