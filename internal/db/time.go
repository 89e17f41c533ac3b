package db

import (
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// Time is a moment as the tables keep it: whole microseconds since 1970 in UTC,
// in a BIGINT column. The zero time is NULL.
type Time struct{ time.Time }

// At makes a Time for an argument.
func At(t time.Time) Time { return Time{t} }

// Value implements driver.Valuer.
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil
	}
	return t.UnixMicro(), nil
}

// Scan implements sql.Scanner.
func (t *Time) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		t.Time = time.Time{}
	case int64:
		t.Time = time.UnixMicro(v).UTC()
	default:
		return fmt.Errorf("db: a moment cannot be read from %T", src)
	}
	return nil
}

// Int64Value implements pgtype.Int64Valuer: PostgreSQL is told without a detour.
func (t Time) Int64Value() (pgtype.Int8, error) {
	if t.IsZero() {
		return pgtype.Int8{}, nil
	}
	return pgtype.Int8{Int64: t.UnixMicro(), Valid: true}, nil
}

// ScanInt64 implements pgtype.Int64Scanner.
func (t *Time) ScanInt64(v pgtype.Int8) error {
	t.Time = time.Time{}
	if v.Valid {
		t.Time = time.UnixMicro(v.Int64).UTC()
	}
	return nil
}

// Text scans a TEXT column that may be NULL; NULL is the empty text, and the
// empty text is written as NULL.
type Text string

// Value implements driver.Valuer.
func (t Text) Value() (driver.Value, error) {
	if t == "" {
		return nil, nil
	}
	return string(t), nil
}

// Scan implements sql.Scanner.
func (t *Text) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*t = ""
	case string:
		*t = Text(v)
	case []byte:
		*t = Text(v)
	default:
		return fmt.Errorf("db: a text cannot be read from %T", src)
	}
	return nil
}

// TextValue implements pgtype.TextValuer.
func (t Text) TextValue() (pgtype.Text, error) {
	return pgtype.Text{String: string(t), Valid: t != ""}, nil
}

// ScanText implements pgtype.TextScanner.
func (t *Text) ScanText(v pgtype.Text) error {
	*t = Text(v.String)
	return nil
}
