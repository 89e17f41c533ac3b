// Package overview is the resident's first page: what needs the person first,
// then what is under way, then how far the account has come (S01, LVL-41, P-02).
//
// It reads each domain in one transaction through the small interfaces of
// Sources and owns no table. It never changes anything and never shows what the
// domain it asks would not show.
package overview
