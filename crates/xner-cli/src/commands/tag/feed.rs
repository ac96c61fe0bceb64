//! Reading beside tagging: a thread reads, and the tagger takes what is there.

use std::io::{self, BufRead, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use xner_corpus::Error;
use xner_corpus::read::Input;

/// So many items wait at most.
const WAITING: usize = 256;
/// So many pieces of bytes wait at most.
const PIECES: usize = 4;
/// The input pauses when nothing has come for so long: what has been read is tagged then.
const PAUSE: Duration = Duration::from_millis(5);
/// A text pauses when nothing has come for so long: then a line that is complete ends a sentence too. It is longer than
/// the time that a busy writer takes between two lines.
const TEXT_PAUSE: Duration = Duration::from_millis(100);

/// Items of an input that are read by a thread of its own.
pub(super) struct Feed<T> {
    items: Receiver<Option<Result<T, Error>>>,
    /// Whether the reader waits for its input, where that may pause.
    waits: Option<Arc<AtomicBool>>,
    ended: bool,
}

impl<T: Send + 'static> Feed<T> {
    /// The items that a reader of the input yields. `live` says whether the input may pause, as a pipe and a terminal
    /// may.
    pub(super) fn new<I>(
        input: Input,
        live: bool,
        reader: impl FnOnce(Input) -> I + Send + 'static,
    ) -> Result<Self>
    where
        I: Iterator<Item = Result<T, Error>>,
    {
        let waits = live.then(Arc::<AtomicBool>::default);
        let input = match &waits {
            Some(waits) => {
                Input { reader: Box::new(Watched { inner: input.reader, waits: Arc::clone(waits) }), ..input }
            }
            None => input,
        };
        Self::begin(waits, move || reader(input))
    }

    /// The same of a text, to whose reader a pause is told: see [`xner_corpus::read::text::Reader`].
    pub(super) fn of_text<I>(
        input: Input,
        live: bool,
        reader: impl FnOnce(Input) -> I + Send + 'static,
    ) -> Result<Self>
    where
        I: Iterator<Item = Result<T, Error>>,
    {
        if !live {
            return Self::new(input, false, reader);
        }
        let waits = Arc::<AtomicBool>::default();
        let Input { reader: bytes, name } = input;
        let (sender, pieces) = sync_channel(PIECES);
        start(move || send_pieces(bytes, &sender))?;
        let live = Live { pieces, piece: Vec::new(), at: 0, told: false, waits: Arc::clone(&waits) };
        Self::begin(Some(waits), move || reader(Input { reader: Box::new(live), name }))
    }

    fn begin<I>(waits: Option<Arc<AtomicBool>>, reader: impl FnOnce() -> I + Send + 'static) -> Result<Self>
    where
        I: Iterator<Item = Result<T, Error>>,
    {
        let (sender, items) = sync_channel(WAITING);
        start(move || {
            for item in reader() {
                // Nobody listens any more: the program ends.
                if sender.send(Some(item)).is_err() {
                    return;
                }
            }
            let _ = sender.send(None);
        })?;
        Ok(Self { items, waits, ended: false })
    }

    /// The next items, none at the end: `most` of them, or fewer that weigh `heaviest` together, or those that are
    /// there when the input pauses.
    pub(super) fn batch(
        &mut self,
        most: usize,
        heaviest: usize,
        weight: impl Fn(&T) -> usize,
    ) -> Result<Vec<T>> {
        let (mut batch, mut weighs) = (Vec::new(), 0);
        while batch.len() < most && weighs < heaviest && !self.ended {
            match self.wait(batch.is_empty())? {
                Next::Item(item) => {
                    weighs += weight(&item);
                    batch.push(item);
                }
                Next::Pause => break,
                Next::End => self.ended = true,
            }
        }
        Ok(batch)
    }

    /// What comes next. A pause is none to whoever waits for the first item.
    fn wait(&self, for_first: bool) -> Result<Next<T>> {
        let next = |item: Option<Result<T, Error>>| Ok(item.transpose()?.map_or(Next::End, Next::Item));
        let Some(waits) = self.waits.as_ref().filter(|_| !for_first) else {
            return next(self.items.recv().map_err(|_| stopped())?);
        };
        let mut since = None;
        loop {
            match self.items.recv_timeout(Duration::from_millis(1)) {
                Ok(item) => return next(item),
                Err(RecvTimeoutError::Disconnected) => return Err(stopped()),
                Err(RecvTimeoutError::Timeout) if waits.load(Ordering::Acquire) => {
                    if since.get_or_insert_with(Instant::now).elapsed() >= PAUSE {
                        return Ok(Next::Pause);
                    }
                }
                Err(RecvTimeoutError::Timeout) => since = None,
            }
        }
    }
}

/// What a feed has.
enum Next<T> {
    Item(T),
    Pause,
    End,
}

/// A reader that ends without a word has panicked.
fn stopped() -> anyhow::Error {
    anyhow!("the thread that reads has stopped")
}

fn start(work: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = thread::Builder::new().name("reader".to_owned()).spawn(work);
    thread.map(drop).context("a thread that reads cannot be started")
}

/// A reader that shows whether it waits.
struct Watched {
    inner: Box<dyn BufRead + Send>,
    waits: Arc<AtomicBool>,
}

impl BufRead for Watched {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.waits.store(true, Ordering::Release);
        let filled = self.inner.fill_buf();
        self.waits.store(false, Ordering::Release);
        filled
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
    }
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        read_of(self, buffer)
    }
}

