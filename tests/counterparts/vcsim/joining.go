// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"net/http"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// esxi is a host that no cluster has yet. trusted: its certificate is from a CA that the vCenter trusts.
type esxi struct {
	password, thumbprint, manager, guest string
	trusted, maintenance                 bool
}

// Hosts that the vCenter reaches, by name.
var outside = map[string]esxi{}

func standing(req *http.Request) {
	outside[req.FormValue("name")] = esxi{
		password: req.FormValue("password"), thumbprint: req.FormValue("thumbprint"),
		manager: req.FormValue("manager"), guest: req.FormValue("guest"),
		trusted: req.FormValue("trusted") != "", maintenance: req.FormValue("maintenance") != "",
	}
}

func connect(name, password, thumbprint string) (esxi, types.BaseMethodFault) {
	host, there := outside[name]
	switch {
	case !there:
		return host, &types.NoHost{Name: name}
	case thumbprint != host.thumbprint && (thumbprint != "" || !host.trusted):
		return host, &types.SSLVerifyFault{SelfSigned: !host.trusted, Thumbprint: host.thumbprint}
	case password != host.password:
		return host, &types.InvalidLogin{}
	}
	return host, nil
}

func joining(ctx *simulator.Context, ref types.ManagedObjectReference) mo.Reference {
	switch found := ctx.Map.Get(ref).(type) {
	case *simulator.Datacenter:
		return &surveyor{found.Self}
	case *simulator.ClusterComputeResource:
		return &gate{found}
	}
	return nil
}

type surveyor struct{ Datacenter types.ManagedObjectReference }

func (s *surveyor) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "OurDatacenter", Value: s.Datacenter.Value}
}

func (s *surveyor) QueryConnectionInfo(_ *simulator.Context, req *types.QueryConnectionInfo) soap.HasFault {
	host, fault := connect(req.Hostname, req.Password, req.SslThumbprint)
	if fault != nil {
		return &methods.QueryConnectionInfoBody{Fault_: simulator.Fault("", fault)}
	}
	told := types.HostConnectInfo{ServerIp: host.manager}
	told.Host.Config.Name = req.Hostname
	told.Host.OverallStatus = types.ManagedEntityStatusGreen
	told.Host.Runtime = &types.HostRuntimeInfo{
		ConnectionState: types.HostSystemConnectionStateConnected, PowerState: types.HostSystemPowerStatePoweredOn,
		InMaintenanceMode: host.maintenance,
	}
	if host.guest != "" {
		vm := types.VirtualMachineSummary{OverallStatus: types.ManagedEntityStatusGreen}
		vm.QuickStats.GuestHeartbeatStatus = types.ManagedEntityStatusGray
		vm.Config.Name = host.guest
		vm.Runtime.ConnectionState = types.VirtualMachineConnectionStateConnected
		vm.Runtime.PowerState = types.VirtualMachinePowerStatePoweredOn
		vm.Runtime.FaultToleranceState = types.VirtualMachineFaultToleranceStateNotConfigured
		told.Vm = append(told.Vm, vm)
	}
	return &methods.QueryConnectionInfoBody{Res: &types.QueryConnectionInfoResponse{Returnval: told}}
}

type gate struct {
	Cluster *simulator.ClusterComputeResource
}

func (g *gate) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "OurCluster", Value: g.Cluster.Self.Value}
}

// AddHostTask is the simulator's own once the vCenter gets in.
func (g *gate) AddHostTask(ctx *simulator.Context, req *types.AddHost_Task) soap.HasFault {
	spec := req.Spec
	host, fault := connect(spec.HostName, spec.Password, spec.SslThumbprint)
	if fault == nil && host.manager != "" && !spec.Force {
		fault = &types.AlreadyBeingManaged{IpAddress: host.manager}
	}
	if fault == nil {
		return g.Cluster.AddHostTask(ctx, req)
	}
	ref := run(ctx, g.Cluster.Self, "addHost", func(func() bool) types.BaseMethodFault { return fault })
	return &methods.AddHost_TaskBody{Res: &types.AddHost_TaskResponse{Returnval: ref}}
}
