//! One file from a hub into the cache.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::PathBuf;
use std::thread;
use std::time::Instant;

use super::cache::{Cache, Part};
use super::client::{Answer, Client, Trouble};
use super::headers::{Commit, Facts};
use super::limits::Limits;
use crate::Result;

/// A file on its way.
pub(super) struct Download<'a> {
    pub(super) client: &'a Client,
    pub(super) cache: &'a Cache,
    pub(super) limits: &'a Limits,
    /// The commit that was asked for, if it was one.
    pub(super) wanted: Option<Commit>,
    /// The path on the hub.
    pub(super) path: &'a str,
    /// The name in the snapshot.
    pub(super) file: &'a str,
    /// The most bytes that it may have.
    pub(super) most: u64,
}

/// What has come so far.
struct Begun {
    facts: Facts,
    /// The size, once the hub has stated one.
    size: Option<u64>,
    part: Part,
    _lock: Option<File>,
}

/// How far one answer got.
enum Step {
    Done(PathBuf),
    Trouble(Trouble),
}

impl From<Trouble> for Step {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

fn passing(message: String) -> Step {
    Step::Trouble(Trouble::Passing(message))
}

fn lasting(message: String) -> Step {
    Step::Trouble(Trouble::Lasting(message))
}

impl Download<'_> {
    /// The file in the snapshot; none where the hub has none. `Ok(Err(..))` says what the hub did wrong.
    pub(super) fn run(&self) -> Result<Result<Option<PathBuf>, String>> {
        let mut begun = None;
        let (mut tries, mut furthest) = (0, 0);
        let mut before = None;
        loop {
            let trouble = match self.step(&mut begun)? {
                Step::Done(path) => return Ok(Ok(Some(path))),
                Step::Trouble(trouble) => trouble,
            };
            let message = match trouble {
                Trouble::Passing(message) => message,
                // Once a part has come there is such a file.
                Trouble::Absent if begun.is_none() => return Ok(Ok(None)),
                Trouble::Absent => return Ok(Err("went away while it was fetched".to_owned())),
                // The reason is often the trouble before.
                Trouble::Lasting(message) => {
                    return Ok(Err(match before {
                        Some(before) => format!("{message}; before that: {before}"),
                        None => message,
                    }));
                }
            };
            let written = begun.as_ref().map_or(0, |begun: &Begun| begun.part.written());
            // Measured from the furthest point, so that a server that begins anew each time is given up too.
            if written >= furthest + self.limits.progress {
                (tries, furthest) = (0, written);
            }
            tries += 1;
            if tries >= self.limits.tries {
                return Ok(Err(message));
            }
            before = Some(message);
            thread::sleep(self.limits.pause * 2u32.saturating_pow(tries - 1));
        }
    }

    /// One answer of the hub's.
    fn step(&self, state: &mut Option<Begun>) -> Result<Step> {
        let from = state.as_ref().map_or(0, |begun| begun.part.written());
        let answer = match self.client.get(self.path, from) {
            Ok(answer) => answer,
            Err(trouble) => return Ok(trouble.into()),
        };
        if let Some(wanted) = self.wanted.as_ref().filter(|wanted| **wanted != answer.facts.commit) {
            let (wanted, given) = (wanted.as_str(), answer.facts.commit.as_str());
            return Ok(lasting(format!("gives commit {given}, where {wanted} was asked for")));
        }
        let stated = answer.facts.size.or(answer.size);
        let begun = if let Some(begun) = state {
            let other = begun.size.zip(stated).is_some_and(|(size, stated)| size != stated);
            if begun.facts != answer.facts || other {
                return Ok(lasting("changed while it was fetched; try again".to_owned()));
            }
            begun
        } else {
            let lock = self.cache.lock(&answer.facts.hash, self.limits.lock)?;
            if self.cache.whole(&answer.facts.hash)? {
                return self.enter(&answer.facts);
            }
            let part = self.cache.part(&answer.facts.hash)?;
            state.insert(Begun { facts: answer.facts.clone(), size: None, part, _lock: lock })
        };
        begun.size = begun.size.or(stated);
        if let Some(size) = begun.size.filter(|size| *size > self.most) {
            return Ok(lasting(format!("has {size} bytes, at most {} are taken", self.most)));
        }
        if answer.from == 0 && begun.part.written() > 0 {
            begun.part.restart()?;
        }
        if let Some(step) = self.body(answer, begun)? {
            return Ok(step);
        }
        if !begun.part.is_of(&begun.facts.hash)? {
            let (written, hash) = (begun.part.written(), begun.facts.hash.as_str());
            return Ok(lasting(format!("sends {written} bytes whose hash is not {hash}, as it says")));
        }
        let Some(done) = state.take() else { return Ok(passing("has not begun".to_owned())) };
        self.cache.keep(done.part, &done.facts.hash)?;
        self.enter(&done.facts)
    }

    fn enter(&self, facts: &Facts) -> Result<Step> {
        self.cache.enter(&facts.commit, self.file, &facts.hash).map(Step::Done)
    }

    /// Writes the body; none when it has come whole.
    fn body(&self, answer: Answer, begun: &mut Begun) -> Result<Option<Step>> {
        let most = begun.size.unwrap_or(self.most);
        let of = begun.size.map_or_else(String::new, |size| format!(" of {size}"));
        let mut reader = answer.body.into_reader();
        let mut buffer = vec![0; 1 << 16];
        let (mut start, mut came) = (Instant::now(), 0);
        loop {
            let read = match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(fault) if fault.kind() == ErrorKind::Interrupted => continue,
                // All has come, and only the end of the answer is wrong: the hash decides.
                Err(_) if begun.size == Some(begun.part.written()) => break,
                Err(fault) => {
                    let written = begun.part.written();
                    return Ok(Some(passing(format!("breaks off after {written}{of} bytes: {fault}"))));
                }
            };
            if begun.part.written() + read as u64 > most {
                let why = if begun.size.is_some() { "as it states" } else { "the most that are taken" };
                return Ok(Some(lasting(format!("sends more than {most} bytes, {why}"))));
            }
            begun.part.write(&buffer[..read])?;
            came += read as u64;
            if start.elapsed() >= self.limits.window {
                if came < self.limits.least {
                    let seconds = start.elapsed().as_secs_f32();
                    return Ok(Some(passing(format!("sends only {came} bytes in {seconds:.1} s"))));
                }
                (start, came) = (Instant::now(), 0);
            }
        }
        let written = begun.part.written();
        match begun.size {
            Some(size) if written < size => {
                Ok(Some(passing(format!("breaks off after {written} of {size} bytes"))))
            }
            _ => Ok(None),
        }
    }
}
