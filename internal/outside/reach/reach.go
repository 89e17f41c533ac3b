// Package reach is how an adapter reaches out of the house: which addresses it
// may dial, how many calls it may have under way, and when it stops calling a
// partner that is down.
//
// Every adapter makes its own Dialer, Limit and Breaker, so that a slow partner
// takes nothing from the others (LOAD-4). The package never retries and never
// looks at what is sent.
package reach

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// Network says where a partner may stand. It is checked against the address
// that the name has resolved to, at the moment of dialling (INP-7), so a name
// that is later pointed elsewhere leads nowhere.
type Network string

// The networks. The empty value is Public.
const (
	Public   Network = "public"   // the internet only
	Private  Network = "private"  // also RFC 1918, shared (RFC 6598) and unique local (fc00::/7) addresses
	Loopback Network = "loopback" // this machine only: a tunnel's end, a security server, a simulator
)

// ErrForbiddenAddress is wrapped by the error of a dial to an address outside the network.
var ErrForbiddenAddress = errors.New("the address is outside the network that the configuration allows")

// Known says whether the word is a network.
func (n Network) Known() bool {
	return n == "" || n == Public || n == Private || n == Loopback
}

// Holds says whether an address lies in the network. Link-local, multicast,
// unspecified and reserved addresses lie in none.
func (n Network) Holds(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if n == Loopback {
		return addr.IsLoopback()
	}
	if addr.IsPrivate() || shared.Contains(addr) {
		return n == Private
	}
	if !addr.IsGlobalUnicast() || addr.IsLoopback() {
		return false
	}
	for _, r := range reserved {
		if r.Contains(addr) {
			return false
		}
	}
	return true
}

var shared = netip.MustParsePrefix("100.64.0.0/10")

// Ranges of global unicast form that lead to no host of the internet, or that
// carry an address of version 4 inside and so could hide a private one.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/32"), netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("::/96"),
}

// Dialer opens TCP connections to addresses of one network.
type Dialer struct {
	Network Network
	Timeout time.Duration // for the name and the connection together
}

// DialContext connects to host:port; every resolved address is checked before
// the first packet leaves.
func (d Dialer) DialContext(ctx context.Context, _, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: d.Timeout, Control: d.control}
	return dialer.DialContext(ctx, "tcp", address)
}

func (d Dialer) control(_, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: not an address", ErrForbiddenAddress)
	}
	if !d.Network.Holds(target.Addr()) {
		return ErrForbiddenAddress
	}
	return nil
}
