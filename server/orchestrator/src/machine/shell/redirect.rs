//! Redirections.

use super::expand::{Outputs, Stop};
use super::run::Work;
use super::syntax::{Redirect, To, Word};
use super::{Flavour, Shell};
use crate::machine::files::Errno;
use crate::machine::process::Way;

/// What file descriptors were before.
type Saved = Vec<(u32, Option<u64>)>;

/// How many substitutions redirections have: their outputs come first.
pub(super) fn substitutions(redirects: &[Redirect]) -> usize {
    use brush_parser::word::{WordPiece as P, WordPieceWithSource};
    fn count(pieces: &[WordPieceWithSource]) -> usize {
        pieces
            .iter()
            .map(|piece| match &piece.piece {
                P::CommandSubstitution(_) | P::BackquotedCommandSubstitution(_) => 1,
                P::DoubleQuotedSequence(inner) => count(inner),
                _ => 0,
            })
            .sum()
    }
    redirects.iter().map(|redirect| count(&word(redirect).pieces)).sum()
}

fn word(redirect: &Redirect) -> &Word {
    match &redirect.to {
        To::Read(word)
        | To::Write(word)
        | To::Append(word)
        | To::ReadWrite(word)
        | To::Duplicate(word)
        | To::Both(word, _)
        | To::Text(word) => word,
    }
}

/// Puts file descriptors back as they were.
pub(super) fn restore(saved: Saved, work: &mut Work<'_, '_>) {
    for (fd, open) in saved.into_iter().rev() {
        match open {
            Some(open) => work.me.fds.insert(fd, open),
            None => work.me.fds.remove(&fd),
        };
    }
}

impl Shell {
    /// Redirects. `Ok(Err(()))` where a file cannot be opened: that has been said.
    ///
    /// # Errors
    /// A word needs the output of a command, or cannot be expanded.
    pub(super) fn redirected(
        &mut self,
        redirects: &[Redirect],
        outputs: &Outputs,
        work: &mut Work<'_, '_>,
    ) -> Result<Result<Saved, ()>, Stop> {
        if redirects.is_empty() {
            return Ok(Ok(Saved::new()));
        }
        let texts = self.expand(outputs, work, |expansion| {
            redirects.iter().map(|one| expansion.text(word(one))).collect::<Result<Vec<_>, _>>()
        })?;
        let mut saved = Saved::new();
        for (redirect, text) in redirects.iter().zip(texts) {
            if let Err(why) = redirect_one(redirect, &text, &mut saved, work) {
                let complaint = self.complaint(&self.cannot(redirect, &text, why));
                restore(saved, work);
                work.put(2, &complaint);
                return Ok(Err(()));
            }
        }
        Ok(Ok(saved))
    }

    fn cannot(&self, redirect: &Redirect, path: &str, why: Errno) -> String {
        let reads = matches!(redirect.to, To::Read(_));
        let why_text = why.to_string();
        match (self.flavour, reads, &redirect.to) {
            (_, _, To::Duplicate(_)) => format!("{path}: Bad file descriptor"),
            (Flavour::Ash, true, _) => {
                let why = if why == Errno::NoEntry { "no such file" } else { &why_text };
                format!("can't open {path}: {why}")
            }
            (Flavour::Ash, false, _) => {
                let why = if why == Errno::NoEntry { "nonexistent directory" } else { &why_text };
                format!("can't create {path}: {why}")
            }
            (Flavour::Dash, true, _) => {
                let why = if why == Errno::NoEntry { "No such file" } else { &why_text };
                format!("cannot open {path}: {why}")
            }
            (Flavour::Dash, false, _) => {
                let why = if why == Errno::NoEntry { "Directory nonexistent" } else { &why_text };
                format!("cannot create {path}: {why}")
            }
            (Flavour::Bash, ..) => format!("{path}: {why}"),
        }
    }
}

fn redirect_one(
    redirect: &Redirect,
    text: &str,
    saved: &mut Saved,
    work: &mut Work<'_, '_>,
) -> Result<(), Errno> {
    let way = match &redirect.to {
        To::Read(_) => Way::Read,
        To::Write(_) | To::Both(_, false) => Way::Write,
        To::Append(_) | To::Both(_, true) => Way::Append,
        To::ReadWrite(_) => Way::ReadWrite,
        To::Text(_) => {
            let open = work.table.open_text(text.as_bytes());
            put(redirect.fd, Some(open), saved, work);
            return Ok(());
        }
        To::Duplicate(_) => return duplicate(redirect.fd, text, saved, work),
    };
    let open = work.table.open(&work.me.fds, &work.me.folder, text, way, work.inside)?;
    put(redirect.fd, Some(open), saved, work);
    if matches!(redirect.to, To::Both(..)) {
        put(2, Some(open), saved, work);
    }
    Ok(())
}

fn duplicate(fd: u32, text: &str, saved: &mut Saved, work: &mut Work<'_, '_>) -> Result<(), Errno> {
    if text == "-" {
        put(fd, None, saved, work);
        return Ok(());
    }
    let number: u32 = text.trim_end_matches('-').parse().map_err(|_| Errno::Invalid)?;
    let open = work.me.fds.get(&number).copied().ok_or(Errno::Invalid)?;
    put(fd, Some(open), saved, work);
    if text.ends_with('-') {
        put(number, None, saved, work);
    }
    Ok(())
}

fn put(fd: u32, open: Option<u64>, saved: &mut Saved, work: &mut Work<'_, '_>) {
    let old = match open {
        Some(open) => work.me.fds.insert(fd, open),
        None => work.me.fds.remove(&fd),
    };
    saved.push((fd, old));
}
