// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

var (
	called = regexp.MustCompile(`Body[^>]*>\s*<([A-Za-z_]+)`)
	on     = regexp.MustCompile(`<_this[^>]*>([^<]+)<`)
)

type call struct {
	Method string `json:"method"`
	This   string `json:"this"`
}

// record keeps every request in the order of arrival, and answers the tests' own questions below /test/.
type record struct {
	next  http.Handler
	world *world
	mu    sync.Mutex
	calls []call
}

func (r *record) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	switch req.URL.Path {
	case "/test/calls":
		r.mu.Lock()
		defer r.mu.Unlock()
		answer(w, r.calls)
	case "/test/world":
		answer(w, r.world.told())
	case "/test/plant":
		failed(w, r.world.plant(req.FormValue("object"), req.FormValue("path"), req.FormValue("value")))
	case "/test/uproot":
		r.world.uproot()
	case "/test/move":
		failed(w, r.world.move(req.FormValue("guest"), req.FormValue("host")))
	case "/test/stand":
		standing(req)
	case "/test/empty":
		failed(w, r.world.empty(req.FormValue("host")))
	case "/test/guests":
		number, err := strconv.Atoi(req.FormValue("number"))
		if err == nil {
			err = r.world.addGuests(number)
		}
		failed(w, err)
	default:
		body, _ := io.ReadAll(req.Body)
		req.Body = io.NopCloser(bytes.NewReader(body))
		one := call{Method: req.Method + " " + req.URL.Path}
		if found := called.FindSubmatch(body); found != nil {
			one.Method = string(found[1])
		}
		if found := on.FindSubmatch(body); found != nil {
			one.This = string(found[1])
		}
		r.mu.Lock()
		r.calls = append(r.calls, one)
		r.mu.Unlock()
		r.next.ServeHTTP(w, req)
	}
}

func answer(w http.ResponseWriter, what any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(what)
}

func failed(w http.ResponseWriter, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

type toldHost struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Address     string `json:"address"`
	CPUs        int16  `json:"cpus"`
	Memory      int64  `json:"memory"`
	Maintenance bool   `json:"maintenance"`
}

type toldGuest struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Host   string `json:"host"`
	CPUs   int32  `json:"cpus"`
	Memory int64  `json:"memory"`
	Power  string `json:"power"`
}

// told is what there is, out of the simulator's memory.
func (w *world) told() map[string]any {
	hosts, guests := []toldHost{}, []toldGuest{}
	names := map[types.ManagedObjectReference]string{}
	for _, h := range w.hosts() {
		names[h.Self] = h.Name
		hosts = append(hosts, toldHost{
			h.Self.Value, h.Name, h.Config.Network.Vnic[0].Spec.Ip.IpAddress, h.Summary.Hardware.NumCpuThreads,
			h.Hardware.MemorySize, h.Runtime.InMaintenanceMode,
		})
	}
	for _, e := range w.m.Map().All("VirtualMachine") {
		vm := e.(*simulator.VirtualMachine)
		guests = append(guests, toldGuest{
			vm.Self.Value, vm.Name, names[*vm.Runtime.Host], vm.Config.Hardware.NumCPU,
			int64(vm.Config.Hardware.MemoryMB), string(vm.Runtime.PowerState),
		})
	}
	return map[string]any{"hosts": hosts, "guests": guests}
}
