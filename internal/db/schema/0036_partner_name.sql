-- +goose Up
-- Whose name it is: one row for each form in which names look alike (T-43), so that
-- of two owners who ask for names alike at once the second is refused.
CREATE TABLE partner_name (
    skeleton      TEXT PRIMARY KEY,
    organisation  TEXT NOT NULL REFERENCES partner_organisation (id)
);
