-- +goose Up
CREATE TABLE application_case (
    id           TEXT PRIMARY KEY,
    account      TEXT NOT NULL,
    service      TEXT NOT NULL,
    authority    TEXT NOT NULL,
    region       TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('draft', 'sent', 'accepted', 'documents_checked', 'fee_due', 'fee_paid',
                 'appointment', 'in_work', 'result_ready', 'refused', 'withdrawn')),
    stage        TEXT NOT NULL,
    turn         TEXT NOT NULL CHECK (turn IN ('applicant', 'authority', 'register', 'nobody')),
    number       TEXT,
    definition   TEXT NOT NULL,
    answers      BYTEA NOT NULL,
    created_at   BIGINT NOT NULL,
    saved_at     BIGINT NOT NULL,
    expires_at   BIGINT,
    discarded_at BIGINT,
    filed_at     BIGINT,
    due          TEXT,
    stage_due    TEXT,
    moved_at     BIGINT NOT NULL,
    paused_on    TEXT,
    officer      TEXT,
    taken_at     BIGINT,
    decided_at   BIGINT,
    closed_at    BIGINT,
    told_at      BIGINT
);
CREATE UNIQUE INDEX application_case_draft ON application_case (account, service) WHERE state = 'draft' AND discarded_at IS NULL;
CREATE UNIQUE INDEX application_case_number ON application_case (number) WHERE number IS NOT NULL;
CREATE INDEX application_case_account ON application_case (account, created_at);
CREATE INDEX application_case_open ON application_case (authority, due, id) WHERE closed_at IS NULL AND number IS NOT NULL;
CREATE INDEX application_case_moved ON application_case (moved_at) WHERE closed_at IS NULL AND number IS NOT NULL;
CREATE TABLE application_event (
    id           TEXT PRIMARY KEY,
    case_id      TEXT NOT NULL,
    at           BIGINT NOT NULL,
    kind         TEXT NOT NULL,
    actor_kind   TEXT NOT NULL CHECK (actor_kind IN ('resident', 'officer', 'system')),
    facts        TEXT NOT NULL,
    words        BYTEA
);
CREATE INDEX application_event_case ON application_event (case_id, at, id);
CREATE TABLE application_correction (
    id           TEXT PRIMARY KEY,
    case_id      TEXT NOT NULL,
    asked_at     BIGINT NOT NULL,
    officer      TEXT NOT NULL,
    reason       TEXT NOT NULL CHECK (reason IN ('incorrect', 'incomplete', 'outdated')),
    fields       TEXT NOT NULL,
    words        BYTEA NOT NULL,
    until        TEXT NOT NULL,
    before       BYTEA NOT NULL,
    ended_at     BIGINT,
    answered     BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX application_correction_open ON application_correction (case_id) WHERE ended_at IS NULL;
CREATE INDEX application_correction_case ON application_correction (case_id, asked_at);
CREATE TABLE application_decision (
    case_id      TEXT PRIMARY KEY,
    at           BIGINT NOT NULL,
    officer      TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    reason       TEXT NOT NULL,
    lang         TEXT NOT NULL,
    letter       BYTEA NOT NULL
);
CREATE TABLE application_result (
    case_id      TEXT PRIMARY KEY,
    code_idx     TEXT NOT NULL,
    code         BYTEA NOT NULL,
    service      TEXT NOT NULL,
    authority    TEXT NOT NULL,
    number       TEXT NOT NULL,
    issued_on    TEXT NOT NULL,
    valid_until  TEXT,
    revoked_at   BIGINT,
    content      BYTEA NOT NULL
);
CREATE UNIQUE INDEX application_result_code ON application_result (code_idx);
CREATE TABLE application_mailing (
    id           TEXT PRIMARY KEY,
    case_id      TEXT NOT NULL,
    address      BYTEA,
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'refused')),
    created_at   BIGINT NOT NULL
);
CREATE INDEX application_mailing_case ON application_mailing (case_id, created_at);
