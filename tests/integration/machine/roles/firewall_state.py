# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that a host's firewalls are: files with modes and owners, units, rules in the kernel."""

from __future__ import annotations

from hosts import Host

STATE = r"""
for place in /etc/hostcraft /etc/systemd/system/hostcraft-firewall.service /etc/firewalld /etc/ufw /etc/default/ufw \
    /etc/systemd/system/multi-user.target.wants/hostcraft-firewall.service
do
    [ -e $place ] || continue
    find $place -printf '%p %m %u %g %l\n' | sort
    find $place -type f -exec sha256sum {} + | sort -k2
done
for unit in hostcraft-firewall nftables ufw firewalld; do
    echo "$unit $(systemctl is-enabled $unit 2> /dev/null) $(systemctl is-active $unit)"
done
systemctl --failed --no-legend --plain 'hostcraft*' ufw nftables firewalld
nft --stateless list ruleset 2> /dev/null
for program in iptables ip6tables; do
    # Chains that exist and accept everything are as good as none.
    $program-save 2> /dev/null | sed -e 's/ *\[[0-9:]*\]$//' -e '/^#/d' -e '/^:.* ACCEPT$/d' -e '/^\*/d' -e '/^COMMIT/d'
done
ufw status verbose 2> /dev/null
find /proc/sys/net/ipv?/conf/all -name 'accept_r*' -o -name log_martians | sort | xargs grep .
ls -A /var/lib/hostcraft/firewall 2> /dev/null | grep -v -x -e guard -e last
true
"""


def state_of(host: Host) -> list[str]:
    return host.run(STATE).stdout.splitlines()
