# The name of the computer and the domain that it is in; empty in a workgroup. Reads only.
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
$system = Get-CimInstance Win32_ComputerSystem
$Ansible.Result = @{
    computer = $system.Name
    domain = if ($system.PartOfDomain) { $system.Domain } else { '' }
}
