#!/bin/sh
# Written by hostcraft.cloudstack.host_firewall; changes here are overwritten.
#
# Takes an unconfirmed change of this host's firewall back: files, units and rules are as they were before it.
#
#   begin BACKEND SECONDS  record what there is, so that files may be written; prints the token that confirms
#   load COMMAND           run a command that loads the new rules; the deadline is SECONDS from then on
#   confirm TOKEN          the change stays; fails where it has been taken back already
#   revert                 take the change back, unless that is done; prints what is not as it was; the deadline runs it
#   boot                   the host went down with the change unconfirmed: files only, before any firewall is loaded
set -u

home=/var/lib/hostcraft/firewall
pending=$home/pending
unit=hostcraft-firewall.service
alarm=hostcraft-firewall-revert
# Every file that the role or its commands write.
folder=/etc/hostcraft
files="$folder/firewall.nft $folder/firewall.iptables $folder/firewall.ip6tables
/etc/systemd/system/$unit /etc/systemd/system/multi-user.target.wants/$unit
/etc/systemd/system/nftables.service.wants/$unit /etc/systemd/system/netfilter-persistent.service.wants/$unit
/etc/systemd/system/iptables.service.wants/$unit /etc/systemd/system/ip6tables.service.wants/$unit
/etc/firewalld/policies/cloudstack-host.xml
/etc/default/ufw /etc/ufw/ufw.conf /etc/ufw/user.rules /etc/ufw/user6.rules"
table=cloudstack_host
# Seconds that may pass between two steps of the role, on however many hosts it runs.
idle=900
chains='CLOUDSTACK-HOST(-OUT)?'
late='the change has been taken back already, because it was not confirmed within host_firewall_revert seconds'

stop() {
	echo "$1" >&2
	exit 1
}

there() {
	[ -e "$1" ] || [ -L "$1" ]
}

# -- Record ------------------------------------------------------------------------------------------------------------

begin() {
	[ ! -d "$pending" ] || stop "another change of this host's firewall is unconfirmed; it is confirmed, or taken back by itself,
within $(($(cat "$pending/seconds") + idle)) s of its start: run the role again after that"
	rm -rf "$home/new"
	# The folders above are there.
	# shellcheck disable=SC2174
	mkdir -p -m 0700 "$home/new" || stop "cannot record what there is in $home"
	if ! record "$1" "$2" "$home/new" || ! mv "$home/new" "$pending"; then
		rm -rf "$home/new" "$pending"
		stop "cannot record what there is in $home; nothing was changed"
	fi
	sync
	# Whoever records and then does not go on has changed no rule yet.
	if ! arm "$(($2 + idle))"; then
		rm -rf "$pending"
		stop "systemd does not run the timer that would take the change back; nothing was changed"
	fi
	cat "$pending/token"
}

arm() {
	systemctl stop "$alarm.timer" 2> /dev/null
	systemd-run --quiet --unit="$alarm" --on-active="$1" --timer-property=AccuracySec=1s /bin/sh "$home/guard" revert >&2
}

record() {
	echo "$1" > "$3/backend" && echo "$2" > "$3/seconds" && cat /proc/sys/kernel/random/uuid > "$3/token" || return 1
	for path in $files; do
		there "$path" || continue
		mkdir -p "$3/files${path%/*}" && cp -a "$path" "$3/files$path" || return 1
	done
	[ ! -d "$folder" ] || touch "$3/folder"
	! systemctl is-active --quiet "$unit" || touch "$3/unit_active"
	case "$1" in
	nftables) nft list table inet "$table" > "$3/nft" 2> /dev/null || rm -f "$3/nft" ;;
	iptables) each_iptables record_tables "$3" ;;
	firewalld) firewall-cmd --get-active-zones > "$3/zones" 2> /dev/null ;;
	ufw)
		! ufw_active || touch "$3/ufw_active"
		each_iptables record_tables "$3"
		record_sysctl > "$3/sysctl"
		;;
	esac
	return 0
}

each_iptables() {
	for program in iptables ip6tables; do
		"$1" "$program" "$2"
	done
}

