package officer_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/officer"
)

// steps is how many acts in a row are tried.
const steps = 4

// climber searches all sequences of acts of a few officers who want more than
// they have. They also act through whomever they bring in: an officer whose
// invitation one of them confirmed, for the link is shown to that one.
type climber struct {
	staff
	tx           *db.Tx
	roles, gives []officer.Role // what they may come to hold at most, to use and to give
	seen         map[string]bool
	states       int
}

// act is one try; it gives the officer whose link the climbers now hold, if any.
type act func(by officer.ID) (officer.ID, error)

func (c *climber) acts(all []officer.Officer) (list []act) {
	sets := [][]officer.Role{{officer.Operator}, {officer.Auditor}, {officer.Admin}}
	for _, roles := range sets {
		r := officer.Rights{Roles: roles, For: day}
		list = append(list, func(by officer.ID) (officer.ID, error) {
			name := fmt.Sprint("puppet ", len(all))
			_, err := c.ProposeNew(c.tx, officer.Officer{Login: name, Name: name}, r, actor(by))
			return "", err
		})
		for _, o := range all {
			list = append(list, func(by officer.ID) (officer.ID, error) {
				_, err := c.Propose(c.tx, o.ID, r, actor(by))
				return "", err
			})
		}
	}
	for _, o := range all {
		list = append(list, func(by officer.ID) (officer.ID, error) {
			_, err := c.ProposeLink(c.tx, o.ID, actor(by))
			return "", err
		})
	}
	open, err := c.OpenGrants(c.tx)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, g := range open {
		list = append(list, func(by officer.ID) (officer.ID, error) {
			_, err := c.Confirm(c.tx, g.ID, actor(by))
			if err != nil || !g.Link {
				return "", err
			}
			if o, err := c.Get(c.tx, g.Officer); err != nil || o.Active {
				return g.Officer, err
			}
			return g.Officer, c.Activate(c.tx, g.Officer)
		}, func(by officer.ID) (officer.ID, error) { return "", c.Refuse(c.tx, g.ID, actor(by)) })
	}
	return list
}

// search tries everything from here and undoes it again.
func (c *climber) search(held []officer.ID, left int) {
	all, err := c.All(c.tx)
	if err != nil {
		c.t.Fatal(err)
	}
	c.check(all, held)
	if key := c.key(all, held); left == 0 || c.seen[fmt.Sprint(left, key)] {
		return
	} else {
		c.seen[fmt.Sprint(left, key)] = true
	}
	c.states++
	for _, try := range c.acts(all) {
		for _, by := range held {
			c.run("SAVEPOINT step")
			got, err := try(by)
			if err == nil {
				next := held
				if got != "" && !slices.Contains(held, got) {
					next = append(slices.Clone(held), got)
				}
				c.run("SAVEPOINT deeper")
				c.search(next, left-1)
				c.run("ROLLBACK TO deeper")
			}
			c.run("ROLLBACK TO step")
			c.run("RELEASE step")
		}
	}
}

func (c *climber) run(q db.SQL) {
	if _, err := c.tx.Exec(q); err != nil {
		c.t.Fatal(err)
	}
}

// check says whether they hold a role that they should not have come to.
func (c *climber) check(all []officer.Officer, held []officer.ID) {
	c.t.Helper()
	beyond := func(have, allowed []officer.Role) bool {
		return slices.ContainsFunc(have, func(r officer.Role) bool { return !slices.Contains(allowed, r) })
	}
	for _, o := range all {
		if slices.Contains(held, o.ID) && (beyond(o.Roles, c.roles) || beyond(o.Gives, c.gives)) {
			c.t.Fatalf("through %s the climbers hold %s and give %s", o.Login, o.Roles, o.Gives)
		}
	}
}

// key is the state without the random keys of its rows.
func (c *climber) key(all []officer.Officer, held []officer.ID) string {
	index := map[officer.ID]int{}
	var words []string
	for i, o := range all {
		index[o.ID] = i
		words = append(words, fmt.Sprint(o.Login, o.Roles, o.Gives, o.Ended.IsZero(), slices.Contains(held, o.ID)))
	}
	open, err := c.OpenGrants(c.tx)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, g := range open {
		words = append(words, fmt.Sprint("grant", index[g.Officer], g.Roles, g.Gives, g.Link, index[g.By]))
	}
	slices.Sort(words)
	return strings.Join(words, "|")
}

var errUndo = errors.New("undo")

// climb searches from a few officers, beside whom honest ones stand and do
// nothing, and gives the number of states that it met. The climbers may use what
// they have and what all of them were given to give; they may give what one of
// them gives.
func climb(t *testing.T, depth int, climbers ...officer.Officer) int {
	t.Helper()
	d, _ := dbtest.SQLite(t)
	c := &climber{staff: staff{newOfficers(t), t, d}, seen: map[string]bool{}}
	c.officer("honest administrator", officer.Admin)
	c.officer("honest operator", officer.Operator)
	var held []officer.ID
	for i, o := range climbers {
		o.Login, o.Name, o.Active = fmt.Sprint("climber ", i), fmt.Sprint("Climber ", i), true
		id, err := add(d, c.Officers, o)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, id)
		c.roles, c.gives = append(c.roles, o.Roles...), append(c.gives, c.get(id).Gives...)
	}
	for _, r := range officer.Roles() {
		if len(held) > 1 && !slices.ContainsFunc(held, func(id officer.ID) bool { return !slices.Contains(c.get(id).Gives, r) }) {
			c.roles = append(c.roles, r)
		}
	}
	err := c.write(func(tx *db.Tx) error {
		c.tx = tx
		c.search(held, depth)
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Fatal(err)
	}
	return c.states
}

// TestClimb runs on SQLite: the rules are Go; that the database keeps them when
// two act at once is proved on both by TestGrants.
func TestClimb(t *testing.T) {
	admin := officer.Officer{Roles: []officer.Role{officer.Admin}}
	limited := officer.Officer{Roles: []officer.Role{officer.Admin}, Gives: []officer.Role{officer.Operator}}
	for _, role := range officer.Roles() {
		t.Run(fmt.Sprintf("AUTHZ-5 no sequence of %d acts lets a lone %s climb", steps, role), func(t *testing.T) {
			states := climb(t, steps, officer.Officer{Roles: []officer.Role{role}})
			if isAdmin := role == officer.Admin; isAdmin != (states > 1) {
				t.Fatal("states:", states)
			}
		})
	}
	t.Run("AUTHZ-5 limited administrators together give nothing but what they were given to give", func(t *testing.T) {
		climb(t, steps, limited, limited)
	})
	t.Run("AUTHZ-5 a limited administrator gets nothing more with the help of a full one who is not asked for more", func(t *testing.T) {
		climb(t, 3, admin, limited)
	})
	t.Run("AUTHZ-5 administrator and operator together climb no further than each alone", func(t *testing.T) {
		climb(t, 3, admin, officer.Officer{Roles: []officer.Role{officer.Operator}})
	})
}
