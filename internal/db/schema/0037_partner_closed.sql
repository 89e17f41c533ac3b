-- +goose Up
-- An organisation that two registrars closed. The column is made anew because a
-- CHECK cannot be widened in place on both databases.
ALTER TABLE partner_organisation ADD COLUMN standing TEXT NOT NULL DEFAULT 'asked' CHECK (standing IN ('asked', 'confirmed', 'refused', 'closed'));
UPDATE partner_organisation SET standing = state;
DROP INDEX partner_organisation_number;
DROP INDEX partner_organisation_asked;
ALTER TABLE partner_organisation DROP COLUMN state;
ALTER TABLE partner_organisation RENAME COLUMN standing TO state;
CREATE UNIQUE INDEX partner_organisation_number ON partner_organisation (number) WHERE state = 'confirmed';
CREATE INDEX partner_organisation_asked ON partner_organisation (asked_at) WHERE state = 'asked';

-- One proposal an organisation waits: the row decides. A confirmed one stays.
CREATE TABLE partner_closing (
    organisation  TEXT PRIMARY KEY REFERENCES partner_organisation (id),
    id            TEXT NOT NULL,
    reason        TEXT NOT NULL,
    proposed_by   TEXT NOT NULL,
    proposed_at   BIGINT NOT NULL,
    confirmed_by  TEXT,
    confirmed_at  BIGINT,
    CHECK (confirmed_by IS NULL OR confirmed_by <> proposed_by),
    CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL))
);
CREATE INDEX partner_closing_waits ON partner_closing (proposed_at) WHERE confirmed_by IS NULL;
