//! What a shell does by itself.

use super::frames::Frame;
use super::run::{Done, Work};
use super::{Flavour, Shell};
use crate::machine::files::shown;

const BUILTINS: &[&str] = &[
    ".", ":", "alias", "bg", "break", "cd", "command", "continue", "eval", "exec", "exit",
    "export", "fg", "getopts", "hash", "jobs", "let", "local", "read", "readonly", "return", "set",
    "shift", "times", "trap", "type", "ulimit", "umask", "unalias", "unset", "wait",
];
const BASH: &[&str] = &["declare", "source", "shopt", "typeset", "disown"];

pub(super) fn is_builtin(name: &str, flavour: Flavour) -> bool {
    let source = name == "source" && flavour == Flavour::Ash;
    BUILTINS.contains(&name) || source || (flavour == Flavour::Bash && BASH.contains(&name))
}

type Saved = Vec<(u32, Option<u64>)>;

impl Shell {
    /// Runs a builtin. Its redirections hold while it runs, those of `exec` for good.
    pub(super) fn builtin(
        &mut self,
        words: &[String],
        assignments: Vec<(String, String)>,
        saved: Saved,
        work: &mut Work<'_, '_>,
    ) -> Done {
        for (name, value) in assignments {
            self.set(&name, value);
        }
        if words[0] == "exec" {
            return self.exec(&words[1..], work);
        }
        let before = self.depth();
        let done = self.run_builtin(words, work);
        match done {
            Done::Goes if !saved.is_empty() && self.depth() > before => {
                self.insert(before, Frame::Restore { saved });
            }
            _ => super::redirect::restore(saved, work),
        }
        done
    }

    fn run_builtin(&mut self, words: &[String], work: &mut Work<'_, '_>) -> Done {
        let arguments = &words[1..];
        let first = arguments.first().map(String::as_str);
        let status = match words[0].as_str() {
            "exit" => return Done::Leaves(self.code(first)),
            "return" => {
                let code = self.code(first);
                if !self.leave_function(work) {
                    return Done::Leaves(code);
                }
                code
            }
            "break" | "continue" => {
                let count = first.and_then(|count| count.parse().ok()).unwrap_or(1);
                self.leave_loops(count, words[0] == "continue", work);
                0
            }
            "eval" => return self.run_text(&arguments.join(" "), work),
            "." | "source" => return self.source(first, work),
            "cd" => self.change_folder(arguments, work),
            "export" | "readonly" | "local" | "declare" | "typeset" => {
                self.declare(&words[0], arguments, work)
            }
            "unset" => {
                for name in arguments.iter().filter(|name| !name.starts_with('-')) {
                    self.unset(name);
                    self.functions.remove(name);
                }
                0
            }
            "set" => self.set_options(arguments, work),
            "shift" => self.shift(first, work),
            "trap" => self.set_trap(arguments, work),
            "wait" => return self.wait(arguments),
            "read" => return self.read(arguments, work),
            "let" => {
                let values = arguments.iter().map(|text| self.sum(text)).collect::<Vec<_>>();
                i32::from(!matches!(values.last(), Some(Ok(value)) if *value != 0))
            }
            "command" | "type" | "hash" => return self.lookup(words, work),
            "umask" => {
                if first.is_none() {
                    work.put(1, "0022\n");
                }
                0
            }
            "ulimit" => {
                work.put(1, if first == Some("-n") { "1048576\n" } else { "unlimited\n" });
                0
            }
            "jobs" => {
                self.list_jobs(work);
                0
            }
            "getopts" => self.getopts(arguments),
            _ => 0,
        };
        Done::Status(status)
    }

    fn code(&self, given: Option<&str>) -> i32 {
        given.and_then(|code| code.parse::<i64>().ok()).map_or(self.status, |c| (c & 0xff) as i32)
    }

    pub(super) fn say(&self, text: &str, work: &mut Work<'_, '_>) {
        let text = self.complaint(text);
        work.put(2, &text);
    }

    /// Another program takes the shell's place.
    fn exec(&mut self, words: &[String], work: &mut Work<'_, '_>) -> Done {
        if words.is_empty() {
            return Done::Status(0);
        }
        let environment = self.exported();
        match work.table.program(words, &environment, &work.me.folder, work.inside) {
            Ok(program) => {
                work.me.arguments = words.to_vec();
                work.me.environment = environment;
                Done::Becomes(program)
            }
            Err((code, why)) => {
                self.say(&format!("exec: {why}"), work);
                Done::Leaves(code)
            }
        }
    }

    fn source(&mut self, path: Option<&str>, work: &mut Work<'_, '_>) -> Done {
        let Some(path) = path else {
            self.say(".: filename argument required", work);
            return Done::Status(2);
        };
        let folder = work.me.folder.clone();
        let files = work.table.files(work.inside);
        let found = files.find(&folder, path, true).map(|(_, node)| node.bytes().cloned());
        let Ok(Some(bytes)) = found else {
            self.say(&format!("{path}: No such file or directory"), work);
            return if self.flavour == Flavour::Bash { Done::Status(1) } else { Done::Leaves(2) };
        };
        self.run_text(&String::from_utf8_lossy(&bytes), work)
    }

