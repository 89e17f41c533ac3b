// Package application keeps an application from the first answer of its draft to
// the decision and its result (APP, PEN, PAS, Q-59).
//
// A draft and the case that becomes of it are one row with one address, so that a
// draft can become at most one case (BOOK-2). What may follow what is a table of
// states and moves (state.go); how a service asks, decides and ends is data of
// the jurisdiction. Answers, letters, what an officer writes and results are
// sealed under the applicant's key (D-20). An officer sees the cases of the own
// authority only (AUTHZ-4), each look leaves an audit line with its purpose (D-18),
// and nobody decides a case of his own.
//
// The package never asks for payment (duties are shown, package payment comes
// later), and never shows a case to
// anybody but its applicant and officers of its authority.
//
// Tables: application_case, application_event, application_correction,
// application_decision, application_result, application_mailing. Jobs:
// application.filed, application.draft, application.correction,
// application.statement, application.confirm, application.mail,
// application.heartbeat. Those that ask a register are of one kind a register, as
// application.confirm/pension. Listens to blob.refused.
package application
