//! Requests of three sentences at 1, 8 and 64 connections: `load MODEL [SECONDS]`.
//!
//! It starts the service that was built beside it, prints requests a second, the median and the 99th percentile of
//! their times, and the service's memory, and ends it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// What the texts are made of, so that requests differ.
const SENTENCES: [&str; 7] = [
    "Ada Lovelace met Charles Babbage in London on a cold evening of June.",
    "The players of Washington won against a club from Berlin.",
    "A train from Paris was late, said Mary Smith.",
    "Nobody knew why the river rose so fast.",
    "Peter Miller works for a bank in Madrid and lives in Vienna.",
    "It rained.",
    "The council of Lisbon thanked Anna Weber, who had found the letters.",
];

/// Ends the service however this program ends.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let mut args = std::env::args().skip(1);
    let model = args.next().ok_or("usage: load MODEL [SECONDS]")?;
    let time = Duration::from_secs(args.next().map_or(Ok(8), |seconds| seconds.parse())?);
    let program =
        std::env::current_exe()?.with_file_name(format!("xner-service{}", std::env::consts::EXE_SUFFIX));
    let mut command = Command::new(&program);
    command.args([&model, "127.0.0.1:0"]).stdout(Stdio::piped());
    let mut service = Service(command.spawn().map_err(|fault| format!("{}: {fault}", program.display()))?);
    let mut line = String::new();
    BufReader::new(service.0.stdout.take().ok_or("the service has no output")?).read_line(&mut line)?;
    let address = line.trim().rsplit(' ').next().unwrap_or_default().to_owned();

    run(&address, 8, Duration::from_secs(2)).await?;
    println!("connections  requests/s   p50 ms   p99 ms   resident MiB   at most");
    for connections in [1, 8, 64] {
        let mut times = run(&address, connections, time).await?;
        times.sort_unstable();
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize] as f64 / 1000.0;
        let rate = times.len() as f64 / time.as_secs_f64();
        let [now, most] = ["VmRSS:", "VmHWM:"].map(|key| memory(service.0.id(), key));
        println!("{connections:11}{rate:12.0}{:9.2}{:9.2}{now:15.1}{most:10.1}", at(0.5), at(0.99));
    }
    Ok(())
}

/// The time of each request in microseconds.
async fn run(address: &str, connections: usize, time: Duration) -> Result<Vec<u64>, Fault> {
    let until = Instant::now() + time;
    let started: Vec<_> =
        (0..connections).map(|number| tokio::spawn(client(address.to_owned(), number, until))).collect();
    let mut all = Vec::new();
    for client in started {
        all.extend(client.await??);
    }
    if all.is_empty() {
        return Err("no request was answered".into());
    }
    Ok(all)
}

async fn client(address: String, number: usize, until: Instant) -> Result<Vec<u64>, Fault> {
    let mut stream = TcpStream::connect(&address).await?;
    stream.set_nodelay(true)?;
    let (mut times, mut answer) = (Vec::new(), Vec::new());
    let mut turn = number;
    while Instant::now() < until {
        let text: Vec<&str> = (0..3).map(|at| SENTENCES[(turn + 3 * at) % SENTENCES.len()]).collect();
        turn += 1;
        let body = serde_json::json!({ "text": text.join(" ") }).to_string();
        let request = format!(
            "POST /entities HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let begin = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        read(&mut stream, &mut answer).await?;
        times.push(begin.elapsed().as_micros() as u64);
    }
    Ok(times)
}

/// Reads an answer, which must be a good one.
async fn read(stream: &mut TcpStream, answer: &mut Vec<u8>) -> Result<(), Fault> {
    answer.clear();
    loop {
        if stream.read_buf(answer).await? == 0 {
            return Err("the service hung up".into());
        }
        let Some(head) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&answer[..head])?;
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.ok_or("an answer without a length")?.parse()?;
        if answer.len() >= head + 4 + length {
            let good = text.starts_with("HTTP/1.1 200");
            return if good { Ok(()) } else { Err(String::from_utf8_lossy(answer).into_owned().into()) };
        }
    }
}

/// A process's memory in MiB, where the system tells it.
fn memory(process: u32, key: &str) -> f64 {
    let told = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let kib = told.lines().find_map(|line| line.strip_prefix(key)?.split_whitespace().next()?.parse().ok());
    kib.map_or(f64::NAN, |kib: f64| kib / 1024.0)
}
