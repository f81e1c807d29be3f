# What the filter hyperv_findings judges. Reads only.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $AgentService,
    [string[]] $Shares = @()
)

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
$system = Get-CimInstance Win32_ComputerSystem
$windows = Get-CimInstance Win32_OperatingSystem
$processor = Get-CimInstance Win32_Processor | Select-Object -First 1
$disk = Get-CimInstance Win32_LogicalDisk -Filter "DeviceID='$($env:SystemDrive)'"
$hyperv = (Get-WindowsFeature -Name Hyper-V).Installed

$groups = @{}
foreach ($group in 'Hyper-V Administrators', 'Administrators') {
    $groups[$group] = @(Get-LocalGroupMember -Group $group -ErrorAction SilentlyContinue | ForEach-Object { $_.Name })
}

$reach = @{}
foreach ($share in $Shares) {
    $reach[$share] = [bool] (Test-Path -Path $share)
}

$service = Get-Service -Name $AgentService -ErrorAction SilentlyContinue
$agent = @{}
if ($service) {
    $its = Get-CimInstance Win32_Service | Where-Object Name -eq $service.Name
    $agent = @{ name = $service.Name; state = [string] $service.Status; account = [string] $its.StartName }
}

# A session that may not ask the directory (WinRM without delegated credentials) leaves it unseen.
$delegation = $null
try {
    $found = ([adsisearcher] "(&(objectCategory=computer)(name=$($env:COMPUTERNAME)))").FindOne()
    if ($found) {
        $delegation = @($found.Properties['msds-allowedtodelegateto'] | ForEach-Object { [string] $_ })
    }
} catch {
    $delegation = $null
}

$shown = netsh http show sslcert ipport=0.0.0.0:8250 | Out-String
$certificate = @{}
if ($shown -match '\b([0-9a-fA-F]{40})\b') {
    $held = Get-ChildItem 'Cert:\LocalMachine\My' | Where-Object Thumbprint -eq $Matches[1]
    if ($held) {
        $certificate = @{
            thumbprint = $held.Thumbprint
            days_left = [int] ($held.NotAfter - (Get-Date)).TotalDays
        }
    }
}

$rules = Get-NetFirewallPortFilter -Protocol TCP | Where-Object LocalPort -eq 8250 | Get-NetFirewallRule |
    Where-Object { $_.Direction -eq 'Inbound' -and $_.Action -eq 'Allow' -and $_.Enabled -eq 'True' }
$profiles = Get-NetFirewallProfile | Where-Object Enabled -eq 'True'

$Ansible.Result = @{
    os_version = $windows.Version
    is_64bit = [Environment]::Is64BitOperatingSystem
    # Once Hyper-V runs, Windows itself is a guest and no longer sees the processor's own word.
    virtualization = [bool] ($processor.VirtualizationFirmwareEnabled -or $system.HypervisorPresent)
    hyperv_role = [bool] $hyperv
    memory = [long] $system.TotalPhysicalMemory
    disk = [long] $disk.Size
    cpu_mhz = [int] $processor.MaxClockSpeed
    computer = $system.Name
    domain = if ($system.PartOfDomain) { $system.Domain } else { '' }
    delegation = $delegation
    switches = if ($hyperv) { @(Get-VMSwitch | ForEach-Object { @{ name = $_.Name; type = [string] $_.SwitchType } }) }
    adapters = @(Get-NetAdapter -Physical | Where-Object Status -eq 'Up' | ForEach-Object {
        @{ name = $_.Name; speed = [long] $_.Speed }
    })
    groups = $groups
    shares = $reach
    smb = @(Get-SmbConnection | ForEach-Object { $_.Dialect } | Sort-Object) | Select-Object -First 1
    agent = $agent
    certificate = $certificate
    firewall_open = [bool] ($rules -or -not $profiles)
    migration = if ($hyperv) {
        $its = Get-VMHost
        @{
            enabled = [bool] $its.VirtualMachineMigrationEnabled
            authentication = [string] $its.VirtualMachineMigrationAuthenticationType
        }
    }
}
