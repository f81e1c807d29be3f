# Live migration, authenticated by Kerberos. Source: Hypervisor installation, "Preparation Checklist for Hyper-V".
[CmdletBinding(SupportsShouldProcess)]
param()

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
$held = Get-VMHost

if (-not $held.VirtualMachineMigrationEnabled) {
    $Ansible.Changed = $true
    if ($PSCmdlet.ShouldProcess('host', 'Enable-VMMigration')) {
        Enable-VMMigration
    }
}
if ($held.VirtualMachineMigrationAuthenticationType -ne 'Kerberos') {
    $Ansible.Changed = $true
    if ($PSCmdlet.ShouldProcess('host', 'Set-VMHost')) {
        Set-VMHost -VirtualMachineMigrationAuthenticationType Kerberos
    }
}
