#!/bin/sh
# Stand-in for keystore-setup of older releases: PROPERTIES KEYSTORE PASSPHRASE VALIDITY CSR. Writes and prints what the management server
# signs. A passphrase that the properties have is used again; a keystore of an earlier life has another one. The new key
# replaces the old one only when its certificate comes.
set -eu
held=$(sed -n 's/^keystore.passphrase=//p' "$1")
if [ -e "$2" ] && ! openssl pkcs12 -in "$2" -passin "pass:${held:-$3}" -noout 2> /dev/null; then
  echo "Failed to setup keystore on the KVM host: keystore was tampered with, or password was incorrect" >&2
  exit 1
fi
umask 077
[ -n "$held" ] || echo "keystore.passphrase=$3" >> "$1"
openssl req -new -newkey rsa:2048 -nodes -days "$4" -subj "/CN=$(hostname -f)" -keyout "$2.new" -out "$5" 2> "$5.told" \
  || { cat "$5.told" >&2; exit 1; }
rm -f "$5.told"
cat "$5"
