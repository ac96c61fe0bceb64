//! Hubs that lie about sizes, break off, or never end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::*;

#[test]
fn a_size_that_is_no_size_is_refused() {
    for size in ["-1", "+7", "seven", "7.0", "0x7", "7 7", "340282366920938463463374607431768211456", ""] {
        Place::spoilt(move |_, reply| {
            reply.set("x-linked-size", size);
        })
        .refuses("cannot be fetched", size);
        Place::spoilt(move |_, reply| {
            reply.set("content-length", size);
        })
        .refuses_or_gives(size);
    }
}

#[test]
fn sizes_that_differ_are_refused() {
    for size in ["6", "8", "0"] {
        Place::spoilt(move |_, reply| {
            reply.set("x-linked-size", size);
        })
        .refuses("for one file", size);
    }
    Place::spoilt(|_, reply| {
        reply.set("content-length", "9");
    })
    .refuses("breaks off after 7 of 9", "too long");
    Place::spoilt(|_, reply| {
        reply.set("content-length", "5");
    })
    .refuses("whose hash is not", "too short");
    // Without a length of the body, the linked one is checked.
    Place::spoilt(|_, reply| {
        reply.unset("content-length").set("x-linked-size", "9");
    })
    .refuses("breaks off after 7 of 9", "linked, too long");
    Place::spoilt(|_, reply| {
        reply.unset("content-length").set("x-linked-size", "5");
    })
    .refuses("sends more than 5 bytes, as it states", "linked, too short");
}

#[test]
fn a_body_without_a_length_is_checked_by_its_hash() {
    Place::spoilt(|_, reply| {
        reply.unset("content-length");
    })
    .gives("until the end");
    Place::spoilt(|_, reply| {
        reply.chunk(true);
    })
    .gives("in chunks");
    Place::spoilt(|_, reply| {
        reply.unset("content-length").body.truncate(4);
    })
    .refuses("whose hash is not", "cut, no length");
    Place::spoilt(|_, reply| {
        reply.chunk(false);
    })
    .refuses("cannot be fetched", "no last chunk");
    for len in [1, 5, 9] {
        Place::spoilt(move |request, reply| {
            reply.chunk(true).body.truncate(len);
            // Or else the rest would come in the end.
            if request.header("range").is_some() {
                *reply = Reply::bare(503);
            }
        })
        .refuses("cannot be fetched", "cut in a chunk");
    }
    Place::spoilt(|_, reply| {
        reply.chunk(true).body.splice(0..1, *b"zz");
    })
    .refuses("cannot be fetched", "no number of a chunk");
}

#[test]
fn a_download_that_breaks_off_is_taken_up_again() {
    let place = Place::spoilt(|_, reply| reply.body.truncate(3));
    place.gives("three bytes at a time");
    let ranges: Vec<_> = place
        .server
        .requests()
        .iter()
        .filter(|request| request.file() == WEIGHTS_FILE)
        .map(|request| request.header("range").unwrap_or_default().to_owned())
        .collect();
    assert_eq!(ranges, ["", "bytes=3-", "bytes=6-"]);
    // A hub that begins anew is heard from its beginning.
    let asked = AtomicUsize::new(0);
    Place::spoilt(move |request, reply| {
        *reply = Reply::file(request, b"weights");
        if request.header("range").is_some() {
            reply.status = 200;
            reply.body = b"weights".to_vec();
            reply.set("content-length", "7");
        }
        if asked.fetch_add(1, Ordering::Relaxed) < 2 {
            reply.body.truncate(3);
        }
    })
    .gives("from the start again");
}

