// Package esia speaks the dialect of ESIA on top of the OpenID provider, so that
// systems built for it connect by changing the host and the keys (issue 3, A-02;
// docs/integrate-esia.md): signed requests, tokens with the claims urn:esia:*, the
// person's data by links, and errors ESIA-007xxx.
//
//	ac ──> Authorize ──> oidc dispatcher ──> code     te ──> Token ──> oidc grant
//	                                                  rs ──> Person, List, Element
//
// It serves registered state systems only, because whoever speaks it learns the oid
// (D-04). It keeps nothing of its own: grants, codes, refresh tokens, consents, keys
// and spent signatures are the provider's, under the provider's rules. It trusts
// only certificates that were pasted into a client's registration and never fetches
// one; certificates inside signatures are not looked at.
//
// Tables: none.
package esia
