package smpp_test

import (
	"testing"
	"time"

	"okno/internal/outside/sms/smstest"
	"okno/sim/smsc"
)

// TestSimulator runs the contract against the product's own simulator, which
// shares no code with the adapter.
func TestSimulator(t *testing.T) {
	smstest.Run(t, func(t *testing.T) smstest.Gateway {
		g := &simulated{}
		g.start(t, "")
		t.Cleanup(func() { g.Close() })
		cfg := config(t, g.Addr())
		cfg.WaitForSession, cfg.SubmitTimeout = time.Second, 500*time.Millisecond
		return smstest.Gateway{Sender: dial(t, cfg), Behave: g.behave, Received: g.received}
	}, smstest.RefuseNumber)
}

type simulated struct {
	*smsc.Server
	away bool
}

func (g *simulated) start(t *testing.T, address string) {
	var err error
	if g.Server, err = smsc.Start(smsc.Config{Addr: address, SystemID: "okno", Password: "secret1"}); err != nil {
		t.Fatal(err)
	}
}

func (g *simulated) behave(t *testing.T, b smstest.Behaviour) {
	if g.away {
		g.start(t, g.Addr())
		g.away = false
	}
	mode := map[smstest.Behaviour]smsc.Mode{
		smstest.Honest: smsc.Deliver, smstest.Busy: smsc.RefuseAll, smstest.Silent: smsc.Hang, smstest.Break: smsc.Disconnect,
	}[b]
	if b == smstest.Away {
		g.away = true
		g.Close()
		return
	}
	if err := g.SetMode(mode, 0); err != nil {
		t.Fatal(err)
	}
}

func (g *simulated) received(*testing.T) []smstest.Received {
	var all []smstest.Received
	for _, m := range g.Messages("") {
		all = append(all, smstest.Received{To: "+" + m.To, Text: m.Text, Parts: m.Parts})
	}
	return all
}
