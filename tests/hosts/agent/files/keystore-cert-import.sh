#!/bin/sh
# Stand-in for keystore-cert-import: KEYSTORE CERTIFICATE CA, both as text. libvirt is led to them by links.
set -eu
agent=$(dirname "$1")
umask 077
echo "$2" > "$agent/cloud.crt"
echo "$3" > "$agent/cloud.ca.crt"
if [ -d /etc/libvirt ]; then
  mkdir -p /etc/pki/CA /etc/pki/libvirt/private
  ln -sf "$agent/cloud.ca.crt" /etc/pki/CA/cacert.pem
  for side in client server; do
    ln -sf "$agent/cloud.crt" "/etc/pki/libvirt/${side}cert.pem"
    ln -sf "$agent/cloud.key" "/etc/pki/libvirt/private/${side}key.pem"
  done
fi
