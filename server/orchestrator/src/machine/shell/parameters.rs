//! Parameters: `$x`, `${x:-…}`, `${x%…}`.

use brush_parser::word::{
    Parameter, ParameterExpr, ParameterTestType, SpecialParameter, SubstringMatchKind,
};

use super::arrays;
use super::expand::{Expansion, Fields, Stop};
use super::pattern::matches;

/// How long a value may become.
const BYTES_MAX: usize = 4 << 20;

impl Expansion<'_> {
    pub(super) fn value(&mut self, parameter: &Parameter) -> Result<Option<String>, Stop> {
        let shell = &self.shell;
        Ok(match parameter {
            Parameter::Named(name) => match name.as_str() {
                "RANDOM" if shell.flavour != super::Flavour::Dash => {
                    self.random = self.random.wrapping_mul(1_103_515_245).wrapping_add(12_345);
                    Some(((self.random >> 16) & 0x7fff).to_string())
                }
                "LINENO" => Some("1".to_owned()),
                "PWD" => Some(self.folder.to_owned()),
                name => shell.value(name).map(str::to_owned),
            },
            Parameter::Positional(0) => Some(shell.name.clone()),
            Parameter::Positional(number) => {
                let at = usize::try_from(*number).unwrap_or(usize::MAX) - 1;
                shell.positional.get(at).cloned()
            }
            Parameter::Special(special) => Some(match special {
                SpecialParameter::AllPositionalParameters { .. } => {
                    let all: Vec<String> = shell.positional.iter().cloned().collect();
                    return Ok((!all.is_empty()).then(|| all.join(" ")));
                }
                SpecialParameter::PositionalParameterCount => shell.positional.len().to_string(),
                SpecialParameter::LastExitStatus => shell.status.to_string(),
                SpecialParameter::CurrentOptionFlags => shell.flags(),
                SpecialParameter::ProcessId => shell.pid.to_string(),
                SpecialParameter::LastBackgroundProcessId => {
                    return Ok(shell.last_background.map(|pid| pid.to_string()));
                }
                SpecialParameter::ShellName => shell.name.clone(),
            }),
            Parameter::NamedWithIndex { name, index } => {
                let index = self.index(name, index)?;
                self.shell.value(&arrays::variable(name, index)).map(str::to_owned)
            }
            Parameter::NamedWithAllIndices { name, .. } => {
                let all: Vec<&str> = shell.items(name).into_iter().map(|(_, item)| item).collect();
                (!all.is_empty()).then(|| all.join(" "))
            }
        })
    }

    pub(super) fn parameter(
        &mut self,
        expression: &ParameterExpr,
        quoted: bool,
        split: bool,
        fields: &mut Fields,
    ) -> Result<(), Stop> {
        if let Some((all, concatenate)) = self.several(expression)
            && (!concatenate || !quoted)
            && split
        {
            for (index, one) in all.iter().enumerate() {
                if index > 0 {
                    fields.end();
                }
                if quoted {
                    fields.push(one, true);
                } else {
                    self.put(one, false, true, fields);
                }
            }
            return Ok(());
        }
        let text = self.expression(expression)?;
        self.put(&text, quoted, split, fields);
        Ok(())
    }

    /// The fields of `$@`, `$*`, `${a[@]}`, `${a[*]}`, `${!a[@]}`, and whether they become one if quoted.
    fn several(&self, expression: &ParameterExpr) -> Option<(Vec<String>, bool)> {
        match expression {
            ParameterExpr::Parameter { parameter: Parameter::Special(special), .. } => {
                let SpecialParameter::AllPositionalParameters { concatenate } = special else {
                    return None;
                };
                Some((self.shell.positional.iter().cloned().collect(), *concatenate))
            }
            ParameterExpr::Parameter {
                parameter: Parameter::NamedWithAllIndices { name, concatenate },
                indirect: false,
            } => {
                let items = self.shell.items(name).into_iter();
                Some((items.map(|(_, item)| item.to_owned()).collect(), *concatenate))
            }
            ParameterExpr::MemberKeys { variable_name, concatenate } => {
                let items = self.shell.items(variable_name).into_iter();
                Some((items.map(|(index, _)| index.to_string()).collect(), *concatenate))
            }
            _ => None,
        }
    }

    pub(super) fn expression(&mut self, expression: &ParameterExpr) -> Result<String, Stop> {
        use ParameterExpr as E;
        let unset = |value: &Option<String>, test: &ParameterTestType| match test {
            ParameterTestType::UnsetOrNull => value.as_ref().is_none_or(String::is_empty),
            ParameterTestType::Unset => value.is_none(),
        };
        match expression {
            E::Parameter { parameter, indirect } => {
                let value = self.required(parameter)?;
                if *indirect {
                    return Ok(self.shell.value(&value).unwrap_or_default().to_owned());
                }
                Ok(value)
            }
            E::UseDefaultValues { parameter, test_type, default_value, .. } => {
                match self.value(parameter)? {
                    value if unset(&value, test_type) => {
                        self.inner(default_value.as_deref().unwrap_or_default(), false)
                    }
                    value => Ok(value.unwrap_or_default()),
                }
            }
            E::AssignDefaultValues { parameter, test_type, default_value, .. } => {
                let value = self.value(parameter)?;
                if !unset(&value, test_type) {
                    return Ok(value.unwrap_or_default());
                }
                let text = self.inner(default_value.as_deref().unwrap_or_default(), false)?;
                if let Parameter::Named(name) = parameter {
                    self.shell.set(name, text.clone());
                }
                Ok(text)
            }
            E::IndicateErrorIfNullOrUnset { parameter, test_type, error_message, .. } => {
                let value = self.value(parameter)?;
                if !unset(&value, test_type) {
                    return Ok(value.unwrap_or_default());
                }
                let default = match test_type {
                    ParameterTestType::UnsetOrNull => "parameter not set or null",
                    ParameterTestType::Unset => "parameter not set",
                };
                let message = match error_message {
                    Some(message) => self.inner(message, false)?,
                    None => default.to_owned(),
                };
                Err(Stop::Fails(format!("{}: {message}", name_of(parameter))))
            }
            E::UseAlternativeValue { parameter, test_type, alternative_value, .. } => {
                let value = self.value(parameter)?;
                if unset(&value, test_type) {
                    return Ok(String::new());
                }
                self.inner(alternative_value.as_deref().unwrap_or_default(), false)
            }
            E::ParameterLength { parameter, .. } => {
                if let Parameter::Special(SpecialParameter::AllPositionalParameters { .. }) =
                    parameter
                {
                    return Ok(self.shell.positional.len().to_string());
                }
                if let Parameter::NamedWithAllIndices { name, .. } = parameter {
                    return Ok(self.shell.items(name).len().to_string());
                }
                Ok(self.required(parameter)?.chars().count().to_string())
            }
            other => self.cut(other),
        }
    }

    pub(super) fn cut(&mut self, expression: &ParameterExpr) -> Result<String, Stop> {
        use ParameterExpr as E;
        match expression {
            E::RemoveSmallestSuffixPattern { parameter, pattern, .. } => {
                self.trim(parameter, pattern.as_deref(), |s, p| cut_end(s, p, false))
            }
            E::RemoveLargestSuffixPattern { parameter, pattern, .. } => {
                self.trim(parameter, pattern.as_deref(), |s, p| cut_end(s, p, true))
            }
            E::RemoveSmallestPrefixPattern { parameter, pattern, .. } => {
                self.trim(parameter, pattern.as_deref(), |s, p| cut_start(s, p, false))
            }
            E::RemoveLargestPrefixPattern { parameter, pattern, .. } => {
                self.trim(parameter, pattern.as_deref(), |s, p| cut_start(s, p, true))
            }
            E::Substring { parameter, offset, length, .. } => {
                let value: Vec<char> = self.required(parameter)?.chars().collect();
                let offset = self.inner_sum(&offset.value)?;
                let size = value.len() as i64;
                let start = if offset < 0 { (size + offset).max(0) } else { offset.min(size) };
                let end = match length {
                    None => size,
                    Some(length) => match self.inner_sum(&length.value)? {
                        negative @ ..0 => (size + negative).max(start),
                        length => start.saturating_add(length).min(size),
                    },
                };
                let part = &value[start as usize..end as usize];
                Ok(part.iter().collect())
            }
            E::ReplaceSubstring { parameter, pattern, replacement, match_kind, .. } => {
                let value = self.required(parameter)?;
                let pattern = self.inner(pattern, true)?;
                let by = match replacement {
                    Some(text) => self.inner(text, false)?,
                    None => String::new(),
                };
                Ok(replace(&value, &pattern, &by, match_kind))
            }
            E::UppercasePattern { parameter, .. } => Ok(self.required(parameter)?.to_uppercase()),
            E::LowercasePattern { parameter, .. } => Ok(self.required(parameter)?.to_lowercase()),
            E::UppercaseFirstChar { parameter, .. } => {
                let value = self.required(parameter)?;
                let mut letters = value.chars();
                let first = letters.next().map(|letter| letter.to_ascii_uppercase());
                Ok(first.into_iter().chain(letters).collect())
            }
            E::VariableNames { prefix, .. } => Ok(self.shell.variables_starting(prefix).join(" ")),
            _ => Err(Stop::Fails("bad substitution".to_owned())),
        }
    }

    pub(super) fn inner_sum(&mut self, text: &str) -> Result<i64, Stop> {
        let text = self.inner(text, false)?;
        self.shell.sum(&text).map_err(Stop::Fails)
    }

    pub(super) fn trim(
        &mut self,
        parameter: &Parameter,
        pattern: Option<&str>,
        cut: fn(&str, &str) -> String,
    ) -> Result<String, Stop> {
        let value = self.required(parameter)?;
        let pattern = self.inner(pattern.unwrap_or_default(), true)?;
        Ok(cut(&value, &pattern))
    }

    /// The value; under `set -u` there has to be one.
    pub(super) fn required(&mut self, parameter: &Parameter) -> Result<String, Stop> {
        let value = self.value(parameter)?;
        let all =
            Parameter::Special(SpecialParameter::AllPositionalParameters { concatenate: false });
        let exempt = name_of(parameter) == name_of(&all) || name_of(parameter) == "*";
        match value {
            Some(value) => Ok(value),
            None if self.shell.options.nounset && !exempt => {
                let name = name_of(parameter);
                Err(Stop::Fails(match self.shell.flavour {
                    super::Flavour::Bash => format!("{name}: unbound variable"),
                    _ => format!("{name}: parameter not set"),
                }))
            }
            None => Ok(String::new()),
        }
    }
}

