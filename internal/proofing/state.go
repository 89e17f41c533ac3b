package proofing

import "slices"

// State is how far a visit at a desk is.
type State string

// The states of a visit.
const (
	Opened     State = "opened"     // the officer sees the profile and compares
	Asked      State = "asked"      // the document matched; a second officer is asked (T-26)
	Cleared    State = "cleared"    // the document matched and nobody else need look
	CodeSent   State = "code_sent"  // a code is on its way to the visitor's phone
	Proved     State = "proved"     // the visitor typed the code
	Confirmed  State = "confirmed"  // done: evidence was added
	Enveloped  State = "enveloped"  // an envelope was handed over; its code finishes the visit (OPR-18)
	Refused    State = "refused"    // an officer refused, or the document did not match
	Left       State = "left"       // the visitor went away
	Expired    State = "expired"    // thirty minutes passed
	Repudiated State = "repudiated" // the holder said: this was not me (PROOF-4)
)

// move is what happens to a visit.
type move string

const (
	match     move = "match"     // the document matched
	askSecond move = "ask"       // the document matched, but a second officer must look
	approve   move = "approve"   // the second officer agrees
	sendCode  move = "send"      // a code goes to the phone
	prove     move = "prove"     // the code was typed
	confirm   move = "confirm"   // evidence is added
	handOver  move = "hand over" // the envelope is given
	refuse    move = "refuse"
	leave     move = "leave"
	expire    move = "expire"
	repudiate move = "repudiate"
)

// moves is the whole table: what may happen in which state, and what follows.
var moves = map[State]map[move]State{
	Opened:    {match: Cleared, askSecond: Asked, refuse: Refused, leave: Left, expire: Expired},
	Asked:     {approve: Cleared, refuse: Refused, leave: Left, expire: Expired},
	Cleared:   {sendCode: CodeSent, handOver: Enveloped, refuse: Refused, leave: Left, expire: Expired},
	CodeSent:  {sendCode: CodeSent, prove: Proved, handOver: Enveloped, refuse: Refused, leave: Left, expire: Expired},
	Proved:    {confirm: Confirmed, refuse: Refused, leave: Left, expire: Expired},
	Enveloped: {confirm: Confirmed},
	Confirmed: {repudiate: Repudiated},
}

// after is the state that a move leads to.
func (s State) after(m move) (State, bool) {
	next, ok := moves[s][m]
	return next, ok
}

// Live says that the visit goes on at the desk.
func (s State) Live() bool {
	return slices.Contains([]State{Opened, Asked, Cleared, CodeSent, Proved}, s)
}
