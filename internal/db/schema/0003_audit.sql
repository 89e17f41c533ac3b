-- +goose Up
CREATE TABLE audit_entry (
    id          TEXT PRIMARY KEY,
    at          BIGINT NOT NULL,
    actor_kind  TEXT NOT NULL CHECK (actor_kind IN ('resident', 'officer', 'system', 'visitor', 'client')),
    actor       TEXT NOT NULL,
    act         TEXT NOT NULL,
    is_read     BOOLEAN NOT NULL,
    subject     TEXT NOT NULL,
    object      TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    facts       TEXT NOT NULL,
    detail      BYTEA,
    seq         BIGINT
);
CREATE UNIQUE INDEX audit_entry_seq ON audit_entry (seq) WHERE seq IS NOT NULL;
CREATE INDEX audit_entry_waiting ON audit_entry (id) WHERE seq IS NULL;
CREATE INDEX audit_entry_subject ON audit_entry (subject, at);
CREATE TABLE audit_hash (
    position    BIGINT PRIMARY KEY,
    hash        BYTEA NOT NULL
);
CREATE TABLE audit_checkpoint (
    size        BIGINT PRIMARY KEY,
    note        TEXT NOT NULL,
    at          BIGINT NOT NULL
);
