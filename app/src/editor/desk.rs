//! The files of the learner, and what is done with them.

use leptos::{prelude::*, task::spawn_local};
use protocol::{Act, Diagnostic, File, Refusal, Reply};

use crate::{
    browser,
    session::{Place, Session},
    terminal::Console,
};

/// A handle of the files on the page. Copies mean the same files.
#[derive(Clone, Copy, Debug)]
pub struct Desk {
    files: RwSignal<Vec<File>>,
    shown: RwSignal<usize>,
    diagnostics: RwSignal<Vec<Diagnostic>>,
    /// What the last dry run would have changed.
    diff: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    applied_well: RwSignal<u32>,
    /// Counts what did not come from the keyboard, so that the editor takes it over.
    replaced: RwSignal<u32>,
    /// Where the learner asked to be taken: line and column, from 1.
    jump: RwSignal<Option<(u32, u32)>>,
    session: Session,
    console: Console,
    /// Where the browser keeps the files.
    key: StoredValue<String>,
}

/// The files of the page that this component is on.
pub fn use_desk() -> Desk {
    expect_context::<Desk>()
}

impl Desk {
    /// The files that `place` opens with; the ones that this browser kept there take their place.
    pub fn new(
        place: &Place,
        files: RwSignal<Vec<File>>,
        session: Session,
        console: Console,
    ) -> Desk {
        let desk = Desk {
            files,
            shown: RwSignal::new(0),
            diagnostics: RwSignal::new(Vec::new()),
            diff: RwSignal::new(None),
            busy: RwSignal::new(false),
            applied_well: RwSignal::new(0),
            replaced: RwSignal::new(0),
            jump: RwSignal::new(None),
            session,
            console,
            key: StoredValue::new(match place {
                Place::Playground => "files.play".to_owned(),
                Place::Lesson { slug } => format!("files.lesson.{slug}"),
            }),
        };
        Effect::new(move |first: Option<()>| desk.keep(first.is_none()));
        Effect::new(move |_| {
            if let Some(file) = session.written() {
                desk.put(file);
            }
        });
        desk
    }

    /// Takes over the kept files at first, and keeps each change from then on.
    fn keep(self, first: bool) {
        let key = self.key.get_value();
        let kept = if first { browser::recall_as::<Vec<File>>(&key) } else { None };
        if let Some(kept) = kept.filter(|kept| !kept.is_empty()) {
            self.files.set(kept);
            self.replaced.update(|n| *n += 1);
        }
        self.files.with(|files| {
            if !first {
                browser::keep_as(&key, files);
            }
        });
    }

    /// Puts other files in the place of all, as at the beginning.
    pub fn reset(self, files: Vec<File>) {
        self.files.set(files);
        self.shown.set(0);
        self.diagnostics.set(Vec::new());
        self.replaced.update(|n| *n += 1);
        browser::forget(&self.key.get_value());
    }

    pub fn count(self) -> usize {
        self.files.with(Vec::len)
    }

    pub fn names(self) -> Vec<String> {
        self.files.with(|files| files.iter().map(|file| file.name.clone()).collect())
    }

    pub fn files(self) -> Vec<File> {
        self.files.get_untracked()
    }

    pub fn shown(self) -> usize {
        self.shown.get()
    }

    pub fn shown_name(self) -> String {
        let shown = self.shown.get();
        self.files.with(|files| files.get(shown).map(|f| f.name.clone()).unwrap_or_default())
    }

    pub fn shown_text(self) -> String {
        let shown = self.shown.get();
        self.files.with(|files| files.get(shown).map(|f| f.text.clone()).unwrap_or_default())
    }

    /// What the last dry run would have changed; empty: nothing. Tracked.
    pub(super) fn diff(self) -> Option<String> {
        self.diff.get()
    }

    pub(super) fn close_diff(self) {
        self.diff.set(None);
    }

    pub fn is_busy(self) -> bool {
        self.busy.get()
    }

    /// Changes when files were applied and nothing was wrong in them. Tracked.
    pub fn applied_well(self) -> u32 {
        self.applied_well.get()
    }

    /// Changes when the files were replaced by other means than the keyboard. Tracked.
    pub(super) fn replaced(self) -> u32 {
        self.replaced.get()
    }

    pub(super) fn jump(self) -> Option<(u32, u32)> {
        self.jump.get()
    }

    /// What is wrong, in the file that is shown.
    pub fn diagnostics_shown(self) -> Vec<Diagnostic> {
        let name = self.shown_name();
        self.diagnostics.with(|all| all.iter().filter(|one| one.file == name).cloned().collect())
    }

