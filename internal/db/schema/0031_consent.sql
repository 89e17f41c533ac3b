-- +goose Up
CREATE TABLE consent_consent (
    id          TEXT PRIMARY KEY,
    account     TEXT NOT NULL,
    client      TEXT NOT NULL,
    attributes  TEXT NOT NULL,
    declined    TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    given_at    BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL,
    used        BIGINT NOT NULL,
    used_at     BIGINT,
    stopped_at  BIGINT,
    stopped_why TEXT
);
CREATE UNIQUE INDEX consent_consent_standing ON consent_consent (account, client) WHERE stopped_at IS NULL;
CREATE INDEX consent_consent_account ON consent_consent (account, given_at);
