// Package mailbox is State Post: official letters of authorities to the holder
// of an account (GEP-01, Q-54). A letter that is delivered waits sealed; opening
// it is receiving it, and both moments are stamped for good.
//
// It never carries notices (package notify), never deletes a letter, and never
// shows a letter's text before it was opened. Only a verified account reads its
// letters; who is verified is asked at the door of the page.
//
// Table: mailbox_letter. What a letter says is sealed under the account's key.
package mailbox
