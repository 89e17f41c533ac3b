package db

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// postgresTx is a transaction that goes to the server as seldom as it can: BEGIN
// goes with the first statement, what nobody waits for with the next one that
// somebody does or with COMMIT, and a question that is known to come with the one
// before it. A transaction that asks nothing takes no connection, and a read that
// asks but once is a transaction without being told so (Tx.Whole).
type postgresTx struct {
	pool  *pgxpool.Pool
	conn  *pgxpool.Conn // nil until the first statement
	begin string
	begun bool
	late  []statement // waits to be sent, in its order
	ahead []statement // will be asked: its answer comes with the next one
	known []*answer   // came before it was asked for, and holds until something is written

	told   bool // has to be told where it begins and ends, whatever it says
	single bool // what is sent next is all that will be asked
	asked  bool // it was sent
	more   bool // and more was asked all the same

	collect bool // every answer stays among what is known
}

type statement struct {
	q    SQL
	args []any
	one  bool // must change exactly one row
}

// text is what is sent. That one row was changed is seen to by the server, which
// fails otherwise: COMMIT can follow before the answer has come.
func (s statement) text() string {
	if !s.one {
		return string(s.q)
	}
	return "WITH changed AS (" + string(s.q) + " RETURNING 1) SELECT 1 / CASE count(*) WHEN 1 THEN 1 ELSE 0 END FROM changed"
}

// refused is the error of a statement as its caller knows it.
func (s statement) refused(err error) error {
	var e *pgconn.PgError
	if s.one && errors.As(err, &e) && e.Code == "22012" { // divided by zero
		return ErrNone
	}
	if uniquePostgres(err) {
		err = errors.Join(ErrUnique, err)
	}
	return describe(s.q, err)
}

func (s statement) is(q SQL, args []any) bool {
	return s.q == q && slices.EqualFunc(s.args, args, func(a, b any) bool {
		x, isBytes := a.([]byte)
		if y, ok := b.([]byte); isBytes && ok {
			return bytes.Equal(x, y)
		}
		return !isBytes && a == b
	})
}

func (p *postgresTx) unique(err error) bool { return uniquePostgres(err) }

func (p *postgresTx) later(_ context.Context, q SQL, args []any) error {
	return p.put(statement{q: q, args: args})
}

func (p *postgresTx) laterOne(_ context.Context, q SQL, args []any) error {
	return p.put(statement{q: q, args: args, one: true})
}

func (p *postgresTx) put(s statement) error {
	if p.begin == beginRead { // nothing would ever send it
		return errReadOnly
	}
	p.known = nil
	p.late = append(p.late, s)
	return nil
}

func (p *postgresTx) foresee(q SQL, args []any) {
	for _, a := range p.known {
		if a.is(q, args) {
			return
		}
	}
	p.ahead = append(p.ahead, statement{q: q, args: args})
}

func (p *postgresTx) whole() { p.single = p.begin == beginRead && !p.told }

func (p *postgresTx) exec(ctx context.Context, q SQL, args []any) (int64, error) {
	p.known = nil
	if err := p.connect(ctx); err != nil {
		return 0, err
	}
	if p.begun && len(p.late) == 0 && len(p.ahead) == 0 {
		tag, err := p.conn.Exec(ctx, string(q), args...)
		return tag.RowsAffected(), err
	}
	a, err := p.send(ctx, statement{q: q, args: args})
	if err != nil {
		return 0, err
	}
	return a.tag.RowsAffected(), nil
}

// onlyReads is false for a statement that writes and gives back what it wrote.
func onlyReads(q SQL) bool { return strings.HasPrefix(string(q), "SELECT") }

func (p *postgresTx) query(ctx context.Context, q SQL, args []any) (rows, error) {
	for _, a := range p.known {
		if a.is(q, args) {
			a.row = 0
			return a, nil
		}
	}
	if err := p.connect(ctx); err != nil {
		return nil, err
	}
	if !onlyReads(q) {
		p.known = nil
	}
	p.ahead = slices.DeleteFunc(p.ahead, func(s statement) bool { return s.is(q, args) })
	if p.begun && len(p.late) == 0 && len(p.ahead) == 0 && !p.collect {
		got, err := p.conn.Query(ctx, string(q), args...)
		if err != nil {
			return nil, err
		}
		return stream{got}, nil
	}
	return p.send(ctx, statement{q: q, args: args})
}

