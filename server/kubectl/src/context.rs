//! What every command is given: the server, the terminal, the files, its flags and words.

use std::cell::OnceCell;

use crate::arguments::Arguments;
use crate::client::{AnyApi, Client};
use crate::discovery::Discovery;
use crate::failure::Failure;
use crate::{Files, Terminal};

/// client-go's words for a server that is away, where it does not read the server's own.
const UNABLE: &str = "the server is currently unable to handle the request";

/// Everything one command works with.
pub(crate) struct Context<'c> {
    pub(crate) client: Client<'c>,
    pub(crate) terminal: &'c dyn Terminal,
    pub(crate) files: &'c dyn Files,
    pub(crate) arguments: Arguments,
    /// `kubectl rollout undo`.
    pub(crate) command: String,
    /// The namespace where the line names none.
    usual_namespace: String,
    discovery: OnceCell<Discovery>,
}

/// What `--dry-run` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DryRun {
    None,
    Client,
    Server,
}

impl DryRun {
    /// What is printed behind the verb.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            DryRun::None => "",
            DryRun::Client => " (dry run)",
            DryRun::Server => " (server dry run)",
        }
    }
}

impl<'c> Context<'c> {
    pub(crate) fn new(
        api: &'c dyn AnyApi,
        terminal: &'c dyn Terminal,
        files: &'c dyn Files,
        arguments: Arguments,
        command: String,
    ) -> Self {
        let headers = [
            ("as", "Impersonate-User"),
            ("as-group", "Impersonate-Group"),
            ("as-uid", "Impersonate-Uid"),
        ];
        let impersonation = headers.iter().flat_map(|(flag, header)| {
            arguments.all(flag).into_iter().map(|value| (*header, value.to_owned()))
        });
        let client = Client::new(api, terminal, &command, impersonation.collect());
        let usual_namespace = Some(api.namespace()).filter(|namespace| !namespace.is_empty());
        let usual_namespace = usual_namespace.unwrap_or_else(|| "default".to_owned());
        let discovery = OnceCell::new();
        Context { client, terminal, files, arguments, command, usual_namespace, discovery }
    }

    pub(crate) fn out(&self, text: &str) {
        self.terminal.out(text);
    }

    pub(crate) fn err(&self, text: &str) {
        self.terminal.err(text);
    }

    /// The kinds that the server has; asked for once.
    pub(crate) async fn discovery(&self) -> Result<&Discovery, Failure> {
        if let Some(discovery) = self.discovery.get() {
            return Ok(discovery);
        }
        let fetched = Discovery::fetch(&self.client).await;
        let discovery = fetched.map_err(|failure| self.without_schema(failure))?;
        Ok(self.discovery.get_or_init(|| discovery))
    }

    /// A manifest is validated first of all: where the server is away, that is what fails.
    fn without_schema(&self, failure: Failure) -> Failure {
        let validates = !matches!(self.arguments.get("validate"), "" | "false" | "ignore");
        let file = self.arguments.all("filename").first().copied().filter(|_| validates);
        let Some(file) = file.filter(|_| failure.reason() == "ServiceUnavailable") else {
            return failure;
        };
        let source = if file == "-" { "STDIN" } else { file };
        Failure::message(format!(
            "error validating {source:?}: error validating data: failed to download openapi: \
             {UNABLE}; if you choose to ignore these errors, turn validation off with \
             --validate=false"
        ))
    }

    /// The namespace that `-n` names, else the kubeconfig's, else `default`.
    pub(crate) fn namespace(&self) -> &str {
        match self.arguments.get("namespace") {
            "" => &self.usual_namespace,
            namespace => namespace,
        }
    }

    /// Whether the namespace was named on the line, and so has to agree with manifests.
    pub(crate) fn namespace_is_given(&self) -> bool {
        !self.arguments.get("namespace").is_empty()
    }

    pub(crate) fn all_namespaces(&self) -> bool {
        self.arguments.on("all-namespaces")
    }

    pub(crate) fn dry_run(&self) -> Result<DryRun, Failure> {
        match self.arguments.get("dry-run") {
            "" | "none" | "false" => Ok(DryRun::None),
            "client" | "true" => Ok(DryRun::Client),
            "unchanged" => {
                // The real kubectl logs this; the form is klog's.
                let now = self.client.api.now().strftime("%m%d %H:%M:%S%.6f");
                self.err(&format!(
                    "W{now}       1 helpers.go:731] --dry-run is deprecated and can be replaced \
                     with --dry-run=client.\n"
                ));
                Ok(DryRun::Client)
            }
            "server" => Ok(DryRun::Server),
            other => Err(Failure::message(format!(
                "Invalid dry-run value ({other}). Must be \"none\", \"server\", or \"client\"."
            ))),
        }
    }

    /// A mistake in the use of this command.
    pub(crate) fn usage(&self, message: impl Into<String>) -> Failure {
        Failure::Usage { command: self.command.clone(), message: message.into() }
    }
}
