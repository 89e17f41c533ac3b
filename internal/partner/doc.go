// Package partner is where organisations bring their sites (NAV-01 "partners",
// a resident registers an organisation and invites others; its members add
// sites, try them in the sandbox, see what goes wrong, and ask for production,
// which two officers grant.
//
//	register ──> asked ──> confirmed (one officer)      an organisation
//	                          └──> closed (two officers)
//	draft ──> sandbox ──> asked ──> production          a site (client.Stage)
//	                        │  one officer proposes, another confirms
//
// The register of sites itself is package client; what is in force stands there.
// A site in production keeps running while a change of it waits. Keys and pausing
// never wait. The package fetches nothing that a site names, keeps nothing of what
// a site sent wrongly, and tells nobody whether a contact has an account.
//
// Tables: partner_organisation, partner_member, partner_site, partner_request,
// partner_logo, partner_trouble, partner_name, partner_setting, partner_closing.
// Jobs: partner.tidy, partner.certificate_ends.
package partner
