//! The functions on many machines: Ballista's scheduler and executors with them, and sessions that ask a scheduler.
//!
//! Models are not sent: each process finds those that a query names by itself, by path or by name on the hub.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use ballista::prelude::SessionContextExt;
use ballista_core::error::{BallistaError, Result};
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_core::utils::default_session_builder;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;
use datafusion::error::Result as SqlResult;
use datafusion::execution::FunctionRegistry;
use datafusion::execution::context::SessionState;
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::{Models, functions, register};

/// Runs a scheduler with the functions, until the process ends.
///
/// # Errors
/// An address that is none, or that is taken.
pub async fn scheduler(config: SchedulerConfig, models: &Models) -> Result<()> {
    let wanted = format!("{}:{}", config.bind_host, config.bind_port);
    let address = address(&wanted)?;
    let models = models.clone();
    let config = config.with_override_session_builder(Arc::new(move |config| state(config, &models)));
    let cluster = BallistaCluster::new_from_config(&config).await?;
    start_server(cluster, address, Arc::new(config)).await
}

fn address(wanted: &str) -> Result<SocketAddr> {
    let unknown = |why: String| BallistaError::Configuration(format!("{wanted}: {why}, expected HOST:PORT"));
    let mut found = wanted.to_socket_addrs().map_err(|fault| unknown(fault.to_string()))?;
    found.next().ok_or_else(|| unknown("is no address".to_owned()))
}

fn state(config: SessionConfig, models: &Models) -> SqlResult<SessionState> {
    let mut state = default_session_builder(config)?;
    for function in functions(models) {
        state.register_udf(function)?;
    }
    Ok(state)
}

/// Runs an executor with the functions, until the process is asked to end.
///
/// # Errors
/// A scheduler that cannot be reached; an address that is taken.
pub async fn executor(mut config: ExecutorProcessConfig, models: &Models) -> Result<()> {
    let mut registry = BallistaFunctionRegistry::default();
    for function in functions(models) {
        registry.scalar_functions.insert(function.name().to_owned(), function);
    }
    config.override_function_registry = Some(Arc::new(registry));
    start_executor_process(Arc::new(config)).await
}

/// A session whose queries a scheduler runs, such as `df://localhost:50050`. Files are named by paths that all of its
/// executors see.
///
/// # Errors
/// A URL that is none.
pub async fn session(scheduler: &str, models: &Models) -> SqlResult<SessionContext> {
    // Ballista makes a state of its own, so that the functions come last.
    let session = SessionContext::remote(scheduler).await?;
    register(&session, models);
    Ok(session.enable_url_table())
}
