//! The flags and words of a command line, read as pflag reads them: `-n ns`, `-nns`, `-n=ns`,
//! `--namespace ns`, `--namespace=ns`, mixed with the words, until `--`.

use crate::failure::Failure;

/// What follows a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Nothing, or `=true`/`=false`.
    Switch,
    /// A value, always.
    Value,
    /// A value after `=`, or this one when there is none.
    Optional(&'static str),
    /// A whole number, always.
    Number,
    /// A duration such as `30s`, always.
    Duration,
}

/// A flag that a command knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flag {
    pub(crate) long: &'static str,
    pub(crate) short: Option<char>,
    pub(crate) takes: Takes,
    /// The value when the flag is not given, as help prints it.
    pub(crate) default: &'static str,
    /// What it does, for help.
    pub(crate) about: &'static str,
}

impl Flag {
    const fn new(long: &'static str, takes: Takes, default: &'static str) -> Flag {
        Flag { long, short: None, takes, default, about: "" }
    }

    pub(crate) const fn switch(long: &'static str, about: &'static str) -> Flag {
        Flag::new(long, Takes::Switch, "false").about(about)
    }

    pub(crate) const fn value(long: &'static str, default: &'static str) -> Flag {
        Flag::new(long, Takes::Value, default)
    }

    pub(crate) const fn number(long: &'static str, default: &'static str) -> Flag {
        Flag::new(long, Takes::Number, default)
    }

    pub(crate) const fn duration(long: &'static str, default: &'static str) -> Flag {
        Flag::new(long, Takes::Duration, default)
    }

    pub(crate) const fn optional(
        long: &'static str,
        default: &'static str,
        bare: &'static str,
    ) -> Flag {
        Flag::new(long, Takes::Optional(bare), default)
    }

    pub(crate) const fn short(mut self, letter: char) -> Flag {
        self.short = Some(letter);
        self
    }

    /// A switch that is on unless it is turned off.
    pub(crate) const fn on(mut self) -> Flag {
        self.default = "true";
        self
    }

    pub(crate) const fn about(mut self, words: &'static str) -> Flag {
        self.about = words;
        self
    }
}

/// The words of a command line and the flags that were set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arguments {
    /// Everything that is not a flag, in order.
    pub(crate) words: Vec<String>,
    /// How many of `words` stood before `--`, when there was one.
    pub(crate) dash: Option<usize>,
    set: Vec<(&'static str, String)>,
    known: Vec<Flag>,
}

impl Arguments {
    /// Reads `line` by the flags in `known`; `command` is named in complaints.
    pub(crate) fn parse(
        line: &[String],
        known: &[Flag],
        command: &str,
    ) -> Result<Arguments, Failure> {
        let mut arguments = Arguments { known: known.to_vec(), ..Arguments::default() };
        let complain = |message: String| Failure::Flag { command: command.to_owned(), message };
        let mut rest = line.iter();
        while let Some(word) = rest.next() {
            if word == "--" {
                arguments.dash = Some(arguments.words.len());
                arguments.words.extend(rest.by_ref().cloned());
            } else if let Some(long) = word.strip_prefix("--") {
                arguments.long(long, &mut rest).map_err(complain)?;
            } else if word.len() > 1 && word.starts_with('-') {
                arguments.shorts(&word[1..], &mut rest).map_err(complain)?;
            } else {
                arguments.words.push(word.clone());
            }
        }
        Ok(arguments)
    }

    /// The value of a flag, or its default.
    pub(crate) fn get(&self, long: &str) -> &str {
        self.all(long).last().copied().unwrap_or_else(|| {
            let flag = self.known.iter().find(|flag| flag.long == long);
            flag.map(|flag| flag.default).unwrap_or_default()
        })
    }

    /// All values of a flag that may be repeated; none when it was not given.
    pub(crate) fn all(&self, long: &str) -> Vec<&str> {
        self.set.iter().filter(|(name, _)| *name == long).map(|(_, value)| value.as_str()).collect()
    }

    /// All values of a flag that may be repeated or hold several with commas between.
    pub(crate) fn list(&self, long: &str) -> Vec<String> {
        let parts = self.all(long).into_iter().flat_map(|value| value.split(','));
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// Whether a switch is on.
    pub(crate) fn on(&self, long: &str) -> bool {
        self.get(long) == "true"
    }

    /// Whether a flag stood on the line.
    pub(crate) fn given(&self, long: &str) -> bool {
        self.set.iter().any(|(name, _)| *name == long)
    }

    /// The value of a number flag.
    pub(crate) fn number(&self, long: &str) -> i64 {
        self.get(long).parse().unwrap_or_default()
    }

    /// The value of a duration flag, in milliseconds.
    pub(crate) fn duration_ms(&self, long: &str) -> i64 {
        duration_ms(self.get(long)).unwrap_or_default()
    }

    fn long<'l>(
        &mut self,
        word: &str,
        rest: &mut impl Iterator<Item = &'l String>,
    ) -> Result<(), String> {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word, None),
        };
        if name.is_empty() || name.starts_with('-') {
            return Err(format!("bad flag syntax: --{word}"));
        }
        let found = self.known.iter().find(|flag| flag.long == name).copied();
        let flag = found.ok_or_else(|| format!("unknown flag: --{name}"))?;
        let value = match (value, flag.takes) {
            (Some(value), _) => value,
            (None, Takes::Switch) => "true".to_owned(),
            (None, Takes::Optional(bare)) => bare.to_owned(),
            (None, _) => {
                rest.next().cloned().ok_or_else(|| format!("flag needs an argument: --{name}"))?
            }
        };
        self.put(flag, &value)
    }

    fn shorts<'l>(
        &mut self,
        letters: &str,
        rest: &mut impl Iterator<Item = &'l String>,
    ) -> Result<(), String> {
        for (at, letter) in letters.char_indices() {
            let found = self.known.iter().find(|flag| flag.short == Some(letter)).copied();
            let flag =
                found.ok_or_else(|| format!("unknown shorthand flag: {letter:?} in -{letters}"))?;
            let after = &letters[at + letter.len_utf8()..];
            let value = match (flag.takes, after.strip_prefix('=')) {
                (_, Some(value)) => value.to_owned(),
                (Takes::Switch, None) => {
                    self.put(flag, "true")?;
                    continue;
                }
                (Takes::Optional(bare), None) => {
                    self.put(flag, bare)?;
                    continue;
                }
                (_, None) if !after.is_empty() => after.to_owned(),
                (_, None) => rest
                    .next()
                    .cloned()
                    .ok_or_else(|| format!("flag needs an argument: {letter:?} in -{letters}"))?,
            };
            return self.put(flag, &value);
        }
        Ok(())
    }

    fn put(&mut self, flag: Flag, value: &str) -> Result<(), String> {
        let value = checked(flag, value).map_err(|why| {
            let name = match flag.short {
                Some(letter) => format!("-{letter}, --{}", flag.long),
                None => format!("--{}", flag.long),
            };
            format!("invalid argument {value:?} for {name:?} flag: {why}")
        })?;
        self.set.push((flag.long, value));
        Ok(())
    }
}

