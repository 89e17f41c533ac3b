// Package text speaks to people in their language: texts by key with plural
// forms, dates, numbers, money, lists and alphabetical order, and it brings what
// people type into one form (Clean, Fold, FoldDigits).
//
// Texts lie in locale/<lang>/<package>.yaml; a country changes words through an
// overlay of its jurisdiction pack. The seven languages of Q-57 have their tables
// here; a language is switched on by its folder.
//
// It never holds a sentence of the product in Go, never makes or accepts HTML
// (the templates escape every text), never reads the clock, and never decides
// which language somebody reads (package web does, by Negotiate and the account).
package text
