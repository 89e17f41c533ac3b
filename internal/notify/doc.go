// Package notify tells people that something happened: short messages and
// letters by e-mail, and the codes that prove a contact (NTF, REG-21, OPR-13).
//
// A message is a row of the outbox, written in the transaction of the fact that
// it tells about (MSG-1). Its address, words and code are sealed under the key of
// whoever it is for; the job that sends it carries the row's id only. Notices go
// out at least once, with the row's id as the key by which a gateway knows a
// second copy; codes at most once: when nobody knows whether a code went out, it
// is not sent again by itself, the resident presses again (MSG-2, OTP-7). What
// was sent is erased from the row.
//
// It never decides what is worth telling, never keeps a letter that must be
// proved (package mailbox does), and a bounce never changes an account (MSG-3).
//
// Tables: notify_message, notify_part, notify_channel, notify_failing,
// notify_day, notify_send. Jobs: notify.sms, notify.email, notify.tidy.
package notify
