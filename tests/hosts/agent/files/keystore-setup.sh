#!/bin/sh
# Stand-in for keystore-setup: PROPERTIES KEYSTORE PASSPHRASE VALIDITY CSR. Writes and prints what the management server
# signs. A passphrase that the properties have is used again; a keystore of an earlier life has another one. The new key
# replaces that of the keystore at once, with a certificate of its own.
set -eu
held=$(sed -n 's/^keystore.passphrase=//p' "$1")
if [ -e "$2" ] && ! openssl pkcs12 -in "$2" -passin "pass:${held:-$3}" -noout 2> /dev/null; then
  echo "Failed to setup keystore on the KVM host: keystore was tampered with, or password was incorrect" >&2
  exit 1
fi
umask 077
[ -n "$held" ] || echo "keystore.passphrase=$3" >> "$1"
subject="/CN=$(hostname -f)"
{
  openssl req -x509 -newkey rsa:2048 -nodes -days "$4" -subj "$subject" -keyout "$2.key" -out "$2.own"
  openssl pkcs12 -export -name cloud -in "$2.own" -inkey "$2.key" -passout "pass:${held:-$3}" -out "$2"
  openssl req -new -key "$2.key" -subj "$subject" -out "$5"
} 2> "$5.told" || { cat "$5.told" >&2; exit 1; }
rm -f "$5.told" "$2.key" "$2.own"
cat "$5"
