// Package pdf writes official documents: application forms, statements and
// decisions on A4 paper, in any mix of Latin, Cyrillic and Persian or Arabic
// script, left to right or right to left.
//
// A Document is a list of blocks (headings, texts, rows, tables, signatures, QR
// codes) that are laid out when it is written. The result is PDF 1.7, tagged
// for screen readers, with subset fonts, and the text can be copied and searched.
// Equal input gives equal bytes.
//
// The package never reads a file, a clock or a text key by itself: fonts, the
// date and every word come from the caller. It writes no metadata but the
// title, the language and the date it is given, never signs, and never parses a
// PDF. Why it is our own code: docs/decisions/0003-own-pdf-writer.md.
package pdf