/// The value in the form that the rest of the program expects, or Go's complaint.
fn checked(flag: Flag, value: &str) -> Result<String, String> {
    match flag.takes {
        Takes::Switch => match value {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok("true".to_owned()),
            "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok("false".to_owned()),
            _ => Err(format!("strconv.ParseBool: parsing {value:?}: invalid syntax")),
        },
        Takes::Number => match value.parse::<i64>() {
            Ok(number) => Ok(number.to_string()),
            Err(_) => Err(format!("strconv.ParseInt: parsing {value:?}: invalid syntax")),
        },
        Takes::Duration => match duration_ms(value) {
            Some(_) => Ok(value.to_owned()),
            None => Err(bad_duration(value)),
        },
        Takes::Value | Takes::Optional(_) => Ok(value.to_owned()),
    }
}

fn bad_duration(value: &str) -> String {
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("time: missing unit in duration {value:?}")
    } else {
        format!("time: invalid duration {value:?}")
    }
}

/// A Go duration (`1h30m`, `500ms`, `-1s`, `0`) in milliseconds.
pub(crate) fn duration_ms(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let count: f64 = rest[..end].parse().ok()?;
        rest = &rest[end..];
        let end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        total += count * unit_ms(&rest[..end])?;
        rest = &rest[end..];
    }
    if text.is_empty() { None } else { Some((sign * total).round() as i64) }
}

fn unit_ms(unit: &str) -> Option<f64> {
    match unit {
        "ns" => Some(1e-6),
        "us" | "µs" => Some(1e-3),
        "ms" => Some(1.0),
        "s" => Some(1e3),
        "m" => Some(6e4),
        "h" => Some(36e5),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAGS: &[Flag] = &[
        Flag::value("namespace", "").short('n'),
        Flag::switch("all-namespaces", "").short('A'),
        Flag::switch("watch", "").short('w'),
        Flag::optional("dry-run", "none", "unchanged"),
        Flag::number("replicas", "1"),
        Flag::duration("timeout", "0s"),
    ];

    fn parse(line: &str) -> Result<Arguments, Failure> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Arguments::parse(&words, FLAGS, "kubectl get")
    }

    #[test]
    fn flags_in_every_spelling() {
        for line in
            ["pods -n x", "-nx pods", "-n=x pods", "--namespace x pods", "pods --namespace=x"]
        {
            let arguments = parse(line).expect(line);
            assert_eq!(
                (arguments.get("namespace"), &arguments.words[..]),
                ("x", &["pods".into()][..])
            );
        }
        let arguments = parse("-Aw --dry-run pods -- -n").expect("clustered switches");
        assert!(arguments.on("all-namespaces") && arguments.on("watch"));
        assert_eq!(arguments.get("dry-run"), "unchanged");
        assert_eq!(arguments.words, ["pods", "-n"]);
        assert_eq!(arguments.dash, Some(1));
    }

    #[test]
    fn complaints_are_pflags() {
        let check = |line: &str, expect: &str| {
            let failure = parse(line).expect_err(line);
            let expect = format!("error: {expect}\nSee 'kubectl get --help' for usage.\n");
            assert_eq!(failure.report(), (1, expect), "{line}");
        };
        check("--foo", "unknown flag: --foo");
        check("-x", "unknown shorthand flag: 'x' in -x");
        check("-n", "flag needs an argument: 'n' in -n");
        check("--namespace", "flag needs an argument: --namespace");
        check(
            "--replicas=a",
            "invalid argument \"a\" for \"--replicas\" flag: strconv.ParseInt: parsing \"a\": \
             invalid syntax",
        );
        check(
            "--timeout=5",
            "invalid argument \"5\" for \"--timeout\" flag: time: missing unit in duration \"5\"",
        );
    }

    #[test]
    fn durations_are_gos() {
        for (text, ms) in
            [("1h30m", 5_400_000), ("500ms", 500), ("-1s", -1000), ("0", 0), ("1.5s", 1500)]
        {
            assert_eq!(duration_ms(text), Some(ms), "{text}");
        }
        assert_eq!(duration_ms("abc"), None);
    }
}
