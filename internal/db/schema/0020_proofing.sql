-- +goose Up
CREATE TABLE proofing_case (
    id              TEXT PRIMARY KEY,
    account         TEXT NOT NULL,
    officer         TEXT NOT NULL,
    centre          TEXT NOT NULL,
    browser         TEXT NOT NULL,
    purpose         TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('opened', 'asked', 'cleared', 'code_sent', 'proved', 'confirmed', 'enveloped', 'refused', 'left', 'expired', 'repudiated')),
    opened_at       BIGINT NOT NULL,
    ends_at         BIGINT NOT NULL,
    mismatches      INTEGER NOT NULL DEFAULT 0,
    compared        TEXT,
    risk            TEXT,
    shown_why       TEXT,
    second          TEXT,
    second_at       BIGINT,
    approved_at     BIGINT,
    code_mac        TEXT,
    code_tries      INTEGER NOT NULL DEFAULT 0,
    code_ends_at    BIGINT,
    counted_at      BIGINT,
    ended_at        BIGINT,
    ended_why       TEXT
);
CREATE UNIQUE INDEX proofing_case_live ON proofing_case (account) WHERE state IN ('opened', 'asked', 'cleared', 'code_sent', 'proved');
CREATE INDEX proofing_case_counted ON proofing_case (officer, counted_at);
CREATE INDEX proofing_case_asked ON proofing_case (centre, opened_at) WHERE state = 'asked';
CREATE TABLE proofing_operator (
    officer         TEXT PRIMARY KEY,
    acts            BIGINT NOT NULL
);
CREATE TABLE proofing_search (
    id              TEXT PRIMARY KEY,
    officer         TEXT NOT NULL,
    at              BIGINT NOT NULL,
    outcome         TEXT NOT NULL
);
CREATE INDEX proofing_search_officer ON proofing_search (officer, at);
CREATE TABLE proofing_pass (
    account         TEXT PRIMARY KEY,
    idx             TEXT NOT NULL UNIQUE,
    code            BYTEA NOT NULL,
    made_at         BIGINT NOT NULL,
    ends_at         BIGINT NOT NULL
);
CREATE TABLE proofing_envelope (
    id              TEXT PRIMARY KEY,
    case_id         TEXT NOT NULL,
    account         TEXT NOT NULL,
    code_mac        TEXT NOT NULL,
    tries           INTEGER NOT NULL DEFAULT 0,
    state           TEXT NOT NULL CHECK (state IN ('handed', 'used', 'void')),
    handed_at       BIGINT NOT NULL,
    ends_at         BIGINT NOT NULL,
    ended_at        BIGINT
);
CREATE UNIQUE INDEX proofing_envelope_live ON proofing_envelope (account) WHERE state = 'handed';
CREATE TABLE proofing_repudiation (
    token           TEXT PRIMARY KEY,
    case_id         TEXT NOT NULL,
    account         TEXT NOT NULL,
    ends_at         BIGINT NOT NULL,
    used_at         BIGINT
);
