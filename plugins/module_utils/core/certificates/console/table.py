# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of checks of certificates of console proxies and secondary storage VMs, for docs and modules.

Sources: "System VMs: …" are sections of CloudStack's "Working with System Virtual Machines"; "server: …" are classes of
the management server; cs#N is an issue or pull request of apache/cloudstack.
"""

from __future__ import annotations

from ...findings import BLOCKS, HURTS, NOTE, Table, rows

_CHANGE = "System VMs: Changing the Console Proxy SSL Certificate and Domain"
_CHAIN = "System VMs: Uploading ROOT CA and Intermediate CA"
_BALANCER = "System VMs: Load-balancing Console Proxies"
_KEYSTORE, _HELPER = "server: KeystoreManagerImpl", "server: CertificateHelper"
_BROWSERS = "CA/Browser Forum, Baseline Requirements"
_LOG = (
    "look in the management server's log for 'Unable to build keystore for CPVMCertificate' and 'Cold not find and "
    "construct a valid SSL certificate': then the table cloud.keystore holds a certificate that cannot be read, or "
    "certificates of an earlier chain under other names; see the guide on console certificates"
)

# What was given, before anything is uploaded.
GIVEN = (
    rows(
        BLOCKS,
        (
            "certificate_none",
            "There is no PEM certificate in it",
            "set it to text that begins with -----BEGIN CERTIFICATE-----",
            _CHAIN,
        ),
        (
            "certificate_not_pem",
            "The certificate is not in PEM form",
            "convert it: openssl x509 -inform der (DER), openssl pkcs7 -print_certs (PKCS#7), openssl pkcs12 (PFX)",
            _CHAIN,
        ),
        (
            "certificate_blanks",
            "A certificate has blanks inside of a line",
            "use the original text: a tool that decoded it as a URL turned each '+' into a blank",
            _CHAIN,
        ),
        (
            "certificate_truncated",
            "A certificate has no end",
            "use the complete text, with the line -----END CERTIFICATE-----",
            _CHAIN,
        ),
        ("certificate_damaged", "A certificate cannot be read", "use the original text, with its line breaks", _CHAIN),
        (
            "certificates_many",
            "There are more certificates than a chain has",
            "use only the chain of this certificate, not a bundle of authorities",
            _CHAIN,
        ),
        (
            "key_none",
            "There is no PEM private key in it",
            "set it to text that begins with -----BEGIN PRIVATE KEY-----",
            _CHANGE,
        ),
        (
            "key_not_pem",
            "The private key is not in PEM form",
            "convert it: openssl pkey -inform der (DER), openssl pkcs12 -nocerts (PFX)",
            _CHANGE,
        ),
        (
            "key_blanks",
            "The private key has blanks inside of a line",
            "use the original text: a tool that decoded it as a URL turned each '+' into a blank",
            _CHAIN,
        ),
        ("key_truncated", "The private key has no end", "use the complete text, with the line -----END", _CHANGE),
        ("key_damaged", "The private key cannot be read", "use the original text, with its line breaks", _CHANGE),
        ("key_passphrase_missing", "The private key is encrypted", "give private_key_passphrase", _CHANGE),
        (
            "key_passphrase_wrong",
            "The passphrase does not open the private key",
            "correct private_key_passphrase",
            _CHANGE,
        ),
        (
            "key_mismatch",
            "The private key does not belong to the certificate",
            "use the key of the signing request; the server does not notice a wrong key, and consoles fail",
            _KEYSTORE,
        ),
        (
            "key_not_rsa",
            "The key is not an RSA key",
            "request a certificate for an RSA key: CloudStack supports no other keys",
            _HELPER,
        ),
        ("key_weak", "The key is too short", "make a new RSA key of 2048 bits or more", _BROWSERS),
        (
            "leaf_missing",
            "There is no certificate of a server",
            "add the certificate of the console domain: all of these are certificates of authorities",
            _CHAIN,
        ),
        (
            "leaf_several",
            "There is more than one certificate of a server",
            "use one certificate for the console domain",
            _CHAIN,
        ),
        (
            "leaf_is_authority",
            "The private key belongs to the certificate of an authority",
            "use a certificate that this authority signed, with the key of that certificate",
            _CHAIN,
        ),
        (
            "intermediate_missing",
            "The chain has a gap",
            "add the missing certificate, which the authority publishes",
            _CHAIN,
        ),
        (
            "not_signed",
            "A certificate was not signed by the certificate with the name of its issuer",
            "use the matching certificate of the authority: an older or newer one has the same name and another key",
            _CHAIN,
        ),
        (
            "authority_missing",
            "A certificate signed another one, but is not the certificate of an authority",
            "use the authority's certificate with CA:TRUE in its basic constraints; clients refuse this one",
            _BROWSERS,
        ),
        (
            "unrelated",
            "A certificate does not belong to the chain",
            "remove it: the server would store it, and serve it with every console",
            _CHAIN,
        ),
        ("expired", "A certificate has expired", "use a renewed certificate", _CHAIN),
        (
            "not_yet_valid",
            "A certificate is not valid yet",
            "wait until it is valid, or correct the clock of the machine where the task runs",
            _CHAIN,
        ),
        (
            "signature_weak",
            "A certificate is signed with a hash that browsers refuse",
            "request a certificate that is signed with SHA-256",
            _BROWSERS,
        ),
        (
            "names_missing",
            "The certificate has no subjectAltName",
            "request a certificate with its domains in subjectAltName: browsers ignore the common name",
            _BROWSERS,
        ),
        (
            "name_mismatch",
            "The certificate is not for the names of console URLs",
            "use a certificate for these names, such as a wildcard for the domain, or correct console_domain",
            _CHANGE,
        ),
        (
            "storage_name_mismatch",
            "The certificate is not for the names of storage URLs",
            "use a certificate for these names too, or correct storage_domain",
            _BALANCER,
        ),
        (
            "system_vms_missing",
            "No system VM runs that could prove the certificate",
            "enable the zone, or start its system VMs",
            _CHANGE,
        ),
    ),
    rows(
        HURTS,
        (
            "root_missing",
            "The chain does not end at a root",
            "set root: the server uses the first certificate of the chain as the root for secondary storage VMs",
            _KEYSTORE,
        ),
        (
            "self_signed",
            "The certificate is self-signed",
            "use a certificate of an authority: otherwise each browser must be configured to trust it",
            _CHANGE,
        ),
        ("expires_soon", "A certificate expires soon", "renew it", _CHAIN),
        (
            "names_fixed",
            "The certificate is for the addresses that system VMs have now",
            "use a wildcard: a new system VM can get another public address",
            _CHANGE,
        ),
    ),
    rows(NOTE, ("repeated", "A certificate is listed more than once", "it is uploaded once", _CHAIN)),
)
# What system VMs serve.
SERVED = (
    rows(
        BLOCKS,
        (
            "served_none",
            "A system VM does not speak TLS",
            f"restart the management servers if settings were changed; {_LOG}",
            _CHAIN,
        ),
        (
            "served_other",
            "A system VM serves another certificate",
            f"restart it: a system VM reads its certificate when it starts; if this does not help, {_LOG}",
            "cs#12642",
        ),
        (
            "served_incomplete",
            "A system VM serves a chain that cannot be verified",
            f"upload the whole chain under the names that were used before; {_LOG}",
            _CHAIN,
        ),
        (
            "not_reached",
            "A system VM cannot be reached from here",
            "run the task on a machine that can connect to the public addresses of system VMs, and check the ports",
            _BALANCER,
        ),
        ("served_expired", "A system VM serves an expired certificate", "renew it with cs_console_certificate", _CHAIN),
        (
            "served_not_yet_valid",
            "A system VM serves a certificate that is not valid yet",
            "correct the clocks, or upload another certificate with cs_console_certificate",
            _CHAIN,
        ),
        (
            "served_name",
            "A system VM serves a certificate that does not cover the names in its URLs",
            "upload a certificate for these names, or correct the setting",
            _CHANGE,
        ),
    ),
    rows(
        HURTS,
        (
            "served_expires_soon",
            "A system VM serves a certificate that expires soon",
            "renew it with cs_console_certificate",
            _CHAIN,
        ),
        (
            "served_more",
            "A system VM serves certificates that do not belong to the chain",
            "remove the rows of the earlier chain from the table cloud.keystore, or set names to the names of these "
            "rows",
            _CHAIN,
        ),
        (
            "name_unresolved",
            "The name in the URLs of a system VM does not resolve",
            "add it to DNS: each address of the public range has the name aaa-bbb-ccc-ddd.DOMAIN",
            _CHANGE,
        ),
        (
            "name_elsewhere",
            "The name in the URLs of a system VM resolves to another address",
            "correct it in DNS: aaa-bbb-ccc-ddd.DOMAIN has the address aaa.bbb.ccc.ddd",
            _CHANGE,
        ),
        (
            "range_unresolved",
            "Names of addresses that system VMs can get do not resolve",
            "add them to DNS: each address of the public range has the name aaa-bbb-ccc-ddd.DOMAIN",
            _CHANGE,
        ),
        (
            "range_elsewhere",
            "Names of addresses that system VMs can get resolve to other addresses",
            "correct them in DNS: aaa-bbb-ccc-ddd.DOMAIN has the address aaa.bbb.ccc.ddd",
            _CHANGE,
        ),
        (
            "balancer_failed",
            "Clients get no TLS connection at the shared name",
            "let the load balancer forward this port to the system VMs, and check DNS and firewalls",
            _BALANCER,
        ),
        (
            "balancer_certificate",
            "Clients refuse the certificate that is served at the shared name",
            "forward TLS to the system VMs, or give the load balancer a certificate for the name with its chain",
            _BALANCER,
        ),
        (
            "plain_text",
            "Consoles or copies of templates are not encrypted",
            "set a domain and upload a certificate with cs_console_certificate",
            "System VMs: Using a SSL Certificate for the Console Proxy",
        ),
    ),
)
CONSOLE = Table("console certificates", *GIVEN, *SERVED)
# Faults that a server may not mind: what it then says, or a handshake, decides.
ACCEPTABLE = frozenset(
    ("key_not_rsa", "names_missing", "names_fixed", "root_missing", "self_signed", "expires_soon", "repeated")
)
