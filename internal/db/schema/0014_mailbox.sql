-- +goose Up
CREATE TABLE mailbox_letter (
    id           TEXT PRIMARY KEY,
    account      TEXT NOT NULL,
    authority    TEXT NOT NULL,
    key          TEXT NOT NULL UNIQUE,
    lang         TEXT NOT NULL,
    content      BYTEA NOT NULL,
    delivered_at BIGINT NOT NULL,
    opened_at    BIGINT
);
CREATE INDEX mailbox_letter_account ON mailbox_letter (account, delivered_at);
