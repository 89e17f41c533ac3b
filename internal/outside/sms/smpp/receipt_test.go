package smpp

import (
	"testing"

	"okno/internal/outside/sms"
)

func TestReceiptText(t *testing.T) {
	receipts := map[string]sms.Delivery{
		"id:0123 sub:001 dlvrd:001 submit date:2603021200 done date:2603021201 stat:DELIVRD err:000 text:hi": {ID: "0123", State: sms.Delivered},
		"ID:ab-1 STAT:expired ERR:21":      {ID: "ab-1", State: sms.Undelivered, Code: "21"},
		"id:1 stat:ENROUTE":                {ID: "1", State: sms.Waiting},
		"id:1 stat:REJECTD err:000 Text:x": {ID: "1", State: sms.Undelivered},
	}
	for text, want := range receipts {
		if got, ok := readReceiptText(text); !ok || got != want {
			t.Errorf("%q: %+v", text, got)
		}
	}
	for _, text := range []string{
		"", "hello", "stat:DELIVRD", "id:1", "id:1 stat:WHATEVR", "id: stat:DELIVRD",
		"sub:001 text:id:1 stat:DELIVRD", // the message's own words are no receipt
		"id:1 text:x stat:DELIVRD",
	} {
		if got, ok := readReceiptText(text); ok {
			t.Errorf("%q was taken for %+v", text, got)
		}
	}
}
