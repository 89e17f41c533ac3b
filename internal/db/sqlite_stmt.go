package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"reflect"
)

// Statements of SQLite go to the driver itself. A connection of ours belongs to one
// goroutine and keeps its statements, so nothing of what database/sql does for each
// question is needed, and half of the objects that it makes are saved. The
// connections still come from its pool and go back to it.
type sqliteConn struct {
	pooled *sql.Conn
	driver driver.Conn // valid while pooled is held
	stmts  map[SQL]sqliteStmt
}

// sqliteStmt is what a prepared statement of the driver offers.
type sqliteStmt interface {
	driver.Stmt
	driver.StmtQueryContext
	driver.StmtExecContext
}

func newSQLiteConn(pooled *sql.Conn) (c sqliteConn, err error) {
	c = sqliteConn{pooled: pooled, stmts: map[SQL]sqliteStmt{}}
	err = pooled.Raw(func(raw any) error {
		var ok bool
		if c.driver, ok = raw.(driver.Conn); !ok {
			return errors.New("db: a connection to SQLite of an unknown kind")
		}
		return nil
	})
	return c, err
}

func (c *sqliteConn) stmt(q SQL) (sqliteStmt, error) {
	if s, ok := c.stmts[q]; ok {
		return s, nil
	}
	made, err := c.driver.Prepare(string(q))
	if err != nil {
		return nil, err
	}
	s, ok := made.(sqliteStmt)
	if !ok {
		return nil, errors.Join(errors.New("db: a statement of SQLite of an unknown kind"), made.Close())
	}
	c.stmts[q] = s
	return s, nil
}

func (c *sqliteConn) exec(q SQL, args []any) (driver.Result, error) {
	s, err := c.stmt(q)
	if err != nil {
		return nil, err
	}
	values, err := sqliteValues(args)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(context.Background(), values)
}

func (c *sqliteConn) ask(q SQL, args []any) (rows, error) {
	s, err := c.stmt(q)
	if err != nil {
		return nil, err
	}
	values, err := sqliteValues(args)
	if err != nil {
		return nil, err
	}
	found, err := s.QueryContext(context.Background(), values)
	if err != nil {
		return nil, err
	}
	return &sqliteRows{found: found, values: make([]driver.Value, len(found.Columns()))}, nil
}

func (c *sqliteConn) close() {
	for _, s := range c.stmts {
		s.Close()
	}
}

// sqliteValues are arguments as the driver takes them.
func sqliteValues(args []any) ([]driver.NamedValue, error) {
	if len(args) == 0 {
		return nil, nil
	}
	values := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		value := driver.Value(arg)
		switch arg.(type) {
		case string, int64, []byte, nil:
		default:
			var err error
			if value, err = driver.DefaultParameterConverter.ConvertValue(arg); err != nil {
				return nil, fmt.Errorf("db: argument $%d: %w", i+1, err)
			}
		}
		values[i] = driver.NamedValue{Ordinal: i + 1, Value: value}
	}
	return values, nil
}

// sqliteRows are found rows; the driver gives fresh bytes with each.
type sqliteRows struct {
	found  driver.Rows
	values []driver.Value
	err    error
}

func (r *sqliteRows) Next() bool {
	if r.err == nil {
		r.err = r.found.Next(r.values)
	}
	return r.err == nil
}

func (r *sqliteRows) Err() error {
	if errors.Is(r.err, io.EOF) {
		return nil
	}
	return r.err
}

func (r *sqliteRows) Close() error {
	if r.err == nil {
		r.err = io.EOF
	}
	if r.found == nil {
		return nil
	}
	found := r.found
	r.found = nil
	return found.Close()
}

func (r *sqliteRows) Scan(dest ...any) error {
	if len(dest) != len(r.values) {
		return fmt.Errorf("db: %d columns were found, %d are read", len(r.values), len(dest))
	}
	for i, d := range dest {
		if err := assign(d, r.values[i]); err != nil {
			return fmt.Errorf("db: column %d: %w", i+1, err)
		}
	}
	return nil
}

// assign puts a value of the driver where it is wanted. SQLite knows no booleans,
// and gives texts that were written as bytes as bytes.
func assign(dest any, value driver.Value) error {
	switch d := dest.(type) {
	case *string:
		switch v := value.(type) {
		case string:
			*d = v
			return nil
		case []byte:
			*d = string(v)
			return nil
		}
	case *[]byte:
		switch v := value.(type) {
		case []byte:
			*d = v
			return nil
		case string:
			*d = []byte(v)
			return nil
		case nil:
			*d = nil
			return nil
		}
	case *int64:
		if v, ok := value.(int64); ok {
			*d = v
			return nil
		}
	case *int:
		if v, ok := value.(int64); ok {
			*d = int(v)
			return nil
		}
	case *bool:
		if v, ok := value.(int64); ok && (v == 0 || v == 1) {
			*d = v == 1
			return nil
		}
	case sql.Scanner:
		return d.Scan(value)
	default:
		return assignKind(reflect.ValueOf(dest), value)
	}
	return wrongKind(dest, value)
}

// assignKind is for types of ours that are texts, numbers or booleans underneath,
// and for pointers, which are nil where the column is empty.
func assignKind(dest reflect.Value, value driver.Value) error {
	if dest.Kind() != reflect.Pointer || dest.IsNil() {
		return wrongKind(dest.Interface(), value)
	}
	at := dest.Elem()
	switch v := value.(type) {
	case nil:
		if at.Kind() == reflect.Pointer {
			at.SetZero()
			return nil
		}
	case string:
		if at.Kind() == reflect.String {
			at.SetString(v)
			return nil
		}
	case []byte:
		if at.Kind() == reflect.Slice && at.Type().Elem().Kind() == reflect.Uint8 {
			at.SetBytes(v)
			return nil
		}
	case int64:
		switch {
		case at.CanInt() && !at.OverflowInt(v):
			at.SetInt(v)
			return nil
		case at.Kind() == reflect.Bool && (v == 0 || v == 1):
			at.SetBool(v == 1)
			return nil
		}
	case float64:
		if at.CanFloat() {
			at.SetFloat(v)
			return nil
		}
	}
	if at.Kind() == reflect.Pointer && value != nil {
		inner := reflect.New(at.Type().Elem())
		if err := assign(inner.Interface(), value); err != nil {
			return err
		}
		at.Set(inner)
		return nil
	}
	return wrongKind(dest.Interface(), value)
}

func wrongKind(dest any, value driver.Value) error {
	return fmt.Errorf("a %T cannot be read as %T", value, dest)
}
