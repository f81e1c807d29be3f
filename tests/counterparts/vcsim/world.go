// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bytes"
	"context"
	"fmt"
	"sort"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/esx"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

type world struct {
	m      *simulator.Model
	guests int
	undo   []func()
}

// clone copies deeply; the simulator's hosts share much of what its templates point to.
func clone[T any](from T) T {
	var to T
	var text bytes.Buffer
	if err := types.NewJSONEncoder(&text).Encode(from); err != nil {
		panic(err)
	}
	if err := types.NewJSONDecoder(&text).Decode(&to); err != nil {
		panic(err)
	}
	return to
}

func (w *world) context() *simulator.Context {
	return &simulator.Context{Context: context.Background(), Map: w.m.Map()}
}

func (w *world) hosts() []*simulator.HostSystem {
	var found []*simulator.HostSystem
	for _, e := range w.m.Map().All("HostSystem") {
		found = append(found, e.(*simulator.HostSystem))
	}
	sort.Slice(found, func(i, j int) bool { return byNumber(found[i].Self.Value, found[j].Self.Value) })
	return found
}

func byNumber(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

// settle makes of the simulator's equal hosts what a vCenter with well kept ones shows.
func (w *world) settle() {
	r := w.m.Map()
	for i, h := range w.hosts() {
		w.settleHost(r, h, i+1)
	}
	vms := r.All("VirtualMachine")
	sort.Slice(vms, func(i, j int) bool { return byNumber(vms[i].Reference().Value, vms[j].Reference().Value) })
	for _, e := range vms {
		w.guests++
		christen(e.(*simulator.VirtualMachine), fmt.Sprintf("i-2-%d-VM", w.guests))
	}
	fields := r.CustomFieldsManager()
	fields.Field = append(fields.Field, types.CustomFieldDef{
		Key: 7, Name: "cloud.vm.internal.name", Type: "string", ManagedObjectType: "VirtualMachine",
	})
	r.Handler = readdressed
	r.Put(&checker{Self: checkerRef})
}

func christen(vm *simulator.VirtualMachine, name string) {
	vm.Name, vm.Config.Name, vm.Summary.Config.Name = name, name, name
	vm.Runtime.FaultToleranceState = types.VirtualMachineFaultToleranceStateNotConfigured
	vm.Summary.Runtime.FaultToleranceState = types.VirtualMachineFaultToleranceStateNotConfigured
	for _, device := range vm.Config.Hardware.Device {
		if cd, ok := device.(*types.VirtualCdrom); ok && cd.Connectable != nil {
			cd.Connectable.Connected = false
		}
	}
}

func (w *world) settleHost(r *simulator.Registry, h *simulator.HostSystem, number int) {
	name := fmt.Sprintf("esx%02d.example.net", number)
	h.Name, h.Summary.Config.Name = name, name
	h.Hardware = clone(h.Hardware)
	// Sizes differ, so that hosts cannot be taken for each other.
	h.Hardware.MemorySize = int64(64+number) << 30
	h.Summary.Hardware.MemorySize = h.Hardware.MemorySize
	product := clone(h.Config.Product)
	h.Config.Product, h.Summary.Config.Product = product, &product
	settleNetwork(h, number)
	h.Config.Service, h.Config.Firewall = clone(h.Config.Service), clone(&esx.HostFirewallInfo)
	h.Config.StorageDevice = clone(h.Config.StorageDevice)

	network := r.Get(*h.ConfigManager.NetworkSystem).(*simulator.HostNetworkSystem)
	network.NetworkInfo = h.Config.Network
	nics := r.Get(*h.ConfigManager.VirtualNicManager).(*simulator.HostVirtualNicManager)
	nics.Info = *h.Config.VirtualNicManagerInfo
	r.Get(*h.ConfigManager.FirewallSystem).(*simulator.HostFirewallSystem).FirewallInfo = h.Config.Firewall
	r.Get(*h.ConfigManager.StorageSystem).(*simulator.HostStorageSystem).StorageDeviceInfo = h.Config.StorageDevice

	clock := &dateTimeSystem{host: h}
	clock.Self = types.ManagedObjectReference{Type: "HostDateTimeSystem", Value: "dateTimeSystem-" + h.Self.Value}
	clock.DateTimeInfo = types.HostDateTimeInfo{
		TimeZone:  types.HostDateTimeSystemTimeZone{Key: "UTC", Name: "UTC", Description: "UTC"},
		NtpConfig: &types.HostNtpConfig{Server: []string{"ntp1.example.net", "ntp2.example.net"}},
	}
	h.Config.DateTimeInfo = &clock.DateTimeInfo
	r.Put(clock)
	h.ConfigManager.DateTimeSystem = &clock.Self

	services := &serviceSystem{}
	services.Self = types.ManagedObjectReference{Type: "HostServiceSystem", Value: "serviceSystem-" + h.Self.Value}
	ntpd := types.HostService{Key: "ntpd", Label: "NTP Daemon", Running: true, Policy: "on"}
	for i := range h.Config.Service.Service {
		if h.Config.Service.Service[i].Key == "ntpd" {
			h.Config.Service.Service[i].Running, h.Config.Service.Service[i].Policy = true, "on"
			ntpd.Key = ""
		}
	}
	if ntpd.Key != "" {
		h.Config.Service.Service = append(h.Config.Service.Service, ntpd)
	}
	services.ServiceInfo = *h.Config.Service
	r.Put(services)
	h.ConfigManager.ServiceSystem = &services.Self
}

// settleNetwork gives the host a name and address of its own, five cards, a management port group that does vMotion
// too, VM port groups with VLANs, and the distributed switch that the simulator's datacenter has.
func settleNetwork(h *simulator.HostSystem, number int) {
	net := clone(h.Config.Network)
	h.Config.Network = net
	net.DnsConfig.GetHostDnsConfig().HostName = fmt.Sprintf("esx%02d", number)
	net.DnsConfig.GetHostDnsConfig().DomainName = "example.net"
	net.Vnic[0].Spec.Ip.IpAddress = fmt.Sprintf("10.20.%d.%d", number/250, number%250+1)
	net.Vnic[0].Spec.Ip.SubnetMask = "255.255.0.0"
	net.Vnic[0].Spec.Ip.Dhcp = false
	first := net.Pnic[0]
	first.LinkSpeed = &types.PhysicalNicLinkInfo{SpeedMb: 10000, Duplex: true}
	net.Pnic = []types.PhysicalNic{first}
	for number := 1; number <= 4; number++ {
		card := clone(first)
		card.Device = fmt.Sprintf("vmnic%d", number)
		card.Key, card.Mac = "key-vim.host.PhysicalNic-"+card.Device, fmt.Sprintf("00:0c:29:81:d9:%02x", number)
		net.Pnic = append(net.Pnic, card)
	}
	// The default switch and the distributed one have two cards each, and vmnic4 is free.
	standard := &net.Vswitch[0]
	standard.Pnic = []string{net.Pnic[0].Key, net.Pnic[2].Key}
	standard.Spec.Bridge.(*types.HostVirtualSwitchBondBridge).NicDevice = []string{"vmnic0", "vmnic2"}
	standard.Spec.Policy.NicTeaming.NicOrder.ActiveNic = []string{"vmnic0", "vmnic2"}
	for _, group := range []types.HostPortGroupSpec{
		{Name: "cloud.guest", VlanId: 120, VswitchName: "vSwitch0"},
		{Name: "cloud.trunk", VlanId: 4095, VswitchName: "vSwitch0"},
	} {
		addPortGroup(net, group)
	}
	net.ProxySwitch = []types.HostProxySwitch{{
		DvsUuid: "dvs-DVS0", DvsName: "DVS0", Key: "DvsPortset-0", NumPorts: 4096, NumPortsAvailable: 4000,
		Pnic: []string{net.Pnic[1].Key, net.Pnic[3].Key},
	}}
	selected := []types.VirtualNicManagerNetConfig{}
	for _, kind := range []string{"management", "vmotion"} {
		vmk := clone(net.Vnic[0])
		vmk.Key = kind + ".key-vim.host.VirtualNic-vmk0"
		selected = append(selected, types.VirtualNicManagerNetConfig{
			NicType: kind, MultiSelectAllowed: true, CandidateVnic: []types.HostVirtualNic{vmk}, SelectedVnic: []string{vmk.Key},
		})
	}
	h.Config.VirtualNicManagerInfo = &types.HostVirtualNicManagerInfo{NetConfig: selected}
}

func addPortGroup(net *types.HostNetworkInfo, spec types.HostPortGroupSpec) {
	key := "key-vim.host.PortGroup-" + spec.Name
	for i := range net.Vswitch {
		if net.Vswitch[i].Name == spec.VswitchName {
			net.Vswitch[i].Portgroup = append(net.Vswitch[i].Portgroup, key)
			net.Portgroup = append(net.Portgroup, types.HostPortGroup{Key: key, Vswitch: net.Vswitch[i].Key, Spec: spec})
		}
	}
}

// move is what a live migration does; the simulator's own leaves the VM in the list of its old host.
func (w *world) move(guest, host string) error {
	r, ctx := w.m.Map(), w.context()
	for _, e := range r.All("VirtualMachine") {
		if vm := e.(*simulator.VirtualMachine); vm.Name == guest {
			for _, h := range w.hosts() {
				if h.Name == host {
					moved(ctx, vm, h)
					return nil
				}
			}
		}
	}
	return fmt.Errorf("there is no guest %q or no host %q", guest, host)
}

func moved(ctx *simulator.Context, vm *simulator.VirtualMachine, to *simulator.HostSystem) {
	from := ctx.Map.Get(*vm.Runtime.Host).(*simulator.HostSystem)
	ctx.WithLock(from, func() { simulator.RemoveReference(&from.Vm, vm.Self) })
	ctx.WithLock(to, func() { to.Vm = append(to.Vm, vm.Self) })
	ctx.WithLock(vm, func() {
		ctx.Update(vm, []types.PropertyChange{
			{Name: "runtime.host", Val: &to.Self}, {Name: "summary.runtime.host", Val: &to.Self},
		})
	})
}

// empty takes every VM off a host and out of the world.
func (w *world) empty(host string) error {
	r, ctx := w.m.Map(), w.context()
	for _, h := range w.hosts() {
		if h.Name != host {
			continue
		}
		for _, e := range r.All("VirtualMachine") {
			if vm := e.(*simulator.VirtualMachine); *vm.Runtime.Host == h.Self {
				ctx.WithLock(h, func() { simulator.RemoveReference(&h.Vm, vm.Self) })
				r.Remove(ctx, vm.Self)
			}
		}
		return nil
	}
	return fmt.Errorf("there is no host %q", host)
}

// addGuests copies the first VM, host after host.
func (w *world) addGuests(number int) error {
	r, hosts := w.m.Map(), w.hosts()
	first, ok := r.Any("VirtualMachine").(*simulator.VirtualMachine)
	if !ok {
		return fmt.Errorf("there is no VM to copy")
	}
	for i := 0; i < number; i++ {
		h := hosts[i%len(hosts)]
		w.guests++
		vm := &simulator.VirtualMachine{VirtualMachine: mo.VirtualMachine{}}
		vm.VirtualMachine = first.VirtualMachine
		vm.Self = types.ManagedObjectReference{Type: "VirtualMachine", Value: fmt.Sprintf("vm-added-%d", w.guests)}
		vm.Config = clone(first.Config)
		// The one copied may have been switched off by a test.
		vm.Runtime.PowerState = types.VirtualMachinePowerStatePoweredOn
		vm.Summary.Runtime, vm.Runtime.Host = vm.Runtime, &h.Self
		vm.Summary.Runtime.Host = &h.Self
		christen(vm, fmt.Sprintf("i-2-%d-VM", w.guests))
		r.Put(vm)
		h.Vm = append(h.Vm, vm.Self)
	}
	return nil
}
