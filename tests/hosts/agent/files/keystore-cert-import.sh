#!/bin/sh
# Stand-in for keystore-cert-import: PROPERTIES KEYSTORE MODE CERTIFICATE-FILE CERTIFICATE CA-FILE CA KEY-FILE, with ^ for
# newlines and ~ for blanks. The keystore is PKCS#12, as keytool's are; libvirt and consoles are led to the files by links.
set -eu
plain() { echo "$1" | tr '^' '\n' | tr '~' ' '; }
umask 077
[ ! -e "$2.new" ] || mv "$2.new" "$8"
plain "$5" > "$4"
plain "$7" > "$6"
passphrase=$(sed -n 's/^keystore.passphrase=//p' "$1")
openssl pkcs12 -export -name cloud -in "$4" -inkey "$8" -certfile "$6" -passout "pass:$passphrase" -out "$2"
if [ -d /etc/libvirt ]; then
  mkdir -p /etc/pki/CA /etc/pki/libvirt/private /etc/pki/libvirt-vnc
  ln -sf "$6" /etc/pki/CA/cacert.pem
  for side in client server; do
    ln -sf "$4" "/etc/pki/libvirt/${side}cert.pem"
    ln -sf "$8" "/etc/pki/libvirt/private/${side}key.pem"
  done
  ln -sf "$6" /etc/pki/libvirt-vnc/ca-cert.pem
  ln -sf "$4" /etc/pki/libvirt-vnc/server-cert.pem
  ln -sf "$8" /etc/pki/libvirt-vnc/server-key.pem
fi
