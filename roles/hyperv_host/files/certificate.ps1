# A self-signed certificate bound to the agent's port; one that is bound and good for a month more is left alone. Source:
# Hypervisor installation, "Installing the CloudStack Agent on a Hyper-V Host".
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [string] $DnsName,
    [int] $Days = 1095
)

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
$endpoint = '0.0.0.0:8250'
$application = '{727beb1c-6e7c-49b2-8fbd-f03dbe481b08}'
$store = 'Cert:\LocalMachine\My'

$shown = netsh http show sslcert ipport=$endpoint | Out-String
$bound = if ($shown -match '\b([0-9a-fA-F]{40})\b') { $Matches[1] } else { $null }
$certificate = if ($bound) { Get-ChildItem $store | Where-Object Thumbprint -eq $bound } else { $null }
if ($certificate -and $certificate.NotAfter -gt (Get-Date).AddDays(30)) {
    return
}

$Ansible.Changed = $true
if ($PSCmdlet.ShouldProcess($endpoint, 'bind a new certificate')) {
    $new = New-SelfSignedCertificate -DnsName $DnsName -CertStoreLocation $store -NotAfter (Get-Date).AddDays($Days)
    if ($bound) {
        netsh http delete sslcert ipport=$endpoint | Out-Null
    }
    netsh http add sslcert ipport=$endpoint certhash=$($new.Thumbprint) appid=$application | Out-Null
    if ($LASTEXITCODE -ne 0) {
        throw "netsh did not bind the certificate $($new.Thumbprint) to $endpoint (exit code $LASTEXITCODE)"
    }
}
