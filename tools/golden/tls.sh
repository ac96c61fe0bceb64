#!/bin/sh
# Certificates for hubs on loopback in tests: an authority that nobody else trusts, and 127.0.0.1 by its word. The
# authority's key is thrown away. Run in crates/xner-tagger/tests/golden/tls.
set -eu
key=$(mktemp)
trap 'rm -f "$key" request.pem' EXIT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj '/CN=loopback tests' \
    -addext 'basicConstraints=critical,CA:TRUE' -keyout "$key" -out authority.pem
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=127.0.0.1' -keyout key.pem -out request.pem
printf 'subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n' |
    openssl x509 -req -in request.pem -CA authority.pem -CAkey "$key" -set_serial 1 -days 36500 -extfile /dev/stdin \
        -out server.pem
