#!/bin/sh
# Stand-in for keystore-setup: PROPERTIES KEYSTORE PASSPHRASE. Prints what the management server signs. A keystore of an
# earlier life has another passphrase.
set -eu
held=$(sed -n 's/^keystore.passphrase=//p' "$1")
if [ -e "$2" ] && [ "$held" != "$3" ]; then
  echo "Failed to setup keystore on the KVM host: keystore was tampered with, or password was incorrect" >&2
  exit 1
fi
umask 077
echo "$3" > "$2"
[ -n "$held" ] || echo "keystore.passphrase=$3" >> "$1"
openssl req -new -newkey rsa:2048 -nodes -subj "/CN=$(hostname -f)" -keyout "$(dirname "$2")/cloud.key" 2> /dev/null
