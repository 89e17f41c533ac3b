package xroad_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"okno/internal/clock"
	"okno/internal/outside/reach"
	door "okno/internal/outside/register"
	"okno/internal/outside/register/registertest"
	"okno/internal/outside/register/xroad"
	"okno/sim/register"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const me = "RU/GOV/20000001/OKNO"

var (
	anna = map[string]string{"snils": "11223344595", "family_name": "Соколова", "given_name": "Анна", "birth_date": "1958-03-27"}
	ivan = map[string]string{"snils": "08765430300", "family_name": "Орлов", "given_name": "Иван", "birth_date": "1931-01-02"}
	olga = map[string]string{"snils": "12345678964", "family_name": "Лисицына", "given_name": "Ольга", "birth_date": "1990-12-31"}
)

func startSimulator(t *testing.T) *register.Server {
	s, err := register.Start(register.Config{
		Clients: []string{me},
		Registers: []register.Register{
			{Name: "pension", Provider: "RU/GOV/10000001/PENSION", Compares: []string{"snils", "family_name", "given_name", "birth_date"}},
			{Name: "accounts", Provider: "RU/GOV/10000001/PENSION-ACCOUNTS", Statements: []string{"snils"}},
		},
		People: []register.Person{
			{Fields: anna, Statement: &register.Statement{AsOf: "2026-03-01", Currency: "RUB", Points: "87.512", ExperienceMonths: 214, Employers: []register.Employer{
				{Name: "ООО «Ромашка»", Contributions: []register.Contribution{{Year: 2025, Amount: 4523100}, {Year: 2024, Amount: 4100000}}},
			}}},
			{Fields: ivan, Deceased: true},
			{Fields: olga, Review: true},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func dial(t *testing.T, cfg xroad.Config, c clock.Clock) *xroad.Client {
	client, err := xroad.New(cfg, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func at(address string) xroad.Config {
	pension := xroad.Register{Address: address, Provider: "RU/GOV/10000001/PENSION", Network: reach.Loopback, Timeout: 400 * time.Millisecond}
	accounts := pension
	accounts.Provider = "RU/GOV/10000001/PENSION-ACCOUNTS"
	return xroad.Config{Client: me, Registers: map[string]xroad.Register{"pension": pension, "accounts": accounts}}
}

func TestContract(t *testing.T) {
	registertest.Run(t, func(t *testing.T) registertest.Registers {
		s := startSimulator(t)
		cfg := at(s.URL())
		for name, r := range cfg.Registers {
			r.Timeout = 1500 * time.Millisecond
			cfg.Registers[name] = r
		}
		client := dial(t, cfg, clock.NewFake(clock.Noon))
		return registertest.Registers{
			Checker: client, Statements: client, Checks: "pension", Accounts: "accounts",
			Right: anna, Changed: "snils", Dead: ivan, InReview: olga,
			Account: map[string]string{"snils": anna["snils"]}, Nobody: map[string]string{"snils": "00000000000"},
			Behave: func(t *testing.T, b registertest.Behaviour) {
				mode := map[registertest.Behaviour]register.Mode{
					registertest.Honest: register.Honest, registertest.Slow: register.Slow, registertest.Hang: register.Hang,
					registertest.Refuse: register.RefuseAll, registertest.Garble: register.Garble,
					registertest.Double: register.Duplicate, registertest.Lie: register.Lie,
				}[b]
				for _, name := range []string{"pension", "accounts"} {
					if err := s.SetMode(name, mode, 0); err != nil {
						t.Fatal(err)
					}
				}
			},
			Resolve: func(t *testing.T, key string, r door.Result) {
				if err := s.Resolve("pension", key, string(r)); err != nil {
					t.Fatal(err)
				}
			},
			Asked: func(_ *testing.T, key string) (int, int) {
				for _, e := range s.Ledger("pension") {
					if e.Key == key {
						return e.Times, e.Checked
					}
				}
				return 0, 0
			},
		}
	})
}
