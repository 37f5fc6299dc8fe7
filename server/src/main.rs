//! Starts Wheelhouse.

// The page's types are deep.
#![recursion_limit = "512"]

use std::{io::Write, net::SocketAddr, time::Duration};

use anyhow::Context;
use clap::Parser;
use server::{Config, Ending};
use tokio::{net::TcpListener, signal, time::timeout};
use tracing_subscriber::EnvFilter;

/// How long connections have to end by themselves at shutdown.
const GRACE: Duration = Duration::from_secs(5);

/// The page's views are values as deep as the page, and an unoptimised build puts many of them on
/// the stack at once. Only what is used of it takes memory.
const STACK_BYTES: usize = 32 << 20;

fn main() -> anyhow::Result<()> {
    let config = Config::parse();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.enable_all().thread_stack_size(STACK_BYTES).build()?.block_on(run(config))
}

async fn run(config: Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let listen = config.listen;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}; another address: --listen"))?;
    let database = config.database.display().to_string();
    let server = server::start(config)
        .await
        .with_context(|| format!("cannot use {database}; another file: --database"))?;
    writeln!(std::io::stdout(), "Wheelhouse is at http://{}", listener.local_addr()?)?;
    serve(listener, server.router, server.ending).await
}

async fn serve(listener: TcpListener, router: axum::Router, ending: Ending) -> anyhow::Result<()> {
    let announced = ending.clone();
    let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        asked_to_stop().await;
        announced.announce();
        drop(stopping);
    });
    let late = async {
        // It ends when the sender is dropped.
        let _ = stopped.await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = serving => served?,
        () = late => tracing::warn!("some connections did not end in time"),
    }
    if timeout(GRACE, ending.finish()).await.is_err() {
        tracing::error!("not all sandboxes could be written down in time");
    }
    Ok(())
}

/// Ctrl-C, or what a service manager sends.
async fn asked_to_stop() {
    let interrupted = async {
        if let Err(error) = signal::ctrl_c().await {
            tracing::error!(%error, "Ctrl-C cannot be heard");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => drop(terminate.recv().await),
            Err(error) => {
                tracing::error!(%error, "SIGTERM cannot be heard");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
