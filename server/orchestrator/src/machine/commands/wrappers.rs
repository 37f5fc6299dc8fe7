//! Commands that run another, or wait.

use super::{Call, Came};
use crate::time::Millis;

pub(super) fn sleep(call: &mut Call<'_, '_>) -> Came {
    let mut total: Millis = 0;
    let words = call.arguments();
    if words.is_empty() {
        call.complain("missing operand");
        return Came::Exits(1);
    }
    for word in &words {
        if word == "infinity" || word == "inf" {
            return Came::Stays;
        }
        let (number, factor) = match word.chars().last() {
            Some('s') => (&word[..word.len() - 1], 1.0),
            Some('m') => (&word[..word.len() - 1], 60.0),
            Some('h') => (&word[..word.len() - 1], 3600.0),
            Some('d') => (&word[..word.len() - 1], 86400.0),
            _ => (word.as_str(), 1.0),
        };
        match number.parse::<f64>() {
            Ok(seconds) if seconds >= 0.0 => {
                total = total.saturating_add((seconds * factor * 1000.0).min(1e14) as Millis);
            }
            _ => {
                let text = match call.is_busybox() {
                    true => format!("invalid number '{word}'"),
                    false => format!("invalid time interval \u{2018}{word}\u{2019}"),
                };
                call.complain(&text);
                return Came::Exits(1);
            }
        }
    }
    Came::Sleeps(call.inside.clock.now + total)
}

/// Commands that run another.
pub(super) fn wrapper(call: &mut Call<'_, '_>) -> Came {
    let mut words = call.arguments();
    let name = call.name().to_owned();
    let mut environment = call.body.environment.clone();
    match name.as_str() {
        "env" => {
            while let Some(word) = words.first().cloned() {
                match word.split_once('=') {
                    Some((name, value)) if !word.starts_with('-') => {
                        environment.insert(name.to_owned(), value.to_owned());
                    }
                    _ if word == "-i" || word == "-" => environment.clear(),
                    _ if word == "-u" => {
                        words.remove(0);
                        environment.remove(words.first().map_or("", String::as_str));
                    }
                    _ => break,
                }
                words.remove(0);
            }
            if words.is_empty() {
                let text: String =
                    environment.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
                call.put(text);
                return Came::Exits(0);
            }
        }
        "timeout" => return timeout(call, words),
        "watch" => {
            let interval = words.iter().position(|word| word == "-n");
            let seconds = match interval {
                Some(at) => words.drain(at..(at + 2).min(words.len())).nth(1),
                None => None,
            };
            let line = words.join(" ");
            let seconds = seconds.unwrap_or_else(|| "2".to_owned());
            return Came::Script(format!(
                "while :; do echo 'Every {seconds}s: {line}'; {line}; sleep {seconds}; done"
            ));
        }
        "nice" if words.first().is_some_and(|word| word == "-n") => {
            words.drain(..2.min(words.len()));
        }
        "busybox" if words.is_empty() => {
            call.put("BusyBox v1.36.1 multi-call binary.\n");
            return Came::Exits(0);
        }
        _ => {}
    }
    call.body.environment.clone_from(&environment);
    let folder = call.body.folder.clone();
    match call.table.program(&words, &environment, &folder, call.inside) {
        Ok(program) => {
            call.body.arguments = words;
            Came::Runs(program)
        }
        Err((code, _)) => {
            let first = words.first().cloned().unwrap_or_default();
            let text = match call.is_busybox() {
                true => format!("can't execute '{first}': No such file or directory"),
                false => format!("\u{2018}{first}\u{2019}: No such file or directory"),
            };
            call.complain(&text);
            Came::Exits(code)
        }
    }
}

pub(super) fn timeout(call: &mut Call<'_, '_>, mut words: Vec<String>) -> Came {
    while words.first().is_some_and(|word| word.starts_with('-')) {
        let takes = matches!(words[0].as_str(), "-s" | "-k");
        words.drain(..(1 + usize::from(takes)).min(words.len()));
    }
    if words.len() < 2 {
        call.complain("missing operand");
        return Came::Exits(125);
    }
    let limit = words.remove(0);
    let code = if call.is_busybox() { 143 } else { 124 };
    let quoted: Vec<String> =
        words.iter().map(|w| format!("'{}'", w.replace('\'', "'\\''"))).collect();
    // The command, and one who ends it when the time is over.
    Came::Script(format!(
        "{} & _c=$!; (sleep {limit}; kill $_c 2>/dev/null) >/dev/null 2>&1 & _k=$!; wait $_c; _s=$?; \
         kill $_k 2>/dev/null; [ $_s = 143 ] && _s={code}; exit $_s",
        quoted.join(" ")
    ))
}
