//! `echo` and `printf`.

use super::Call;

pub(super) fn echo(call: &mut Call<'_, '_>) -> i32 {
    let words = call.arguments();
    let is_flag = |word: &&String| {
        word.len() > 1 && word.starts_with('-') && word[1..].chars().all(|c| "neE".contains(c))
    };
    let flags: Vec<&String> = words.iter().take_while(is_flag).collect();
    let has = |letter: char| flags.iter().any(|flag| flag.contains(letter));
    let text = words[flags.len()..].join(" ");
    // Dash's own `echo` takes escapes always; that of the others only if asked.
    let (mut bytes, stops) = if has('e') { unescape(&text, false) } else { (text.into(), false) };
    if !has('n') && !stops {
        bytes.push(b'\n');
    }
    call.put(bytes);
    0
}

/// Takes escapes: the bytes, and whether `\c` has ended them.
pub(in crate::machine) fn unescape(text: &str, ansi: bool) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    let mut letters = text.chars().peekable();
    let put = |bytes: &mut Vec<u8>, letter: char| {
        bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    };
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            put(&mut bytes, letter);
            continue;
        }
        match letters.next() {
            None | Some('\\') => bytes.push(b'\\'),
            Some('n') => bytes.push(b'\n'),
            Some('t') => bytes.push(b'\t'),
            Some('r') => bytes.push(b'\r'),
            Some('a') => bytes.push(7),
            Some('b') => bytes.push(8),
            Some('f') => bytes.push(12),
            Some('v') => bytes.push(11),
            Some('e') => bytes.push(27),
            Some('c') => return (bytes, true),
            Some('x') => {
                let mut value = 0;
                for _ in 0..2 {
                    let Some(digit) = letters.peek().and_then(|c| c.to_digit(16)) else { break };
                    value = value * 16 + digit;
                    letters.next();
                }
                bytes.push(value as u8);
            }
            Some(digit @ '0'..='7') => {
                let mut value = digit.to_digit(8).unwrap_or_default();
                for _ in 0..if digit == '0' && !ansi { 3 } else { 2 } {
                    let Some(digit) = letters.peek().and_then(|c| c.to_digit(8)) else { break };
                    value = value * 8 + digit;
                    letters.next();
                }
                bytes.push(value as u8);
            }
            Some(other @ ('\'' | '"' | '?')) if ansi => put(&mut bytes, other),
            Some(other) => {
                bytes.push(b'\\');
                put(&mut bytes, other);
            }
        }
    }
    (bytes, false)
}

/// How wide a field may be.
const WIDTH_MAX: usize = 4096;

pub(super) fn printf(call: &mut Call<'_, '_>) -> i32 {
    let words = call.arguments();
    let words = words.strip_prefix(&["--".to_owned()][..]).unwrap_or(&words);
    let Some((format, values)) = words.split_first() else {
        call.complain("usage: printf FORMAT [ARGUMENT]...");
        return 2;
    };
    let mut values = values.iter();
    let (mut out, mut status) = (Vec::new(), 0);
    loop {
        let before = values.len();
        let stops = once(call, format, &mut values, &mut out, &mut status);
        // The format is used again as long as there are arguments that it takes.
        if stops || values.len() == 0 || values.len() == before || out.len() > (1 << 20) {
            break;
        }
    }
    call.put(out);
    status
}

fn once<'a>(
    call: &mut Call<'_, '_>,
    format: &str,
    values: &mut impl ExactSizeIterator<Item = &'a String>,
    out: &mut Vec<u8>,
    status: &mut i32,
) -> bool {
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        let (bytes, stops) = unescape(&rest[..at], false);
        out.extend(bytes);
        if stops {
            return true;
        }
        rest = &rest[at + 1..];
        let end = rest.find(|c: char| !"-+ #0123456789.*".contains(c)).unwrap_or(rest.len());
        let spec = &rest[..end];
        let Some(kind) = rest[end..].chars().next() else { break };
        rest = &rest[end + kind.len_utf8()..];
        if kind == '%' {
            out.push(b'%');
            continue;
        }
        let value = values.next().map(String::as_str);
        let (text, escaped) = field(call, kind, value, spec, status);
        pad(&text, spec, out);
        if escaped {
            return true;
        }
    }
    let (bytes, stops) = unescape(rest, false);
    out.extend(bytes);
    stops
}

fn field(
    call: &mut Call<'_, '_>,
    kind: char,
    value: Option<&str>,
    spec: &str,
    status: &mut i32,
) -> (Vec<u8>, bool) {
    let precision = spec.split_once('.').and_then(|(_, digits)| digits.parse::<usize>().ok());
    let given = value.unwrap_or_default();
    match kind {
        's' => {
            let text: String = given.chars().take(precision.unwrap_or(usize::MAX)).collect();
            (text.into_bytes(), false)
        }
        'b' => unescape(given, false),
        'c' => (given.chars().take(1).collect::<String>().into_bytes(), false),
        'q' => (format!("'{}'", given.replace('\'', "'\\''")).into_bytes(), false),
        'f' | 'e' | 'g' | 'F' => {
            let number: f64 = given.trim().parse().unwrap_or(0.0);
            let digits = precision.unwrap_or(6).min(50);
            (format!("{number:.digits$}").into_bytes(), false)
        }
        _ => {
            let number = integer(given).unwrap_or_else(|| {
                if !given.is_empty() {
                    let text = if call.is_busybox() {
                        format!("invalid number '{given}'")
                    } else {
                        format!("{given}: expected numeric value")
                    };
                    call.complain(&text);
                    *status = 1;
                }
                0
            });
            let text = match kind {
                'x' => format!("{number:x}"),
                'X' => format!("{number:X}"),
                'o' => format!("{number:o}"),
                'u' => format!("{}", number as u64),
                _ if spec.starts_with('+') && number >= 0 => format!("+{number}"),
                _ => number.to_string(),
            };
            let digits = precision.unwrap_or(0).min(WIDTH_MAX);
            let text = if text.len() < digits {
                format!("{}{text}", "0".repeat(digits - text.len()))
            } else {
                text
            };
            (text.into_bytes(), false)
        }
    }
}

fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(quoted) = text.strip_prefix(['\'', '"']) {
        return quoted.chars().next().map(|letter| i64::from(u32::from(letter)));
    }
    match text.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16).ok(),
        None if text.len() > 1 && text.starts_with('0') => i64::from_str_radix(text, 8).ok(),
        None => text.parse().ok(),
    }
}

fn pad(text: &[u8], spec: &str, out: &mut Vec<u8>) {
    let flags: String = spec.chars().take_while(|c| "-+ #0".contains(*c)).collect();
    let width = spec[flags.len()..].split('.').next().unwrap_or_default();
    let width: usize = width.parse().unwrap_or(0).min(WIDTH_MAX);
    let length = String::from_utf8_lossy(text).chars().count();
    let missing = width.saturating_sub(length);
    if flags.contains('-') {
        out.extend_from_slice(text);
        out.extend(std::iter::repeat_n(b' ', missing));
    } else if flags.contains('0') {
        let sign = usize::from(text.first().is_some_and(|first| *first == b'-'));
        out.extend_from_slice(&text[..sign]);
        out.extend(std::iter::repeat_n(b'0', missing));
        out.extend_from_slice(&text[sign..]);
    } else {
        out.extend(std::iter::repeat_n(b' ', missing));
        out.extend_from_slice(text);
    }
}
