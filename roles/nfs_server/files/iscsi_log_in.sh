#!/bin/sh
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# iscsi_log_in.sh TARGET PORTAL: a target is logged in, now and at every boot. Prints "changed" if something was.
# PORTAL: an address or a host name, and a port if it is not 3260; IPv6 stands in brackets if a port follows. Of a host name
# with several addresses, each is asked, in the resolver's order, until one gives the target at one of these addresses.
set -eu
target=$1 portal=$2

port=3260 host=$portal
case "$portal" in
\[*\]:*) port=${portal##*:} host=${portal%:*} ;;
\[*\] | *:*:*) ;;
*:*) port=${portal##*:} host=${portal%:*} ;;
esac
host=${host#\[} host=${host%\]}

# The addresses of a host name, or one address, in the C library's spelling and order, each once.
addresses() {
    getent ahosts "$1" | awk '!($1 in seen) { seen[$1]; printf "%s ", $1 }'
}

# How iscsiadm spells the portal of its record of the target; nothing if it has none. Addresses are as the target sent them.
record() {
    iscsiadm --mode node 2> /dev/null | while read -r found name; do
        found=${found%,*} address=${found%:*}
        address=${address#\[} address=${address%\]}
        [ "$name ${found##*:}" = "$target $port" ] || continue
        address=$(addresses "$address")
        case " $wanted" in *" ${address:-none}"*) printf '%s\n' "$found" && break ;; esac
    done
}

wanted=$(addresses "$host")
if [ -z "$wanted" ]; then
    echo "The portal $portal has no address: $host is not known to the resolver of this machine." >&2
    exit 1
fi
known=$(record) told=
for asked in $wanted; do
    [ -z "$known" ] || break
    case "$asked" in *:*) asked="[$asked]" ;; esac
    # Without "new", settings of targets that are known already would be written anew, also those that log in at boot.
    given=$(iscsiadm --mode discovery --type sendtargets --portal "$asked:$port" --op new) ||
        given="no answer, exit status $? of iscsiadm"
    told="$told$asked:$port: ${given:-no target}
"
    known=$(record)
    [ -z "$known" ] || echo changed
done
if [ -z "$known" ]; then
    printf '%s does not give the target %s to this machine at its own address. What each address gives:\n%s' \
        "$portal" "$target" "$told" >&2
    exit 1
fi
if ! iscsiadm --mode node --targetname "$target" --portal "$known" | grep -qx 'node.startup = automatic'; then
    iscsiadm --mode node --targetname "$target" --portal "$known" --op update --name node.startup --value automatic
    echo changed
fi
# A name may be the beginning of another one's.
if ! iscsiadm --mode session 2> /dev/null | cut -d ' ' -f 4 | grep -qxF "$target"; then
    iscsiadm --mode node --targetname "$target" --portal "$known" --login >&2
    echo changed
fi
