//! Hubs that answer with other things than a file.

use std::sync::Mutex;

use super::*;

#[test]
fn statuses_that_are_no_file_are_named() {
    for status in [401, 403] {
        let words = format!("answers with status {status}");
        let place = Place::spoilt(move |_, reply| *reply = Reply::bare(status));
        place.refuses(&words, "no token");
        let fault = place.fetch("owner/name").unwrap_err().to_string();
        assert!(fault.contains("needs a token (HF_TOKEN)"), "{fault}");
        let hub = Hub { token: Token::new("hf_secret"), ..place.hub.clone() };
        let place = Place { hub, ..place };
        place.refuses("a token is never sent over plain `http`", "a token");
        let fault = place.fetch("owner/name").unwrap_err().to_string();
        assert!(!fault.contains("hf_secret"), "{fault}");
    }
    for status in [201, 204, 300, 304, 305, 400, 410, 418, 451] {
        let place = Place::spoilt(move |_, reply| reply.status = status);
        place.refuses(&format!("status {status}"), "lasting");
        assert_eq!(weights(&place), 1, "{status}");
    }
    for status in [408, 429, 500, 502, 503, 504] {
        let place = Place::spoilt(move |_, reply| *reply = Reply::bare(status));
        place.refuses(&format!("answers with status {status}"), "passing");
        assert_eq!(weights(&place), 4, "{status}");
    }
    Place::spoilt(|_, reply| *reply = Reply::bare(404)).refuses("has none of `model.safetensors`", "absent");
}

#[test]
fn a_hub_that_gets_well_is_asked_again() {
    let asked = Mutex::new(0);
    Place::spoilt(move |_, reply| {
        let mut asked = asked.lock().unwrap();
        *asked += 1;
        if *asked < 4 {
            *reply = Reply::bare(503);
        }
    })
    .gives("the fourth time");
}

#[test]
fn redirects_that_lead_to_no_file_are_refused() {
    for location in [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "//127.0.0.1/x",
        "x",
        "../x",
        "",
        "http://",
        "http://me@127.0.0.1/x",
        "http://127.0.0.1:99999/x",
        "javascript:x",
        "\t",
    ] {
        Place::spoilt(move |_, reply| *reply = redirect(location))
            .refuses("which is no `https` address", location);
    }
    Place::spoilt(|_, reply| reply.status = 302).refuses("no `Location`", "nowhere");
    Place::spoilt(|_, reply| *reply = redirect(b"/x\xff")).refuses("not plain text", "bytes");
    Place::spoilt(|_, reply| *reply = redirect(b"/x\0")).refuses("cannot be fetched", "NUL");
    Place::spoilt(|_, reply| {
        reply.status = 302;
        reply.add("location", "/a").add("location", "/b");
    })
    .refuses("several times", "two ways");
}

#[test]
fn redirects_in_a_circle_end() {
    let place = Place::spoilt(|request, reply| *reply = redirect(&request.path));
    place.refuses("sends on more than 5 times", "a circle");
    assert_eq!(weights(&place), 6);
    let place = Place::new(Server::start(|request| redirect(format!("{}x", request.path))));
    place.refuses("sends on more than 5 times", "no end");
}

#[test]
fn a_redirect_within_the_hub_and_to_another_host_is_followed() {
    let store = Server::start(|request| {
        let mut reply = Reply::file(request, b"weights");
        // What another host says of names and commits is not heard.
        reply.set("etag", "../../victim").set("x-repo-commit", "../../victim").set("x-linked-etag", "/x");
        reply
    });
    let elsewhere = format!("{}/store?file=safetensors&a=%22b%22", store.address());
    let place = Place::new(Server::start(move |request| {
        if request.path.starts_with("/api/") {
            let mut reply = redirect(&elsewhere);
            reply.set("etag", "of the second redirect");
            return reply;
        }
        let mut reply = Files::plain().reply(request);
        if request.file() == WEIGHTS_FILE {
            reply = redirect("/api/file");
            reply
                .set("etag", "of the redirect")
                .set("x-linked-etag", format!("\"{}\"", sha256(b"weights")))
                .set("x-linked-size", "7")
                .set("x-repo-commit", COMMIT);
        }
        reply
    }));
    place.gives("two redirects");
    assert_eq!(store.paths(), ["/store?file=safetensors&a=%22b%22"]);
}

#[test]
fn another_host_that_has_no_file_is_no_missing_file() {
    let store = Server::start(|_| Reply::bare(404));
    let elsewhere = store.address();
    Place::spoilt(move |_, reply| {
        let location = format!("{elsewhere}/x");
        reply.status = 302;
        reply.set("location", location);
    })
    .refuses("answers with status 404", "gone");
}

#[test]
fn another_host_that_sends_something_else_is_found_out() {
    let store = Server::start(|request| Reply::file(request, b"evil"));
    let elsewhere = store.address();
    Place::spoilt(move |_, reply| {
        let location = format!("{elsewhere}/x");
        reply.status = 302;
        reply.set("location", location).set("content-length", "0");
        reply.body.clear();
    })
    .refuses("whose hash is not", "another file");
}

/// A redirect of the hub's own that says all that is to be known.
fn redirect(location: impl AsRef<[u8]>) -> Reply {
    let mut reply = Reply::redirect(location);
    reply.set("etag", sha256(b"weights")).set("x-repo-commit", COMMIT);
    reply
}

/// How often the weights were asked for.
fn weights(place: &Place) -> usize {
    place.server.requests().iter().filter(|request| request.file().starts_with(WEIGHTS_FILE)).count()
}
