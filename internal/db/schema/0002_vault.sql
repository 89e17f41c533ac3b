-- +goose Up
CREATE TABLE vault_key (
    subject     TEXT PRIMARY KEY,
    wrapped     BYTEA,
    wrap        TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    erased_at   BIGINT
);
