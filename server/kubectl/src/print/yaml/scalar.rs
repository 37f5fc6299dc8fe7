//! One string in YAML: which of the four styles, and its letters in that style. The rules are
//! libyaml's, of which go-yaml is a translation.

/// Lines longer than this are folded at the next space.
const WIDTH: usize = 80;

/// Where a string is to stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// How many letters its line already has.
    pub(super) column: usize,
    /// Where its further lines start.
    pub(super) indent: usize,
    /// Keys stay on one line.
    pub(super) is_key: bool,
}

/// The string as it is written at `place`.
pub(super) fn scalar(text: &str, place: Place) -> String {
    let may = Allowed::of(text);
    if text.contains('\n') {
        return if may.block && !place.is_key { literal(text, place) } else { double(text, place) };
    }
    if means_something_else(text) {
        return double(text, place);
    }
    if may.plain && !(text.is_empty() && place.is_key) {
        return folded(text, place, Quotes::None);
    }
    if may.single { folded(text, place, Quotes::Single) } else { double(text, place) }
}

/// Which styles can hold a string.
struct Allowed {
    plain: bool,
    single: bool,
    block: bool,
}

impl Allowed {
    fn of(text: &str) -> Allowed {
        let letters: Vec<char> = text.chars().collect();
        let is_break =
            |letter: char| matches!(letter, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
        let edge =
            |letter: Option<&char>, test: &dyn Fn(char) -> bool| letter.is_some_and(|l| test(*l));
        let is_space = |letter: char| letter == ' ';
        let pair = |first: &dyn Fn(char) -> bool, second: &dyn Fn(char) -> bool| {
            letters.windows(2).any(|pair| first(pair[0]) && second(pair[1]))
        };
        let (first, last) = (letters.first(), letters.last());
        let trailing_space = edge(last, &is_space);
        let edges = edge(first, &is_space)
            || edge(first, &is_break)
            || trailing_space
            || edge(last, &is_break);
        let break_space = pair(&is_break, &is_space);
        let space_break = pair(&is_space, &is_break);
        let special = letters.iter().any(|letter| !is_printable(*letter));
        let breaks = letters.iter().any(|letter| is_break(*letter));
        let bad = space_break || special;
        Allowed {
            plain: !(edges || break_space || bad || breaks || has_indicators(&letters)),
            single: !(break_space || bad),
            block: !(trailing_space || bad),
        }
    }
}

/// Whether a letter at its place would be read as punctuation of YAML.
fn has_indicators(letters: &[char]) -> bool {
    let text: String = letters.iter().take(3).collect();
    if text == "---" || text == "..." {
        return true;
    }
    letters.iter().enumerate().any(|(at, letter)| {
        let blank_follows = matches!(letters.get(at + 1), None | Some(' ' | '\t'));
        let blank_before = at > 0 && matches!(letters[at - 1], ' ' | '\t' | '\n' | '\r');
        match letter {
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
            | '@' | '`'
                if at == 0 =>
            {
                true
            }
            '?' | '-' => at == 0 && blank_follows,
            ':' => blank_follows,
            '#' => blank_before,
            _ => false,
        }
    })
}

fn is_printable(letter: char) -> bool {
    matches!(letter,
        '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// Whether the string would be read back as a number, a truth value, nothing, or a moment.
fn means_something_else(text: &str) -> bool {
    const WORDS: [&str; 33] = [
        "", "~", "null", "Null", "NULL", "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE",
        "on", "On", "ON", "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off",
        "OFF", ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF",
    ];
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    WORDS.contains(&text)
        || text == "<<"
        || matches!(unsigned, ".inf" | ".Inf" | ".INF")
        || is_integer(&unsigned.replace('_', ""))
        || is_float(&unsigned.replace('_', ""))
        || is_base_60(unsigned)
        || is_moment(text)
}

fn is_integer(digits: &str) -> bool {
    let of = |prefixes: [&str; 2], radix| {
        let rest = prefixes.iter().find_map(|prefix| digits.strip_prefix(prefix));
        rest.is_some_and(|rest| u64::from_str_radix(rest, radix).is_ok() && !rest.starts_with('+'))
    };
    let decimal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    decimal || of(["0x", "0X"], 16) || of(["0o", "0O"], 8) || of(["0b", "0B"], 2)
}

/// `^(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let good_exponent = exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)));
    let good_mantissa = match mantissa.split_once('.') {
        None => digits(mantissa),
        Some(("", after)) => digits(after),
        Some((before, after)) => digits(before) && (after.is_empty() || digits(after)),
    };
    good_exponent && good_mantissa
}

/// `12:30:45`, which YAML 1.1 reads as a number of base 60.
fn is_base_60(text: &str) -> bool {
    let text = text.split('.').next().unwrap_or_default();
    let mut parts = text.split(':');
    let first = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    first.starts_with(|c: char| c.is_ascii_digit())
        && first.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
        && !rest.is_empty()
        && rest
            .iter()
            .all(|part| part.len() <= 2 && part.parse::<u8>().is_ok_and(|number| number < 60))
}

/// A day, or a day and a time, as YAML 1.1 writes moments.
fn is_moment(text: &str) -> bool {
    let is_year = text.get(..5).is_some_and(|year| {
        year[..4].bytes().all(|byte| byte.is_ascii_digit()) && year.ends_with('-')
    });
    if !is_year {
        return false;
    }
    let (day, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(text[at + 1..].trim_start())),
        None => (text, None),
    };
    let numbers: Vec<Option<u32>> = day.split('-').map(|part| part.parse().ok()).collect();
    let good_day = matches!(numbers.as_slice(), [Some(_), Some(1..=12), Some(1..=31)]);
    let good_time = time.is_none_or(|time| {
        let clock = time.split(['Z', '+', '-', '.']).next().unwrap_or_default();
        let parts: Vec<Option<u32>> = clock.split(':').map(|part| part.parse().ok()).collect();
        matches!(parts.as_slice(), [Some(0..=23), Some(0..=59), Some(0..=59)])
    });
    good_day && good_time
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    None,
    Single,
}

/// Plain or in single quotes, folded where the line gets long.
fn folded(text: &str, place: Place, quotes: Quotes) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut out = Line::new(place);
    if quotes == Quotes::Single {
        out.push('\'');
    }
    let mut after_space = false;
    for (at, &letter) in letters.iter().enumerate() {
        let last = at + 1 == letters.len();
        let inside = quotes == Quotes::None || (at > 0 && !last);
        let next_is_space = letters.get(at + 1) == Some(&' ');
        if letter == ' ' && !after_space && inside && !next_is_space && out.is_full() {
            out.fold();
        } else {
            out.push(letter);
            if letter == '\'' && quotes == Quotes::Single {
                out.push('\'');
            }
        }
        after_space = letter == ' ';
    }
    if quotes == Quotes::Single {
        out.push('\'');
    }
    out.text
}

