// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"fmt"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

const pause = 20 * time.Millisecond

func hostMaintenance(ctx *simulator.Context, ref types.ManagedObjectReference) mo.Reference {
	host, ok := ctx.Map.Get(ref).(*simulator.HostSystem)
	if !ok {
		return nil
	}
	return &maintenance{host}
}

// maintenance is a host's mode as a vCenter has it: a repeat is refused, VMs that run are waited for (moved away where
// DRS is fully automated), and those that stay until the timeout end the task with Timedout.
type maintenance struct{ Host *simulator.HostSystem }

func (h *maintenance) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "OurHostSystem", Value: h.Host.Self.Value}
}

func (h *maintenance) EnterMaintenanceModeTask(ctx *simulator.Context, req *types.EnterMaintenanceMode_Task) soap.HasFault {
	ref := run(ctx, h.Host.Self, "enterMaintenanceMode", func(cancelled func() bool) types.BaseMethodFault {
		if h.Host.Runtime.InMaintenanceMode {
			return new(types.InvalidState)
		}
		h.evacuate(ctx)
		for until := time.Now().Add(time.Duration(req.Timeout) * time.Second); len(h.running(ctx)) > 0; time.Sleep(pause) {
			if cancelled() {
				return new(types.RequestCanceled)
			}
			if req.Timeout > 0 && time.Now().After(until) {
				return new(types.Timedout)
			}
		}
		// Cancelled in the very moment in which the last VM left.
		if cancelled() {
			return new(types.RequestCanceled)
		}
		h.set(ctx, true)
		return nil
	})
	return &methods.EnterMaintenanceMode_TaskBody{Res: &types.EnterMaintenanceMode_TaskResponse{Returnval: ref}}
}

func (h *maintenance) ExitMaintenanceModeTask(ctx *simulator.Context, _ *types.ExitMaintenanceMode_Task) soap.HasFault {
	ref := run(ctx, h.Host.Self, "exitMaintenanceMode", func(func() bool) types.BaseMethodFault {
		if !h.Host.Runtime.InMaintenanceMode {
			return new(types.InvalidState)
		}
		h.set(ctx, false)
		return nil
	})
	return &methods.ExitMaintenanceMode_TaskBody{Res: &types.ExitMaintenanceMode_TaskResponse{Returnval: ref}}
}

func (h *maintenance) RebootHostTask(ctx *simulator.Context, req *types.RebootHost_Task) soap.HasFault {
	ref := run(ctx, h.Host.Self, "reboot", func(func() bool) types.BaseMethodFault {
		if !h.Host.Runtime.InMaintenanceMode && !req.Force {
			return new(types.InvalidState)
		}
		state := func(to types.HostSystemConnectionState) {
			ctx.WithLock(h.Host, func() {
				ctx.Update(h.Host, []types.PropertyChange{{Name: "runtime.connectionState", Val: to}})
			})
		}
		state(types.HostSystemConnectionStateNotResponding)
		time.AfterFunc(time.Second, func() {
			now := time.Now()
			h.Host.Runtime.BootTime = &now
			state(types.HostSystemConnectionStateConnected)
		})
		return nil
	})
	return &methods.RebootHost_TaskBody{Res: &types.RebootHost_TaskResponse{Returnval: ref}}
}

func (h *maintenance) set(ctx *simulator.Context, mode bool) {
	ctx.WithLock(h.Host, func() {
		ctx.Update(h.Host, []types.PropertyChange{{Name: "runtime.inMaintenanceMode", Val: mode}})
	})
}

func (h *maintenance) running(ctx *simulator.Context) []*simulator.VirtualMachine {
	var found []*simulator.VirtualMachine
	for _, e := range ctx.Map.All("VirtualMachine") {
		vm := e.(*simulator.VirtualMachine)
		if *vm.Runtime.Host == h.Host.Self && vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn {
			found = append(found, vm)
		}
	}
	return found
}

func (h *maintenance) evacuate(ctx *simulator.Context) {
	cluster, ok := ctx.Map.Get(*h.Host.Parent).(*simulator.ClusterComputeResource)
	if !ok {
		return
	}
	config, ok := cluster.ConfigurationEx.(*types.ClusterConfigInfoEx)
	drs := ok && config.DrsConfig.Enabled != nil && *config.DrsConfig.Enabled
	if !drs || config.DrsConfig.DefaultVmBehavior != types.DrsBehaviorFullyAutomated {
		return
	}
	var others []*simulator.HostSystem
	for _, ref := range cluster.Host {
		if other := ctx.Map.Get(ref).(*simulator.HostSystem); ref != h.Host.Self && !other.Runtime.InMaintenanceMode {
			others = append(others, other)
		}
	}
	for i, vm := range h.running(ctx) {
		if len(others) > 0 && reason(vm) == nil {
			moved(ctx, vm, others[i%len(others)])
		}
	}
}

