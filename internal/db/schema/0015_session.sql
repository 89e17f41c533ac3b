-- +goose Up
CREATE TABLE signin_session (
    id          TEXT PRIMARY KEY,
    line        TEXT NOT NULL,
    parent      TEXT,
    holder_kind TEXT NOT NULL CHECK (holder_kind IN ('resident', 'officer')),
    holder      TEXT NOT NULL,
    level       INTEGER NOT NULL,
    shared      BOOLEAN NOT NULL,
    way         TEXT NOT NULL,
    browser     TEXT NOT NULL,
    device      BYTEA,
    signed_in_at BIGINT NOT NULL,
    seen_at     BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL,
    idle        BIGINT NOT NULL,
    ended_at    BIGINT,
    ended_why   TEXT,
    previous    TEXT,
    previous_until BIGINT,
    salt        TEXT
);
CREATE INDEX signin_session_holder ON signin_session (holder) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX signin_session_previous ON signin_session (previous) WHERE previous IS NOT NULL;
CREATE INDEX signin_session_parent ON signin_session (parent) WHERE parent IS NOT NULL AND ended_at IS NULL;
CREATE TABLE signin_ticket (
    id          TEXT PRIMARY KEY,
    line        TEXT NOT NULL,
    state       TEXT NOT NULL,
    ends_at     BIGINT NOT NULL,
    spent_at    BIGINT
);
CREATE INDEX signin_ticket_ends ON signin_ticket (ends_at);
CREATE UNIQUE INDEX signin_session_line ON signin_session (line) WHERE ended_at IS NULL;
