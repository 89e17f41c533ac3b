package dbtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/clock"
	"okno/internal/db"
)

// ClusterVariable names a running server for tests, as a connection URL of a
// user who may create databases. `make test` sets it; without it the first test
// that needs a server starts one of its own, which dies with the process.
const ClusterVariable = "OKNO_TEST_POSTGRES"

var made atomic.Int64

// freshPostgres makes a database from the migrated template.
func freshPostgres() (string, error) {
	admin, template, err := clusterWithTemplate()
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("%s_%d", template, made.Add(1))
	if err := administer(admin, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, template)); err != nil {
		return "", err
	}
	return withDatabase(admin, name), nil
}

func clusterWithTemplate() (admin, template string, err error) {
	c, err := clusterOnce()
	return c[0], c[1], err
}

var clusterOnce = sync.OnceValues(func() ([2]string, error) {
	admin := os.Getenv(ClusterVariable)
	if admin == "" {
		var err error
		if admin, err = StartCluster(); err != nil {
			return [2]string{}, err
		}
	}
	name := fmt.Sprintf("okno_%d_%d", os.Getpid(), time.Now().UnixNano()%1e9)
	create := fmt.Sprintf("CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'", name)
	if err := administer(admin, create); err != nil {
		return [2]string{}, err
	}
	return [2]string{admin, name}, migrated(db.Config{Postgres: withDatabase(admin, name)})
})

func withDatabase(admin, name string) string {
	return strings.Replace(admin, "/postgres?", "/"+name+"?", 1)
}

func administer(admin, statement string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

// StartCluster starts a private PostgreSQL server in a temporary folder on a
// socket of its own, as an unprivileged user when we are root, and returns the
// URL of its database "postgres". The server dies with this process. It syncs
// nothing, which is quick; settings such as "fsync=on" change that.
func StartCluster(settings ...string) (string, error) {
	bin, err := binaries()
	if err != nil {
		return "", err
	}
	removeStale()
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("okno-pg-%d", os.Getpid()))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	attr, err := unprivileged(dir)
	if err != nil {
		return "", err
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "okno", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = attr, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %v: %s", err, out)
	}
	go serve(bin, data, dir, attr, settings)
	admin := fmt.Sprintf("postgres://okno@/postgres?host=%s", dir)
	return admin, awaitServer(admin)
}

// serve holds the thread that started the server: the kernel kills the server
// when that thread ends, which is when the process ends.
func serve(bin, data, dir string, attr *syscall.SysProcAttr, settings []string) {
	runtime.LockOSThread()
	attr.Pdeathsig = syscall.SIGQUIT
	words := []string{"-D", data, "-k", dir}
	quick := []string{"listen_addresses=", "fsync=off", "full_page_writes=off", "max_connections=400", "shared_buffers=64MB", "log_min_messages=fatal"}
	for _, setting := range append(quick, settings...) {
		words = append(words, "-c", setting)
	}
	server := exec.Command(filepath.Join(bin, "postgres"), words...)
	server.SysProcAttr, server.Dir = attr, dir
	server.Run()
}

func awaitServer(admin string) error {
	deadline, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		err := administer(admin, "SELECT 1")
		if err == nil {
			return nil
		}
		if clock.Pause(deadline, 50*time.Millisecond) != nil {
			return fmt.Errorf("the PostgreSQL server did not start: %w", err)
		}
	}
}

func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", fmt.Errorf("PostgreSQL is not installed")
	}
	return filepath.Dir(path), nil
}

// unprivileged gives the folder to a user without rights when we are root,
// because PostgreSQL refuses to run as root.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() != 0 {
		return attr, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return attr, os.Chown(dir, uid, gid)
	}
	return nil, fmt.Errorf("no unprivileged user to run PostgreSQL as")
}

// removeStale deletes the folders of servers whose process is gone.
func removeStale() {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), "okno-pg-*"))
	for _, dir := range dirs {
		pid, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(dir), "okno-pg-"))
		if err == nil && syscall.Kill(pid, 0) != nil {
			os.RemoveAll(dir)
		}
	}
}
