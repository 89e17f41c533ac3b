package db

// Statement is one statement of a write transaction as it is sent to the driver.
type Statement struct {
	SQL  SQL
	Args []any
	Rows bool // it is asked for rows, as by One and All
}

// Commit ends what a watcher sees of a transaction that is on disk.
const Commit = "COMMIT"

// Watch shows f every statement of all later write transactions, and Commit once
// they are on disk; a transaction that is run again is another Tx. nil ends it.
// It is for benchmarks, which send the same statements without this package;
// arguments are personal data and never belong into a log.
func (d *DB) Watch(f func(*Tx, Statement)) {
	if f == nil {
		d.watcher.Store(nil)
		return
	}
	d.watcher.Store(&f)
}

// watched gives the transaction of f the watcher, if there is one.
func (d *DB) watched(f func(*Tx) error) func(*Tx) error {
	watcher := d.watcher.Load()
	if watcher == nil {
		return f
	}
	return func(tx *Tx) error {
		tx.watch = *watcher
		return f(tx)
	}
}

func (tx *Tx) see(q SQL, args []any, rows bool) {
	if tx.watch != nil {
		tx.watch(tx, Statement{q, args, rows})
	}
}
