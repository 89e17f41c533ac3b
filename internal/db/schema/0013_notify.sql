-- +goose Up
CREATE TABLE notify_message (
    id          TEXT PRIMARY KEY,
    subject     TEXT NOT NULL,
    own_key     BOOLEAN NOT NULL,
    channel     TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    kind        TEXT NOT NULL CHECK (kind IN ('notice', 'security', 'code')),
    text_key    TEXT NOT NULL,
    lang        TEXT NOT NULL,
    contact_idx TEXT NOT NULL,
    content     BYTEA,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'unknown', 'failed', 'dropped')),
    failure     TEXT,
    tries       INTEGER NOT NULL DEFAULT 0,
    dies_at     BIGINT,
    created_at  BIGINT NOT NULL,
    ended_at    BIGINT,
    delivery    TEXT
);
CREATE INDEX notify_message_subject ON notify_message (subject, created_at);
CREATE INDEX notify_message_ended ON notify_message (ended_at) WHERE ended_at IS NOT NULL;
CREATE TABLE notify_part (
    gateway_id  TEXT PRIMARY KEY,
    message     TEXT,
    state       TEXT,
    at          BIGINT NOT NULL
);
CREATE INDEX notify_part_at ON notify_part (at);
CREATE TABLE notify_channel (
    account     TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('phone', 'email')),
    wanted      BOOLEAN NOT NULL,
    changed_at  BIGINT NOT NULL,
    PRIMARY KEY (account, kind)
);
CREATE TABLE notify_failing (
    contact_idx TEXT PRIMARY KEY,
    why         TEXT NOT NULL,
    since       BIGINT NOT NULL
);
CREATE TABLE notify_day (
    account     TEXT NOT NULL,
    day         TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('phone', 'email')),
    n           INTEGER NOT NULL,
    PRIMARY KEY (account, day, kind)
);
CREATE TABLE notify_send (
    bucket      TEXT PRIMARY KEY,
    moments     TEXT NOT NULL,
    until       BIGINT NOT NULL
);
CREATE INDEX notify_send_until ON notify_send (until);
