package smpp_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"okno/internal/outside/sms"
	"okno/internal/outside/sms/smpp"
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

func TestSimulatorReceipts(t *testing.T) {
	g := &simulated{}
	g.start(t, "")
	t.Cleanup(func() { g.Close() })
	got := make(chan sms.Delivery, 16)
	client := dial(t, config(t, g.Addr()), smpp.OnReceipt(func(_ context.Context, d sms.Delivery) error {
		got <- d
		return nil
	}))
	t.Run("every part has a receipt that names it", func(t *testing.T) {
		receipt, err := client.Send(t.Context(), sms.Message{Key: "long", To: "+79161234567", Text: strings.Repeat("ж", 150)})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]bool{}
		for _, id := range receipt.IDs {
			want[id] = true
		}
		for range receipt.IDs {
			d := <-got
			if d.State != sms.Delivered || !want[d.ID] {
				t.Errorf("%+v is none of %v", d, receipt.IDs)
			}
			delete(want, d.ID)
		}
	})
	t.Run("OTP-7 garbled answers are unknown outcomes, and the next message goes out", func(t *testing.T) {
		for range 3 { // each kind of broken answer
			if err := g.SetMode(smsc.Garble, 0); err != nil {
				t.Fatal(err)
			}
			if _, err := client.Send(t.Context(), hello); !errors.Is(err, sms.ErrUnknown) {
				t.Errorf("%v", err)
			}
			if err := g.SetMode(smsc.Deliver, 0); err != nil {
				t.Fatal(err)
			}
			if _, err := client.Send(t.Context(), hello); err != nil {
				t.Errorf("after it: %v", err)
			}
		}
	})
}
