-- +goose Up
CREATE TABLE profile_value (
    account     TEXT NOT NULL,
    field       TEXT NOT NULL,
    pending     BOOLEAN NOT NULL,
    value       BYTEA NOT NULL,
    source      TEXT NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (account, field, pending)
);
CREATE TABLE profile_profile (
    account     TEXT PRIMARY KEY,
    changes     BIGINT NOT NULL
);
CREATE TABLE profile_draft (
    account     TEXT NOT NULL,
    form        TEXT NOT NULL,
    typed       BYTEA NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (account, form)
);
CREATE TABLE profile_contact (
    id          TEXT PRIMARY KEY,
    account     TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('phone', 'email')),
    value       BYTEA NOT NULL,
    code        TEXT NOT NULL,
    tries       INTEGER NOT NULL,
    sent_at     BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL
);
CREATE UNIQUE INDEX profile_contact_one ON profile_contact (account, kind);
