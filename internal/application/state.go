package application

import "slices"

// State is where an application is.
type State string

// The states.
const (
	Draft            State = "draft"
	Sent             State = "sent"
	Accepted         State = "accepted"
	DocumentsChecked State = "documents_checked"
	FeeDue           State = "fee_due"
	FeePaid          State = "fee_paid"
	Appointment      State = "appointment"
	InWork           State = "in_work"
	ResultReady      State = "result_ready"
	Refused          State = "refused"
	Withdrawn        State = "withdrawn"
)

// moves is the whole table of what may follow what. A final state has none.
var moves = map[State][]State{
	Draft:            {Sent},
	Sent:             {Accepted, ResultReady, Refused, Withdrawn},
	Accepted:         {DocumentsChecked, FeeDue, Appointment, InWork, ResultReady, Refused, Withdrawn},
	DocumentsChecked: {FeeDue, Appointment, InWork, ResultReady, Refused, Withdrawn},
	FeeDue:           {FeePaid, Refused, Withdrawn},
	FeePaid:          {Appointment, InWork, ResultReady, Refused, Withdrawn},
	Appointment:      {InWork, ResultReady, Refused, Withdrawn},
	InWork:           {ResultReady, Refused},
	ResultReady:      {},
	Refused:          {},
	Withdrawn:        {},
}

// States lists all states in the order in which a case meets them.
func States() []State {
	return []State{Draft, Sent, Accepted, DocumentsChecked, FeeDue, FeePaid, Appointment, InWork, ResultReady, Refused, Withdrawn}
}

// CanBecome says whether a case may move from the state to another.
func (s State) CanBecome(next State) bool { return slices.Contains(moves[s], next) }

// IsFinal says that no move leads out of the state.
func (s State) IsFinal() bool { return len(moves[s]) == 0 }

// Turns: who has to act now.
const (
	TurnApplicant = "applicant"
	TurnAuthority = "authority"
	TurnRegister  = "register"
	TurnNobody    = "nobody"
)
