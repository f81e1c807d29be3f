module hostcraft.test/vcsim

go 1.23.0

// From v0.53.0 on required enumerations are sent empty, which pyVmomi does not take for VirtualMachine.runtime.
require github.com/vmware/govmomi v0.52.0

require github.com/google/uuid v1.6.0 // indirect
