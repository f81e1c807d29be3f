// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// Methods that are answered here instead of by the simulator, by the kind of their object.
var ours = map[string]func(*simulator.Context, types.ManagedObjectReference) mo.Reference{
	"HostSystem.EnterMaintenanceMode_Task":  hostMaintenance,
	"HostSystem.ExitMaintenanceMode_Task":   hostMaintenance,
	"HostSystem.RebootHost_Task":            hostMaintenance,
	"HostNetworkSystem.AddPortGroup":        hostNetwork,
	"HostNetworkSystem.UpdatePortGroup":     hostNetwork,
	"HostNetworkSystem.UpdateVirtualSwitch": hostNetwork,
	"VirtualMachineProvisioningChecker.QueryVMotionCompatibilityEx_Task": func(
		*simulator.Context, types.ManagedObjectReference) mo.Reference {
		return &checker{Self: checkerRef}
	},
}

// readdressed gives a call another receiver: what a session holds wins over what this function could return.
func readdressed(ctx *simulator.Context, method *simulator.Method) (mo.Reference, types.BaseMethodFault) {
	if find, ok := ours[method.This.Type+"."+method.Name]; ok && ctx.Session != nil {
		if to := find(ctx, method.This); to != nil {
			if ctx.Map.Get(to.Reference()) == nil {
				ctx.Map.Put(to)
			}
			method.This = to.Reference()
		}
	}
	return nil, nil
}

func hostNetwork(ctx *simulator.Context, ref types.ManagedObjectReference) mo.Reference {
	system, ok := ctx.Map.Get(ref).(*simulator.HostNetworkSystem)
	if !ok {
		return nil
	}
	return &networkSystem{system}
}

// networkSystem lets hosts have port groups of one name, as real ones do.
type networkSystem struct{ System *simulator.HostNetworkSystem }

func (n *networkSystem) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "OurNetworkSystem", Value: n.System.Self.Value}
}

func (n *networkSystem) portGroup(name string) *types.HostPortGroup {
	groups := n.System.NetworkInfo.Portgroup
	for i := range groups {
		if groups[i].Spec.Name == name {
			return &groups[i]
		}
	}
	return nil
}

func (n *networkSystem) vswitch(name string) *types.HostVirtualSwitch {
	switches := n.System.NetworkInfo.Vswitch
	for i := range switches {
		if switches[i].Name == name {
			return &switches[i]
		}
	}
	return nil
}

func (n *networkSystem) AddPortGroup(_ *simulator.Context, req *types.AddPortGroup) soap.HasFault {
	if n.portGroup(req.Portgrp.Name) != nil {
		return &methods.AddPortGroupBody{Fault_: simulator.Fault("", &types.AlreadyExists{Name: req.Portgrp.Name})}
	}
	if n.vswitch(req.Portgrp.VswitchName) == nil {
		return &methods.AddPortGroupBody{Fault_: simulator.Fault("", new(types.NotFound))}
	}
	addPortGroup(n.System.NetworkInfo, req.Portgrp)
	return &methods.AddPortGroupBody{Res: new(types.AddPortGroupResponse)}
}

func (n *networkSystem) UpdatePortGroup(_ *simulator.Context, req *types.UpdatePortGroup) soap.HasFault {
	group := n.portGroup(req.PgName)
	if group == nil || n.vswitch(req.Portgrp.VswitchName) == nil {
		return &methods.UpdatePortGroupBody{Fault_: simulator.Fault("", new(types.NotFound))}
	}
	group.Spec = req.Portgrp
	return &methods.UpdatePortGroupBody{Res: new(types.UpdatePortGroupResponse)}
}

func (n *networkSystem) UpdateVirtualSwitch(_ *simulator.Context, req *types.UpdateVirtualSwitch) soap.HasFault {
	held := n.vswitch(req.VswitchName)
	if held == nil {
		return &methods.UpdateVirtualSwitchBody{Fault_: simulator.Fault("", new(types.NotFound))}
	}
	held.Spec = req.Spec
	return &methods.UpdateVirtualSwitchBody{Res: new(types.UpdateVirtualSwitchResponse)}
}

type dateTimeSystem struct {
	mo.HostDateTimeSystem
	host *simulator.HostSystem
}

func (d *dateTimeSystem) QueryDateTime(_ *types.QueryDateTime) soap.HasFault {
	return &methods.QueryDateTimeBody{Res: &types.QueryDateTimeResponse{Returnval: time.Now().UTC()}}
}

func (d *dateTimeSystem) UpdateDateTimeConfig(req *types.UpdateDateTimeConfig) soap.HasFault {
	if req.Config.NtpConfig != nil {
		d.DateTimeInfo.NtpConfig = req.Config.NtpConfig
	}
	return &methods.UpdateDateTimeConfigBody{Res: new(types.UpdateDateTimeConfigResponse)}
}

type serviceSystem struct{ mo.HostServiceSystem }

func (s *serviceSystem) with(id string, change func(*types.HostService)) *soap.Fault {
	for i := range s.ServiceInfo.Service {
		if s.ServiceInfo.Service[i].Key == id {
			change(&s.ServiceInfo.Service[i])
			return nil
		}
	}
	return simulator.Fault("", new(types.NotFound))
}

func (s *serviceSystem) StartService(req *types.StartService) soap.HasFault {
	if fault := s.with(req.Id, func(one *types.HostService) { one.Running = true }); fault != nil {
		return &methods.StartServiceBody{Fault_: fault}
	}
	return &methods.StartServiceBody{Res: new(types.StartServiceResponse)}
}

func (s *serviceSystem) RestartService(req *types.RestartService) soap.HasFault {
	if fault := s.with(req.Id, func(one *types.HostService) { one.Running = true }); fault != nil {
		return &methods.RestartServiceBody{Fault_: fault}
	}
	return &methods.RestartServiceBody{Res: new(types.RestartServiceResponse)}
}

func (s *serviceSystem) UpdateServicePolicy(req *types.UpdateServicePolicy) soap.HasFault {
	if fault := s.with(req.Id, func(one *types.HostService) { one.Policy = req.Policy }); fault != nil {
		return &methods.UpdateServicePolicyBody{Fault_: fault}
	}
	return &methods.UpdateServicePolicyBody{Res: new(types.UpdateServicePolicyResponse)}
}