    /// What is wrong, in any file.
    pub fn diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics.get()
    }

    pub fn show(self, number: usize) {
        self.shown.set(number.min(self.files.with_untracked(Vec::len).saturating_sub(1)));
    }

    /// The learner changed the text of the file that is shown.
    pub fn write(self, text: String) {
        let shown = self.shown.get_untracked();
        let same = self.files.with_untracked(|f| f.get(shown).is_none_or(|f| f.text == text));
        if same {
            return;
        }
        self.files.update(|files| files[shown].text = text);
        let name = untrack(move || self.shown_name());
        self.unsay(&name);
    }

    /// What was said of a file's old text may not be so any more.
    fn unsay(self, name: &str) {
        if self.diagnostics.with_untracked(|all| all.iter().any(|one| one.file == name)) {
            self.diagnostics.update(|all| all.retain(|one| one.file != name));
        }
    }

    /// Opens one more file, under a name that is free.
    pub fn add(self, name: &str, text: &str) {
        let name = free_name(name, &untrack(move || self.names()));
        self.files.update(|files| files.push(File { name, text: text.to_owned() }));
        self.show(usize::MAX);
        self.replaced.update(|n| *n += 1);
    }

    /// Puts a file in the place of the one of the same name, or adds it, and shows it.
    pub fn put(self, file: File) {
        self.unsay(&file.name);
        let place = self.files.try_update(|files| {
            let place = files.iter().position(|known| known.name == file.name);
            let place = place.unwrap_or(files.len());
            files.splice(place..files.len().min(place + 1), [file]);
            place
        });
        self.show(place.unwrap_or_default());
        self.replaced.update(|n| *n += 1);
    }

    pub fn close(self, number: usize) {
        self.files.update(|files| {
            if number < files.len() && files.len() > 1 {
                files.remove(number);
            }
        });
        let shown = self.shown.get_untracked();
        self.show(if shown > number { shown - 1 } else { shown });
        self.replaced.update(|n| *n += 1);
    }

    /// Gives a file another name, if it is free and not empty.
    pub fn rename(self, number: usize, name: &str) {
        let name = name.trim();
        self.files.update(|files| {
            let taken = files.iter().enumerate().any(|(n, file)| n != number && file.name == name);
            if !name.is_empty() && !name.contains(['/', ' ']) && !taken {
                files[number].name = name.to_owned();
            }
        });
        self.replaced.update(|n| *n += 1);
    }

    /// Shows the place in a file that a diagnostic is about.
    pub fn go_to(self, diagnostic: &Diagnostic) {
        let names = untrack(move || self.names());
        if let Some(number) = names.iter().position(|name| *name == diagnostic.file) {
            self.show(number);
            self.jump.set(Some((diagnostic.line, diagnostic.column)));
        }
    }

    /// `kubectl apply -f` of the file that is shown.
    pub fn apply(self, dry_run: bool) {
        let shown = self.shown.get_untracked();
        self.apply_files(self.files().into_iter().skip(shown).take(1).collect(), dry_run);
    }

    /// `kubectl apply -f` of all files.
    pub fn apply_all(self) {
        self.apply_files(self.files(), false);
    }

    fn apply_files(self, files: Vec<File>, dry_run: bool) {
        if self.busy.get_untracked() || files.is_empty() {
            return;
        }
        self.busy.set(true);
        self.diff.set(None);
        let names = files.iter().map(|file| format!(" -f {}", file.name)).collect::<String>();
        let dry = if dry_run { " --dry-run=server" } else { "" };
        self.console.echo(&format!("kubectl apply{names}{dry}"));
        spawn_local(async move {
            let reply = self.session.send(Act::Apply { files, dry_run }).await;
            // The page may have been left while the server worked.
            if self.busy.try_set(false).is_none() {
                self.applied(reply, dry_run);
            }
        });
    }

    fn applied(self, reply: Reply, dry_run: bool) {
        match reply {
            Reply::Applied { output, diagnostics, diff } => {
                self.console.print(protocol::Stream::Out, &output);
                if diagnostics.is_empty() && dry_run {
                    self.diff.set(Some(diff));
                } else if diagnostics.is_empty() {
                    self.applied_well.update(|n| *n += 1);
                }
                self.diagnostics.set(diagnostics);
            }
            Reply::Refused { reason } => self.console.refused(&reason),
            _ => self.console.refused(&Refusal::NotFound),
        }
    }
}

/// `name`, or with a number before its ending: `pod.yaml`, `pod-2.yaml`, …
fn free_name(name: &str, taken: &[String]) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "yaml"));
    let mut candidates = std::iter::once(format!("{stem}.{ending}"))
        .chain((2..).map(|n| format!("{stem}-{n}.{ending}")));
    candidates.find(|candidate| !taken.contains(candidate)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::free_name;

    #[test]
    fn a_new_file_gets_a_free_name() {
        let taken: Vec<String> = ["pod.yaml", "pod-2.yaml"].map(str::to_owned).into();
        for (wish, expected) in
            [("pod.yaml", "pod-3.yaml"), ("service.yaml", "service.yaml"), ("x", "x.yaml")]
        {
            assert_eq!(free_name(wish, &taken), expected);
        }
    }
}
