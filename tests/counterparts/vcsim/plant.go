// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// plant writes a value (JSON) into an object's memory: object is a reference's value ("host-22") or an entity's name,
// path names Go's fields and indexes from there ("Config.Network.Vswitch.0.Mtu"), and "+" appends to a list.
func (w *world) plant(object, path, value string) error {
	var target mo.Reference
	r := w.m.Map()
	for _, kind := range []string{
		"HostSystem", "VirtualMachine", "ClusterComputeResource", "Datastore", "Datacenter",
		"DistributedVirtualPortgroup", "DistributedVirtualSwitch",
	} {
		for _, e := range r.All(kind) {
			if e.Reference().Value == object || e.Entity().Name == object {
				target = e
			}
		}
	}
	if target == nil {
		return fmt.Errorf("there is no object %q", object)
	}
	at := reflect.ValueOf(target)
	for _, part := range strings.Split(path, ".") {
		for at.Kind() == reflect.Pointer || at.Kind() == reflect.Interface {
			at = at.Elem()
		}
		switch {
		case at.Kind() == reflect.Slice && part == "+":
			list, held := at, reflect.ValueOf(at.Interface())
			w.undo = append(w.undo, func() { list.Set(held) })
			at.Set(reflect.Append(at, reflect.Zero(at.Type().Elem())))
			at = at.Index(at.Len() - 1)
		case at.Kind() == reflect.Slice:
			index, err := strconv.Atoi(part)
			if err != nil || index >= at.Len() {
				return fmt.Errorf("%s: no such index %q", path, part)
			}
			at = at.Index(index)
		case at.Kind() == reflect.Struct && at.FieldByName(part).IsValid():
			at = at.FieldByName(part)
		default:
			return fmt.Errorf("%s: no such field %q in a %s", path, part, at.Type())
		}
	}
	made := reflect.New(at.Type())
	if err := types.NewJSONDecoder(strings.NewReader(value)).Decode(made.Interface()); err != nil {
		if err := json.Unmarshal([]byte(value), made.Interface()); err != nil {
			return err
		}
	}
	old := reflect.New(at.Type()).Elem()
	old.Set(at)
	w.undo = append(w.undo, func() { at.Set(old) })
	at.Set(made.Elem())
	return nil
}

// uproot takes everything back that was planted, the last first.
func (w *world) uproot() {
	for len(w.undo) > 0 {
		last := len(w.undo) - 1
		w.undo[last]()
		w.undo = w.undo[:last]
	}
}
