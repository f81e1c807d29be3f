#!/bin/sh
# Stand-in for keystore-cert-import of older releases, without the passphrase among its arguments, which have the real
# one's names. ^ stands for a newline, ~ for a blank. The keystore is PKCS#12, as keytool's are; libvirt and consoles are
# led to the files by links.
set -e
PROPS_FILE="$1"
KS_FILE="$2"
MODE="$3"
CERT_FILE="$4"
CERT=$(echo "$5" | tr '^' '\n' | tr '~' ' ')
CACERT_FILE="$6"
CACERT=$(echo "$7" | tr '^' '\n' | tr '~' ' ')
PRIVKEY_FILE="$8"
PRIVKEY=$(echo "$9" | tr '^' '\n' | tr '~' ' ')
umask 077
[ "$MODE" = ssh ] || [ "$MODE" = agent ] || { echo "no mode: $MODE" >&2; exit 1; }
passphrase=$(sed -n 's/^keystore.passphrase=//p' "$PROPS_FILE")
[ -n "$passphrase" ] || { echo "there is no passphrase in $PROPS_FILE"; exit 1; }
[ ! -e "$KS_FILE.new" ] || mv "$KS_FILE.new" "$PRIVKEY_FILE"
[ -z "$PRIVKEY" ] || echo "$PRIVKEY" > "$PRIVKEY_FILE"
[ -z "$CERT" ] || echo "$CERT" > "$CERT_FILE"
[ -z "$CACERT" ] || echo "$CACERT" > "$CACERT_FILE"
openssl pkcs12 -export -name cloud -in "$CERT_FILE" -inkey "$PRIVKEY_FILE" -certfile "$CACERT_FILE" \
  -passout "pass:$passphrase" -out "$KS_FILE"
# Tests that run this on their own machine have its files elsewhere.
ROOT="${STANDIN_ROOT:-}"
if [ -d "$ROOT/etc/libvirt" ]; then
  mkdir -p "$ROOT/etc/pki/CA" "$ROOT/etc/pki/libvirt/private"
  ln -sf "$CACERT_FILE" "$ROOT/etc/pki/CA/cacert.pem"
  for side in client server; do
    ln -sf "$CERT_FILE" "$ROOT/etc/pki/libvirt/${side}cert.pem"
    ln -sf "$PRIVKEY_FILE" "$ROOT/etc/pki/libvirt/private/${side}key.pem"
  done
fi
