//! `export`, `set`, `trap` and their like.

use super::frames::Frame;
use super::run::Work;
use super::{Flavour, Shell};

impl Shell {
    pub(super) fn declare(
        &mut self,
        how: &str,
        arguments: &[String],
        work: &mut Work<'_, '_>,
    ) -> i32 {
        let names: Vec<&String> = arguments.iter().filter(|word| !word.starts_with('-')).collect();
        let flags: String =
            arguments.iter().filter(|w| w.starts_with('-')).map(String::as_str).collect();
        if names.is_empty() && how != "local" {
            self.list_variables(how, work);
            return 0;
        }
        for word in names {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word.as_str(), None),
            };
            let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && !name.starts_with(|c: char| c.is_ascii_digit())
                && !name.is_empty();
            if !is_name {
                self.say(&format!("{how}: `{word}': not a valid identifier"), work);
                return if self.flavour == Flavour::Bash { 1 } else { 2 };
            }
            if how == "local" {
                let old = self.variables.get(name).cloned();
                if let Some(Frame::Call { locals, .. }) = self.top_call() {
                    locals.push((name.to_owned(), old));
                }
            }
            if let Some(value) = value
                && !self.set(name, value)
            {
                self.say(&format!("{name}: is read only"), work);
                return 1;
            }
            let variable = self.variables.entry(name.to_owned()).or_default();
            match how {
                "export" => variable.exported = !flags.contains('n'),
                "readonly" => variable.read_only = true,
                _ => {
                    variable.exported |= flags.contains('x');
                    variable.read_only |= flags.contains('r');
                }
            }
        }
        0
    }

    pub(super) fn list_variables(&self, how: &str, work: &mut Work<'_, '_>) {
        let wanted = self.variables.iter().filter(|(_, variable)| match how {
            "export" => variable.exported,
            "readonly" => variable.read_only,
            _ => true,
        });
        let prefix = match (how, self.flavour) {
            ("export", Flavour::Bash) => "declare -x ",
            ("export", _) => "export ",
            ("readonly", _) => "readonly ",
            _ => "",
        };
        let quote = if self.flavour == Flavour::Bash { '"' } else { '\'' };
        let line = |(name, variable): (&String, &super::Variable)| match &variable.value {
            Some(value) => format!("{prefix}{name}={quote}{value}{quote}\n"),
            None => format!("{prefix}{name}\n"),
        };
        let text: String = wanted.map(line).collect();
        work.put(1, &text);
    }

    pub(super) fn set_options(&mut self, arguments: &[String], work: &mut Work<'_, '_>) -> i32 {
        if arguments.is_empty() {
            self.list_variables("set", work);
            return 0;
        }
        let mut rest = arguments.iter();
        while let Some(word) = rest.next() {
            let on = word.starts_with('-');
            match word.as_str() {
                "--" => break_with(&mut self.positional, rest.by_ref()),
                "-o" | "+o" => {
                    let name = rest.next().map(String::as_str).unwrap_or_default();
                    if !self.option(name, on) {
                        self.say(&format!("set: illegal option -o {name}"), work);
                        return 2;
                    }
                }
                word if on || word.starts_with('+') => {
                    for letter in word[1..].chars() {
                        let name = match letter {
                            'e' => "errexit",
                            'u' => "nounset",
                            'x' => "xtrace",
                            'f' => "noglob",
                            'o' => {
                                let name = rest.next().map(String::as_str).unwrap_or_default();
                                self.option(name, on);
                                continue;
                            }
                            _ => continue,
                        };
                        self.option(name, on);
                    }
                }
                word => {
                    let words = std::iter::once(word.to_owned()).chain(rest.by_ref().cloned());
                    self.positional = words.collect();
                }
            }
        }
        0
    }

    pub(in crate::machine) fn option(&mut self, name: &str, on: bool) -> bool {
        let option = match name {
            "errexit" => &mut self.options.errexit,
            "nounset" => &mut self.options.nounset,
            "xtrace" => &mut self.options.xtrace,
            "noglob" => &mut self.options.noglob,
            "pipefail" if self.flavour != Flavour::Dash => &mut self.options.pipefail,
            "monitor" | "allexport" | "noclobber" | "verbose" | "vi" | "emacs" | "posix" => {
                return true;
            }
            _ => return false,
        };
        *option = on;
        true
    }

    pub(super) fn set_trap(&mut self, arguments: &[String], work: &mut Work<'_, '_>) -> i32 {
        let arguments: Vec<&str> =
            arguments.iter().map(String::as_str).filter(|word| *word != "--").collect();
        let Some((action, signals)) = arguments.split_first() else {
            let line = |(signal, action): (&String, &String)| {
                let name = match self.flavour {
                    Flavour::Bash if signal != "EXIT" => format!("SIG{signal}"),
                    _ => signal.clone(),
                };
                format!("trap -- '{action}' {name}\n")
            };
            let text: String = self.traps.iter().map(line).collect();
            work.put(1, &text);
            return 0;
        };
        let resets = *action == "-" || signals.is_empty();
        let signals = if signals.is_empty() { &arguments[..] } else { signals };
        for signal in signals {
            let name = crate::machine::process::signal_name(signal);
            if resets {
                self.traps.remove(&name);
            } else {
                self.traps.insert(name, (*action).to_owned());
            }
        }
        0
    }
}

fn break_with<'a>(positional: &mut imbl::Vector<String>, rest: impl Iterator<Item = &'a String>) {
    *positional = rest.cloned().collect();
}
