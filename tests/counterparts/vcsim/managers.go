// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"slices"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// Methods that are answered here instead of by the simulator, by the kind of their object.
var ours = map[string]func(*simulator.Context, types.ManagedObjectReference) mo.Reference{
	"Datacenter.QueryConnectionInfo":        joining,
	"ClusterComputeResource.AddHost_Task":   joining,
	"HostSystem.EnterMaintenanceMode_Task":  hostMaintenance,
	"HostSystem.ExitMaintenanceMode_Task":   hostMaintenance,
	"HostSystem.RebootHost_Task":            hostMaintenance,
	"HostNetworkSystem.AddPortGroup":        hostNetwork,
	"HostNetworkSystem.UpdatePortGroup":     hostNetwork,
	"HostNetworkSystem.UpdateVirtualSwitch": hostNetwork,
	"HostNetworkSystem.AddVirtualSwitch":    hostNetwork,
	"HostVirtualNicManager.SelectVnicForNicType": func(
		ctx *simulator.Context, ref types.ManagedObjectReference) mo.Reference {
		manager, ok := ctx.Map.Get(ref).(*simulator.HostVirtualNicManager)
		if !ok {
			return nil
		}
		return &nicManager{manager}
	},
	"AuthorizationManager.HasPrivilegeOnEntities": func(
		ctx *simulator.Context, ref types.ManagedObjectReference) mo.Reference {
		manager, ok := ctx.Map.Get(ref).(*simulator.AuthorizationManager)
		if !ok {
			return nil
		}
		return &authorization{manager}
	},
	"HostStorageSystem.UpdateSoftwareInternetScsiEnabled": hostStorage,
	"HostStorageSystem.AddInternetScsiSendTargets":        hostStorage,
	"HostStorageSystem.RescanAllHba":                      hostStorage,
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
	if fault := n.settle(held, req.Spec); fault != nil {
		return &methods.UpdateVirtualSwitchBody{Fault_: fault}
	}
	return &methods.UpdateVirtualSwitchBody{Res: new(types.UpdateVirtualSwitchResponse)}
}

func (n *networkSystem) AddVirtualSwitch(_ *simulator.Context, req *types.AddVirtualSwitch) soap.HasFault {
	if n.vswitch(req.VswitchName) != nil {
		return &methods.AddVirtualSwitchBody{Fault_: simulator.Fault("", &types.AlreadyExists{Name: req.VswitchName})}
	}
	made := types.HostVirtualSwitch{Name: req.VswitchName, Key: "key-vim.host.VirtualSwitch-" + req.VswitchName}
	if fault := n.settle(&made, *req.Spec); fault != nil {
		return &methods.AddVirtualSwitchBody{Fault_: fault}
	}
	n.System.NetworkInfo.Vswitch = append(n.System.NetworkInfo.Vswitch, made)
	return &methods.AddVirtualSwitchBody{Res: new(types.AddVirtualSwitchResponse)}
}

// settle gives a switch its specification as a host does: cards that exist and are no other switch's, and an order of
// failover of these cards alone.
func (n *networkSystem) settle(held *types.HostVirtualSwitch, spec types.HostVirtualSwitchSpec) *soap.Fault {
	cards, info := []string{}, n.System.NetworkInfo
	if bridge, ok := spec.Bridge.(*types.HostVirtualSwitchBondBridge); ok {
		for _, device := range bridge.NicDevice {
			key := "key-vim.host.PhysicalNic-" + device
			if !slices.ContainsFunc(info.Pnic, func(one types.PhysicalNic) bool { return one.Key == key }) {
				return simulator.Fault("", new(types.NotFound))
			}
			for _, other := range info.Vswitch {
				if other.Name != held.Name && slices.Contains(other.Pnic, key) {
					return simulator.Fault("", &types.ResourceInUse{Name: device})
				}
			}
			for _, other := range info.ProxySwitch {
				if slices.Contains(other.Pnic, key) {
					return simulator.Fault("", &types.ResourceInUse{Name: device})
				}
			}
			cards = append(cards, key)
		}
	}
	if spec.Policy != nil && spec.Policy.NicTeaming != nil && spec.Policy.NicTeaming.NicOrder != nil {
		order := spec.Policy.NicTeaming.NicOrder
		for _, device := range append(append([]string{}, order.ActiveNic...), order.StandbyNic...) {
			if !slices.Contains(cards, "key-vim.host.PhysicalNic-"+device) {
				return simulator.Fault("", &types.InvalidArgument{InvalidProperty: "nicOrder"})
			}
		}
	}
	held.Spec, held.Pnic, held.Mtu = spec, cards, spec.Mtu
	return nil
}

// nicManager selects a VMkernel port for a kind of traffic.
type nicManager struct {
	Manager *simulator.HostVirtualNicManager
}

