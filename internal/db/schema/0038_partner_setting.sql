-- +goose Up
-- What only registrars set for a site: proposed by one, confirmed by another. What
-- stood when it was proposed is kept as a print, so that nobody confirms a change
-- of something else.
CREATE TABLE partner_setting (
    id         TEXT PRIMARY KEY,
    site       TEXT NOT NULL REFERENCES partner_site (id),
    detail     TEXT NOT NULL,
    stood      TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('proposed', 'confirmed', 'dropped')),
    reason     TEXT NOT NULL,
    first_by   TEXT NOT NULL,
    first_at   BIGINT NOT NULL,
    second_by  TEXT,
    second_at  BIGINT,
    CHECK (second_by IS NULL OR second_by <> first_by),
    CHECK ((state = 'confirmed') = (second_by IS NOT NULL))
);
CREATE UNIQUE INDEX partner_setting_open ON partner_setting (site) WHERE state = 'proposed';
