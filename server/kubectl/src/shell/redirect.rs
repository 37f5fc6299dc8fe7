//! `>`, `>>`, `2>`, `2>&1` and `<`: where a command reads, and where it prints.

use futures::stream::LocalBoxStream;

use super::line::{Redirect, Stage, To};
use crate::{Files, Paper, Sent, Terminal};

/// What goes here is gone.
const NOWHERE: &str = "/dev/null";

/// What a command reads, if its line says so.
///
/// # Errors
/// The name of the file that is not there.
pub(super) fn input(stage: &Stage, files: &dyn Files) -> Result<Option<String>, String> {
    let named = stage.redirects.iter().rev().find_map(|redirect| match redirect {
        Redirect::In(name) => Some(name),
        Redirect::Out(..) => None,
    });
    match named {
        Some(name) if name == NOWHERE => Ok(Some(String::new())),
        Some(name) => files.read(name).map(Some).ok_or_else(|| name.clone()),
        None => Ok(stage.stdin.clone()),
    }
}

/// Where one of a command's two streams leads.
#[derive(Clone, Copy)]
enum End {
    Out,
    Err,
    /// The file of this number.
    File(usize),
}

/// A terminal some of whose streams lead into files.
pub(super) struct Redirected<'t> {
    terminal: &'t dyn Terminal,
    files: Vec<(&'t str, bool, Paper)>,
    out: End,
    err: End,
}

impl<'t> Redirected<'t> {
    /// From left to right, as a shell does: `>f 2>&1` is another thing than `2>&1 >f`.
    pub(super) fn new(redirects: &'t [Redirect], terminal: &'t dyn Terminal) -> Self {
        let mut all = Redirected { terminal, files: Vec::new(), out: End::Out, err: End::Err };
        for redirect in redirects {
            let Redirect::Out(which, to) = redirect else { continue };
            let end = match to {
                To::Same(1) => all.out,
                To::Same(_) => all.err,
                To::File { name, append } => {
                    all.files.push((name, *append, Paper::default()));
                    End::File(all.files.len() - 1)
                }
            };
            if which.contains(&1) {
                all.out = end;
            }
            if which.contains(&2) {
                all.err = end;
            }
        }
        all
    }

    /// Writes the files.
    ///
    /// # Errors
    /// The name of the one that cannot be written.
    pub(super) fn write(&self, files: &dyn Files) -> Result<(), String> {
        for (name, append, paper) in &self.files {
            let before = if *append { files.read(name).unwrap_or_default() } else { String::new() };
            if *name != NOWHERE && !files.write(name, &(before + &paper.seen())) {
                return Err((*name).to_owned());
            }
        }
        Ok(())
    }

    fn print(&self, end: End, text: &str) {
        match end {
            End::Out => self.terminal.out(text),
            End::Err => self.terminal.err(text),
            End::File(number) => self.files[number].2.out(text),
        }
    }
}

impl Terminal for Redirected<'_> {
    fn out(&self, text: &str) {
        self.print(self.out, text);
    }

    fn err(&self, text: &str) {
        self.print(self.err, text);
    }

    fn keys(&self, raw: bool) -> Option<LocalBoxStream<'static, Sent>> {
        self.terminal.keys(raw)
    }
}