func (n *nicManager) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "OurNicManager", Value: n.Manager.Self.Value}
}

func (n *nicManager) SelectVnicForNicType(_ *simulator.Context, req *types.SelectVnicForNicType) soap.HasFault {
	for i := range n.Manager.Info.NetConfig {
		config := &n.Manager.Info.NetConfig[i]
		for _, vmk := range config.CandidateVnic {
			if config.NicType == req.NicType && vmk.Device == req.Device {
				config.SelectedVnic = append(config.SelectedVnic, vmk.Key)
				return &methods.SelectVnicForNicTypeBody{Res: new(types.SelectVnicForNicTypeResponse)}
			}
		}
	}
	return &methods.SelectVnicForNicTypeBody{Fault_: simulator.Fault("", &types.InvalidArgument{InvalidProperty: "device"})}
}

func hostStorage(ctx *simulator.Context, ref types.ManagedObjectReference) mo.Reference {
	system, ok := ctx.Map.Get(ref).(*simulator.HostStorageSystem)
	if !ok {
		return nil
	}
	return &storageSystem{system}
}

// storageSystem has a software iSCSI adapter where it is enabled, and targets that are asked for LUNs.
type storageSystem struct{ System *simulator.HostStorageSystem }

func (s *storageSystem) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "OurStorageSystem", Value: s.System.Self.Value}
}

func (s *storageSystem) adapter() *types.HostInternetScsiHba {
	for _, one := range s.System.StorageDeviceInfo.HostBusAdapter {
		if hba, ok := one.(*types.HostInternetScsiHba); ok && hba.IsSoftwareBased {
			return hba
		}
	}
	return nil
}

func (s *storageSystem) UpdateSoftwareInternetScsiEnabled(
	_ *simulator.Context, req *types.UpdateSoftwareInternetScsiEnabled) soap.HasFault {
	if req.Enabled && s.adapter() == nil {
		info := s.System.StorageDeviceInfo
		info.HostBusAdapter = append(info.HostBusAdapter, &types.HostInternetScsiHba{
			HostHostBusAdapter: types.HostHostBusAdapter{Key: "key-vim.host.InternetScsiHba-vmhba65", Device: "vmhba65"},
			IsSoftwareBased:    true,
			IScsiName:          "iqn.1998-01.com.vmware:" + s.System.Self.Value,
		})
	}
	return &methods.UpdateSoftwareInternetScsiEnabledBody{Res: new(types.UpdateSoftwareInternetScsiEnabledResponse)}
}

func (s *storageSystem) AddInternetScsiSendTargets(
	_ *simulator.Context, req *types.AddInternetScsiSendTargets) soap.HasFault {
	hba := s.adapter()
	if hba == nil || hba.Device != req.IScsiHbaDevice {
		return &methods.AddInternetScsiSendTargetsBody{Fault_: simulator.Fault("", new(types.NotFound))}
	}
	hba.ConfiguredSendTarget = append(hba.ConfiguredSendTarget, req.Targets...)
	return &methods.AddInternetScsiSendTargetsBody{Res: new(types.AddInternetScsiSendTargetsResponse)}
}

func (s *storageSystem) RescanAllHba(_ *simulator.Context, _ *types.RescanAllHba) soap.HasFault {
	return &methods.RescanAllHbaBody{Res: new(types.RescanAllHbaResponse)}
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

// authorization grants what the role of a user's permission on an entity has; all where the user has none there.
type authorization struct {
	Manager *simulator.AuthorizationManager
}

func (a *authorization) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "OurAuthorizationManager", Value: a.Manager.Self.Value}
}

func (a *authorization) HasPrivilegeOnEntities(
	ctx *simulator.Context, req *types.HasPrivilegeOnEntities) soap.HasFault {
	var found []types.EntityPrivilege
	for _, entity := range req.Entity {
		one := types.EntityPrivilege{Entity: entity}
		for _, id := range req.PrivId {
			one.PrivAvailability = append(one.PrivAvailability,
				types.PrivilegeAvailability{PrivId: id, IsGranted: a.granted(ctx, entity, id)})
		}
		found = append(found, one)
	}
	return &methods.HasPrivilegeOnEntitiesBody{Res: &types.HasPrivilegeOnEntitiesResponse{Returnval: found}}
}

func (a *authorization) granted(ctx *simulator.Context, entity types.ManagedObjectReference, id string) bool {
	held := a.Manager.RetrieveEntityPermissions(ctx, &types.RetrieveEntityPermissions{Entity: entity})
	for _, permission := range held.(*methods.RetrieveEntityPermissionsBody).Res.Returnval {
		if permission.Principal != ctx.Session.UserName {
			continue
		}
		for _, role := range a.Manager.RoleList {
			if role.RoleId == permission.RoleId {
				return slices.Contains(role.Privilege, id)
			}
		}
	}
	return true
}
