package db

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"okno/internal/db/schema"
)

func (e *sqliteEngine) migrate(ctx context.Context) error {
	return migrate(ctx, goose.DialectSQLite3, e.writes)
}

func (e *postgresEngine) migrate(ctx context.Context) error {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	pool := stdlib.OpenDBFromPool(e.pool)
	defer pool.Close()
	return migrate(ctx, goose.DialectPostgres, pool, goose.WithSessionLocker(locker))
}

func migrate(ctx context.Context, dialect goose.Dialect, pool *sql.DB, options ...goose.ProviderOption) error {
	provider, err := goose.NewProvider(dialect, pool, fs.FS(schema.FS), append(options, goose.WithAllowOutofOrder(true))...)
	if err != nil {
		return fmt.Errorf("db: schema: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("db: migrate: %w", err)
	}
	return nil
}
