package overview_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/jurisdiction"
	"okno/internal/overview"
	"okno/jurisdictions"
)

type tasks []overview.Task

func (t tasks) Tasks(*db.Tx, account.ID) ([]overview.Task, error) { return t, nil }

// broken is a domain whose query does not work, which spoils the transaction.
type broken struct{}

func (broken) Tasks(tx *db.Tx, _ account.ID) ([]overview.Task, error) {
	_, err := db.One(tx, db.Scalar[int], `SELECT nothing FROM no_such_table`)
	return nil, err
}

// whole is a domain that is asked for both together.
type whole struct{ broken }

func (whole) TasksAndCases(*db.Tx, account.ID) ([]overview.Task, []overview.Case, error) {
	return []overview.Task{{Kind: overview.Correct}}, []overview.Case{{Number: "7"}}, nil
}

type cases []overview.Case

func (c cases) UnderWay(tx *db.Tx, _ account.ID) ([]overview.Case, error) {
	_, err := db.One(tx, db.Scalar[int], `SELECT count(*) FROM account_account`)
	return c, err
}

func law(t *testing.T) *jurisdiction.Jurisdiction {
	t.Helper()
	pack, err := jurisdictions.Pack("ru")
	if err != nil {
		t.Fatal(err)
	}
	j, err := jurisdiction.Load(pack)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func kinds(v overview.View) []overview.Kind {
	var list []overview.Kind
	for _, t := range v.Tasks {
		list = append(list, t.Kind)
	}
	return list
}

func TestOverview(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		j := law(t)
		look := func(t *testing.T, level account.Level, c overview.Cases, sources ...overview.Source) overview.View {
			t.Helper()
			v, err := overview.New(d, j, sources, c, slog.New(slog.DiscardHandler)).Look(context.Background(), "someone", level)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		source := func(word string, list ...overview.Task) overview.Source {
			return overview.Source{Word: word, Tasks: tasks(list)}
		}
		for _, row := range []struct {
			name  string
			level account.Level
			has   []overview.Task
			want  []overview.Kind
		}{
			{"LVL-03 a simplified account is asked for its data next", account.Simplified, nil, []overview.Kind{overview.FillIn}},
			{"LVL-11 a standard account is asked to confirm identity next", account.Standard, nil, []overview.Kind{overview.Confirm}},
			{"LVL-30 a verified account has nothing to climb", account.Verified, nil, nil},
			{"CHK while checks run, the data is not asked for again", account.Simplified, []overview.Task{{Kind: overview.CheckRuns}}, []overview.Kind{overview.CheckRuns}},
			{"CHK a mismatch is mended, not begun anew", account.Simplified, []overview.Task{{Kind: overview.CheckFailed}}, []overview.Kind{overview.CheckFailed}},
		} {
			t.Run(row.name, func(t *testing.T) {
				if got := kinds(look(t, row.level, nil, source("check", row.has...))); !slices.Equal(got, row.want) {
					t.Fatalf("%v, want %v", got, row.want)
				}
			})
		}
		t.Run("S01 what has the earliest deadline comes first, over all domains", func(t *testing.T) {
			soon, late := now.Now().Add(time.Hour), now.Now().Add(100*time.Hour)
			v := look(t, account.Standard, nil,
				source("mailbox", overview.Task{Kind: overview.ReadLetter}),
				source("application", overview.Task{Kind: overview.FinishDraft, Until: late}, overview.Task{Kind: overview.Correct, Until: soon}, overview.Task{Kind: overview.GetResult}))
			want := []overview.Kind{overview.Correct, overview.FinishDraft, overview.GetResult, overview.ReadLetter, overview.Confirm}
			if got := kinds(v); !slices.Equal(got, want) {
				t.Fatalf("%v, want %v", got, want)
			}
		})
		t.Run("P-02 one ladder over three levels says what is reached and what is next", func(t *testing.T) {
			v := look(t, account.Standard, nil)
			next, ok := v.Next()
			if len(v.Ladder) != 3 || !v.Ladder[0].Reached || !v.Ladder[1].Now || v.Ladder[2].Reached || !ok || next.Code != jurisdiction.Verified {
				t.Fatalf("%+v", v.Ladder)
			}
			if _, more := look(t, account.Verified, nil).Next(); more {
				t.Fatal("there is nothing above verified")
			}
		})
		t.Run("IDC-04 the banner is there below the verified level only", func(t *testing.T) {
			for level, want := range map[account.Level]bool{account.Simplified: true, account.Standard: true, account.Verified: false} {
				if got := look(t, level, nil).Banner(); got != want {
					t.Errorf("%v: %v", level, got)
				}
			}
		})
		t.Run("S01 a domain that does not answer leaves its own block empty and no other", func(t *testing.T) {
			v := look(t, account.Verified, cases{{Number: "7"}}, overview.Source{Word: "check", Tasks: broken{}}, source("mailbox", overview.Task{Kind: overview.ReadLetter}))
			if !slices.Equal(v.Failed, []string{"check"}) || !slices.Equal(kinds(v), []overview.Kind{overview.ReadLetter}) || len(v.Cases) != 1 {
				t.Fatalf("%+v", v)
			}
		})
		t.Run("a domain that tells tasks and cases at once is read once", func(t *testing.T) {
			v := look(t, account.Verified, nil, overview.Source{Word: "application", Tasks: whole{}})
			if !slices.Equal(kinds(v), []overview.Kind{overview.Correct}) || len(v.Cases) != 1 {
				t.Fatalf("%+v", v)
			}
		})
		t.Run("somebody who has gone away waits for nothing", func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			if _, err := overview.New(d, j, []overview.Source{source("mailbox")}, cases{}, slog.New(slog.DiscardHandler)).Look(ctx, "someone", account.Verified); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		})
	})
}
