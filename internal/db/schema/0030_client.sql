-- +goose Up
CREATE TABLE client_client (
    id          TEXT PRIMARY KEY,
    stage       TEXT NOT NULL CHECK (stage IN ('sandbox', 'asked', 'production')),
    owner       TEXT NOT NULL,
    detail      TEXT NOT NULL,
    changed_at  BIGINT NOT NULL
);
CREATE INDEX client_client_owner ON client_client (owner);
