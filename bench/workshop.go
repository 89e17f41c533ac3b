package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/jurisdiction"
	"okno/internal/outside/email/smtp"
	"okno/internal/outside/reach"
	"okno/internal/outside/register/xroad"
	"okno/internal/outside/sms/smpp"
	"okno/internal/portal"
	"okno/internal/secret"
	"okno/sim/mail"
	"okno/sim/register"
	"okno/sim/smsc"
)

// workshop is what the figures share: a folder that goes away, the simulators of
// the outside world, a key ring, and a PostgreSQL server that syncs its commits
// (the tests' own server does not).
type workshop struct {
	dir     string
	law     *jurisdiction.Jurisdiction
	sms     *smsc.Server
	mail    *mail.Server
	records *register.Server
	cluster string
	made    int

	providers     map[string]*providerHouse // by engine
	serverProfile string                    // where their servers write profiles, "" for nowhere
	serverHeap    string                    // where their servers write what their memory holds, "" for nowhere
	engine        string                    // the only one to measure them on, "" for both
}

const country = "ru"

func openWorkshop() (w *workshop, err error) {
	w = &workshop{}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	if w.dir, err = os.MkdirTemp("", "okno-bench-"); err != nil {
		return nil, err
	}
	if w.law, err = portal.Law(country); err != nil {
		return nil, err
	}
	if w.sms, err = smsc.Start(smsc.Config{Addr: "127.0.0.1:0", SystemID: "okno", Password: "bench"}); err != nil {
		return nil, err
	}
	if w.mail, err = mail.Start(mail.Config{Addr: "127.0.0.1:0"}); err != nil {
		return nil, err
	}
	config := register.Config{Addr: "127.0.0.1:0"}
	for _, r := range w.law.Registers {
		config.Registers = append(config.Registers, register.Register{Name: r.Code, Title: r.Name.In("en"), Provider: r.Wire, Compares: r.Sends})
	}
	w.records, err = register.Start(config)
	return w, err
}

func (w *workshop) close() {
	for _, h := range w.providers {
		h.close()
	}
	if w.records != nil {
		w.records.Close()
	}
	if w.mail != nil {
		w.mail.Close()
	}
	if w.sms != nil {
		w.sms.Close()
	}
	os.RemoveAll(w.dir)
	os.RemoveAll(filepath.Join(os.TempDir(), fmt.Sprintf("okno-pg-%d", os.Getpid())))
}

// config is a configuration as an installation would write it into okno.yaml.
func (w *workshop) config(origin, dir string, database db.Config) (portal.Config, error) {
	c := portal.Config{Origin: origin, Data: filepath.Join(dir, "files"), Keys: filepath.Join(dir, "keys"), Jurisdiction: country,
		Witness: filepath.Join(dir, "witness"), Database: database}
	if _, err := secret.CompleteRing(c.Keys); err != nil {
		return c, err
	}
	password := filepath.Join(dir, "sms-password")
	if err := os.WriteFile(password, []byte("bench"), 0o600); err != nil {
		return c, err
	}
	c.SMS = smpp.Config{Address: w.sms.Addr(), SystemID: "okno", PasswordFile: password, Source: "Okno", Network: reach.Loopback, Insecure: true}
	host, port, _ := strings.Cut(w.mail.Addr(), ":")
	number, err := strconv.Atoi(port)
	if err != nil {
		return c, err
	}
	c.Email = smtp.Config{Host: host, Port: number, Insecure: true, Network: reach.Loopback, From: "no-reply@okno.example", FromName: w.law.Portal}
	c.Registers = xroad.Config{Client: "RU/GOV/00000001/OKNO", Registers: map[string]xroad.Register{}}
	for _, r := range w.law.Registers {
		c.Registers.Registers[r.Code] = xroad.Register{Address: w.records.URL(), Provider: r.Wire, Network: reach.Loopback}
	}
	return c, nil
}

// open opens a whole house on a database; origin may be empty when nobody visits.
func (w *workshop) open(ctx context.Context, origin string, database db.Config) (*portal.Portal, error) {
	return w.openIn(ctx, origin, w.dir, database)
}

// openIn opens a house whose keys and files lie in a folder of their own.
func (w *workshop) openIn(ctx context.Context, origin, dir string, database db.Config) (*portal.Portal, error) {
	if origin == "" {
		origin = "http://127.0.0.1:8080"
	}
	c, err := w.config(origin, dir, database)
	if err != nil {
		return nil, err
	}
	return portal.Open(ctx, c, portal.Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
}

// engines are the two databases that everything runs on.
var engines = [...]string{"sqlite", "postgres"}

// database names a new, empty database.
func (w *workshop) database(ctx context.Context, engine string) (db.Config, error) {
	w.made++
	name := fmt.Sprintf("bench_%d", w.made)
	if engine == "sqlite" {
		return db.Config{SQLite: filepath.Join(w.dir, name+".db")}, nil
	}
	create := "CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
	return w.inCluster(ctx, name, create)
}

// copied names a new database with the content of a closed one.
func (w *workshop) copied(ctx context.Context, from db.Config) (db.Config, error) {
	w.made++
	name := fmt.Sprintf("bench_%d", w.made)
	if from.SQLite != "" {
		to := db.Config{SQLite: filepath.Join(w.dir, name+".db")}
		return to, copyFile(from.SQLite, to.SQLite)
	}
	old, err := pgx.ParseConfig(from.Postgres)
	if err != nil {
		return db.Config{}, err
	}
	return w.inCluster(ctx, name, "CREATE DATABASE "+name+" TEMPLATE "+old.Database)
}

func (w *workshop) inCluster(ctx context.Context, name, create string) (db.Config, error) {
	if w.cluster == "" {
		var err error
		if w.cluster, err = dbtest.StartCluster("fsync=on", "full_page_writes=on"); err != nil {
			return db.Config{}, err
		}
	}
	conn, err := pgx.Connect(ctx, w.cluster)
	if err != nil {
		return db.Config{}, err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, create)
	return db.Config{Postgres: strings.Replace(w.cluster, "/postgres?", "/"+name+"?", 1), Connections: 16}, err
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
