//! `xner serve`.

use std::net::IpAddr;

use anyhow::Result;
use xner_train::Device;

/// Answer requests for entities over HTTP, with a page to try it
///
/// `POST /v1/entities`, `/v1/models`, `/healthz`, `/metrics`, `/openapi.json`, and a page at `/`. Requests that wait
/// together are tagged together. Ctrl-C lets those that are there end.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A model directory, a file of `xner pack` or a name on the hub, with or without a name to be asked by; several
    /// times for several, the first answering where none is named; by default the model in the box
    #[arg(long, value_name = "[NAME=]DIR")]
    model: Vec<String>,
    /// The port; 0 for one that is free
    #[arg(long, value_name = "N", default_value_t = 8080)]
    port: u16,
    /// The address to listen at; by default requests of this machine alone are taken
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    bind: IpAddr,
    /// Seconds that a request may take
    #[arg(long, value_name = "S", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    deadline: u64,
    /// MiB of a request's body at most
    #[arg(long, value_name = "MIB", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=1024))]
    body: u64,
    /// MiB of text that may wait at most
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=65536))]
    queue: u64,
    /// Where to compute: cpu, cuda:0 or wgpu:0
    #[arg(long, default_value = "cpu")]
    device: Device,
}

#[cfg(not(feature = "serve"))]
pub(crate) fn run(args: &Args) -> Result<()> {
    let Args { model, port, bind, deadline, body, queue, device } = args;
    let _ = (model, port, bind, deadline, body, queue, device);
    let message = "this program is built without the server: build it with the feature `serve`, as by `cargo install \
                   xner-cli --features serve`";
    Err(crate::exit::bad_input(message))
}

#[cfg(feature = "serve")]
pub(crate) fn run(args: &Args) -> Result<()> {
    use std::net::SocketAddr;
    use std::time::Duration;

    use xner_serve::{Options, Server};

    use crate::interrupt;
    use crate::progress::note;

    let mut options = Options::default();
    options.deadline = Duration::from_secs(args.deadline);
    (options.body, options.queue) = ((args.body as usize) << 20, (args.queue as usize) << 20);
    options.threads = rayon::current_num_threads();
    let server = Server::new(models(args)?, options)?;
    interrupt::listen();
    let told = |address: SocketAddr| note(&format!("listening on http://{address}"));
    server.run(SocketAddr::new(args.bind, args.port), told, interrupt::asked)?;
    Ok(())
}

/// The models that are named, or the one in the box.
#[cfg(feature = "serve")]
fn models(args: &Args) -> Result<Vec<xner_serve::Served>> {
    use xner_serve::Served;
    use xner_tagger::OpenOptions;

    use super::tag::model::Source;

    let open = |name: &str, place: Option<&str>| {
        let source = Source::of(place)?;
        let tagger = source.open(&OpenOptions::default(), &args.device)?;
        Ok(Served::new(name, tagger, source.languages()))
    };
    if args.model.is_empty() {
        return Ok(vec![open("built-in", None)?]);
    }
    let named = |model: &String| {
        if let Some((name, place)) = model.split_once('=') {
            return open(name, Some(place));
        }
        let path = std::path::Path::new(model);
        let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy();
        open(&name, Some(model))
    };
    args.model.iter().map(named).collect()
}
