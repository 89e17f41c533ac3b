-- +goose Up
CREATE TABLE blob_file (
    id          TEXT PRIMARY KEY,
    subject     TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('quarantine', 'clean', 'refused', 'gone')),
    media_type  TEXT NOT NULL,
    size        BIGINT NOT NULL,
    sha256      TEXT NOT NULL,
    name        BYTEA,
    facts       TEXT NOT NULL,
    created_at  BIGINT NOT NULL
);
CREATE INDEX blob_file_subject ON blob_file (subject);
