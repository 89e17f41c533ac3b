package web

import "net/http"

// WriteMachine answers a machine with a finished body. Whoever opens it in a
// browser gets something that can do nothing (FILE-3).
func WriteMachine(w http.ResponseWriter, status int, kind string, body []byte) {
	h := w.Header()
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Type", kind)
	w.WriteHeader(status)
	w.Write(body)
}
