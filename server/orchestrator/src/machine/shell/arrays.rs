//! Indexed arrays, of bash alone: `a=(x y)`, `${a[1]}`, `${a[@]}`, `${#a[@]}`, `a+=(z)`, `a[2]=w`.
//!
//! Item 0 is the variable of the name itself, as in bash, where `$a` is `${a[0]}`; the others are
//! variables of names that no script can write: `a[1]`.

use super::Shell;
use super::expand::{Expansion, Stop};
use super::syntax::{Assigned, Assignment};

/// Items beyond are not kept.
const INDEX_MAX: i64 = 1 << 20;

/// The variable behind an item.
pub(super) fn variable(name: &str, index: i64) -> String {
    if index == 0 { name.to_owned() } else { format!("{name}[{index}]") }
}

impl Shell {
    /// All items with their indices, in order.
    pub(super) fn items(&self, name: &str) -> Vec<(i64, &str)> {
        let prefix = format!("{name}[");
        let rest = self.variables.range(prefix.clone()..);
        let rest = rest.take_while(|(key, _)| key.starts_with(&prefix));
        let rest = rest.filter_map(|(key, variable)| {
            let index = key[prefix.len()..].strip_suffix(']')?.parse().ok()?;
            Some((index, variable.value.as_deref()?))
        });
        let first = self.value(name).map(|value| (0, value));
        let mut all: Vec<(i64, &str)> = first.into_iter().chain(rest).collect();
        all.sort_by_key(|(index, _)| *index);
        all
    }

    /// Forgets a variable, with all of its items.
    pub(super) fn unset(&mut self, name: &str) {
        let indices: Vec<i64> = self.items(name).into_iter().map(|(index, _)| index).collect();
        for index in indices {
            self.variables.remove(&variable(name, index));
        }
        self.variables.remove(name);
    }
}

impl Expansion<'_> {
    /// An item's place; from the end if it is negative.
    pub(super) fn index(&mut self, name: &str, text: &str) -> Result<i64, Stop> {
        let index = self.inner_sum(text)?;
        let beyond = self.shell.items(name).last().map_or(0, |(last, _)| last + 1);
        let index = if index < 0 { index + beyond } else { index };
        if (0..=INDEX_MAX).contains(&index) {
            return Ok(index);
        }
        Err(Stop::Fails(format!("{name}[{text}]: bad array subscript")))
    }

    /// The variables that an assignment sets, and to what.
    pub(super) fn assigned(&mut self, one: &Assignment) -> Result<Vec<(String, String)>, Stop> {
        let (word, place) = match &one.value {
            Assigned::Items(items) => return self.assigned_items(one, items),
            Assigned::Text(word) => (word, one.index.as_deref()),
        };
        let index = place.map_or(Ok(0), |text| self.index(&one.name, text))?;
        let name = variable(&one.name, index);
        let value = self.text(word)?;
        let old = self.shell.value(&name).filter(|_| one.append).unwrap_or_default();
        let value = format!("{old}{value}");
        Ok(vec![(name, value)])
    }

    fn assigned_items(
        &mut self,
        one: &Assignment,
        items: &[(Option<String>, super::syntax::Word)],
    ) -> Result<Vec<(String, String)>, Stop> {
        let mut values = Vec::new();
        for (place, word) in items {
            match place {
                Some(text) => values.push((Some(self.index(&one.name, text)?), self.text(word)?)),
                None => {
                    let fields = self.fields(std::slice::from_ref(word))?;
                    values.extend(fields.into_iter().map(|field| (None, field)));
                }
            }
        }
        let mut next = 0;
        if one.append {
            next = self.shell.items(&one.name).last().map_or(0, |(last, _)| last + 1);
        } else {
            self.shell.unset(&one.name);
        }
        let named = values.into_iter().map(|(place, value)| {
            let index = place.unwrap_or(next);
            next = index + 1;
            (variable(&one.name, index), value)
        });
        Ok(named.collect())
    }
}
