// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Command vcsim is a vCenter for tests: govmomi's simulator with hosts that differ from each other, a maintenance mode
// that waits for its VMs, the managers that the simulator lacks, and a record of every request.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"log"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/vmware/govmomi/simulator"
)

func main() {
	m := simulator.VPX()
	listen := flag.String("listen", "127.0.0.1:0", "address")
	user := flag.String("username", "administrator@vsphere.local", "the only user")
	pass := flag.String("password", "", "its password")
	cert := flag.String("cert", "", "PEM file of the certificate")
	key := flag.String("key", "", "PEM file of its key")
	flag.IntVar(&m.Datacenter, "datacenters", 1, "")
	flag.IntVar(&m.Cluster, "clusters", 1, "clusters a datacenter")
	flag.IntVar(&m.ClusterHost, "hosts", 3, "hosts a cluster")
	flag.IntVar(&m.Machine, "guests", 2, "VMs a cluster")
	flag.Parse()
	m.Host = 0
	if err := m.Create(); err != nil {
		log.Fatal(err)
	}
	w := &world{m: m}
	w.settle()
	pair, err := tls.LoadX509KeyPair(*cert, *key)
	if err != nil {
		log.Fatal(err)
	}
	m.Service.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	m.Service.Listen = &url.URL{Host: *listen, User: url.UserPassword(*user, *pass)}
	server := m.Service.NewServer()
	server.Config.Handler = &record{next: server.Config.Handler, world: w}
	fmt.Printf("READY %s\n", server.URL.Host)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	<-stop
	m.Remove()
}