// run is a task that does not hold its host's lock while it waits, unlike the simulator's own.
func run(
	ctx *simulator.Context, on types.ManagedObjectReference, id string, work func(func() bool) types.BaseMethodFault,
) types.ManagedObjectReference {
	task := &simulator.Task{}
	r := ctx.Map
	task.Info = types.TaskInfo{
		Name: fmt.Sprintf("%s_Task", string(id[0]-32)+id[1:]), DescriptionId: on.Type + "." + id, Entity: &on,
		EntityName: on.Value, QueueTime: time.Now(), State: types.TaskInfoStateRunning,
		Reason: &types.TaskReasonUser{UserName: "test"},
	}
	ref := r.Put(task).Reference()
	task.Info.Key, task.Info.Task = ref.Value, ref
	ended := func() bool {
		var yes bool
		r.WithLock(&simulator.Context{Map: r}, task, func() {
			yes = task.Info.State == types.TaskInfoStateError || task.Info.State == types.TaskInfoStateSuccess
		})
		return yes
	}
	own := &simulator.Context{Context: ctx.Context, Map: r, Session: ctx.Session}
	go func() {
		fault := work(ended)
		if ended() {
			return
		}
		changes := []types.PropertyChange{{Name: "info.completeTime", Val: time.Now()}}
		if fault != nil {
			failed := types.LocalizedMethodFault{Fault: fault, LocalizedMessage: fmt.Sprintf("%T", fault)}
			changes = append(changes, types.PropertyChange{Name: "info.error", Val: failed},
				types.PropertyChange{Name: "info.state", Val: types.TaskInfoStateError})
		} else {
			changes = append(changes, types.PropertyChange{Name: "info.state", Val: types.TaskInfoStateSuccess})
		}
		r.AtomicUpdate(own, task, changes)
	}()
	return ref
}

var checkerRef = types.ManagedObjectReference{Type: "OurChecker", Value: "checker"}

// checker answers whether VMs can move, by what hosts of the world hold: storage, state, devices of the host.
type checker struct{ Self types.ManagedObjectReference }

func (c *checker) Reference() types.ManagedObjectReference { return c.Self }

func (c *checker) QueryVMotionCompatibilityExTask(
	ctx *simulator.Context, req *types.QueryVMotionCompatibilityEx_Task,
) soap.HasFault {
	task := simulator.CreateTask(c, "queryVMotionCompatibilityExTask",
		func(*simulator.Task) (types.AnyType, types.BaseMethodFault) {
			var found types.ArrayOfCheckResult
			for i := range req.Vm {
				vm := ctx.Map.Get(req.Vm[i]).(*simulator.VirtualMachine)
				for j := range req.Host {
					host := ctx.Map.Get(req.Host[j]).(*simulator.HostSystem)
					result := types.CheckResult{Vm: &req.Vm[i], Host: &req.Host[j]}
					for _, fault := range []types.BaseMethodFault{reason(vm), unreached(vm, host)} {
						if fault != nil {
							result.Error = append(result.Error, types.LocalizedMethodFault{
								Fault: fault, LocalizedMessage: fmt.Sprintf("%s: %T", vm.Name, fault),
							})
						}
					}
					found.CheckResult = append(found.CheckResult, result)
				}
			}
			return found, nil
		})
	return &methods.QueryVMotionCompatibilityEx_TaskBody{
		Res: &types.QueryVMotionCompatibilityEx_TaskResponse{Returnval: task.Run(ctx)},
	}
}

// reason is a device that only the VM's own host has.
func reason(vm *simulator.VirtualMachine) types.BaseMethodFault {
	for _, device := range vm.Config.Hardware.Device {
		if cd, ok := device.(*types.VirtualCdrom); ok && cd.Connectable != nil && cd.Connectable.Connected {
			if _, local := cd.Backing.(*types.VirtualCdromAtapiBackingInfo); local {
				return &types.DisallowedMigrationDeviceAttached{
					MigrationFault: types.MigrationFault{},
					Fault: types.LocalizedMethodFault{
						Fault: new(types.RemoteDeviceNotSupported), LocalizedMessage: "CD/DVD drive of the host",
					},
				}
			}
		}
	}
	return nil
}

func unreached(vm *simulator.VirtualMachine, host *simulator.HostSystem) types.BaseMethodFault {
	for _, wanted := range vm.Datastore {
		there := false
		for _, held := range host.Datastore {
			there = there || held == wanted
		}
		if !there {
			return &types.InaccessibleDatastore{
				InvalidDatastore: types.InvalidDatastore{Datastore: &wanted, Name: wanted.Value}, Detail: "not mounted",
			}
		}
	}
	return nil
}
