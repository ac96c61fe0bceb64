#![doc = include_str!("../README.md")]
//!
//! ```no_run
//! use xner_serve::{Options, Served, Server};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let model = Served::new("es", xner::tagger::open("model-es".as_ref(), &Default::default())?, vec!["es".parse()?]);
//! let server = Server::new(vec![model], Options::default())?;
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! server.serve(listener, std::future::pending()).await?;
//! # Ok(())
//! # }
//! ```

mod api;
mod metrics;
mod models;
mod offsets;
mod server;

pub use models::Served;
pub use server::{Options, Server};