// errMore ends a read that asked more than it said (Tx.Whole): it is run again.
var errMore = errors.New("db: a read asked more than it said")

func (p *postgresTx) connect(ctx context.Context) (err error) {
	if p.conn == nil {
		p.conn, err = p.pool.Acquire(ctx)
	}
	return err
}

// send sends all that waits, then s, then what is known to be asked next, in one
// round trip, and gives the answer to s.
func (p *postgresTx) send(ctx context.Context, s statement) (*answer, error) {
	if p.asked {
		p.more = true
		return nil, errMore
	}
	batch := &pgx.Batch{}
	before := p.late
	p.asked = p.single && !p.begun && onlyReads(s.q)
	if !p.begun && !p.asked {
		before = append([]statement{{q: SQL(p.begin)}}, before...)
	}
	all := append(append(before[:len(before):len(before)], s), p.ahead...)
	for _, one := range all {
		batch.Queue(one.text(), one.args...)
	}
	after := len(p.ahead)
	p.begun, p.late, p.ahead = !p.asked, nil, nil
	answers := p.conn.SendBatch(ctx, batch)
	got, err := p.receive(answers, all, len(before))
	if err = errors.Join(err, closing(answers, err)); err != nil {
		return nil, err
	}
	if p.collect {
		after = len(got)
	}
	p.known = append(p.known, got[len(got)-after:]...)
	return got[0], nil
}

// closing is what closing says that was not said before.
func closing(answers pgx.BatchResults, before error) error {
	if err := answers.Close(); before == nil {
		return err
	}
	return nil
}

// receive reads the answers of a batch: of the first ones only that all went well.
func (p *postgresTx) receive(answers pgx.BatchResults, all []statement, done int) ([]*answer, error) {
	for _, s := range all[:done] {
		if _, err := answers.Exec(); err != nil {
			return nil, s.refused(err)
		}
	}
	var got []*answer
	for _, s := range all[done:] {
		a, err := receive(answers, s, p.conn.Conn().TypeMap())
		if err != nil {
			return nil, err
		}
		got = append(got, a)
	}
	return got, nil
}

// commit sends what still waits together with COMMIT.
func (p *postgresTx) commit(ctx context.Context) error {
	if !p.begun && len(p.late) == 0 {
		return nil
	}
	if err := p.connect(ctx); err != nil {
		return err
	}
	p.ahead = nil
	a, err := p.send(ctx, statement{q: Commit})
	if err != nil {
		return err
	}
	if a.tag.String() != Commit {
		return errNotCommitted
	}
	return nil
}

// end rolls back what was not committed and gives the connection back.
func (p *postgresTx) end() {
	if p.conn == nil {
		return
	}
	if conn := p.conn.Conn().PgConn(); !conn.IsClosed() && conn.TxStatus() != 'I' {
		if _, err := p.conn.Exec(context.Background(), "ROLLBACK"); err != nil {
			conn.Close(context.Background())
		}
	}
	p.conn.Release()
}

// stream are rows that are read as they come.
type stream struct{ pgx.Rows }

func (s stream) Close() error {
	s.Rows.Close()
	return s.Rows.Err()
}

// answer are rows that came together with other answers.
type answer struct {
	statement
	tag    pgconn.CommandTag
	types  *pgtype.Map
	fields []pgconn.FieldDescription
	values [][][]byte
	row    int // the next one
}

func receive(answers pgx.BatchResults, s statement, types *pgtype.Map) (*answer, error) {
	got, err := answers.Query()
	if err != nil {
		return nil, err
	}
	defer got.Close()
	a := &answer{statement: s, types: types, fields: slices.Clone(got.FieldDescriptions())}
	for got.Next() {
		raw := got.RawValues()
		row := make([][]byte, len(raw))
		for i, value := range raw {
			row[i] = bytes.Clone(value) // nil stays nil: NULL
		}
		a.values = append(a.values, row)
	}
	got.Close()
	a.tag = got.CommandTag()
	return a, got.Err()
}

func (a *answer) Next() bool {
	a.row++
	return a.row <= len(a.values)
}

func (a *answer) Scan(dest ...any) error {
	return pgx.ScanRow(a.types, a.fields, a.values[a.row-1], dest...)
}

func (a *answer) Err() error { return nil }

func (a *answer) Close() error { return nil }
