-- +goose Up
CREATE TABLE officer_officer (
    id          TEXT PRIMARY KEY,
    state       TEXT NOT NULL CHECK (state IN ('invited', 'active', 'ended')),
    login_idx   TEXT NOT NULL,
    login       BYTEA NOT NULL,
    name        BYTEA NOT NULL,
    roles       TEXT NOT NULL,
    authority   TEXT NOT NULL,
    centre      TEXT NOT NULL,
    account     TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    ended_at    BIGINT
);
CREATE UNIQUE INDEX officer_officer_login ON officer_officer (login_idx);
