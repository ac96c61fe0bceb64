//! Requests that wait together are tagged together.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::engine::Engine;
use super::job::Job;
use super::pending::{Pending, Slot};
use super::threads::alone;
use super::{Limit, TextEntity};
use crate::{Error, Result};

/// Words of one batch, about; a batch of the tagger's own has as many.
const BATCH: usize = 1024;
/// Bytes of a word and the space behind it, about.
const WORD: usize = 5;

/// How requests are batched. Threads of its own take what waits, as soon as one of them is free: alone while there is
/// little to do, together when there is more. Nobody waits for others to come.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MicroBatches {
    /// Threads that tag; 0, the default, for as many as the machine has.
    pub threads: usize,
    /// Bytes of text that may wait. More is refused, so that memory stays flat. Default 64 MiB.
    pub waiting: usize,
}

impl Default for MicroBatches {
    fn default() -> Self {
        Self { threads: 0, waiting: 64 << 20 }
    }
}

impl MicroBatches {
    /// With so many threads.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// With room for so many bytes of text that wait.
    #[must_use]
    pub fn with_waiting(self, waiting: usize) -> Self {
        Self { waiting, ..self }
    }
}

/// The threads that tag, and what waits for them.
#[derive(Debug)]
pub(super) struct Batcher(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    engine: Arc<Engine>,
    room: usize,
    queue: Mutex<Queue>,
    filled: Condvar,
}

#[derive(Default)]
struct Queue {
    requests: VecDeque<Request>,
    /// Bytes of text of those that are not answered.
    bytes: usize,
    closed: bool,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").field("requests", &self.requests.len()).finish_non_exhaustive()
    }
}

struct Request {
    job: Job<'static>,
    slot: Arc<Slot>,
}

impl Batcher {
    /// # Errors
    /// [`Error::Other`] when the system gives no threads.
    pub(super) fn new(engine: Arc<Engine>, settings: &MicroBatches) -> Result<Self> {
        let threads = match settings.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let shared =
            Shared { engine, room: settings.waiting, queue: Mutex::default(), filled: Condvar::new() };
        let batcher = Self(Arc::new(shared));
        for number in 0..threads {
            let shared = batcher.0.clone();
            let thread = std::thread::Builder::new().name(format!("xner-batch-{number}"));
            thread.spawn(move || alone(|| shared.work())).map_err(Error::other)?;
        }
        Ok(batcher)
    }

    /// Puts a text behind those that wait.
    ///
    /// # Errors
    /// [`Error::Busy`] when there is no room; those of the limit.
    pub(super) fn submit(&self, text: String, limit: &Limit) -> Result<Pending> {
        limit.check()?;
        let (pending, slot) = Pending::new(limit.deadline());
        let bytes = text.len();
        let request = Request { job: Job::new(text, limit.clone()), slot };
        let mut queue = self.0.lock();
        // A text that is larger than all the room is taken when nothing else waits.
        if queue.bytes > 0 && queue.bytes + bytes > self.0.room {
            let (waiting, room) = (queue.bytes, self.0.room);
            let message =
                format!("{waiting} bytes of text wait, and there is room for {room}: try again later");
            return Err(Error::Busy { message });
        }
        queue.bytes += bytes;
        queue.requests.push_back(request);
        drop(queue);
        self.0.filled.notify_one();
        Ok(pending)
    }
}

impl Drop for Batcher {
    /// The threads answer what waits, and end.
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.filled.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing that can panic is done under the lock.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        while let Some(requests) = self.take() {
            self.round(requests);
        }
    }

    /// What waits, as much as fits into a batch; none when all is over.
    fn take(&self) -> Option<Vec<Request>> {
        let mut queue = self.lock();
        while queue.requests.is_empty() {
            if queue.closed {
                return None;
            }
            queue = self.filled.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        let (mut taken, mut words) = (Vec::new(), 0);
        while words < BATCH {
            let Some(request) = queue.requests.pop_front() else { break };
            words += request.job.text.len() / WORD + 1;
            taken.push(request);
        }
        // Another thread may be free for the rest.
        if !queue.requests.is_empty() {
            self.filled.notify_one();
        }
        Some(taken)
    }

    /// Tags the next part of each request.
    fn round(&self, requests: Vec<Request>) {
        // A long text has its turn again behind the others.
        let words = self.engine.words().min(BATCH);
        let (mut pieces, mut going) = (Vec::new(), Vec::new());
        for mut request in requests {
            if request.slot.dropped() {
                self.end(&request, Err(Error::Cancelled));
                continue;
            }
            let first = pieces.len();
            let next = request.job.limit.check();
            match next.and_then(|()| request.job.next(&self.engine.text, words, &mut pieces)) {
                Ok(_) => going.push((request, first..pieces.len())),
                Err(fault) => {
                    pieces.truncate(first);
                    self.end(&request, Err(fault));
                }
            }
        }
        match self.engine.tag(&pieces) {
            Ok(taggings) => {
                let mut taggings = taggings.into_iter();
                for (mut request, range) in going {
                    let own: Vec<_> = taggings.by_ref().take(range.len()).collect();
                    let add = |(piece, tagging)| request.job.add(piece, tagging);
                    let added = pieces[range].iter().zip(own).try_for_each(add);
                    self.go_on(request, added);
                }
            }
            Err(fault) if going.len() == 1 => {
                if let Some((request, _)) = going.pop() {
                    self.end(&request, Err(fault));
                }
            }
            // Whose fault it is shows when each is alone.
            Err(_) => {
                for (mut request, range) in going {
                    let own = &pieces[range];
                    let added = self.engine.tag(own).and_then(|taggings| {
                        own.iter()
                            .zip(taggings)
                            .try_for_each(|(piece, tagging)| request.job.add(piece, tagging))
                    });
                    self.go_on(request, added);
                }
            }
        }
    }

    /// Answers a request, or lets it wait for its next part.
    fn go_on(&self, mut request: Request, added: Result<()>) {
        match added {
            Err(fault) => self.end(&request, Err(fault)),
            Ok(()) if request.job.ended() => {
                let found = std::mem::take(&mut request.job.found);
                self.end(&request, Ok(found));
            }
            Ok(()) => {
                self.lock().requests.push_back(request);
                self.filled.notify_one();
            }
        }
    }

    fn end(&self, request: &Request, answer: Result<Vec<TextEntity>>) {
        self.lock().bytes -= request.job.text.len();
        request.slot.fill(answer);
    }
}
