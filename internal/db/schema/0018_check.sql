-- +goose Up
CREATE TABLE check_claim (
    id          TEXT PRIMARY KEY,
    account     TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('open', 'passed', 'taken', 'expired', 'disputed')),
    data        BYTEA NOT NULL,
    round       INTEGER NOT NULL,
    told        INTEGER NOT NULL,
    sent_at     BIGINT NOT NULL,
    deadline    BIGINT NOT NULL,
    ended_at    BIGINT,
    dispute     TEXT
);
CREATE UNIQUE INDEX check_claim_open ON check_claim (account) WHERE state = 'open';
CREATE UNIQUE INDEX check_claim_dispute ON check_claim (dispute) WHERE dispute IS NOT NULL;
CREATE INDEX check_claim_account ON check_claim (account, sent_at);
CREATE TABLE check_question (
    id          TEXT PRIMARY KEY,
    claim       TEXT NOT NULL,
    account     TEXT NOT NULL,
    register    TEXT NOT NULL,
    tuple       TEXT NOT NULL,
    wire        BYTEA NOT NULL,
    is_current  BOOLEAN NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'passed', 'mismatch', 'review', 'silent', 'expired', 'defect')),
    attempts    INTEGER NOT NULL,
    polls       INTEGER NOT NULL,
    sent_at     BIGINT NOT NULL,
    since       BIGINT NOT NULL,
    asked_at    BIGINT,
    answered_at BIGINT,
    reference   TEXT
);
CREATE UNIQUE INDEX check_question_current ON check_question (claim, register) WHERE is_current;
CREATE INDEX check_question_tuple ON check_question (account, register, tuple);
CREATE TABLE check_cap (
    kind        TEXT NOT NULL,
    idx         TEXT NOT NULL,
    tries       TEXT NOT NULL,
    PRIMARY KEY (kind, idx)
);
