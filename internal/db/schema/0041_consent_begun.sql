-- +goose Up
-- How often a site was given data is told by the audit log, which has a line for
-- each time; the agreement says since when: of those that followed one another
-- without a stop, when the first was given.
ALTER TABLE consent_consent ADD COLUMN begun_at BIGINT NOT NULL DEFAULT 0;
UPDATE consent_consent SET begun_at = given_at;
ALTER TABLE consent_consent DROP COLUMN used;
ALTER TABLE consent_consent DROP COLUMN used_at;