fn double(text: &str, place: Place) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut out = Line::new(place);
    out.push('"');
    let mut after_space = false;
    for (at, &letter) in letters.iter().enumerate() {
        let inside = at > 0 && at + 1 < letters.len();
        if letter == ' ' && !after_space && inside && out.is_full() {
            out.fold();
            if letters[at + 1] == ' ' {
                out.push('\\');
            }
        } else {
            escaped(letter).chars().for_each(|letter| out.push(letter));
        }
        after_space = letter == ' ';
    }
    out.push('"');
    out.text
}

fn escaped(letter: char) -> String {
    let code = u32::from(letter);
    match letter {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\0' => "\\0".to_owned(),
        '\u{7}' => "\\a".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\t' => "\\t".to_owned(),
        '\n' => "\\n".to_owned(),
        '\u{b}' => "\\v".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        '\r' => "\\r".to_owned(),
        '\u{1b}' => "\\e".to_owned(),
        '\u{85}' => "\\N".to_owned(),
        '\u{2028}' => "\\L".to_owned(),
        '\u{2029}' => "\\P".to_owned(),
        _ if is_printable(letter) => letter.to_string(),
        _ if code <= 0xff => format!("\\x{code:02X}"),
        _ if code <= 0xffff => format!("\\u{code:04X}"),
        _ => format!("\\U{code:08X}"),
    }
}

/// `|`, with what it says of its first and last lines, and the lines.
fn literal(text: &str, place: Place) -> String {
    let mut out = String::from('|');
    if text.starts_with([' ', '\n']) {
        out.push('2');
    }
    if !text.ends_with('\n') {
        out.push('-');
    } else if text == "\n" || text.ends_with("\n\n") {
        out.push('+');
    }
    let indent = " ".repeat(place.indent);
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&indent);
            out.push_str(line);
        }
    }
    out
}

/// Text that knows how long its line is.
struct Line {
    text: String,
    column: usize,
    place: Place,
}

impl Line {
    fn new(place: Place) -> Line {
        Line { text: String::new(), column: place.column, place }
    }

    fn push(&mut self, letter: char) {
        self.text.push(letter);
        self.column += 1;
    }

    fn is_full(&self) -> bool {
        !self.place.is_key && self.column > WIDTH
    }

    fn fold(&mut self) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n(' ', self.place.indent));
        self.column = self.place.indent;
    }
}
