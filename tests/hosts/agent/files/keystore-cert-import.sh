#!/bin/sh
# Stand-in for keystore-cert-import, whose arguments have the real one's names and order; older/ has that of older
# releases. ^ stands for a newline, ~ for a blank. The keystore is PKCS#12, as keytool's are; libvirt and consoles are led
# to the files by links. The passphrase is that of the properties, as on every host with libvirt.
set -e
PROPS_FILE="$1"
KS_PASS="$2"
KS_FILE="$3"
MODE="$4"
CERT_FILE="$5"
CERT=$(echo "$6" | tr '^' '\n' | tr '~' ' ')
CACERT_FILE="$7"
CACERT=$(echo "$8" | tr '^' '\n' | tr '~' ' ')
PRIVKEY_FILE="$9"
PRIVKEY=$(echo "${10}" | tr '^' '\n' | tr '~' ' ')
umask 077
[ "$MODE" = ssh ] || [ "$MODE" = agent ] || { echo "no mode: $MODE" >&2; exit 1; }
held=$(sed -n 's/^keystore.passphrase=//p' "$PROPS_FILE")
[ -n "$held" ] || { echo "there is no passphrase in $PROPS_FILE"; exit 1; }
[ -n "$KS_PASS" ] || { echo "no passphrase given" >&2; exit 1; }
[ -z "$CERT" ] || echo "$CERT" > "$CERT_FILE"
[ -z "$CACERT" ] || echo "$CACERT" > "$CACERT_FILE"
if [ -n "$PRIVKEY" ]; then
  echo "$PRIVKEY" > "$PRIVKEY_FILE"
else
  openssl pkcs12 -in "$KS_FILE" -passin "pass:$held" -nodes -nocerts | openssl rsa -out "$PRIVKEY_FILE" 2> /dev/null
fi
openssl pkcs12 -export -name cloud -in "$CERT_FILE" -inkey "$PRIVKEY_FILE" -certfile "$CACERT_FILE" \
  -passout "pass:$held" -out "$KS_FILE"
# Tests that run this on their own machine have its files elsewhere.
ROOT="${STANDIN_ROOT:-}"
if [ -d "$ROOT/etc/libvirt" ]; then
  mkdir -p "$ROOT/etc/pki/CA" "$ROOT/etc/pki/libvirt/private" "$ROOT/etc/pki/libvirt-vnc"
  ln -sf "$CACERT_FILE" "$ROOT/etc/pki/CA/cacert.pem"
  for side in client server; do
    ln -sf "$CERT_FILE" "$ROOT/etc/pki/libvirt/${side}cert.pem"
    ln -sf "$PRIVKEY_FILE" "$ROOT/etc/pki/libvirt/private/${side}key.pem"
  done
  ln -sf "$CACERT_FILE" "$ROOT/etc/pki/libvirt-vnc/ca-cert.pem"
  ln -sf "$CERT_FILE" "$ROOT/etc/pki/libvirt-vnc/server-cert.pem"
  ln -sf "$PRIVKEY_FILE" "$ROOT/etc/pki/libvirt-vnc/server-key.pem"
fi