#[test]
fn a_rest_that_is_not_the_rest_is_refused() {
    let rest = |lie: fn(&mut Reply)| {
        Place::spoilt(
            move |request, reply| {
                if request.header("range").is_some() { lie(reply) } else { reply.body.truncate(3) }
            },
        )
    };
    for range in
        ["bytes 0-3/7", "bytes 4-6/7", "3-6/7", "bytes 3-/7", "bytes */7", "bytes 6-3/7", "bytes 3-9/7"]
    {
        Place::spoilt(move |request, reply| {
            if request.header("range").is_some() {
                reply.set("content-range", range);
            } else {
                reply.body.truncate(3);
            }
        })
        .refuses("cannot be fetched", range);
    }
    rest(|reply| {
        reply.unset("content-range");
    })
    .refuses("without `Content-Range`", "no range");
    rest(|reply| {
        reply.set("content-range", "bytes 3-6/9");
    })
    .refuses("changed while it was fetched", "another size");
    rest(|reply| {
        reply.set("etag", git(b"other"));
    })
    .refuses("changed while it was fetched", "another hash");
    rest(|reply| {
        reply.set("x-repo-commit", COMMIT.replace('0', "1"));
    })
    .refuses("changed while it was fetched", "another commit");
    rest(|reply| *reply = Reply::bare(404)).refuses("went away", "gone");
    rest(|reply| *reply = Reply::bare(416)).refuses("status 416", "no such range");
    rest(|reply| reply.body = b"evil".to_vec()).refuses("whose hash is not", "other bytes");
    Place::spoilt(|_, reply| {
        reply.status = 206;
        reply.set("content-range", "bytes 0-6/7");
    })
    .refuses("sends the part from byte 0", "not asked for");
}

#[test]
fn a_file_without_end_is_given_up() {
    for config in [false, true] {
        let name = if config { "config.json" } else { WEIGHTS_FILE };
        let place = |lie: fn(&mut Reply)| {
            Place::new(Server::start(move |request| {
                let mut reply = Files::plain().reply(request);
                if request.file() == name {
                    reply.body = vec![b' '; 3 << 20];
                    lie(&mut reply);
                }
                reply
            }))
        };
        let most = if config { 1 << 20 } else { 2 << 20 };
        place(|reply| {
            reply.unset("content-length");
        })
        .refuses(&format!("sends more than {most} bytes, the most that are taken"), name);
        place(|reply| {
            reply.chunk(true);
        })
        .refuses(&format!("sends more than {most} bytes"), name);
        place(|reply| {
            reply.set("content-length", "1000000000000000");
        })
        .refuses(&format!("has 1000000000000000 bytes, at most {most} are taken"), name);
    }
    // Of what is more than stated not a byte is read.
    Place::spoilt(|_, reply| reply.body = b"weights and more".to_vec()).gives("more than stated");
}

#[test]
fn a_slow_hub_is_given_up_in_time() {
    let pause = Duration::from_millis(20);
    let slow = |words: &str, what: &str, lie: fn(&Request, &mut Reply)| {
        let start = Instant::now();
        let mut place = Place::spoilt(move |request, reply| {
            lie(request, reply);
            // The others come as fast as they can.
            reply.drip = reply.drip.map(|(from, _)| (from, pause));
        });
        place.limits = Limits {
            tries: 2,
            head: Duration::from_millis(700),
            silence: Duration::from_millis(500),
            body: Duration::from_mins(1),
            window: Duration::from_millis(300),
            least: 1 << 10,
            ..hasty()
        };
        place.refuses(words, what);
        assert!(start.elapsed() < Duration::from_secs(15), "{what}: {:?}", start.elapsed());
    };
    slow("timeout", "the head drips", |_, reply| reply.drip = Some((0, Duration::ZERO)));
    slow("timeout", "a header drips", |_, reply| {
        reply.set("x-long", "a".repeat(1000));
        reply.drip = Some((20, Duration::ZERO));
    });
    slow("sends only", "the body drips", |request, reply| {
        *reply = Reply::file(request, &b"weights".repeat(1000));
        reply.drip = Some((500, Duration::ZERO));
    });
    slow("timeout", "no word", |_, reply| {
        reply.set("content-length", "9");
        reply.hang = true;
    });
}

#[test]
fn a_coding_that_was_not_asked_for_is_refused() {
    for coding in ["gzip", "br", "zstd", "x\u{1}"] {
        Place::spoilt(move |_, reply| {
            reply.set("content-encoding", coding);
        })
        .refuses("cannot be fetched", coding);
    }
    Place::spoilt(|_, reply| {
        reply.set("content-encoding", "identity");
    })
    .gives("identity");
}

impl Place {
    /// Either is right: who reads HTTP may know better what a length is. The cache is clean anyway.
    fn refuses_or_gives(&self, what: &str) {
        match self.fetch("owner/name") {
            Ok(folder) => assert_eq!(fs::read(folder.join(WEIGHTS_FILE)).unwrap(), b"weights", "{what}"),
            Err(fault) => assert_eq!(fault.kind(), ErrorKind::Hub, "{what}: {fault}"),
        }
        self.is_clean(what);
    }
}
