# An external virtual switch of a name, bound to an adapter. Source: Hypervisor installation, "Physical Network
# Configuration for Hyper-V".
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [string] $Name,
    [Parameter(Mandatory)] [string] $Adapter,
    [bool] $ForManagement = $true
)

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
$description = (Get-NetAdapter -Name $Adapter).InterfaceDescription
$held = Get-VMSwitch -Name $Name -ErrorAction SilentlyContinue

if (-not $held) {
    $taken = Get-VMSwitch | Where-Object { $_.NetAdapterInterfaceDescription -eq $description }
    if ($taken) {
        throw "adapter $Adapter is bound to the virtual switch $($taken.Name): name that one, or another adapter"
    }
    $Ansible.Changed = $true
    if ($PSCmdlet.ShouldProcess($Name, 'New-VMSwitch')) {
        New-VMSwitch -Name $Name -NetAdapterName $Adapter -AllowManagementOS $ForManagement | Out-Null
    }
} elseif ($held.SwitchType -ne 'External' -or $held.NetAdapterInterfaceDescription -ne $description) {
    # Guests hang on it: it is not bound anew behind their back.
    throw "virtual switch $Name is $($held.SwitchType) on '$($held.NetAdapterInterfaceDescription)', not on $Adapter"
} elseif ($held.AllowManagementOS -ne $ForManagement) {
    $Ansible.Changed = $true
    if ($PSCmdlet.ShouldProcess($Name, 'Set-VMSwitch')) {
        Set-VMSwitch -Name $Name -AllowManagementOS $ForManagement
    }
}