fn name_of(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Named(name) => name.clone(),
        Parameter::Positional(number) => number.to_string(),
        Parameter::Special(special) => special.to_string(),
        Parameter::NamedWithIndex { name, .. } | Parameter::NamedWithAllIndices { name, .. } => {
            name.clone()
        }
    }
}

fn ends(value: &str) -> Vec<usize> {
    value.char_indices().map(|(at, _)| at).chain([value.len()]).collect()
}

fn cut_start(value: &str, pattern: &str, largest: bool) -> String {
    let mut at = ends(value);
    if largest {
        at.reverse();
    }
    let found = at.into_iter().find(|at| matches(pattern, &value[..*at]));
    value[found.unwrap_or(0)..].to_owned()
}

fn cut_end(value: &str, pattern: &str, largest: bool) -> String {
    let mut at = ends(value);
    if !largest {
        at.reverse();
    }
    let found = at.into_iter().find(|at| matches(pattern, &value[*at..]));
    value[..found.unwrap_or(value.len())].to_owned()
}

fn replace(value: &str, pattern: &str, by: &str, kind: &SubstringMatchKind) -> String {
    let (mut done, mut from) = (String::new(), 0);
    let places = ends(value);
    while from < value.len() {
        let longest =
            places.iter().rev().find(|to| **to > from && matches(pattern, &value[from..**to]));
        let found = longest.copied().filter(|to| match kind {
            SubstringMatchKind::Prefix => from == 0,
            SubstringMatchKind::Suffix => *to == value.len(),
            _ => true,
        });
        match found {
            Some(to) => {
                done.push_str(by);
                from = to;
                if !matches!(kind, SubstringMatchKind::Anywhere) {
                    break;
                }
            }
            None => {
                let letter = value[from..].chars().next().unwrap_or_default();
                done.push(letter);
                from += letter.len_utf8();
            }
        }
        if done.len() > BYTES_MAX {
            break;
        }
    }
    done + &value[from..]
}
