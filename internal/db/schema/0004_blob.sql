-- +goose Up
CREATE TABLE blob_file (
    id          TEXT PRIMARY KEY,
    subject     TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('quarantine', 'clean', 'refused')),
    media_type  TEXT NOT NULL,
    size        BIGINT NOT NULL,
    sha256      TEXT NOT NULL,
    width       INTEGER NOT NULL,
    height      INTEGER NOT NULL,
    pages       INTEGER NOT NULL,
    created_at  BIGINT NOT NULL
);
CREATE INDEX blob_file_subject ON blob_file (subject);
CREATE TABLE blob_use (
    subject     TEXT PRIMARY KEY,
    files       BIGINT NOT NULL,
    bytes       BIGINT NOT NULL
);
