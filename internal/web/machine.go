package web

import (
	"net/http"
	"strconv"
)

// unsplit is how long a body may be that net/http sends whole by itself; a longer
// one without a length goes out in chunks.
const unsplit = 2 << 10

// noScript is the policy of what is no page.
var noScript = []string{"sandbox; default-src 'none'"}

// WriteMachine answers a machine with a finished body. Whoever opens it in a
// browser gets something that can do nothing (FILE-3).
func WriteMachine(w http.ResponseWriter, status int, kind string, body []byte) {
	h := w.Header()
	h["Content-Security-Policy"] = noScript
	h["Content-Type"] = []string{kind}
	if len(body) > unsplit {
		h["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	w.WriteHeader(status)
	w.Write(body)
}
