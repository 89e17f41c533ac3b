package signin

import "okno/internal/db"

const (
	insertBrowser db.SQL = `INSERT INTO signin_browser (holder, browser, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	selectBrowser db.SQL = `SELECT 1 FROM signin_browser WHERE holder = $1 AND browser = $2`
	dropBrowsers  db.SQL = `DELETE FROM signin_browser WHERE holder = $1 AND browser <> $2`
)

// rememberBrowser gives the browser its own lane for the holder.
func rememberBrowser(tx *db.Tx, holder, browser string) error {
	if browser == "" {
		return nil
	}
	return tx.Later(insertBrowser, holder, browser, db.At(tx.Now()))
}

func knowsBrowser(tx *db.Tx, holder, browser string) (bool, error) {
	return db.Exists(tx, selectBrowser, holder, browser)
}

// forgetBrowsers takes the lanes of all browsers but one.
func forgetBrowsers(tx *db.Tx, holder, keep string) error {
	_, err := tx.Exec(dropBrowsers, holder, keep)
	return err
}
