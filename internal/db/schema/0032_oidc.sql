-- +goose Up
CREATE TABLE oidc_key (
    id          TEXT PRIMARY KEY,
    algorithm   TEXT NOT NULL,
    sealed      BYTEA NOT NULL,
    published_at BIGINT NOT NULL,
    signs_at    BIGINT NOT NULL,
    retired_at  BIGINT
);
CREATE TABLE oidc_pushed (
    id          TEXT PRIMARY KEY,
    client      TEXT NOT NULL,
    parameters  BYTEA NOT NULL,
    ends_at     BIGINT NOT NULL,
    spent_at    BIGINT
);
CREATE INDEX oidc_pushed_ends ON oidc_pushed (ends_at);
CREATE TABLE oidc_flow (
    id          TEXT PRIMARY KEY,
    client      TEXT NOT NULL,
    browser     TEXT NOT NULL,
    parameters  BYTEA NOT NULL,
    created_at  BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL,
    consented_by TEXT,
    spent_at    BIGINT
);
CREATE INDEX oidc_flow_ends ON oidc_flow (ends_at);
CREATE TABLE oidc_grant (
    id          TEXT PRIMARY KEY,
    client      TEXT NOT NULL,
    account     TEXT NOT NULL,
    session     TEXT NOT NULL,
    sid         TEXT NOT NULL,
    level       INTEGER NOT NULL,
    detail      TEXT NOT NULL,
    code        TEXT,
    code_until  BIGINT,
    code_spent_at BIGINT,
    seed        TEXT NOT NULL,
    generation  INTEGER NOT NULL,
    created_at  BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL,
    revoked_at  BIGINT,
    revoked_why TEXT
);
CREATE UNIQUE INDEX oidc_grant_code ON oidc_grant (code) WHERE code IS NOT NULL;
CREATE INDEX oidc_grant_session ON oidc_grant (session);
CREATE INDEX oidc_grant_account ON oidc_grant (account) WHERE revoked_at IS NULL;
CREATE INDEX oidc_grant_ends ON oidc_grant (ends_at);
CREATE TABLE oidc_once (
    id          TEXT PRIMARY KEY,
    until       BIGINT NOT NULL
);
CREATE INDEX oidc_once_until ON oidc_once (until);
CREATE TABLE oidc_farewell (
    id          TEXT PRIMARY KEY,
    session     TEXT NOT NULL,
    client      TEXT NOT NULL,
    account     TEXT NOT NULL,
    sid         TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'told', 'silent', 'untold')),
    tries       INTEGER NOT NULL,
    created_at  BIGINT NOT NULL,
    told_at     BIGINT
);
CREATE UNIQUE INDEX oidc_farewell_once ON oidc_farewell (session, client);
CREATE INDEX oidc_farewell_created ON oidc_farewell (created_at);
CREATE TABLE oidc_device (
    id          TEXT PRIMARY KEY,
    client      TEXT NOT NULL,
    word        TEXT NOT NULL,
    parameters  BYTEA NOT NULL,
    asked_at    BIGINT,
    granted     TEXT,
    denied_at   BIGINT,
    spent_at    BIGINT,
    ends_at     BIGINT NOT NULL
);
CREATE UNIQUE INDEX oidc_device_word ON oidc_device (word);
CREATE INDEX oidc_device_ends ON oidc_device (ends_at);
