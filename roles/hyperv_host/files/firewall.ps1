# Port 8250 for the management servers alone.
[CmdletBinding(SupportsShouldProcess)]
param([Parameter(Mandatory)] [string[]] $Addresses)

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
$name = 'hostcraft-cloudstack-agent'
$wanted = @($Addresses | Sort-Object)
$held = Get-NetFirewallRule -Name $name -ErrorAction SilentlyContinue

if (-not $held) {
    $Ansible.Changed = $true
    if ($PSCmdlet.ShouldProcess($name, 'New-NetFirewallRule')) {
        New-NetFirewallRule -Name $name -DisplayName 'CloudStack management to agent' -Direction Inbound -Action Allow `
            -Protocol TCP -LocalPort 8250 -RemoteAddress $wanted | Out-Null
    }
} else {
    $known = @(($held | Get-NetFirewallAddressFilter).RemoteAddress | Sort-Object)
    $same = -not (Compare-Object -ReferenceObject $known -DifferenceObject $wanted)
    if (-not $same -or $held.Enabled -ne 'True' -or $held.Action -ne 'Allow') {
        $Ansible.Changed = $true
        if ($PSCmdlet.ShouldProcess($name, 'Set-NetFirewallRule')) {
            Set-NetFirewallRule -Name $name -RemoteAddress $wanted -Enabled True -Action Allow
        }
    }
}
