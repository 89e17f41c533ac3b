// Package client is the register of the sites that sign people in with us
// (relying parties, SSO-01..09, A-56): where they may send people, by which keys
// they prove themselves, what they may ask for and what they refuse.
//
// It never fetches anything that a client names (T-42): keys, logos and texts are
// pasted. Names and purposes are plain text (T-43). It knows nothing of tokens.
//
// Table: client_client.
package client
