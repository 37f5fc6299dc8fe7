//! The few words of a shell that the terminal understands around kubectl: quotes, pipes, `&&`,
//! `||`, `;`, redirections, here-documents, and the commands of `shell/words.rs`.

mod line;
mod redirect;
mod words;

use futures::stream::LocalBoxStream;

use crate::client::AnyApi;
use crate::{Api, Files, Paper, Sent, Terminal, commands};

use line::{Joint, Stage};
pub use line::{UnbalancedQuotes, split};
use redirect::Redirected;

/// Files with a standard input of their own.
struct Piped<'f> {
    files: &'f dyn Files,
    stdin: Option<String>,
}

impl Files for Piped<'_> {
    fn read(&self, name: &str) -> Option<String> {
        if name == "-" && self.stdin.is_some() {
            return self.stdin.clone();
        }
        self.files.read(name)
    }

    fn names(&self) -> Vec<String> {
        self.files.names()
    }

    fn write(&self, name: &str, text: &str) -> bool {
        self.files.write(name, text)
    }
}

/// A terminal whose standard output goes into a pipe.
struct Pipe<'t> {
    paper: Paper,
    terminal: &'t dyn Terminal,
}

impl Terminal for Pipe<'_> {
    fn out(&self, text: &str) {
        self.paper.out(text);
    }

    fn err(&self, text: &str) {
        self.terminal.err(text);
    }

    fn keys(&self, raw: bool) -> Option<LocalBoxStream<'static, Sent>> {
        self.terminal.keys(raw)
    }
}

pub(crate) async fn run_words(
    words: &[String],
    files: &dyn Files,
    api: &impl Api,
    terminal: &impl Terminal,
) -> i32 {
    command(words, files, api, terminal).await
}

pub(crate) async fn run_line(
    line: &str,
    files: &dyn Files,
    api: &impl Api,
    terminal: &impl Terminal,
) -> i32 {
    let pipelines = match line::parse(line) {
        Ok(pipelines) => pipelines,
        Err(why) => {
            terminal.err(&format!("sh: syntax error: {why}\n"));
            return 2;
        }
    };
    let mut code = 0;
    for pipeline in pipelines {
        let skipped = match pipeline.joint {
            Joint::Always => false,
            Joint::OnSuccess => code != 0,
            Joint::OnFailure => code == 0,
        };
        if !skipped {
            code = run_pipeline(&pipeline.stages, files, api, terminal).await;
        }
    }
    code
}

async fn run_pipeline(
    stages: &[Stage],
    files: &dyn Files,
    api: &dyn AnyApi,
    terminal: &dyn Terminal,
) -> i32 {
    let Some((last, before)) = stages.split_last() else {
        return 0;
    };
    let mut stdin = None;
    for stage in before {
        let pipe = Pipe { paper: Paper::default(), terminal };
        run_stage(stage, stdin, files, api, &pipe).await;
        stdin = Some(pipe.paper.stdout());
    }
    run_stage(last, stdin, files, api, terminal).await
}

async fn run_stage(
    stage: &Stage,
    stdin: Option<String>,
    files: &dyn Files,
    api: &dyn AnyApi,
    terminal: &dyn Terminal,
) -> i32 {
    let stdin = match redirect::input(stage, files) {
        Ok(given) => given.or(stdin),
        Err(name) => {
            terminal.err(&format!("sh: can't open {name}: no such file\n"));
            return 1;
        }
    };
    let piped = Piped { files, stdin };
    if stage.redirects.is_empty() {
        return command(&stage.words, &piped, api, terminal).await;
    }
    let redirected = Redirected::new(&stage.redirects, terminal);
    let code = command(&stage.words, &piped, api, &redirected).await;
    match redirected.write(files) {
        Ok(()) => code,
        Err(name) => {
            terminal.err(&format!("sh: can't create {name}: Permission denied\n"));
            1
        }
    }
}

async fn command(
    words: &[String],
    files: &dyn Files,
    api: &dyn AnyApi,
    terminal: &dyn Terminal,
) -> i32 {
    let Some((name, rest)) = words.split_first() else {
        return 0;
    };
    match name.as_str() {
        "kubectl" | "k" => commands::run(rest, files, api, terminal).await,
        _ => {
            if let Some(code) = words::run(name, rest, files, terminal) {
                return code;
            }
            let Some(printed) = api.program(words, files).await else {
                terminal.err(&format!("sh: {name}: not found\n"));
                return 127;
            };
            terminal.err(&printed.err);
            terminal.out(&printed.out);
            printed.code
        }
    }
}
