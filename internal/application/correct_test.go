package application_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/application"
	"okno/internal/application/applicationtest"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/officer"
)

// asked is a case of which an officer has asked to correct some fields.
func asked(t *testing.T, w *applicationtest.World, who account.ID, o officer.Officer, fields ...string) application.ID {
	t.Helper()
	id := w.Sent(who)
	if err := w.Applications.Take(ctx, o, id); err != nil {
		t.Fatal(err)
	}
	ask := application.Ask{Fields: fields, Reason: application.Incorrect, Words: "Проверьте, пожалуйста."}
	if err := w.Applications.AskCorrection(ctx, o, id, ask); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestCorrectionOpensMore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		s := w.Applications
		volkov := w.CaseWorker("volkov", "mvd")
		anna := w.Resident("Ирина Соколова", "+79160000001")
		id := asked(t, w, anna, volkov, "purpose", "changed_name")
		t.Run("Q-59 a corrected answer that opens a question is not sent before that is answered", func(t *testing.T) {
			err := s.Correct(ctx, anna, id, application.Typed{"purpose": "expiring", "changed_name": "yes"})
			wrong := fault.Of(err).Fields
			if len(wrong) != 2 || wrong[0].Name != "former_name" || wrong[1].Name != "old_copy" {
				t.Fatalf("%v %+v", err, wrong)
			}
			if v, _ := s.See(ctx, anna, id); !v.IsPaused() || v.Form.Answers["purpose"].Text != "first" {
				t.Fatal("half a correction was taken")
			}
		})
		t.Run("APP-03 a file for a question that a correction opens is taken with it", func(t *testing.T) {
			if err := s.Attach(ctx, anna, id, "old_copy", bytes.NewReader(applicationtest.Photo(t, 400, 300))); err != nil {
				t.Fatal(err)
			}
			if err := s.Correct(ctx, anna, id, application.Typed{"purpose": "expiring", "changed_name": "yes", "former_name": "Ветрова Ирина", "employer": "Другой"}); err != nil {
				t.Fatalf("%v %+v", err, fault.Of(err).Fields)
			}
			v, err := s.See(ctx, anna, id)
			if err != nil || v.IsPaused() || v.Form.Answers["former_name"].Text != "Ветрова Ирина" || v.Form.Answers["old_copy"].Text == "" || len(v.Files) != 2 {
				t.Fatalf("%v %+v", err, v.Form.Answers)
			}
			if v.Form.Answers["employer"].Text != "Библиотека № 4" {
				t.Error("a field that was not open has changed")
			}
			if changes := v.Corrections[0].Changes(v.Form.Answers); len(changes) != 4 {
				t.Errorf("the officer sees %+v", changes)
			}
		})
	})
}

func TestLateUpload(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		s := w.Applications
		volkov := w.CaseWorker("volkov", "mvd")
		anna := w.Resident("Ирина Соколова", "+79160000001")
		id := asked(t, w, anna, volkov, "photo", "latin_name")
		t.Run("FILE-1 a file that comes when its correction is over is not taken into another", func(t *testing.T) {
			late := &lateReader{Reader: bytes.NewReader(applicationtest.Photo(t, 500, 600)), before: func() {
				if err := s.Correct(ctx, anna, id, application.Typed{"latin_name": "SOKOLOVA IRINA A"}); err != nil {
					t.Error(err)
				}
				ask := application.Ask{Fields: []string{"latin_name"}, Reason: application.Incorrect, Words: "Ещё раз."}
				if err := s.AskCorrection(ctx, volkov, id, ask); err != nil {
					t.Error(err)
				}
			}}
			if err := s.Attach(ctx, anna, id, "photo", late); err == nil {
				t.Fatal("the file was taken")
			}
			if n := count(t, d, `SELECT count(*) FROM blob_file`); n != 1 {
				t.Errorf("%d files are kept, want the first photo only", n)
			}
		})
	})
}

// lateReader lets something happen before the first byte of a file comes.
type lateReader struct {
	*bytes.Reader
	before func()
}

func (r *lateReader) Read(p []byte) (int, error) {
	if f := r.before; f != nil {
		r.before = nil
		f()
	}
	return r.Reader.Read(p)
}

func count(t *testing.T, d *db.DB, q db.SQL) (n int) {
	t.Helper()
	if err := d.Read(context.Background(), func(tx *db.Tx) (err error) { n, err = db.One(tx, db.Scalar[int], q); return err }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestChosenAndNotSent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		s := w.Applications
		volkov := w.CaseWorker("volkov", "mvd")
		ends := map[string]func(who account.ID, id application.ID) error{
			"withdrawn": func(who account.ID, id application.ID) error { return s.Withdraw(ctx, who, id) },
			"decided": func(_ account.ID, id application.ID) error {
				now.Advance(30 * 24 * time.Hour)
				return s.Decide(ctx, volkov, id, application.Ruling{Outcome: "grant"})
			},
		}
		for i, end := range []string{"withdrawn", "decided"} {
			t.Run("FILE-1 a photo that was chosen for a correction and not sent goes when the case is "+end, func(t *testing.T) {
				who := w.Resident("Ирина Соколова", "+7916000010"+string(rune('1'+i)))
				id := asked(t, w, who, volkov, "photo")
				before := count(t, d, `SELECT count(*) FROM blob_file`)
				if err := s.Attach(ctx, who, id, "photo", bytes.NewReader(applicationtest.Photo(t, 500, 600))); err != nil {
					t.Fatal(err)
				}
				if err := ends[end](who, id); err != nil {
					t.Fatal(err)
				}
				if n := count(t, d, `SELECT count(*) FROM blob_file`); n != before {
					t.Errorf("%d files are kept, want %d", n, before)
				}
			})
		}
	})
}
