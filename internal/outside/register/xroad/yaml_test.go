package xroad_test

import (
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"okno/internal/outside/reach"
	"okno/internal/outside/register/xroad"
)

func TestConfigFromYAML(t *testing.T) {
	const text = `
client: RU/GOV/20000001/OKNO
registers:
  pension: {address: "https://security.example", provider: RU/GOV/10000001/PENSION, network: private, timeout: 15s, parallel: 3}
`
	var cfg xroad.Config
	if err := yaml.UnmarshalWithOptions([]byte(text), &cfg, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	r := cfg.Registers["pension"]
	if r.Timeout != 15*time.Second || r.Parallel != 3 || r.Network != reach.Private || len(cfg.Validate()) != 0 {
		t.Errorf("%+v, %v", r, cfg.Validate())
	}
}
