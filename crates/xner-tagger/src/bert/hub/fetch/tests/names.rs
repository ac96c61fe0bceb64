//! Hubs that lie about names: hashes and commits.

use proptest::prelude::*;

use super::*;

/// What is no hash and no commit; `{home}` is the folder around the cache.
fn bad_names(home: &Path) -> Vec<Vec<u8>> {
    let victim = home.join("victim");
    let hash = git(b"weights");
    let mut names: Vec<Vec<u8>> = [
        victim.to_str().unwrap(),
        "../../victim",
        "../../../victim",
        "..",
        ".",
        "/",
        "",
        "\"\"",
        "W/\"\"",
        "\"",
        "C:\\victim",
        "hash",
        &hash[1..],
        &format!("{hash}0"),
        &format!("{hash}/../../../victim"),
        &format!("../{hash}"),
        &hash.to_uppercase(),
        &format!("w/\"{hash}\""),
        &format!("\"{hash}"),
        &format!("{hash}, {hash}"),
        &"a".repeat(5_000),
    ]
    .iter()
    .map(|name| name.as_bytes().to_vec())
    .collect();
    names.push([hash.as_bytes(), b"\0"].concat());
    names.push([b"\0/victim".as_slice(), hash.as_bytes()].concat());
    names.push([hash.as_bytes(), b"\xff"].concat());
    names.push("é".repeat(20).into_bytes());
    names.push(b"a".repeat(200_000));
    names
}

#[test]
fn a_hash_or_commit_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for header in ["etag", "x-linked-etag", "x-repo-commit"] {
        for name in bad_names(folder.path()) {
            let what = format!("{header}: {}", name.escape_ascii());
            let what = &what[..what.len().min(200)];
            Place::spoilt(move |_, reply| {
                reply.set(header, &name);
            })
            .refuses("`model.safetensors` cannot be fetched", what);
        }
        assert!(walk(folder.path()).is_empty());
    }
}

#[test]
fn a_hash_or_commit_that_is_missing_or_doubled_is_refused() {
    for header in ["etag", "x-repo-commit"] {
        Place::spoilt(move |_, reply| {
            reply.unset(header);
        })
        .refuses("names no", header);
        Place::spoilt(move |_, reply| {
            reply.add(header, git(b"other"));
        })
        .refuses("several times", header);
    }
    Place::spoilt(|_, reply| {
        reply.add("x-linked-etag", git(b"a")).add("x-linked-etag", git(b"b"));
    })
    .refuses("several times", "x-linked-etag");
}

#[test]
fn weak_and_linked_hashes_are_hashes() {
    let hash = sha256(b"weights");
    for tag in [format!("W/\"{hash}\""), format!("\"{hash}\""), hash.clone(), git(b"weights")] {
        let weak = tag.clone();
        Place::spoilt(move |_, reply| {
            reply.set("etag", &weak);
        })
        .gives(&tag);
        Place::spoilt(move |_, reply| {
            reply.set("x-linked-etag", &tag).set("etag", "of the link").set("x-linked-size", "7");
        })
        .gives("linked");
    }
}

#[test]
fn a_hash_that_is_anothers_is_refused() {
    for hash in [sha256(b"other"), git(b"other")] {
        Place::spoilt(move |_, reply| {
            reply.set("etag", &hash);
        })
        .refuses("whose hash is not", "another hash");
    }
}

#[test]
fn a_commit_that_changes_is_told() {
    Place::spoilt(|_, reply| {
        reply.set("x-repo-commit", COMMIT.replace('0', "1"));
    })
    .refuses("changed on the hub while it was fetched", "another commit");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn gathered_names_are_hashes_or_refused(
        commit in "\\PC{0,50}|[0-9a-f]{39,41}|[./a-f0-9]{40}",
        tag in "\\PC{0,50}|(W/)?\"?([0-9a-f]{39,41}|[0-9a-f]{63,65}|[./0-9a-f]{40})\"?",
        size in "\\PC{0,9}|[0-9]{0,30}",
    ) {
        let mut map = ureq::http::HeaderMap::new();
        for (name, value) in [("x-repo-commit", &commit), ("x-linked-etag", &tag), ("x-linked-size", &size)] {
            map.insert(name, ureq::http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let mut gathered = headers::Gathered::default();
        if gathered.add(&map).is_ok() && let Ok(facts) = gathered.facts() {
            prop_assert!(headers::is_hex(facts.commit.as_str(), 40));
            prop_assert!(is_name(facts.hash.as_str()));
            prop_assert!(size.trim().parse::<u64>().ok() == facts.size);
        }
    }

    #[test]
    fn places_of_parts_are_in_the_whole(text in "\\PC{0,30}|bytes [0-9]{1,20}-[0-9]{1,20}/([0-9]{1,20}|\\*)") {
        let mut map = ureq::http::HeaderMap::new();
        map.insert("content-range", ureq::http::HeaderValue::from_bytes(text.as_bytes()).unwrap());
        if let Ok((from, Some(size))) = headers::range(&map) {
            prop_assert!(from < size);
        }
    }

    #[test]
    fn where_a_redirect_leads_is_plain(location in "\\PC{0,60}|(https?|file)://[a-z.@:0-9\\[\\]]{0,20}[/?#].{0,9}") {
        let hub = address::Address::endpoint("https://hub.example", false).unwrap();
        if let Ok(next) = hub.redirect(&location) {
            prop_assert!(next.is_secure() && next.text().starts_with("https://"));
            let host = next.text()["https://".len()..].split('/').next().unwrap();
            prop_assert!(!host.is_empty() && !host.contains(['@', ' ', '?', '#']), "{}", next.text());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Through the whole way: any bytes in any header leave a cache of whole files, or none.
    #[test]
    fn any_header_leaves_a_clean_cache(
        at in 0_usize..8,
        value in prop::collection::vec(any::<u8>().prop_filter("line ends", |b| !b"\r\n".contains(b)), 0..80),
        status in prop::sample::select(vec![200_u16, 206, 302]),
    ) {
        let names = [
            "etag", "x-linked-etag", "x-repo-commit", "x-linked-size", "content-length", "content-range",
            "location", "transfer-encoding",
        ];
        let (name, bytes) = (names[at], value.clone());
        let place = Place::spoilt(move |_, reply| {
            reply.status = status;
            reply.set(name, &bytes);
        });
        if let Err(fault) = place.fetch("owner/name") {
            prop_assert_eq!(fault.kind(), ErrorKind::Hub);
        }
        place.is_clean(name);
    }
}
