//! What the server can be told at its start: flags, environment, defaults.

use std::{net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use clap::{Args, Parser};

/// Wheelhouse teaches Kubernetes: it serves the page, the sandboxes and their Kubernetes APIs.
#[derive(Clone, Debug, Parser)]
#[command(version, about)]
pub struct Config {
    /// Address and port to listen on.
    #[arg(long, env = "WHEELHOUSE_LISTEN", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    /// SQLite file that keeps the sandboxes; made if there is none.
    #[arg(long, env = "WHEELHOUSE_DATABASE", default_value = "wheelhouse.sqlite")]
    pub database: PathBuf,
    /// Address at which others reach this server, such as `https://wheelhouse.example`; taken
    /// from each request if not given.
    #[arg(long, env = "WHEELHOUSE_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// A proxy of ours stands before this server and says in `X-Forwarded-For` who asks.
    #[arg(long, env = "WHEELHOUSE_BEHIND_PROXY")]
    pub behind_proxy: bool,
    /// Folder of lessons to teach instead of those in this program; they are read again whenever
    /// one of their files changes.
    #[arg(long, env = "WHEELHOUSE_LESSONS")]
    pub lessons: Option<PathBuf>,
    /// Sites that may show `/embed` in a frame, as in `frame-ancestors` of a Content-Security-Policy:
    /// `https://course.example https://*.school.example`. All may if not given; the other pages
    /// may be framed by nobody else.
    #[arg(long, env = "WHEELHOUSE_FRAME_ANCESTORS", default_value = "*")]
    pub frame_ancestors: FrameAncestors,
    #[command(flatten)]
    pub limits: Limits,
}

/// Who may frame `/embed`: sources of a Content-Security-Policy, divided by blanks.
#[derive(Clone, Debug)]
pub struct FrameAncestors(String);

impl FrameAncestors {
    pub(crate) fn sources(&self) -> &str {
        &self.0
    }
}

impl FromStr for FrameAncestors {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fits =
            |source: &str| source.chars().all(|c| c.is_ascii_graphic() && !matches!(c, ';' | ','));
        let sources: Vec<&str> = text.split_whitespace().collect();
        match sources.iter().find(|source| !fits(source)) {
            Some(source) => Err(format!("{source:?} is no source of a Content-Security-Policy")),
            None if sources.is_empty() => Err("nobody could frame it: say 'none'".to_owned()),
            None => Ok(Self(sources.join(" "))),
        }
    }
}

/// Bounds of everything that a visitor can make grow.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Sandboxes that are kept in the database.
    #[arg(long, env = "WHEELHOUSE_SANDBOXES_MAX", default_value_t = 100_000)]
    pub sandboxes_max: u32,
    /// Sandboxes that are in memory at one time.
    #[arg(long, env = "WHEELHOUSE_LIVE_MAX", default_value_t = 1_000)]
    pub live_max: usize,
    /// Requests, faults and steps of the clock that one sandbox may see in its life.
    #[arg(long, env = "WHEELHOUSE_ENTRIES_MAX", default_value_t = 50_000)]
    pub entries_max: usize,
    /// Bytes of all requests that one sandbox may see in its life.
    #[arg(long, env = "WHEELHOUSE_LOG_BYTES_MAX", default_value_t = 64 << 20)]
    pub log_bytes_max: usize,
    /// Bytes of one request to the Kubernetes API.
    #[arg(long, env = "WHEELHOUSE_BODY_BYTES_MAX", default_value_t = 3 << 20)]
    pub body_bytes_max: usize,
    /// Watches and followed logs of one sandbox at one time.
    #[arg(long, env = "WHEELHOUSE_WATCHES_MAX", default_value_t = 128)]
    pub watches_max: usize,
    /// Pages that look at one sandbox at one time.
    #[arg(long, env = "WHEELHOUSE_SOCKETS_MAX", default_value_t = 64)]
    pub sockets_max: usize,
    /// Rooms of study jams that are open at one time.
    #[arg(long, env = "WHEELHOUSE_ROOMS_MAX", default_value_t = 1_000)]
    pub rooms_max: usize,
    /// Requests of one address that are not answered to their end at one time: watches, followed
    /// logs, streams and pages of all its sandboxes among them.
    #[arg(long, env = "WHEELHOUSE_ADDRESS_REQUESTS_MAX", default_value_t = 2_048)]
    pub address_requests_max: usize,
    /// Bodies of one address that are read at one time; others wait.
    #[arg(long, env = "WHEELHOUSE_ADDRESS_BODIES_MAX", default_value_t = 32)]
    pub address_bodies_max: usize,
    /// Experiments that are shared by a link; they count as sandboxes as well.
    #[arg(long, env = "WHEELHOUSE_SHARES_MAX", default_value_t = 20_000)]
    pub shares_max: u32,
    /// Days after which a sandbox, an experiment that was shared, or what is kept under a personal
    /// link is deleted, if nobody has used it.
    #[arg(long, env = "WHEELHOUSE_KEEP_DAYS", default_value_t = 400)]
    pub keep_days: u32,
    /// Model time of a sandbox, in days.
    #[arg(long, env = "WHEELHOUSE_MODEL_DAYS_MAX", default_value_t = 30)]
    pub model_days_max: u32,
    /// Minutes after which a sandbox that nobody uses is put away, as its log.
    #[arg(long, env = "WHEELHOUSE_IDLE_MINUTES", default_value_t = 10)]
    pub idle_minutes: u32,
}

impl Limits {
    pub(crate) fn idle(&self) -> Duration {
        Duration::from_secs(u64::from(self.idle_minutes) * 60)
    }

    pub(crate) fn kept(&self) -> Duration {
        Duration::from_secs(u64::from(self.keep_days) * 86_400)
    }

    pub(crate) fn model_ms_max(&self) -> i64 {
        i64::from(self.model_days_max) * 86_400_000
    }
}
