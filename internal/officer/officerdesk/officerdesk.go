// Package officerdesk is the workplace of whoever manages the officers: who they
// are, what one administrator proposes for them and another confirms (new officers,
// other rights, new invitations), and the end of somebody's rights.
//
// The link of an invitation is shown once, to whoever confirms. It is never kept, logged or written into an address of this workplace.
package officerdesk

import (
	"net/http"
	"net/url"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/officer"
	"okno/internal/signin"
	"okno/internal/ui"
	"okno/internal/visit"
)

const (
	path      = "/desk/officers"
	grantPath = "/desk/grants"
)

// purpose is the text key of why an administrator reads about officers.
const purpose = "officers.purpose"

// desk is what the workplace works with.
type desk struct {
	site   *visit.Site
	signin *signin.Service
}

// Mount mounts the workplace, in the order of the work.
func Mount(site *visit.Site, s *signin.Service) {
	d, may := desk{site, s}, officer.ManageOfficers
	site.Officer("GET "+path, may, d.showList)
	site.Officer("GET "+path+"/new", may, d.showNew)
	site.Officer("POST "+path+"/new", may, d.proposeNew)
	site.Officer("GET "+path+"/{id}/rights", may, d.showRights)
	site.Officer("POST "+path+"/{id}/rights", may, d.proposeRights)
	site.Officer("GET "+path+"/{id}/again", may, d.showAgain)
	site.Officer("POST "+path+"/{id}/again", may, d.proposeLink)
	site.Officer("GET "+grantPath+"/{grant}", may, d.showGrant)
	site.Officer("POST "+grantPath+"/{grant}/confirm", may, d.confirm)
	site.Officer("POST "+grantPath+"/{grant}/refuse", may, d.refuse)
	site.Officer("GET "+path+"/{id}/end", may, d.showEnd)
	site.Officer("POST "+path+"/{id}/end", may, d.end)
}

func idOf(r *visit.Request) officer.ID { return officer.ID(r.PathValue("id")) }

func pathOf(id officer.ID, rest string) string { return path + "/" + string(id) + rest }

func back(r *visit.Request) *ui.Link { return &ui.Link{Text: r.T("officers.back"), Href: path} }

// link is the address that an invited officer opens.
func (d desk) link(r *visit.Request, token string) string {
	scheme := "http"
	if d.site.Secure {
		scheme = "https"
	}
	u := url.URL{Scheme: scheme, Host: r.Host, Path: "/desk/invitation", RawQuery: url.Values{"token": {token}}.Encode()}
	return u.String()
}

// showLink answers with the link, which no later page shows again.
func (d desk) showLink(w http.ResponseWriter, r *visit.Request, name, token string) error {
	w.Header().Set("Cache-Control", "no-store")
	return r.Show(w, visit.Page{Title: r.T("officers.link.title"), Body: linkBody(r, name, d.link(r, token)), Back: back(r)})
}

// look writes down that an officer's data was read.
func look(tx *db.Tx, r *visit.Request, subject officer.ID) error {
	object := "officers"
	if subject != "" {
		object = "officer/" + string(subject)
	}
	return audit.Record(tx, audit.Entry{Actor: r.By(), Act: "officer.read", Read: true, Subject: string(subject), Object: object, Purpose: purpose})
}
