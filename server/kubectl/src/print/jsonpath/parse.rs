//! Reading a JSONPath template.

/// A piece of a template.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Text(String),
    Path(Vec<Step>),
    /// What is repeated for everything that the path finds.
    Range(Vec<Step>, Vec<Node>),
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Root,
    Field(String),
    Fields(Vec<String>),
    Wildcard,
    Recursive,
    Index(i64),
    Slice { from: Option<i64>, to: Option<i64>, by: i64 },
    Filter { left: Operand, comparison: Option<(Comparison, Operand)> },
}

/// One side of a filter's comparison.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Path(Vec<Step>),
    Text(String),
    Number(f64),
    Truth(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The pieces of a template.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, String> {
    let mut open: Vec<(Vec<Step>, Vec<Node>)> = Vec::new();
    let mut nodes = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        if start > 0 {
            nodes.push(Node::Text(rest[..start].to_owned()));
        }
        let end = closing(&rest[start..], '{', '}').ok_or("unclosed action")?;
        let action = rest[start + 1..start + end].trim();
        rest = &rest[start + end + 1..];
        if action == "end" {
            let (steps, before) = open.pop().ok_or("not in range, nothing to end")?;
            let body = std::mem::replace(&mut nodes, before);
            nodes.push(Node::Range(steps, body));
        } else if let Some(path) = action.strip_prefix("range ") {
            open.push((path_of(path.trim())?, std::mem::take(&mut nodes)));
        } else if action.starts_with(['"', '\'']) {
            nodes.push(Node::Text(literal(action)));
        } else {
            nodes.push(Node::Path(path_of(action)?));
        }
    }
    if !rest.is_empty() {
        nodes.push(Node::Text(rest.to_owned()));
    }
    if open.is_empty() { Ok(nodes) } else { Err("not in range, nothing to end".to_owned()) }
}

/// Where the bracket that `text` starts with is closed; brackets in quotes do not count.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0;
    let mut quote = None;
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if letter == '\\' {
            escaped = true;
        } else if let Some(open) = quote {
            if letter == open {
                quote = None;
            }
        } else if letter == '"' || letter == '\'' {
            quote = Some(letter);
        } else if letter == open {
            depth += 1;
        } else if letter == close {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

fn literal(action: &str) -> String {
    let inner = &action[1..action.len().max(2) - 1];
    let mut out = String::new();
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        out.push(match letter {
            '\\' => match letters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    out
}

/// The steps of one path.
pub(super) fn path_of(text: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('$') {
            steps.push(Step::Root);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('@') {
            rest = after;
        } else if let Some(after) = rest.strip_prefix("..") {
            steps.push(Step::Recursive);
            rest = after;
            if !rest.starts_with('[') && !rest.is_empty() {
                rest = field(rest, &mut steps)?;
            }
        } else if let Some(after) = rest.strip_prefix('.') {
            rest = if after.starts_with('[') { after } else { field(after, &mut steps)? };
        } else if rest.starts_with('[') {
            let end = closing(rest, '[', ']').ok_or("unterminated array")?;
            steps.push(bracket(rest[1..end].trim())?);
            rest = &rest[end + 1..];
        } else if rest.starts_with(' ') {
            rest = rest.trim_start();
        } else if steps.is_empty() {
            rest = field(rest, &mut steps)?;
        } else {
            return Err(format!("unrecognized character in action: {:?}", first(rest)));
        }
    }
    Ok(steps)
}

fn first(text: &str) -> char {
    text.chars().next().unwrap_or(' ')
}

/// Reads a field's name; `\.` is a dot within it.
fn field<'t>(text: &'t str, steps: &mut Vec<Step>) -> Result<&'t str, String> {
    let mut name = String::new();
    let mut letters = text.char_indices();
    let mut end = text.len();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => name.extend(letters.next().map(|(_, letter)| letter)),
            '.' | '[' | ']' | ' ' | '$' | '@' | '"' | '\'' | '(' | ')' | '=' | '!' | '<' | '>' => {
                end = at;
                break;
            }
            _ => name.push(letter),
        }
    }
    match name.as_str() {
        "*" => steps.push(Step::Wildcard),
        "" if end < text.len() => {
            return Err(format!("unrecognized character in action: {:?}", first(&text[end..])));
        }
        "" => {}
        _ => steps.push(Step::Field(name)),
    }
    Ok(&text[end..])
}

fn bracket(inner: &str) -> Result<Step, String> {
    if inner == "*" {
        return Ok(Step::Wildcard);
    }
    if let Some(filter) = inner.strip_prefix('?') {
        let filter = filter.trim().strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        return condition(filter.ok_or("unterminated filter")?);
    }
    if inner.starts_with(['\'', '"']) {
        let names: Vec<String> =
            split_outside_quotes(inner, ',').into_iter().map(|name| literal(name.trim())).collect();
        return Ok(match <[String; 1]>::try_from(names) {
            Ok([name]) => Step::Field(name),
            Err(names) => Step::Fields(names),
        });
    }
    let numbers: Vec<Option<i64>> = inner
        .split(':')
        .map(|part| match part.trim() {
            "" => Ok(None),
            number => number.parse().map(Some),
        })
        .collect::<Result<_, _>>()
        .map_err(|_| format!("invalid array index {inner}"))?;
    match numbers.as_slice() {
        [Some(index)] => Ok(Step::Index(*index)),
        [from, to] => Ok(Step::Slice { from: *from, to: *to, by: 1 }),
        [from, to, by] => Ok(Step::Slice { from: *from, to: *to, by: by.unwrap_or(1).max(1) }),
        _ => Err(format!("invalid array index {inner}")),
    }
}

fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match quote {
            Some(open) if letter == open => quote = None,
            None if letter == '\'' || letter == '"' => quote = Some(letter),
            None if letter == separator => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn condition(text: &str) -> Result<Step, String> {
    const SIGNS: [(&str, Comparison); 6] = [
        ("==", Comparison::Equal),
        ("!=", Comparison::Unequal),
        ("<=", Comparison::LessOrEqual),
        (">=", Comparison::GreaterOrEqual),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
    ];
    for (sign, comparison) in SIGNS {
        if let Some((left, right)) = text.split_once(sign) {
            let right = operand(right.trim())?;
            let left = operand(left.trim())?;
            return Ok(Step::Filter { left, comparison: Some((comparison, right)) });
        }
    }
    Ok(Step::Filter { left: operand(text.trim())?, comparison: None })
}

fn operand(text: &str) -> Result<Operand, String> {
    if text.starts_with(['\'', '"']) {
        return Ok(Operand::Text(literal(text)));
    }
    if let Ok(number) = text.parse::<f64>() {
        return Ok(Operand::Number(number));
    }
    match text {
        "true" => Ok(Operand::Truth(true)),
        "false" => Ok(Operand::Truth(false)),
        _ => path_of(text).map(Operand::Path),
    }
}