# All of the table, for the places of our jumps in it, and what is ours alone, to compare.
record_tables() {
	"$1-save" -t filter > "$2/$1" 2> /dev/null || rm -f "$2/$1"
	grep -E "$chains|ufw|^:(INPUT|FORWARD|OUTPUT) " "$2/$1" 2> /dev/null | sed 's/ \[[0-9:]*\]$//' > "$2/$1.own"
}

# ufw sets these when it is enabled.
record_sysctl() {
	sed -n 's/^[[:space:]]*\([a-z0-9/_.]*\)[[:space:]]*=.*/\1/p' /etc/ufw/sysctl.conf 2> /dev/null | while read -r key; do
		[ -r "/proc/sys/$key" ] && echo "$key $(cat "/proc/sys/$key")"
	done
}

ufw_active() {
	case "$(LC_ALL=C ufw status 2> /dev/null)" in 'Status: active'*) return 0 ;; esac
	return 1
}

# -- Load --------------------------------------------------------------------------------------------------------------

load() {
	[ -d "$pending" ] || stop "$late"
	arm "$(cat "$pending/seconds")" || stop 'systemd does not run the timer that would take the change back; no rule was loaded'
	# In a session of its own, and the lock given up only when its id is recorded: the deadline ends what hangs here.
	setsid /bin/sh -c "$1" 9>&- &
	echo "$!" > "$pending/loading"
	exec 9>&-
	wait "$!"
	status=$?
	[ -d "$pending" ] || stop "$late"
	[ "$status" = 0 ] || stop "the new rules cannot be loaded (status $status)"
	rm -f "$pending/loading"
	put_zones
}

# A reload of firewalld forgets which interface is in which zone where only the running state says so.
put_zones() {
	[ -f "$pending/zones" ] || return 0
	while read -r first rest; do
		case "$first" in
		interfaces:)
			for interface in $rest; do
				[ "$(firewall-cmd --get-zone-of-interface="$interface" 2> /dev/null)" = "$zone" ] \
					|| firewall-cmd --quiet --zone="$zone" --change-interface="$interface" > /dev/null 2>&1
			done
			;;
		*:) ;;
		*) zone=$first ;;
		esac
	done < "$pending/zones"
	return 0
}

# -- Back --------------------------------------------------------------------------------------------------------------

put_files() {
	for path in $files; do
		kept=$pending/files$path
		if ! there "$kept"; then
			rm -f "$path"
		elif [ -L "$kept" ] || ! cmp -s "$kept" "$path" || ! same_mode "$kept" "$path"; then
			mkdir -p "${path%/*}"
			rm -f "$path.hostcraft"
			# On a full disk there is room only where the new file was.
			{ cp -a "$kept" "$path.hostcraft" && mv -f "$path.hostcraft" "$path"; } || {
				rm -f "$path.hostcraft" "$path"
				cp -a "$kept" "$path"
			}
		fi
	done
	[ -f "$pending/folder" ] || rmdir "$folder" 2> /dev/null
	sync
}

same_mode() {
	[ "$(stat -c '%a %u %g' "$1")" = "$(stat -c '%a %u %g' "$2" 2> /dev/null)" ]
}

revert() {
	[ -d "$pending" ] || return 0
	backend=$(cat "$pending/backend")
	[ ! -s "$pending/loading" ] || kill -KILL "-$(cat "$pending/loading")" 2> /dev/null
	[ "$backend" != ufw ] || [ -f "$pending/ufw_active" ] || ! ufw_active || ufw --force disable
	# What the unit of now has loaded goes by its own means, before its file does.
	[ -f "$pending/unit_active" ] || systemctl stop "$unit" 2> /dev/null
	put_files
	systemctl daemon-reload
	systemctl reset-failed "$unit" 2> /dev/null
	[ ! -f "$pending/unit_active" ] || systemctl reload-or-restart "$unit"
	"put_$backend"
	over 'taken back' "$(differences "$backend")"
}

# What is not as it was.
differences() {
	rm -rf "$home/now"
	# The folders above are there.
	# shellcheck disable=SC2174
	mkdir -p -m 0700 "$home/now"
	record "$1" 0 "$home/now"
	diff -r --exclude=token --exclude=seconds --exclude=loading --exclude=iptables --exclude=ip6tables "$pending" "$home/now" \
		| grep -E '^([<>]|Only|Files|Binary)'
	rm -rf "$home/now"
}

