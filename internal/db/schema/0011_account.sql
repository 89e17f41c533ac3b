-- +goose Up
CREATE TABLE account_account (
    id          TEXT PRIMARY KEY,
    person      TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    language    TEXT NOT NULL,
    region      TEXT NOT NULL,
    category    TEXT NOT NULL,
    name        BYTEA,
    created_at  BIGINT NOT NULL,
    closed_at   BIGINT
);
CREATE UNIQUE INDEX account_account_person ON account_account (person) WHERE state = 'open';
CREATE TABLE account_contact (
    id           TEXT PRIMARY KEY,
    account      TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('phone', 'email')),
    idx          TEXT NOT NULL,
    value        BYTEA NOT NULL,
    confirmed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX account_contact_idx ON account_contact (kind, idx);
CREATE INDEX account_contact_account ON account_contact (account);
CREATE TABLE account_evidence (
    id          TEXT PRIMARY KEY,
    account     TEXT NOT NULL,
    way         TEXT NOT NULL CHECK (way IN ('contact', 'register', 'desk', 'envelope', 'letter', 'signature', 'bank')),
    source      TEXT NOT NULL,
    given_by    TEXT NOT NULL,
    at          BIGINT NOT NULL,
    until       BIGINT,
    reference   TEXT NOT NULL,
    mac         TEXT NOT NULL,
    revoked_at  BIGINT,
    revoked_why TEXT
);
CREATE INDEX account_evidence_account ON account_evidence (account);
CREATE TABLE account_number (
    kind        TEXT NOT NULL,
    idx         TEXT NOT NULL,
    account     TEXT NOT NULL,
    proved      BOOLEAN NOT NULL,
    since       BIGINT NOT NULL,
    PRIMARY KEY (kind, idx)
);
CREATE INDEX account_number_account ON account_number (account);
