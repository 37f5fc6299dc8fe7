//! Commands on numbers, names and bytes.

use sha2::{Digest, Sha256};

use super::Call;
use super::filters::files_of;
use super::text::flag;

const SEQ_MAX: usize = 100_000;

pub(super) fn seq(call: &mut Call<'_, '_>) -> i32 {
    let words = call.arguments();
    let separator = flag(call, 's').unwrap_or_else(|| "\n".to_owned());
    let numbers: Vec<i64> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let (first, step, last) = match numbers.as_slice() {
        [last] => (1, 1, *last),
        [first, last] => (*first, 1, *last),
        [first, step, last] if *step != 0 => (*first, *step, *last),
        _ => {
            call.complain("invalid number");
            return 1;
        }
    };
    let mut all = Vec::new();
    let mut value = first;
    while all.len() < SEQ_MAX && if step > 0 { value <= last } else { value >= last } {
        all.push(value.to_string());
        value = value.saturating_add(step);
    }
    if !all.is_empty() {
        call.put(all.join(&separator) + "\n");
    }
    0
}

pub(super) fn part(name: &str, call: &mut Call<'_, '_>) -> i32 {
    let words = call.arguments();
    let Some(path) = words.first() else {
        call.complain("missing operand");
        return 1;
    };
    let trimmed = path.trim_end_matches('/');
    let (folder, last) = trimmed.rsplit_once('/').unwrap_or((".", trimmed));
    let text = match name {
        "dirname" if trimmed.is_empty() => "/".to_owned(),
        "dirname" if folder.is_empty() => "/".to_owned(),
        "dirname" => folder.to_owned(),
        _ if trimmed.is_empty() => "/".to_owned(),
        _ => {
            let suffix = words.get(1).map(String::as_str).unwrap_or_default();
            let cut = last.strip_suffix(suffix).filter(|cut| !cut.is_empty());
            cut.unwrap_or(last).to_owned()
        }
    };
    call.put(text + "\n");
    0
}

pub(super) fn expr(call: &mut Call<'_, '_>) -> i32 {
    let words = call.arguments();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<i64>().ok();
    let value = match words.as_slice() {
        ["length", text] => text.chars().count().to_string(),
        [one] => (*one).to_owned(),
        [left, operator, right] => match (*operator, number(left), number(right)) {
            ("+", Some(l), Some(r)) => l.wrapping_add(r).to_string(),
            ("-", Some(l), Some(r)) => l.wrapping_sub(r).to_string(),
            ("*", Some(l), Some(r)) => l.wrapping_mul(r).to_string(),
            ("/" | "%", _, Some(0)) => {
                call.complain("division by zero");
                return 2;
            }
            ("/", Some(l), Some(r)) => l.wrapping_div(r).to_string(),
            ("%", Some(l), Some(r)) => l.wrapping_rem(r).to_string(),
            ("=", ..) => i32::from(left == right).to_string(),
            ("!=", ..) => i32::from(left != right).to_string(),
            ("<", Some(l), Some(r)) => i32::from(l < r).to_string(),
            (">", Some(l), Some(r)) => i32::from(l > r).to_string(),
            ("<=", Some(l), Some(r)) => i32::from(l <= r).to_string(),
            (">=", Some(l), Some(r)) => i32::from(l >= r).to_string(),
            _ => {
                call.complain("non-integer argument");
                return 2;
            }
        },
        _ => {
            call.complain("syntax error");
            return 2;
        }
    };
    call.put(format!("{value}\n"));
    i32::from(value == "0" || value.is_empty())
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) fn base64(call: &mut Call<'_, '_>) -> i32 {
    let paths = files_of(call, "w");
    let decodes =
        call.arguments().iter().any(|word| matches!(word.as_str(), "-d" | "-D" | "--decode"));
    let width = flag(call, 'w').and_then(|text| text.parse().ok()).unwrap_or(76_usize);
    let (contents, status) = call.contents(&paths);
    let bytes: Vec<u8> = contents.into_iter().flat_map(|(_, bytes)| bytes).collect();
    if decodes {
        call.put(decode(&bytes));
        return status;
    }
    let text = encode(&bytes);
    if width == 0 {
        call.put(text);
    } else {
        for line in text.as_bytes().chunks(width) {
            call.put(line);
            call.put("\n");
        }
    }
    status
}

pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let value = chunk.iter().fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let letter = LETTERS[(value >> (18 - 6 * at)) as usize & 63];
            text.push(if at > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

pub(super) fn decode(text: &[u8]) -> Vec<u8> {
    let values = text.iter().filter_map(|letter| LETTERS.iter().position(|known| known == letter));
    let (mut bytes, mut value, mut bits) = (Vec::new(), 0_u32, 0);
    for six in values {
        value = (value << 6) | six as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((value >> bits) as u8);
            value &= (1 << bits) - 1;
        }
    }
    bytes
}

pub(super) fn sums(call: &mut Call<'_, '_>) -> i32 {
    let paths = files_of(call, "");
    let (contents, status) = call.contents(&paths);
    for (name, bytes) in contents {
        let hex: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        call.put(format!("{hex}  {name}\n"));
    }
    status
}
