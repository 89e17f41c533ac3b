package db

import (
	"database/sql/driver"
	"fmt"
	"time"
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
