-- +goose Up
CREATE TABLE registration_registration (
    id           TEXT PRIMARY KEY,
    state        TEXT NOT NULL CHECK (state IN ('code', 'mail', 'confirmed', 'done', 'over')),
    browser      TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('phone', 'email')),
    contact_idx  TEXT NOT NULL,
    content      BYTEA,
    names        BYTEA,
    code_mac     TEXT NOT NULL,
    tries        INTEGER NOT NULL,
    sent_at      BIGINT NOT NULL,
    code_ends_at BIGINT NOT NULL,
    token        TEXT,
    account      TEXT NOT NULL,
    terms        TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    ends_at      BIGINT NOT NULL,
    ended_at     BIGINT
);
CREATE UNIQUE INDEX registration_registration_browser ON registration_registration (browser)
    WHERE browser <> '' AND state IN ('code', 'mail', 'confirmed');
CREATE UNIQUE INDEX registration_registration_token ON registration_registration (token) WHERE token IS NOT NULL;
CREATE INDEX registration_registration_contact ON registration_registration (contact_idx) WHERE state IN ('code', 'mail', 'confirmed');
CREATE INDEX registration_registration_ends ON registration_registration (ends_at) WHERE state <> 'done';
CREATE UNIQUE INDEX registration_registration_account ON registration_registration (account) WHERE account <> '' AND state = 'done';
CREATE TABLE registration_contact (
    contact_idx  TEXT PRIMARY KEY,
    at           BIGINT NOT NULL
);
