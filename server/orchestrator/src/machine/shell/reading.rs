//! `read` and `getopts`.

use super::frames::Frame;
use super::run::{Done, Work};
use super::{Flavour, Shell};
use crate::machine::process::{Ran, TakeUntil, Taken, Wait};
use crate::time::Millis;

impl Shell {
    pub(super) fn getopts(&mut self, arguments: &[String]) -> i32 {
        let [options, name, rest @ ..] = arguments else { return 2 };
        let words: Vec<String> = match rest {
            [] => self.positional.iter().cloned().collect(),
            rest => rest.to_vec(),
        };
        let index: usize = self.value("OPTIND").and_then(|text| text.parse().ok()).unwrap_or(1);
        let offset: usize = self.value("_OPTOFF").and_then(|text| text.parse().ok()).unwrap_or(1);
        let word = words.get(index - 1).map(String::as_str).unwrap_or_default();
        let Some(letter) = word.strip_prefix('-').and_then(|_| word.chars().nth(offset)) else {
            self.set(name, "?");
            self.set("OPTIND", if word == "--" { index + 1 } else { index }.to_string());
            return 1;
        };
        let last = word.chars().count() == offset + 1;
        let (mut next, mut off) = if last { (index + 1, 1) } else { (index, offset + 1) };
        match options.find(letter).filter(|_| letter != ':') {
            None => {
                self.set(name, "?");
            }
            Some(at) => {
                self.set(name, letter.to_string());
                if options[at + 1..].starts_with(':') {
                    let attached: String = word.chars().skip(offset + 1).collect();
                    let value = if last { words.get(index).cloned() } else { Some(attached) };
                    next = if last { index + 2 } else { index + 1 };
                    off = 1;
                    self.set("OPTARG", value.unwrap_or_default());
                }
            }
        }
        self.set("OPTIND", next.to_string());
        self.set("_OPTOFF", off.to_string());
        0
    }

    pub(super) fn read(&mut self, arguments: &[String], work: &mut Work<'_, '_>) -> Done {
        let (mut names, mut raw, mut until) = (Vec::new(), false, None);
        let mut rest = arguments.iter();
        while let Some(word) = rest.next() {
            match word.as_str() {
                "-p" => {
                    let text = rest.next().cloned().unwrap_or_default();
                    work.put(2, &text);
                }
                "-t" => {
                    let seconds = rest.next().and_then(|text| text.parse::<f64>().ok());
                    let ms = (seconds.unwrap_or(0.0).clamp(0.0, 1e6) * 1000.0) as Millis;
                    until = Some(work.inside.clock.now + ms);
                }
                "-n" | "-d" | "-u" | "-a" => {
                    rest.next();
                }
                flag if flag.starts_with('-') => raw |= flag.contains('r'),
                name => names.push(name.to_owned()),
            }
        }
        if names.is_empty() {
            names.push("REPLY".to_owned());
        }
        self.push(Frame::Read { names, raw, line: Vec::new(), until });
        Done::Goes
    }

    pub(super) fn read_on(
        &mut self,
        names: Vec<String>,
        raw: bool,
        mut line: Vec<u8>,
        until: Option<crate::time::Time>,
        work: &mut Work<'_, '_>,
    ) -> Ran {
        let Some(input) = work.me.fds.get(&0).copied() else {
            self.status = 1;
            return self.checked();
        };
        loop {
            match work.table.take(input, TakeUntil::LINE, work.inside) {
                Taken::Bytes(bytes) => {
                    line.extend(bytes);
                    let goes_on = !raw && line.ends_with(b"\\\n");
                    if goes_on {
                        line.truncate(line.len() - 2);
                    } else if line.ends_with(b"\n") {
                        line.pop();
                        self.status = 0;
                        break;
                    }
                }
                Taken::End => {
                    self.status = 1;
                    break;
                }
                Taken::Blocked => {
                    if until.is_some_and(|until| work.inside.clock.now >= until) {
                        self.status = if self.flavour == Flavour::Bash { 142 } else { 1 };
                        break;
                    }
                    self.push(Frame::Read { names, raw, line, until });
                    return Ran::Waits(match until {
                        Some(until) => Wait::InputUntil(input, until),
                        None => Wait::Input(input),
                    });
                }
            }
        }
        self.assign_fields(&names, &String::from_utf8_lossy(&line), raw);
        self.checked()
    }

    pub(super) fn assign_fields(&mut self, names: &[String], line: &str, raw: bool) {
        let line = if raw { line.to_owned() } else { line.replace('\\', "") };
        let ifs = self.value("IFS").unwrap_or(" \t\n").to_owned();
        let blank = |letter: char| ifs.contains(letter) && letter.is_whitespace();
        let mut rest = line.trim_start_matches(blank);
        for (index, name) in names.iter().enumerate() {
            if index + 1 == names.len() {
                self.set(name, rest.trim_end_matches(blank));
                return;
            }
            let end = rest.find(|letter| ifs.contains(letter)).unwrap_or(rest.len());
            let (field, after) = rest.split_at(end);
            self.set(name, field);
            let after = after.trim_start_matches(blank);
            let separator = |letter: char| ifs.contains(letter) && !letter.is_whitespace();
            rest = after.strip_prefix(separator).unwrap_or(after).trim_start_matches(blank);
        }
    }
}