fn read_of(reader: &mut impl BufRead, buffer: &mut [u8]) -> io::Result<usize> {
    let filled = reader.fill_buf()?;
    let len = filled.len().min(buffer.len());
    buffer[..len].copy_from_slice(&filled[..len]);
    reader.consume(len);
    Ok(len)
}

/// Sends what a reader has, piece by piece; an empty piece is the end.
fn send_pieces(mut bytes: Box<dyn BufRead + Send>, to: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let piece = match bytes.fill_buf() {
            Ok(buffer) => Ok(buffer.to_vec()),
            Err(fault) if fault.kind() == ErrorKind::Interrupted => continue,
            Err(fault) => Err(fault),
        };
        let len = piece.as_ref().map_or(0, Vec::len);
        bytes.consume(len);
        if to.send(piece).is_err() || len == 0 {
            return;
        }
    }
}

/// Bytes of a thread that reads. A pause is told once, as a fault of the kind `WouldBlock`.
struct Live {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    at: usize,
    /// Whether this pause has been told.
    told: bool,
    waits: Arc<AtomicBool>,
}

impl BufRead for Live {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.piece.len() {
            let next = if self.told {
                self.waits.store(true, Ordering::Release);
                let next = self.pieces.recv().ok();
                self.waits.store(false, Ordering::Release);
                next
            } else {
                match self.pieces.recv_timeout(TEXT_PAUSE) {
                    Ok(next) => Some(next),
                    Err(RecvTimeoutError::Disconnected) => None,
                    Err(RecvTimeoutError::Timeout) => {
                        self.told = true;
                        return Err(ErrorKind::WouldBlock.into());
                    }
                }
            };
            self.told = false;
            (self.piece, self.at) = (next.transpose()?.unwrap_or_default(), 0);
        }
        Ok(&self.piece[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}

impl Read for Live {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        read_of(self, buffer)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write;

    use super::*;
    use xner_corpus::read::text;
    use xner_corpus::split::TextOptions;

    fn feed(live: bool) -> (io::PipeWriter, Feed<String>) {
        let (reader, writer) = io::pipe().unwrap();
        // The first bytes are looked at when an input is opened.
        let name = std::path::PathBuf::from("pipe");
        let input = Input { reader: Box::new(io::BufReader::new(reader)), name };
        let texts = |input: Input| {
            let reader = text::Reader::new(input.reader, input.name, TextOptions::default());
            reader.map(|sentence| sentence.map(|sentence| sentence.text().to_owned()))
        };
        (writer, Feed::of_text(input, live, texts).unwrap())
    }

    #[test]
    fn a_line_comes_out_when_the_input_pauses() {
        let (mut writer, mut feed) = feed(true);
        for line in ["Ada ran", "she sat.", "Bob"] {
            writeln!(writer, "{line}").unwrap();
            assert_eq!(feed.batch(9, 99, String::len).unwrap(), [line]);
        }
        // A line that is not complete waits for its end.
        write!(writer, "Eve ").unwrap();
        thread::sleep(3 * TEXT_PAUSE);
        writeln!(writer, "left.").unwrap();
        assert_eq!(feed.batch(9, 99, String::len).unwrap(), ["Eve left."]);
        drop(writer);
        assert!(feed.batch(9, 99, String::len).unwrap().is_empty());
    }

    #[test]
    fn what_does_not_pause_comes_in_whole_batches() {
        let (mut writer, mut feed) = feed(false);
        writer.write_all("Ada ran. She sat.\nIn the\nhouse. Bob left. Eve ran.".as_bytes()).unwrap();
        drop(writer);
        assert_eq!(feed.batch(2, 99, String::len).unwrap(), ["Ada ran.", "She sat."]);
        assert_eq!(feed.batch(9, 17, String::len).unwrap(), ["In the\nhouse.", "Bob left."]);
        assert_eq!(feed.batch(9, 99, String::len).unwrap(), ["Eve ran."]);
        assert!(feed.batch(9, 99, String::len).unwrap().is_empty());
    }
}
