#!/bin/sh
# Makes all files of this folder anew: an authority with a server for this machine, one for another name and two clients,
# and a second authority whose client nobody trusts.
set -eu
cd "$(dirname "$0")"
authority() { # name
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj "/CN=$1" \
    -keyout "$1.key" -out "$1.pem" 2>/dev/null
}
certificate() { # name authority alternative-name key-options...
  name=$1 authority=$2 alternative=$3
  shift 3
  openssl req -new "$@" -nodes -subj "/CN=$name" -keyout "$name.key" -out "$name.csr" 2>/dev/null
  printf 'subjectAltName=%s\n' "$alternative" >"$name.ext"
  openssl x509 -req -in "$name.csr" -CA "$authority.pem" -CAkey "$authority.key" -CAcreateserial -days 36500 \
    -extfile "$name.ext" -out "$name.pem" 2>/dev/null
  rm "$name.csr" "$name.ext"
}
authority ca
authority stranger-ca
certificate server ca DNS:localhost,IP:127.0.0.1 -newkey ec -pkeyopt ec_paramgen_curve:P-256
certificate elsewhere ca DNS:elsewhere.example -newkey ec -pkeyopt ec_paramgen_curve:P-256
certificate client ca DNS:client.example -newkey ec -pkeyopt ec_paramgen_curve:P-256
certificate client-rsa ca DNS:client.example -newkey rsa:2048
openssl rsa -in client-rsa.key -traditional -out client-rsa.pkcs1.key 2>/dev/null
openssl ec -in client.key -out client.sec1.key 2>/dev/null
certificate stranger stranger-ca DNS:stranger.example -newkey ec -pkeyopt ec_paramgen_curve:P-256
rm -f ca.key stranger-ca.key ca.srl stranger-ca.srl client-rsa.key