    fn change_folder(&mut self, arguments: &[String], work: &mut Work<'_, '_>) -> i32 {
        let home = self.value("HOME").unwrap_or("/root").to_owned();
        let old = self.value("OLDPWD").unwrap_or_default().to_owned();
        let target = match arguments.iter().map(String::as_str).find(|word| *word != "--") {
            None => home,
            Some("-") => old,
            Some(path) => path.to_owned(),
        };
        let folder = work.me.folder.clone();
        let files = work.table.files(work.inside);
        let found = files.find(&folder, &target, true).map(|(path, node)| (path, node.is_folder()));
        match found {
            Ok((path, true)) => {
                self.set("OLDPWD", folder);
                work.me.folder = shown(&path);
                self.set("PWD", work.me.folder.clone());
                if arguments.first().is_some_and(|word| word == "-") {
                    let text = format!("{}\n", work.me.folder);
                    work.put(1, &text);
                }
                return 0;
            }
            Ok(_) => match self.flavour {
                Flavour::Bash => self.say(&format!("cd: {target}: Not a directory"), work),
                _ => self.say(&format!("cd: can't cd to {target}: Not a directory"), work),
            },
            Err(why) => match self.flavour {
                Flavour::Ash => self.say(&format!("cd: can't cd to {target}: {why}"), work),
                Flavour::Dash => self.say(&format!("cd: can't cd to {target}"), work),
                Flavour::Bash => self.say(&format!("cd: {target}: {why}"), work),
            },
        }
        if self.flavour == Flavour::Dash { 2 } else { 1 }
    }

    fn shift(&mut self, count: Option<&str>, work: &mut Work<'_, '_>) -> i32 {
        let count = count.and_then(|count| count.parse().ok()).unwrap_or(1_usize);
        if count > self.positional.len() {
            if self.flavour == Flavour::Dash {
                self.say("shift: can't shift that many", work);
                return 2;
            }
            return 1;
        }
        self.positional = self.positional.skip(count);
        0
    }

    fn wait(&mut self, arguments: &[String]) -> Done {
        let named: Vec<u32> = arguments.iter().filter_map(|pid| pid.parse().ok()).collect();
        let pids = if named.is_empty() { self.jobs.clone() } else { named };
        let unknown = pids.iter().all(|pid| !self.jobs.contains(pid));
        if unknown && !pids.is_empty() {
            return Done::Status(127);
        }
        self.status = 0;
        let pids = pids.into_iter().filter(|pid| self.jobs.contains(pid)).collect();
        self.push(Frame::Jobs { pids });
        Done::Goes
    }

    fn list_jobs(&self, work: &mut Work<'_, '_>) {
        for (index, pid) in self.jobs.iter().enumerate() {
            if !work.table.has_ended(*pid) {
                let command = work.table.command_of(*pid);
                let text = format!("[{}]+  Running                 {command}\n", index + 1);
                work.put(1, &text);
            }
        }
    }

    fn lookup(&mut self, words: &[String], work: &mut Work<'_, '_>) -> Done {
        let flag = words.get(1).filter(|word| word.starts_with('-')).map(String::as_str);
        if words[0] == "command" && flag.is_none() {
            let words = words[1..].to_vec();
            if words.is_empty() {
                return Done::Status(0);
            }
            if is_builtin(&words[0], self.flavour) {
                return self.run_builtin(&words, work);
            }
            self.push(Frame::list(super::command(&words)));
            return Done::Goes;
        }
        let mut status = 0;
        let verbose = words[0] == "type" || flag == Some("-V");
        for name in words[1..].iter().filter(|word| !word.starts_with('-')) {
            let found = if self.functions.contains_key(name) {
                Some(format!("{name} is a function"))
            } else if is_builtin(name, self.flavour) {
                Some(format!("{name} is a shell builtin"))
            } else {
                work.table.which(name, work.inside).map(|path| format!("{name} is {path}"))
            };
            match found {
                Some(text) if verbose => work.put(1, &format!("{text}\n")),
                Some(text) => {
                    let path = text.rsplit(' ').next().filter(|path| path.starts_with('/'));
                    let text = format!("{}\n", path.unwrap_or(name));
                    work.put(1, &text);
                }
                None => {
                    status = if self.flavour == Flavour::Bash { 1 } else { 127 };
                    if verbose {
                        match self.flavour {
                            Flavour::Bash => self.say(&format!("type: {name}: not found"), work),
                            _ => work.put(1, &format!("{name}: not found\n")),
                        }
                    }
                }
            }
        }
        Done::Status(if words[0] == "hash" { 0 } else { status })
    }

    fn depth(&self) -> usize {
        self.frames.len()
    }

    fn insert(&mut self, at: usize, frame: Frame) {
        self.frames.insert(at.min(self.frames.len()), frame);
    }
}
