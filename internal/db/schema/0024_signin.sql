-- +goose Up
CREATE TABLE signin_password (
    holder      TEXT PRIMARY KEY,
    hash        TEXT NOT NULL,
    set_at      BIGINT NOT NULL,
    locked_at   BIGINT
);
CREATE TABLE signin_old_password (
    id          TEXT PRIMARY KEY,
    holder      TEXT NOT NULL,
    hash        TEXT NOT NULL
);
CREATE INDEX signin_old_password_holder ON signin_old_password (holder);
CREATE TABLE signin_lane (
    lane        TEXT PRIMARY KEY,
    failures    INTEGER NOT NULL,
    last_at     BIGINT NOT NULL,
    next_at     BIGINT NOT NULL
);
CREATE INDEX signin_lane_last ON signin_lane (last_at);
CREATE TABLE signin_browser (
    holder      TEXT NOT NULL,
    browser     TEXT NOT NULL,
    since       BIGINT NOT NULL,
    PRIMARY KEY (holder, browser)
);
CREATE TABLE signin_wish (
    account     TEXT PRIMARY KEY,
    every       BOOLEAN NOT NULL,
    changed_at  BIGINT NOT NULL
);
CREATE TABLE signin_totp (
    officer     TEXT PRIMARY KEY,
    secret      BYTEA NOT NULL,
    last_step   BIGINT NOT NULL,
    set_at      BIGINT NOT NULL
);
CREATE TABLE signin_invitation (
    id          TEXT PRIMARY KEY,
    officer     TEXT NOT NULL,
    secret      BYTEA NOT NULL,
    ends_at     BIGINT NOT NULL,
    used_at     BIGINT
);
CREATE INDEX signin_invitation_officer ON signin_invitation (officer);
CREATE TABLE signin_doubt (
    id          TEXT PRIMARY KEY,
    account     TEXT NOT NULL,
    about       TEXT NOT NULL,
    made_at     BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL,
    pressed_at  BIGINT,
    restored_at BIGINT,
    code        TEXT,
    code_tries  INTEGER,
    code_ends_at BIGINT
);
CREATE INDEX signin_doubt_ends ON signin_doubt (ends_at);
CREATE TABLE signin_event (
    id          TEXT PRIMARY KEY,
    holder      TEXT NOT NULL,
    at          BIGINT NOT NULL,
    kind        TEXT NOT NULL,
    device      BYTEA,
    note        TEXT NOT NULL
);
CREATE INDEX signin_event_holder ON signin_event (holder, at);
