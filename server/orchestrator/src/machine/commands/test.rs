//! `test` and `[`.

use super::Call;
use crate::machine::files::Files;
use crate::machine::shell::file;

pub(super) fn test(call: &mut Call<'_, '_>) -> i32 {
    let mut words = call.arguments();
    let bracket = call.name().starts_with('[');
    if bracket {
        let closing = if call.name() == "[[" { "]]" } else { "]" };
        if words.pop().as_deref() != Some(closing) {
            call.complain("missing ]");
            return 2;
        }
    }
    let terminals: Vec<u32> = (0..3).filter(|fd| super::is_terminal(call, *fd)).collect();
    let folder = call.body.folder.clone();
    let files = call.files();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut test = Test { files: &files, folder: &folder, terminals: &terminals, rest: &words };
    let result = test.whole();
    match result {
        Ok(holds) => i32::from(!holds),
        Err(why) => {
            call.complain(&why);
            2
        }
    }
}

struct Test<'a> {
    files: &'a Files<'a>,
    folder: &'a str,
    terminals: &'a [u32],
    rest: &'a [&'a str],
}

type Holds = Result<bool, String>;

const BINARY: &[&str] =
    &["=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"];

impl<'a> Test<'a> {
    fn whole(&mut self) -> Holds {
        // With few words their count decides, as POSIX has it.
        match self.rest {
            [] => return Ok(false),
            [one] => return Ok(!one.is_empty()),
            ["!", one] => return Ok(one.is_empty()),
            [left, operator, right] if BINARY.contains(operator) => {
                return self.binary(left, operator, right);
            }
            _ => {}
        }
        let holds = self.or()?;
        match self.rest.first() {
            None => Ok(holds),
            Some(word) => Err(format!("{word}: unexpected operator")),
        }
    }

    fn take(&mut self) -> Option<&'a str> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    fn or(&mut self) -> Holds {
        let mut holds = self.and()?;
        while self.rest.first() == Some(&"-o") {
            self.take();
            holds |= self.and()?;
        }
        Ok(holds)
    }

    fn and(&mut self) -> Holds {
        let mut holds = self.not()?;
        while self.rest.first() == Some(&"-a") {
            self.take();
            holds &= self.not()?;
        }
        Ok(holds)
    }

    fn not(&mut self) -> Holds {
        let mut negated = false;
        while self.rest.len() > 1 && self.rest[0] == "!" {
            self.take();
            negated = !negated;
        }
        Ok(self.one()? != negated)
    }

    fn one(&mut self) -> Holds {
        match self.rest {
            [left, operator, right, ..] if BINARY.contains(operator) => {
                let holds = self.binary(left, operator, right);
                self.rest = &self.rest[3..];
                holds
            }
            [flag, word, ..] if flag.len() == 2 && flag.starts_with('-') => {
                let holds = self.unary(flag, word);
                self.rest = &self.rest[2..];
                holds
            }
            _ => {
                let word = self.take().ok_or_else(|| "argument expected".to_owned())?;
                Ok(!word.is_empty())
            }
        }
    }

    fn unary(&self, flag: &str, word: &str) -> Holds {
        Ok(match flag.chars().nth(1).unwrap_or_default() {
            'z' => word.is_empty(),
            'n' => !word.is_empty(),
            't' => word.parse().is_ok_and(|fd: u32| self.terminals.contains(&fd)),
            letter @ ('a' | 'e' | 'f' | 'd' | 's' | 'r' | 'w' | 'x' | 'L' | 'h' | 'c' | 'O'
            | 'G') => file(self.files, self.folder, letter, word),
            'b' | 'p' | 'S' | 'u' | 'g' | 'k' => false,
            _ => return Err(format!("{flag}: unknown operand")),
        })
    }

    fn binary(&self, left: &str, operator: &str, right: &str) -> Holds {
        let number = |text: &str| {
            let parsed = text.trim().parse::<i64>();
            parsed.map_err(|_| format!("{text}: bad number"))
        };
        let modified = |path: &str| {
            self.files.find(self.folder, path, true).ok().map(|(_, node)| node.meta.modified)
        };
        Ok(match operator {
            "=" | "==" => left == right,
            "!=" => left != right,
            "<" => left < right,
            ">" => left > right,
            "-eq" => number(left)? == number(right)?,
            "-ne" => number(left)? != number(right)?,
            "-lt" => number(left)? < number(right)?,
            "-le" => number(left)? <= number(right)?,
            "-gt" => number(left)? > number(right)?,
            "-ge" => number(left)? >= number(right)?,
            "-nt" => modified(left) > modified(right),
            "-ot" => modified(left) < modified(right),
            _ => {
                let place = |path: &str| self.files.resolve(self.folder, path, true).ok();
                place(left).is_some() && place(left) == place(right)
            }
        })
    }
}