# Where the file says what was loaded, that is it.
put_nftables() {
	! nft list table inet "$table" 2> /dev/null | cmp -s - "$pending/nft" || return 0
	{
		printf 'table inet %s\ndelete table inet %s\n' "$table" "$table"
		[ ! -f "$pending/nft" ] || cat "$pending/nft"
	} | nft --file -
}

put_iptables() {
	each_iptables put_chains "$pending"
}

put_chains() {
	[ -f "$2/$1" ] || return 0
	{
		echo '*filter'
		grep -E "^(:|-A )$chains " "$2/$1"
		echo COMMIT
	} | "$1-restore" --noflush
	put_jump "$1" "$2/$1" INPUT CLOUDSTACK-HOST
	put_jump "$1" "$2/$1" OUTPUT CLOUDSTACK-HOST-OUT
}

put_jump() {
	place=$(jump_in "$3" "$4" < "$2")
	if [ "$place" != "$("$1-save" -t filter | jump_in "$3" "$4")" ]; then
		while "$1" -D "$3" -j "$4" 2> /dev/null; do :; done
		[ -z "$place" ] || "$1" -I "$3" "$place" -j "$4"
	fi
	grep -q "^:$4 " "$2" || { "$1" -F "$4" && "$1" -X "$4"; } 2> /dev/null
}

jump_in() {
	awk -v chain="$1" -v jump="-A $1 -j $2" '$1 == "-A" && $2 == chain { n++; if ($0 == jump) { print n; exit } }'
}

put_firewalld() {
	firewall-cmd --quiet --state 2> /dev/null || return 0
	firewall-cmd --quiet --reload
	put_zones
}

put_ufw() {
	if [ -f "$pending/ufw_active" ]; then
		ufw reload || ufw --force enable
	else
		each_iptables put_policies "$pending"
		while read -r key value; do
			echo "$value" > "/proc/sys/$key"
		done < "$pending/sysctl"
	fi
}

# An ufw that is disabled leaves all policies at ACCEPT and its own chains behind.
put_policies() {
	[ -f "$2/$1" ] || return 0
	sed -n 's/^:\(INPUT\|FORWARD\|OUTPUT\) \([A-Z]*\) .*/\1 \2/p' "$2/$1" | while read -r chain policy; do
		"$1" -P "$chain" "$policy"
	done
	grep -q '^:ufw' "$2/$1" && return 0
	{
		echo '*filter'
		"$1-save" -t filter | sed -n 's/^:\(ufw6\{0,1\}-[^ ]*\) .*/\1/p' | while read -r chain; do
			echo ":$chain - [0:0]"
		done
		"$1-save" -t filter | sed -n 's/^-A \([A-Z]* -j ufw6\{0,1\}-.*\)/-D \1/p'
		"$1-save" -t filter | sed -n 's/^:\(ufw6\{0,1\}-[^ ]*\) .*/-X \1/p'
		echo COMMIT
	} | "$1-restore" --noflush
}

# -- End ---------------------------------------------------------------------------------------------------------------

confirm() {
	[ -d "$pending" ] && [ "$1" = "$(cat "$pending/token")" ] \
		|| stop "$late"
	over confirmed
	systemctl stop "$alarm.timer"
}

# The rename is the moment in which a change is over. The last file: how it ended, then what is not as it was before.
over() {
	rm -rf "$home/done"
	mv "$pending" "$home/done"
	sync
	rm -rf "$home/done"
	printf '%s\n%s' "$1" "${2:-}" > "$home/last"
}

boot() {
	[ -d "$pending" ] || return 0
	put_files
	systemctl daemon-reload
	over 'taken back'
}

# The folders above are there.

# shellcheck disable=SC2174

mkdir -p -m 0700 "$home"
exec 9> /run/hostcraft-firewall.lock
flock 9
case "${1:-}" in
begin) begin "$2" "$3" ;;
load) load "$2" ;;
confirm) confirm "$2" ;;
revert)
	revert
	systemctl stop "$alarm.timer" 2> /dev/null
	tail -n +2 "$home/last"
	;;
boot) boot ;;
*) stop "usage: $0 begin BACKEND SECONDS | load COMMAND | confirm TOKEN | revert | boot" ;;
esac
