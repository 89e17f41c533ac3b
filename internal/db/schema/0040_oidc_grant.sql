-- +goose Up
-- Of all grants: with a condition that other statements have too (revoked_at IS NULL)
-- PostgreSQL read the whole index to find one grant by its id, while the table was
-- young and nothing was known of its size.
DROP INDEX oidc_grant_account;
CREATE INDEX oidc_grant_account ON oidc_grant (account);
-- A code is made of the grant's id and a MAC, as tokens are: it needs no place of its own.
DROP INDEX oidc_grant_code;
ALTER TABLE oidc_grant DROP COLUMN code;
