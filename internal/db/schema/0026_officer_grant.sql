-- +goose Up
ALTER TABLE officer_officer ADD COLUMN gives TEXT NOT NULL DEFAULT '';
ALTER TABLE officer_officer ADD COLUMN until_at BIGINT;
UPDATE officer_officer SET gives = 'operator case_worker supervisor auditor admin' WHERE roles = 'admin';

CREATE TABLE officer_grant (
    id          TEXT PRIMARY KEY,
    officer     TEXT NOT NULL REFERENCES officer_officer (id),
    state       TEXT NOT NULL CHECK (state IN ('open', 'confirmed', 'refused', 'lapsed')),
    roles       TEXT NOT NULL,
    gives       TEXT NOT NULL,
    authority   TEXT NOT NULL,
    centre      TEXT NOT NULL,
    until_at    BIGINT,
    link        BOOLEAN NOT NULL,
    proposed_by TEXT NOT NULL REFERENCES officer_officer (id),
    proposed_at BIGINT NOT NULL,
    decided_by  TEXT REFERENCES officer_officer (id),
    decided_at  BIGINT,
    CHECK (decided_by IS NULL OR decided_by <> proposed_by OR state = 'refused'),
    CHECK (proposed_by <> officer)
);
CREATE UNIQUE INDEX officer_grant_open ON officer_grant (officer) WHERE state = 'open';
