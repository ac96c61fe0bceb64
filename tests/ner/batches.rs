//! Requests that are tagged together.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use xner::prelude::*;
use xner::{Error, Result};

use super::{batched, ner, text};

/// Counts what it is given, slowly, and finds nothing.
struct Slow {
    tags: TagSet,
    calls: AtomicUsize,
    sentences: AtomicUsize,
    time: Duration,
}

impl Slow {
    fn new(time: Duration) -> Arc<Self> {
        let tags = TagSet::new(Scheme::Iob2, ["PER".into()]);
        Arc::new(Self { tags, calls: AtomicUsize::new(0), sentences: AtomicUsize::new(0), time })
    }

    fn counts(&self) -> (usize, usize) {
        (self.calls.load(Ordering::SeqCst), self.sentences.load(Ordering::SeqCst))
    }
}

impl Tagger for Slow {
    fn tag(&self, sentences: &[Sentence]) -> Result<Vec<Tagging>> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        thread::sleep(self.time);
        self.sentences.fetch_add(sentences.len(), Ordering::SeqCst);
        Ok(vec![Tagging::default(); sentences.len()])
    }

    fn tag_set(&self) -> &TagSet {
        &self.tags
    }
}

fn over(tagger: Arc<dyn Tagger>, batches: MicroBatches) -> Ner {
    Ner::builder().micro_batches(batches).tagger(tagger).unwrap()
}

#[test]
fn many_threads_get_the_answers_of_one() {
    let (alone, batched) = (ner(), batched());
    let texts: Vec<String> = (1..40).map(text).collect();
    thread::scope(|scope| {
        for chunk in texts.chunks(5) {
            let (alone, batched) = (&alone, batched.clone());
            scope.spawn(move || {
                for text in chunk {
                    let places = |found: Vec<TextEntity>| -> Vec<_> {
                        found.into_iter().map(|one| (one.kind, one.bytes, one.characters)).collect()
                    };
                    assert_eq!(
                        places(batched.entities(text).unwrap()),
                        places(alone.entities(text).unwrap())
                    );
                }
            });
        }
    });
}

#[test]
fn what_waits_is_tagged_together_and_what_is_alone_at_once() {
    let slow = Slow::new(Duration::from_millis(50));
    let ner = over(slow.clone(), MicroBatches::default().with_threads(1));
    let first = ner.submit("Ada left.", &Limit::none()).unwrap();
    while slow.counts().0 == 0 {
        thread::yield_now();
    }
    let pending: Vec<_> = (0..10).map(|_| ner.submit("Ada left.", &Limit::none()).unwrap()).collect();
    first.wait().unwrap();
    for one in pending {
        assert!(one.wait().unwrap().is_empty());
    }
    assert_eq!(slow.counts(), (2, 11), "the first alone, the ten together");
}

#[test]
fn a_request_that_is_dropped_costs_nothing_further() {
    let slow = Slow::new(Duration::from_millis(50));
    let ner = over(slow.clone(), MicroBatches::default().with_threads(1));
    let first = ner.submit("Ada left.", &Limit::none()).unwrap();
    while slow.counts().0 == 0 {
        thread::yield_now();
    }
    for _ in 0..10 {
        drop(ner.submit("Ada left. Otto stayed.", &Limit::none()).unwrap());
    }
    let last = ner.submit("Otto.", &Limit::none()).unwrap();
    first.wait().unwrap();
    last.wait().unwrap();
    assert_eq!(slow.counts().1, 2);
}

#[test]
fn more_than_there_is_room_for_is_refused() {
    let ner =
        over(Slow::new(Duration::from_millis(100)), MicroBatches::default().with_threads(1).with_waiting(20));
    let first = ner.submit("0123456789012345", &Limit::none()).unwrap();
    let fault = ner.submit("0123456789", &Limit::none()).unwrap_err();
    assert_eq!((fault.kind(), fault.kind().http_status()), (ErrorKind::Busy, 503), "{fault}");
    first.wait().unwrap();
    ner.submit("0123456789", &Limit::none()).unwrap().wait().unwrap();
    // One that is larger than all the room is taken when it is alone.
    ner.submit("0 ".repeat(50), &Limit::none()).unwrap().wait().unwrap();
}

#[test]
fn a_long_text_lets_short_ones_pass() {
    let slow = Slow::new(Duration::from_millis(5));
    let ner = over(slow.clone(), MicroBatches::default().with_threads(1));
    let long = ner.submit("Ada left. ".repeat(20_000), &Limit::none()).unwrap();
    let begin = Instant::now();
    ner.submit("Ada left.", &Limit::none()).unwrap().wait().unwrap();
    let short = begin.elapsed();
    drop(long);
    assert!(slow.counts().1 < 20_000, "{short:?}");
}

#[test]
fn a_deadline_is_kept_while_the_tagger_is_busy() {
    let ner = over(Slow::new(Duration::from_secs(2)), MicroBatches::default().with_threads(1));
    let begin = Instant::now();
    let fault = ner.entities_within("Ada left.", &Limit::within(Duration::from_millis(30))).unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::Deadline);
    assert!(begin.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_pending_answer_is_a_future() {
    struct Flag(thread::Thread);
    impl Wake for Flag {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let ner = batched();
    let text = text(5);
    let mut pending = pin!(ner.submit(text.as_str(), &Limit::none()).unwrap());
    let waker = Waker::from(Arc::new(Flag(thread::current())));
    let found = loop {
        match pending.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(found) => break found.unwrap(),
            Poll::Pending => thread::park(),
        }
    };
    assert_eq!(found, ner.entities(&text).unwrap());
}

#[test]
fn only_batched_requests_are_submitted() {
    let fault = ner().submit("Ada", &Limit::none()).unwrap_err();
    assert!(matches!(fault, Error::Setting { .. }), "{fault}");
}

#[test]
fn the_threads_answer_what_waits_when_the_model_goes() {
    let ner = over(Slow::new(Duration::from_millis(30)), MicroBatches::default().with_threads(1));
    let pending: Vec<_> = (0..3).map(|_| ner.submit("Ada left.", &Limit::none()).unwrap()).collect();
    drop(ner);
    for one in pending {
        assert!(one.wait().is_ok());
    }
}
