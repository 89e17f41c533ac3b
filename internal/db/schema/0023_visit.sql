-- +goose Up
CREATE TABLE visit_once (
    key         TEXT PRIMARY KEY,
    location    TEXT NOT NULL,
    cookies     BYTEA,
    cookies_key BYTEA,
    cookies_wrap TEXT,
    at          BIGINT NOT NULL
);
CREATE INDEX visit_once_at ON visit_once (at);
CREATE TABLE visit_kept (
    id          TEXT PRIMARY KEY,
    browser     TEXT NOT NULL,
    path        TEXT NOT NULL,
    typed       BYTEA NOT NULL,
    at          BIGINT NOT NULL
);
CREATE INDEX visit_kept_at ON visit_kept (at);
